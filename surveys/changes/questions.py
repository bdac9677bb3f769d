"""Changes of what is asked: sections and items, whom they are put to, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from surveys.changes.base import Document, Edit, found, insert, item_of, put, section_of
from surveys.changes.scales import bring_scale
from surveys.problems import Problem, Refused
from surveys.references import renamed_in_rule, rewritten

# --- Sections --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AddSection(Edit):
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
        insert(document["sections"], section, self.position)


@dataclass(frozen=True)
class ChangeSection(Edit):
    """Another title for a section, and whether its questions share a page."""

    name: str
    title: str
    together: bool = False

    @property
    def label(self) -> str:
        return _("Changed the section “%s”") % self.title

    def make(self, document: Document) -> None:
        section = section_of(document, self.name)
        section["title"] = self.title
        section.pop("together", None)
        if self.together:
            section["together"] = True


@dataclass(frozen=True)
class RemoveSection(Edit):
    """A section gone, with every item in it."""

    name: str

    @property
    def label(self) -> str:
        return _("Removed the section %s") % self.name

    def make(self, document: Document) -> None:
        document["sections"].remove(section_of(document, self.name))


@dataclass(frozen=True)
class MoveSection(Edit):
    """A section put at another position among the sections."""

    name: str
    position: int

    @property
    def label(self) -> str:
        return _("Moved the section %s") % self.name

    def make(self, document: Document) -> None:
        section = section_of(document, self.name)
        document["sections"].remove(section)
        insert(document["sections"], section, self.position)


# --- Items -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AddItem(Edit):
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
            bring_scale(document, self.scale)
        insert(section_of(document, self.section)["items"], deepcopy(dict(self.item)), self.position)


@dataclass(frozen=True)
class ReplaceItem(Edit):
    """Another definition for an item. A new name is followed by the rules and banners that used the old one.

    With `keeps_rule` the condition under which it is shown stays as it stands, whatever the definition says.
    """

    name: str
    item: Mapping[str, Any]
    scale: Mapping[str, Any] | None = None
    keeps_rule: bool = False

    @property
    def label(self) -> str:
        return _("Changed %s") % self.name

    def make(self, document: Document) -> None:
        if self.scale:
            bring_scale(document, self.scale)
        items, place = found(document, self.name)
        made = deepcopy(dict(self.item))
        if self.keeps_rule:
            put(made, "show_if", items[place].get("show_if"))
        items[place] = made
        if self.item["name"] != self.name:
            renames = renamed_in_rule(self.name, self.item)
            rewritten(document, renames)


@dataclass(frozen=True)
class RemoveItem(Edit):
    """An item gone."""

    name: str

    @property
    def label(self) -> str:
        return _("Removed %s") % self.name

    def make(self, document: Document) -> None:
        items, place = found(document, self.name)
        del items[place]


@dataclass(frozen=True)
class MoveItem(Edit):
    """An item put at another position, in its own section or another."""

    name: str
    section: str
    position: int | None = None

    @property
    def label(self) -> str:
        return _("Moved %s") % self.name

    def make(self, document: Document) -> None:
        items, place = found(document, self.name)
        item = items.pop(place)
        insert(section_of(document, self.section)["items"], item, self.position)


@dataclass(frozen=True)
class ShiftItem(Edit):
    """An item one place earlier (-1) or later (1), over its section's edge into the next; at the ends it stays."""

    name: str
    by: int

    @property
    def label(self) -> str:
        return _("Moved %s up") % self.name if self.by < 0 else _("Moved %s down") % self.name

    def make(self, document: Document) -> None:
        sections = document["sections"]
        items, place = found(document, self.name)
        number = next(index for index, section in enumerate(sections) if section["items"] is items)
        if 0 <= place + self.by < len(items):
            items.insert(place + self.by, items.pop(place))
        elif 0 <= number + self.by < len(sections):
            neighbours = sections[number + self.by]["items"]
            neighbours.insert(len(neighbours) if self.by < 0 else 0, items.pop(place))


@dataclass(frozen=True)
class PlaceItem(Edit):
    """An item put after another of a section, or first in it when `after` is empty; after one that is gone: last."""

    name: str
    section: str
    after: str = ""

    @property
    def label(self) -> str:
        return _("Moved %s") % self.name

    def make(self, document: Document) -> None:
        items, place = found(document, self.name)
        item = items.pop(place)
        rows = section_of(document, self.section)["items"]
        names = [row["name"] for row in rows]
        follows = names.index(self.after) + 1 if self.after in names else len(names)
        rows.insert(follows if self.after else 0, item)


@dataclass(frozen=True)
class ShiftSection(Edit):
    """A section one place earlier (-1) or later (1); at the ends it stays."""

    name: str
    by: int

    @property
    def label(self) -> str:
        words = _("Moved the section %s up") if self.by < 0 else _("Moved the section %s down")
        return words % self.name

    def make(self, document: Document) -> None:
        sections = document["sections"]
        place = sections.index(section_of(document, self.name))
        sections.insert(max(0, place + self.by), sections.pop(place))


@dataclass(frozen=True)
class PlaceSection(Edit):
    """A section put after another, or first when `after` is empty; after one that is gone: last."""

    name: str
    after: str = ""

    @property
    def label(self) -> str:
        return _("Moved the section %s") % self.name

    def make(self, document: Document) -> None:
        sections = document["sections"]
        section = section_of(document, self.name)
        sections.remove(section)
        names = [each["name"] for each in sections]
        follows = names.index(self.after) + 1 if self.after in names else len(names)
        sections.insert(follows if self.after else 0, section)


# --- Who is asked what, and when -------------------------------------------------------------------------------


@dataclass(frozen=True)
class SetRoles(Edit):
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
            put(item_of(document, name), "roles", None if len(chosen) == len(asked) else chosen)


@dataclass(frozen=True)
class SetRule(Edit):
    """The condition under which an item is shown; None: always."""

    name: str
    rule: Sequence[Any] | None

    @property
    def label(self) -> str:
        return _("Set when %s is asked") % self.name

    def make(self, document: Document) -> None:
        put(item_of(document, self.name), "show_if", list(self.rule) if self.rule else None)


@dataclass(frozen=True)
class SetRequired(Edit):
    """Whether an item must be answered."""

    name: str
    required: bool

    @property
    def label(self) -> str:
        return _("Set whether %s must be answered") % self.name

    def make(self, document: Document) -> None:
        put(item_of(document, self.name), "required", self.required or None)
