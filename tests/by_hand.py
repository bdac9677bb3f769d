"""An editor at the wave desk, as its forms are posted: every page is fetched first and sent as its fields stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from surveys.models import Wave

Document = Mapping[str, Any]


class _Controls(HTMLParser):
    """What a browser would send of the form with this id: boxes, ticks, choices."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self.form, self.inside = form, False
        self.values: dict[str, list[str]] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {key: value or "" for key, value in attrs}
        if tag == "form":
            self.inside = held.get("id") == self.form
        if not self.inside or ("name" not in held and tag != "option"):
            return
        if tag == "input" and held.get("type") not in ("checkbox", "radio"):
            self._add(held["name"], held.get("value", ""))
        elif tag == "input" and "checked" in held:
            self._add(held["name"], held.get("value", "on"))
        elif tag == "select":
            self._select = held["name"]
        elif tag == "option" and self._select and "selected" in held:
            self._add(self._select, held["value"])
        elif tag == "textarea":
            self._area = held["name"]
            self._add(self._area, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.values.setdefault(self._select, [""])
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self.inside and self._area:
            # HTML drops the first line end of a box.
            self.values[self._area][-1] += data.removeprefix("\n") if not self.values[self._area][-1] else data

    def _add(self, name: str, value: str) -> None:
        self.values.setdefault(name, []).append(value)


def fields_of(page: HttpResponse, form: str = "draft-form") -> dict[str, list[str]]:
    """The form of a page as a browser would send it untouched."""
    found = _Controls(form)
    found.feed(page.content.decode())
    found.values.pop("do", None)
    return found.values


class Desk:
    """One editor's browser on the desk of one wave."""

    def __init__(self, client: Client, wave: Wave) -> None:
        self.client, self.wave = client, wave

    def url(self, name: str, **parts: str) -> str:
        return reverse(f"draft:{name}", kwargs={"slug": self.wave.slug, **parts})

    def page(self, name: str, query: Mapping[str, str] | None = None, **parts: str) -> HttpResponse:
        return self.client.get(self.url(name, **parts), query or {})

    def typed(self, name: str, query: Mapping[str, str] | None = None, **parts: str) -> dict[str, Any]:
        """The fields of a page's form, to be changed and sent."""
        page = self.page(name, query, **parts)
        assert page.status_code == 200, f"{name}: {page.status_code}"
        return fields_of(page)

    def send(self, name: str, data: Mapping[str, Any], **parts: str) -> HttpResponse:
        return self.client.post(self.url(name, **parts), data)

    def fill(self, name: str, values: Mapping[str, Any], query: Mapping[str, str] | None = None, **parts: str) -> None:
        """Fetch a page, type these values over its form's, send it; it must be taken."""
        data = {**self.typed(name, query, **parts), **values}
        answer = self.send(name, data, **parts)
        assert answer.status_code == 302, answer.content.decode()

    # The whole of a wave, as a file has it

    def build(self, document: Document) -> None:
        """Make a blank draft into this wave, from top to bottom."""
        self.about(document["wave"])
        self.fill("roles", rows("roles", [_asked(role, document) for role in document["roles"]], roles=ROLE_CELLS))
        for scale in document["scales"]:
            self.fill("add_scale", scale_fields(scale))
        for section in document["sections"]:
            together = {"together": "on"} if section.get("together") else {}
            self.fill("add_section", {"name": section["name"], "title": section["title"], **together})
            for item in section["items"]:
                self.add(section["name"], item, document)
        self.fill("banners", rows("banners", document["banners"], banners=("title", "by", "name")))

    def about(self, wave: Mapping[str, Any]) -> None:
        plain = ("title", "number", "frame_kind", "frame_date", "introduction", "thank_you")
        values = {key: "" if wave.get(key) is None else str(wave[key]) for key in plain}
        values["partner"] = (wave.get("partner") or {}).get("name", "")
        values |= {key: "on" for key in ("sealed", "linkage") if wave.get(key)}
        values["mode"] = wave.get("mode", "online")
        weighting = wave.get("weighting") or {}
        values |= {"weighting": weighting.get("method", ""), "margins": weighting.get("margins", [])}
        self.fill("about", values)

    def add(self, section: str, item: Document, document: Document) -> None:
        """One item, with the condition it stands under."""
        values = item_fields(item, document["wave"]["roles"])
        self.fill("add_item", values, {"type": item["type"]}, section=section)
        if "show_if" in item:
            self.condition(item["name"], item["show_if"])

    def condition(self, name: str, rule: list[Any]) -> None:
        self.fill("rule", {"do": "Save the condition", **rule_fields(rule)}, item=name)


ROLE_CELLS = ("label", "code", "asked")
OPTION_CELLS = ("code", "label", "score", "kind", "exclusive", "specify")


def rows(field: str, listed: Iterable[Mapping[str, Any]], **cells: Iterable[str]) -> dict[str, Any]:
    """The boxes of a table filled with these rows; what is absent is left empty, ticks only where they are set."""
    data: dict[str, Any] = {}
    for number, row in enumerate(listed):
        for cell in cells[field]:
            value = row.get(cell, "")
            if value is True:
                data[f"{field}-{number}-{cell}"] = "on"
            elif value is not False:
                held = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
                data[f"{field}-{number}-{cell}"] = held
    return data


def scale_fields(scale: Mapping[str, Any]) -> dict[str, Any]:
    data = rows("options", scale["options"], options=OPTION_CELLS)
    data |= rows("nets", scale.get("nets", ()), nets=("label", "codes", "name"))
    return data | {key: scale.get(key, "") for key in ("name", "low", "high")}


def item_fields(item: Mapping[str, Any], asked: list[str]) -> dict[str, Any]:
    """What is typed for an item."""
    data: dict[str, Any] = {key: str(item[key]) for key in ("name", "type", "text", "hint", "track") if key in item}
    data |= {key: str(item[key]) for key in ("low", "high", "min", "max", "unit") if key in item}
    data |= {key: "on" for key in ("long", "required", "sensitive") if item.get(key)}
    data["consent"] = "on" if item.get("consent", True) else []
    data["roles"] = item.get("roles", asked)
    if "scale" in item:
        data["answers"] = f"wave:{item['scale']}"
    data |= rows("options", item.get("options", ()), options=OPTION_CELLS)
    data |= rows("nets", item.get("nets", ()), nets=("label", "codes", "name"))
    return data | rows("rows", item.get("rows", ()), rows=("text", "name"))


def rule_fields(rule: list[Any], path: str = "n") -> dict[str, Any]:
    """What the boxes of the condition say for a rule."""
    word, *rest = rule
    if word == "not":
        inner = rule_fields(rest[0], path)
        turned = {"is": "is_not", "answered": "not_answered", "all": "not_all", "any": "none"}
        return inner | {f"{path}.word": turned[inner[f"{path}.word"]]}
    if word in ("all", "any"):
        data: dict[str, Any] = {f"{path}.word": word}
        for number, each in enumerate(rest):
            data |= rule_fields(each, f"{path}.{number}")
        return data
    leaf = {f"{path}.word": "is" if word == "any_of" else "answered", f"{path}.name": rest[0]}
    return leaf | ({f"{path}.codes": [str(code) for code in rest[1:]]} if rest[1:] else {})


def _asked(role: Mapping[str, Any], document: Document) -> dict[str, Any]:
    return {**role, "asked": role["code"] in document["wave"]["roles"]}
