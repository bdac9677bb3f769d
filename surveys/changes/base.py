"""What all changes share: copying the document first, and finding one's way in it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Protocol

from django.utils.translation import gettext as _

from surveys.problems import Problem, Refused

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


class Edit:
    """Copies the document and lets `make` change the copy."""

    def __call__(self, document: Document) -> Document:
        made = deepcopy(document)
        self.make(made)
        return made

    def make(self, document: Document) -> None:
        """Change the document in place."""
        raise NotImplementedError


def section_of(document: Document, name: str) -> Document:
    """The section of this name. Raises Refused naming those there are."""
    for section in document["sections"]:
        if section["name"] == name:
            return section
    known = ", ".join(section["name"] for section in document["sections"]) or _("none yet")
    raise Refused(Problem(f"sections[{name}]", _("there is no such section; there are: %s") % known))


def found(document: Document, name: str) -> tuple[list[Document], int]:
    """The list an item stands in, and its place there. Raises Refused when it is gone."""
    for section in document["sections"]:
        for place, item in enumerate(section["items"]):
            if item["name"] == name:
                return section["items"], place
    raise Refused(Problem(name, _("is not in this wave; somebody may have removed it")))


def item_of(document: Document, name: str) -> Document:
    """The item of this name. Raises Refused when it is gone."""
    items, place = found(document, name)
    return items[place]


def insert(rows: list[Document], row: Document, position: int | None) -> None:
    """Put a row at a position; None is the end."""
    rows.insert(len(rows) if position is None else max(0, position), row)


def put(data: Document, key: str, value: Any) -> None:
    """Set a key, or take it out for None."""
    if value is None:
        data.pop(key, None)
    else:
        data[key] = value
