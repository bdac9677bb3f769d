"""The figures behind one table: counts and sums by row and column, and which columns must be hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis.banner import Break
from results.analysis.counting import Counts
from results.analysis.exact import amounts
from results.analysis.suppression import STAFF, Group, Thresholds, hidden_columns
from results.analysis.tallies import ColumnTally
from surveys.codebook import Variable

PEOPLE, ORGANISATIONS = "people", "organisations"


@dataclass(frozen=True, eq=False)
class Figures:
    """The numbers behind a table, column by column: `people` counts, `sums` and `squares` of weights ``[rows, c]``.

    Row 0 is the base. Unweighted, sums and squares are the counts themselves.
    """

    variable: Variable
    split: Break
    counts: Counts
    people: NDArray[np.int64]
    sums: NDArray[Any]
    squares: NDArray[Any]
    scale: float
    weighted: bool
    hidden: frozenset[str] = frozenset()
    tallies: Mapping[str, ColumnTally] = field(default_factory=dict)
    frame_sizes: Mapping[str, int] = field(default_factory=dict)
    denominator: str = PEOPLE

    @property
    def indices(self) -> range:
        """The places of the columns, the total first."""
        return range(len(self.split.columns))

    def is_hidden(self, index: int) -> bool:
        """Whether the column at this place must not be shown."""
        return self.split.columns[index].id in self.hidden


def figures_of(
    variable: Variable,
    split: Break,
    counts: Counts,
    *,
    scale: float = 1.0,
    tallies: Mapping[str, ColumnTally] | None = None,
    thresholds: Thresholds | None = STAFF,
) -> Figures:
    """The figures of a table from its counts, with the columns that must be hidden; `scale` is the frame's."""
    cells = counts.cells[:, :-1]
    sums = cells if counts.sums is None else amounts(counts.sums, scale=scale)[:, :-1]
    squares = cells if counts.squares is None else amounts(counts.squares, scale=scale**2)[:, :-1]
    hidden = _hidden(split, counts, tallies or {}, thresholds) if thresholds else frozenset()
    return Figures(
        variable, split, counts, cells, sums, squares, scale, counts.sums is not None, hidden, tallies or {}
    )


def _hidden(
    split: Break, counts: Counts, tallies: Mapping[str, ColumnTally], thresholds: Thresholds
) -> frozenset[str]:
    made = [
        Group(base, left_out=tuple(left_out))
        for base, left_out in zip(counts.cells[0].tolist(), counts.left_out.T.tolist(), strict=True)
    ]
    groups = {
        column.id: replace(group, publishable=_is_publishable(tallies, column.id, thresholds))
        for column, group in zip(split.columns, made, strict=False)
    }
    remainder = made[-1] if len(groups) > 1 else None
    return frozenset(hidden_columns(groups, thresholds=thresholds, remainder=remainder, overlapping=split.overlapping))


def _is_publishable(tallies: Mapping[str, ColumnTally], column: str, thresholds: Thresholds) -> bool:
    return thresholds.organisations is None or (column in tallies and tallies[column].publishable)
