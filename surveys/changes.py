"""The changes an editor can make to a draft: each a value that turns one wave document into another. Pure.

A change is called with a document and gives a new one; the old stays as it was. It raises Refused when what it names
is not there. Whether the result is sound is for `surveys.editing.edit` to ask, which is how changes reach a wave.
Positions count from 0; None means the end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.problems import Problem, Refused
from surveys.references import renamed_in_rule, rewritten

Document = dict[str, Any]


class Change(Protocol):
    """What `edit` takes: a name for the history, and the change itself."""

    @property
    def label(self) -> str:
        """What was done, for the history and the button that undoes it."""
        ...

    def __call__(self, document: Document) -> Document:
        """The changed document. Raises Refused."""
        ...


class _Edit:
    """Copies the document and lets `make` change the copy."""

    def __call__(self, document: Document) -> Document:
        made = deepcopy(document)
        self.make(made)
        return made

    def make(self, document: Document) -> None:
        """Change the document in place."""
        raise NotImplementedError


# --- Sections --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AddSection(_Edit):
    """A new, empty section."""

    name: str
    title: str
    position: int | None = None
    together: bool = False

    @property
    def label(self) -> str:
        return _("Added the section “%s”") % self.title

    def make(self, document: Document) -> None:
        section: Document = {"name": self.name, "title": self.title, "items": []}
        if self.together:
            section["together"] = True
        _insert(document["sections"], section, self.position)


@dataclass(frozen=True)
class ChangeSection(_Edit):
    """Another title for a section, and whether its questions share a page."""

    name: str
    title: str
    together: bool = False

    @property
    def label(self) -> str:
        return _("Changed the section “%s”") % self.title

    def make(self, document: Document) -> None:
        section = _section(document, self.name)
        section["title"] = self.title
        section.pop("together", None)
        if self.together:
            section["together"] = True


@dataclass(frozen=True)
class RemoveSection(_Edit):
    """A section gone, with every item in it."""

    name: str

    @property
    def label(self) -> str:
        return _("Removed the section %s") % self.name

    def make(self, document: Document) -> None:
        document["sections"].remove(_section(document, self.name))


@dataclass(frozen=True)
class MoveSection(_Edit):
    """A section put at another position among the sections."""

    name: str
    position: int

    @property
    def label(self) -> str:
        return _("Moved the section %s") % self.name

    def make(self, document: Document) -> None:
        section = _section(document, self.name)
        document["sections"].remove(section)
        _insert(document["sections"], section, self.position)


# --- Items -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AddItem(_Edit):
    """A new item in a section; `scale` comes along when the wave has no scale of that name yet."""

    section: str
    item: Mapping[str, Any]
    position: int | None = None
    scale: Mapping[str, Any] | None = None

    @property
    def label(self) -> str:
        return _("Added %s") % self.item.get("name", "")

    def make(self, document: Document) -> None:
        if self.scale:
            _bring_scale(document, self.scale)
        _insert(_section(document, self.section)["items"], deepcopy(dict(self.item)), self.position)


@dataclass(frozen=True)
class ReplaceItem(_Edit):
    """Another definition for an item. A new name is followed by the rules and banners that used the old one."""

    name: str
    item: Mapping[str, Any]
    scale: Mapping[str, Any] | None = None

    @property
    def label(self) -> str:
        return _("Changed %s") % self.name

    def make(self, document: Document) -> None:
        if self.scale:
            _bring_scale(document, self.scale)
        items, place = _found(document, self.name)
        items[place] = deepcopy(dict(self.item))
        if self.item["name"] != self.name:
            renames = renamed_in_rule(self.name, self.item)
            rewritten(document, renames)


@dataclass(frozen=True)
class RemoveItem(_Edit):
    """An item gone."""

    name: str

    @property
    def label(self) -> str:
        return _("Removed %s") % self.name

    def make(self, document: Document) -> None:
        items, place = _found(document, self.name)
        del items[place]


@dataclass(frozen=True)
class MoveItem(_Edit):
    """An item put at another position, in its own section or another."""

    name: str
    section: str
    position: int | None = None

    @property
    def label(self) -> str:
        return _("Moved %s") % self.name

    def make(self, document: Document) -> None:
        items, place = _found(document, self.name)
        item = items.pop(place)
        _insert(_section(document, self.section)["items"], item, self.position)


# --- Who is asked what, and when -------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetRoles(_Edit):
    """The matrix of items and roles: for each item named, the roles it is put to; all of them means everybody."""

    matrix: Mapping[str, Iterable[str]]

    @property
    def label(self) -> str:
        return _("Set who is asked what")

    def make(self, document: Document) -> None:
        asked = document["wave"]["roles"]
        for name, roles in self.matrix.items():
            chosen = [role for role in asked if role in set(roles)]
            if not chosen:
                raise Refused(Problem(name, _("is put to nobody; choose a role or remove the question")))
            _set(_item(document, name), "roles", None if len(chosen) == len(asked) else chosen)


@dataclass(frozen=True)
class SetRule(_Edit):
    """The condition under which an item is shown; None: always."""

    name: str
    rule: Sequence[Any] | None

    @property
    def label(self) -> str:
        return _("Set when %s is asked") % self.name

    def make(self, document: Document) -> None:
        _set(_item(document, self.name), "show_if", list(self.rule) if self.rule else None)


@dataclass(frozen=True)
class SetRequired(_Edit):
    """Whether an item must be answered."""

    name: str
    required: bool

    @property
    def label(self) -> str:
        return _("Set whether %s must be answered") % self.name

    def make(self, document: Document) -> None:
        _set(_item(document, self.name), "required", self.required or None)


# --- The wave --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetAbout(_Edit):
    """Title, number and partner of the wave."""

    title: str
    number: int | None = None
    partner: str = ""

    @property
    def label(self) -> str:
        return _("Changed what the wave is called")

    def make(self, document: Document) -> None:
        partner = {"name": self.partner} if self.partner else None
        document["wave"].update(title=self.title, number=self.number, partner=partner)


@dataclass(frozen=True)
class SetTimes(_Edit):
    """When the wave opens and closes; aware times, or None for not yet known."""

    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def label(self) -> str:
        return _("Set opening and closing")

    def make(self, document: Document) -> None:
        for key in ("opens_at", "closes_at"):
            value: datetime | None = getattr(self, key)
            document["wave"][key] = timezone.localtime(value).isoformat() if value else None


@dataclass(frozen=True)
class SetPopulation(_Edit):
    """Which organisations are the population: those of a kind that were open on a day; no kind: people alone."""

    frame_kind: str | None
    frame_date: date | None

    @property
    def label(self) -> str:
        return _("Set the population")

    def make(self, document: Document) -> None:
        on = self.frame_date.isoformat() if self.frame_date else None
        document["wave"].update(frame_kind=self.frame_kind or None, frame_date=on)


@dataclass(frozen=True)
class SetRoleList(_Edit):
    """The roles there are (code and label) and which of them this wave asks. Items lose roles that are gone."""

    roles: Sequence[Mapping[str, str]]
    asked: Sequence[str]

    @property
    def label(self) -> str:
        return _("Set the roles")

    def make(self, document: Document) -> None:
        document["roles"] = [dict(role) for role in self.roles]
        document["wave"]["roles"] = list(self.asked)
        known = {role["code"] for role in self.roles}
        for section in document["sections"]:
            for item in section["items"]:
                if "roles" in item:
                    _keep_roles(item, known)


@dataclass(frozen=True)
class SetBanners(_Edit):
    """The breaks of the results: name, title and what each breaks by."""

    banners: Sequence[Mapping[str, str]]

    @property
    def label(self) -> str:
        return _("Set the breakdowns")

    def make(self, document: Document) -> None:
        document["banners"] = [dict(banner) for banner in self.banners]


@dataclass(frozen=True)
class SetWeighting(_Edit):
    """How answers are weighted; None: not at all."""

    weighting: Mapping[str, Any] | None

    @property
    def label(self) -> str:
        return _("Set the weighting")

    def make(self, document: Document) -> None:
        _set(document["wave"], "weighting", dict(self.weighting) if self.weighting else None)


@dataclass(frozen=True)
class PutScale(_Edit):
    """A named scale, new or in place of the one of that name; every item on it changes with it."""

    scale: Mapping[str, Any]

    @property
    def label(self) -> str:
        return _("Set the scale %s") % self.scale.get("name", "")

    def make(self, document: Document) -> None:
        scales = document.setdefault("scales", [])
        made = deepcopy(dict(self.scale))
        for place, scale in enumerate(scales):
            if scale["name"] == made["name"]:
                scales[place] = made
                return
        scales.append(made)


@dataclass(frozen=True)
class RemoveScale(_Edit):
    """A named scale gone."""

    name: str

    @property
    def label(self) -> str:
        return _("Removed the scale %s") % self.name

    def make(self, document: Document) -> None:
        kept = [scale for scale in document.get("scales", ()) if scale["name"] != self.name]
        if len(kept) == len(document.get("scales", ())):
            raise Refused(Problem(f"scales[{self.name}]", _("there is no such scale")))
        document["scales"] = kept


@dataclass(frozen=True)
class ReplaceAll:
    """Another document for the same wave, as from a file; its survey and slug stay."""

    document: Mapping[str, Any]
    label: str = field(default_factory=lambda: _("Replaced the questionnaire"))

    def __call__(self, document: Document) -> Document:
        made = deepcopy(dict(self.document))
        made["survey"] = document["survey"]
        made["wave"] = {**made["wave"], "slug": document["wave"]["slug"]}
        return made


@dataclass(frozen=True)
class Several:
    """Several changes as one step: all or none, undone together."""

    changes: Sequence[Callable[[Document], Document]]
    label: str

    def __call__(self, document: Document) -> Document:
        for change in self.changes:
            document = change(document)
        return document


# --- Finding one's way in a document ---------------------------------------------------------------------------


def _section(document: Document, name: str) -> Document:
    for section in document["sections"]:
        if section["name"] == name:
            return section
    known = ", ".join(section["name"] for section in document["sections"]) or _("none yet")
    raise Refused(Problem(f"sections[{name}]", _("there is no such section; there are: %s") % known))


def _found(document: Document, name: str) -> tuple[list[Document], int]:
    for section in document["sections"]:
        for place, item in enumerate(section["items"]):
            if item["name"] == name:
                return section["items"], place
    raise Refused(Problem(name, _("is not in this wave; somebody may have removed it")))


def _item(document: Document, name: str) -> Document:
    items, place = _found(document, name)
    return items[place]


def _insert(rows: list[Document], row: Document, position: int | None) -> None:
    rows.insert(len(rows) if position is None else max(0, position), row)


def _set(data: Document, key: str, value: Any) -> None:
    if value is None:
        data.pop(key, None)
    else:
        data[key] = value


def _keep_roles(item: Document, known: set[str]) -> None:
    kept = [role for role in item["roles"] if role in known]
    if not kept:
        raise Refused(Problem(item["name"], _("would be put to nobody; change whom it is put to first")))
    item["roles"] = kept


def _bring_scale(document: Document, scale: Mapping[str, Any]) -> None:
    scales = document.setdefault("scales", [])
    if all(each["name"] != scale["name"] for each in scales):
        scales.append(deepcopy(dict(scale)))
    elif scale not in scales:
        message = _("the wave has another scale of this name; rename one of them")
        raise Refused(Problem(f"scales[{scale['name']}]", message))
