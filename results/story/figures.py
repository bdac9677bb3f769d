"""Figures by name: every number in a sentence has an id, and an id leads back to the number in the snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from results.models import Table
from results.tables import Results, results_of
from surveys.canonical import canonical_json
from surveys.models import Wave
from surveys.problems import Problem, Refused

ALONE = "all"
"""What stands for "no break" in an id."""
MEAN = "mean"

_PARTS = 5


@dataclass(frozen=True, slots=True)
class FigureId:
    """Where a figure stands: ``2013-winter/GRIP/gp/1/1`` is row 1 of column 1 of GRIP by gp."""

    wave: str
    variable: str
    by: str
    column: str
    row: str

    def __str__(self) -> str:
        return "/".join((self.wave, self.variable, self.by or ALONE, self.column, self.row))

    @classmethod
    def parse(cls, text: str) -> FigureId:
        """The id that `str` wrote. Raises Refused for anything else."""
        parts = text.split("/", _PARTS - 1)
        if len(parts) != _PARTS or not all(parts):
            raise Refused(Problem(text, "is not the id of a figure, such as 2013-winter/GRIP/gp/1/1"))
        wave, variable, by, column, row = parts
        return cls(wave, variable, "" if by == ALONE else by, column, row)


@dataclass(frozen=True, slots=True)
class Verified:
    """A figure as it is stored and as it comes out of the snapshot again; both None where it is hidden."""

    id: FigureId
    base: int | None
    stored: Mapping[str, Any] | None
    recomputed: Mapping[str, Any] | None

    @property
    def agrees(self) -> bool:
        """Whether both are the same to the last digit."""
        return canonical_json(self.stored) == canonical_json(self.recomputed)


def verify_figure(text: str) -> Verified:
    """Recompute the figure with this id from the snapshot and hold it against the stored table.

    Raises Refused when there is no such wave, table, column or row.
    """
    found = FigureId.parse(text)
    wave = Wave.objects.filter(slug=found.wave).first()
    if wave is None:
        raise Refused(Problem(text, f"there is no wave {found.wave}"))
    results = results_of(wave)
    results.variables([found.variable])
    table = results.table(found.variable, by=found.by or None)
    stored = stored_table(results, found.variable, by=found.by)
    if stored is None:
        raise Refused(Problem(text, f"{found.variable} by {found.by} is not a stored table"))
    base = _column(table, found)["base"]
    return Verified(found, base, cell_of(stored, found), cell_of(table, found))


def stored_table(results: Results, variable: str, *, by: str = "") -> Mapping[str, Any] | None:
    """The stored, suppressed table of a variable by a break's variable."""
    stored = Table.objects.filter(snapshot__wave=results.wave, snapshot__digest=results.digest, denominator="people")
    row = stored.filter(variable=variable, by=by).first()
    return row.document if row else None


def cell_of(table: Mapping[str, Any], figure: FigureId) -> Mapping[str, Any] | None:
    """The figure in its table: the cell, or the mean; None where it is hidden. Raises Refused when it is not there."""
    place = table["columns"].index(_column(table, figure))
    if figure.row == MEAN and table.get("mean"):
        return table["mean"][place]
    for row in table["rows"]:
        if row["id"] == figure.row:
            return row["cells"][place]
    known = ", ".join(row["id"] for row in table["rows"])
    raise Refused(Problem(str(figure), f"{figure.variable} has no row {figure.row}; it has {known}"))


def _column(table: Mapping[str, Any], figure: FigureId) -> Mapping[str, Any]:
    for column in table["columns"]:
        if column["id"] == figure.column:
            return column
    known = ", ".join(column["id"] for column in table["columns"])
    raise Refused(Problem(str(figure), f"{figure.variable} has no column {figure.column}; it has {known}"))
