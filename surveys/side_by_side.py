"""Two versions of a part of a wave document beside each other, line by line, for an editor who has to choose. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LABELS = {
    "text": gettext_lazy("Question"),
    "name": gettext_lazy("Name"),
    "title": gettext_lazy("Title"),
    "type": gettext_lazy("Kind"),
    "hint": gettext_lazy("Hint"),
    "label": gettext_lazy("label"),
    "code": gettext_lazy("code"),
    "options": gettext_lazy("Answer"),
    "rows": gettext_lazy("Statement"),
    "nets": gettext_lazy("Net"),
    "banners": gettext_lazy("Breakdown"),
    "roles": gettext_lazy("Role"),
    "show_if": gettext_lazy("Asked only if"),
    "required": gettext_lazy("Must be answered"),
    "sensitive": gettext_lazy("Sensitive"),
    "scale": gettext_lazy("Scale"),
    "introduction": gettext_lazy("Introduction"),
    "thank_you": gettext_lazy("Thank-you"),
    "partner": gettext_lazy("Partner"),
    "number": gettext_lazy("Number"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that reads differently; empty where a version has nothing there."""

    label: str
    theirs: str
    yours: str


def differences(theirs: Any, yours: Any) -> list[Line]:
    """Every line in which two parts of a document differ, in the order of reading."""
    there, here = dict(_lines(theirs)), dict(_lines(yours))
    return [
        Line(label, there.get(label, ""), here.get(label, ""))
        for label in there | here
        if there.get(label) != here.get(label)
    ]


def _lines(value: Any, label: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, each in value.items():
            named = str(LABELS.get(key, key))
            yield from _lines(each, f"{label}, {named.lower()}" if label else named)
    elif isinstance(value, list) and any(isinstance(each, (Mapping, list)) for each in value):
        for number, each in enumerate(value, 1):
            yield from _lines(each, f"{label} {number}".strip())
    elif isinstance(value, list):
        yield label, ", ".join(str(each) for each in value)
    elif isinstance(value, bool):
        yield label, _("yes") if value else _("no")
    elif value is not None:
        yield label or _("What it says"), str(value)
