"""The table behind a chart, and by itself: every figure with its base, flagged where the base is small.

A `Grid` is what ``templates/charts/table.html`` sets: heads with bases, then one line per answer, net and mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from results import printing
from results.charts.choosing import hidden_words
from surveys.codebook import Variable

# The letters that name columns in tests between them; the total takes no part.
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one column: its words, its base with flag, its organisations and its letter in tests."""

    label: str
    base: str
    organisations: str
    letter: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """One cell as printed: the share, the count where it must or may be shown, the letters of differing columns."""

    main: str
    count: str = ""
    letters: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row: an answer, a net or a mean."""

    label: str
    kind: str
    cells: tuple[Figures, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A whole table with its notes in words."""

    caption: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def grid_for(table: Mapping[str, Any], *, variable: Variable) -> Grid:
    """The table of the Results JSON as a grid of printed figures."""
    hidden = hidden_columns(table)
    return Grid(
        caption=variable.label,
        heads=tuple(_head(column, index, hidden=hidden) for index, column in enumerate(table["columns"])),
        lines=(*_shares(table, variable=variable), *_means(table)),
        notes=tuple(_notes(table, hidden=hidden)),
    )


def hidden_columns(table: Mapping[str, Any]) -> set[str]:
    """The ids of the columns that are suppressed."""
    return {each["id"] if isinstance(each, Mapping) else each for each in table.get("suppressed", ())}


def _head(column: Mapping[str, Any], index: int, *, hidden: set[str]) -> Head:
    out = column["id"] in hidden or column["base"] is None
    return Head(
        label=column["label"],
        base="" if out else f"{column['base']:,}{printing.base_flag(column['base'])}",
        organisations="" if out or not column.get("organisations") else f"{column['organisations']:,}",
        letter=LETTERS[index - 1] if 0 < index <= len(LETTERS) else "",
        hidden=out,
    )


def _shares(table: Mapping[str, Any], *, variable: Variable) -> list[Line]:
    return [
        Line(
            _row_words(row),
            row["kind"],
            tuple(
                _figures(cell, base=column["base"], sensitive=variable.sensitive)
                for cell, column in zip(row["cells"], table["columns"], strict=True)
            ),
        )
        for row in table["rows"]
    ]


def _row_words(row: Mapping[str, Any]) -> str:
    """The words of a row; those of a ranking say which places they count."""
    if row["kind"] == "first":
        return _("First choice: %(answer)s") % {"answer": row["label"]}
    if row["kind"] == "top":
        return _("Among the first %(places)d: %(answer)s") % {"places": row["top"], "answer": row["label"]}
    return row["label"]


def _figures(cell: Mapping[str, Any] | None, *, base: int, sensitive: bool) -> Figures:
    if cell is None:
        return Figures(_("not shown"), hidden=True)
    small = base < printing.SMALL_BASE and not printing.is_veiled(cell, base=base, sensitive=sensitive)
    return Figures(
        printing.percent(cell, base=base, sensitive=sensitive),
        count=printing.count_of(cell, base=base) if small and cell["count"] else "",
        letters=cell.get("letters", ""),
    )


def _means(table: Mapping[str, Any]) -> list[Line]:
    if not table.get("mean"):
        return []
    cells = tuple(
        Figures(_("not shown"), hidden=True)
        if mean is None
        else Figures(printing.mean(mean["value"]), count=_("of %(base)d") % {"base": mean["base"]})
        for mean in table["mean"]
    )
    return [Line(_("Mean"), "mean", cells)]


def _notes(table: Mapping[str, Any], *, hidden: set[str]) -> list[str]:
    """What the signs in this table mean; nothing about signs that do not occur."""
    bases = [
        column["base"] for column in table["columns"] if column["id"] not in hidden and column["base"] is not None
    ]
    cells = [cell for row in table["rows"] for cell in row["cells"] if cell is not None]
    labels = [column["label"] for column in table["columns"] if column["id"] in hidden]
    told = [
        (
            any(base < printing.SMALL_BASE for base in bases),
            _("** Fewer than 30 answers: give the count with the share."),
        ),
        (any(30 <= base < printing.MODEST_BASE for base in bases), _("* 30 to 49 answers: read with care.")),
        (any(cell["count"] == 0 and cell["percent"] is not None for cell in cells), _("– None.")),
        (
            any(cell["count"] and cell["percent"] == 0 for cell in cells),
            _("* In place of a figure: more than none, under 0.5 per cent."),
        ),
        (
            any(cell.get("letters") for cell in cells),
            _("A letter names a column whose share is really lower: capital at 95 per cent, small at 90."),
        ),
        (bool(labels), f"{', '.join(labels)}: {hidden_words()[0].lower()}{hidden_words()[1:]}."),
    ]
    return [words for applies, words in told if applies]
