"""Where a problem of a draft is, for whoever works on the desk: in words, with the page on which it is mended."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from surveys.models import Item, Section, Wave

ITEM = re.compile(r"sections\[(\d+)\]\.items\[(\d+)\]")
SECTION = re.compile(r"sections\[(\d+)\]")
SCALE = re.compile(r"scales\[(\d+)\]")


class Place(NamedTuple):
    """A part of the draft in words, and the address of the page that edits it."""

    words: str
    address: str


def place_of(wave: Wave, where: str) -> Place | None:
    """The part of the draft that a place in the wave file names, None where the desk has no page for it.

    ``wave.opens_at`` is "Opening time"; ``sections[0].items[1].show_if`` is the name of the question there.
    """
    for pattern, find in _PATTERNS:
        found = re.match(pattern, where)
        place = found and find(wave, *(int(number) for number in found.groups()))
        if place:
            return place
    return None


def _page(name: str, words: Callable[[], str]) -> Callable[[Wave], Place]:
    return lambda wave: Place(words(), reverse(name, args=[wave.slug]))


def _item(wave: Wave, section: int, item: int) -> Place | None:
    for found in _nth(wave, section):
        items = Item.objects.filter(section=found).select_related("version__question").order_by("position")
        for name in [each.version.question.name for each in items][item : item + 1]:
            return Place(name, reverse("draft:item", args=[wave.slug, name]))
    return None


def _section(wave: Wave, section: int) -> Place | None:
    for found in _nth(wave, section):
        return Place(found.title, reverse("draft:section", args=[wave.slug, found.name]))
    return None


def _nth(wave: Wave, section: int) -> list[Section]:
    return list(wave.sections.order_by("position")[section : section + 1])


_PATTERNS: list[tuple[re.Pattern[str] | str, Callable[..., Place | None]]] = [
    (r"wave\.opens_at", _page("surveys:times", lambda: _("Opening time"))),
    (r"wave\.closes_at", _page("surveys:times", lambda: _("Closing time"))),
    (r"wave\.roles|roles", _page("draft:roles", lambda: _("Roles"))),
    (r"wave\.", _page("draft:about", lambda: _("About this wave"))),
    (r"banners", _page("draft:banners", lambda: _("Breakdowns"))),
    (SCALE, lambda wave, _number: Place(_("Scales"), reverse("draft:desk", args=[wave.slug]))),
    (ITEM, _item),
    (SECTION, _section),
    (r"sections$", _page("draft:desk", lambda: _("Questionnaire"))),
]
