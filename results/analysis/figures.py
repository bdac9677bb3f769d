"""The figures behind one table: counts and sums by row and column, and which columns must be hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis.banner import Break
from results.analysis.counting import Counts
from results.analysis.exact import amounts
from results.analysis.suppression import Group, Thresholds, hidden_columns
from results.analysis.tallies import ColumnTally
from results.analysis.uncertainty import effective_base
from surveys.codebook import Variable

PEOPLE, ORGANISATIONS = "people", "organisations"


@dataclass(frozen=True, eq=False)
class Figures:
    """The numbers behind a table, column by column: `people` counts, `sums` and `squares` of weights ``[rows, c]``.

    Row 0 is the base. Unweighted, sums and squares are the counts themselves. `overlap` holds the same for what each
    two columns of an overlapping break share, in the order of `itertools.combinations`.
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
    overlap: Figures | None = None
    substantive: bool = False

    @property
    def indices(self) -> range:
        """The places of the columns, the total first."""
        return range(len(self.split.columns))

    @property
    def people_outside(self) -> int:
        """How many answered and are in no column of the break."""
        return int(self.counts.cells[0, len(self.split.columns)])

    @property
    def effective_bases(self) -> NDArray[np.float64]:
        """Each column's effective base; the base itself when unweighted."""
        return np.array([effective_base(*each) for each in zip(self.sums[0], self.squares[0], strict=True)])

    def unless_hidden(self, made: Iterable[Any]) -> list[Any]:
        """What was made for each column, None in place of the hidden ones."""
        return [None if self.is_hidden(index) else each for index, each in enumerate(made)]

    def with_rows(self, recipe: NDArray[np.int64]) -> Figures:
        """The base and rows added up from a number's values: `recipe` ``[rows, values]``."""
        spread = self.counts.numbers
        assert spread is not None
        scales = (None, self.scale, self.scale**2)
        made = []
        for values, scale, whole in zip(
            (spread.people, spread.sums, spread.squares), scales, (self.people, self.sums, self.squares), strict=True
        ):
            units = recipe @ (spread.people if values is None else values)[:, : len(self.split.columns)]
            rows = units if values is None or scale is None else amounts(units, scale=scale)
            made.append(np.concatenate([whole[:1], rows]))
        return replace(self, people=made[0], sums=made[1], squares=made[2])

    def is_hidden(self, index: int) -> bool:
        """Whether the column at this place must not be shown."""
        return self.split.columns[index].id in self.hidden


def figures_of(
    variable: Variable, split: Break, counts: Counts, *, scale: float = 1.0, overlap: Figures | None = None
) -> Figures:
    """The figures of a table from its counts, nothing hidden yet; `scale` is the frame's."""
    own = slice(0, len(split.columns))
    cells = counts.cells[:, own]
    sums = cells if counts.sums is None else amounts(counts.sums, scale=scale)[:, own]
    squares = cells if counts.squares is None else amounts(counts.squares, scale=scale**2)[:, own]
    weighted = counts.sums is not None
    return Figures(variable, split, counts, cells, sums, squares, scale, weighted, overlap=overlap)


def on_substantive_base(figures: Figures) -> Figures:
    """The figures on the base of those with an opinion: don't know, refused and not applicable set aside.

    Whoever gives one of these to a question with several answers gives no other. Raises ValueError for a ranking:
    there they can stand among others, and nobody can be set aside.
    """
    variable = figures.variable
    rows = [row for row, code in enumerate(variable.codes, start=1) if code.kind]
    if rows and variable.holds == "order":
        raise ValueError(f"{variable.name}: don't know can be ranked among other answers and cannot be set aside")
    overlap = figures.overlap and on_substantive_base(figures.overlap)
    made = figures_of(variable, figures.split, figures.counts.without(rows), scale=figures.scale, overlap=overlap)
    return replace(made, substantive=True)


def hidden_of(figures: Figures, *, thresholds: Thresholds | None) -> frozenset[str]:
    """The ids of the columns that must not be shown; what is known of organisations is taken from the tallies."""
    if thresholds is None:
        return frozenset()
    counts, split = figures.counts, figures.split
    made = [
        Group(base, not any(each.hides(place, thresholds=thresholds) for each in counts.filters), tuple(left_out))
        for place, (base, left_out) in enumerate(
            zip(counts.cells[0].tolist(), counts.left_out.T.tolist(), strict=True)
        )
    ]
    groups = {
        column.id: group
        if _is_publishable(figures.tallies, column.id, thresholds)
        else replace(group, publishable=False)
        for column, group in zip(split.columns, made, strict=False)
    }
    remainder, *rests = made[len(groups) :]
    hidden = hidden_columns(
        groups,
        thresholds=thresholds,
        remainder=remainder if len(groups) > 1 else None,
        overlapping=split.overlapping,
        lines=[(line.ids, rest) for line, rest in zip(split.lines, rests, strict=True)],
    )
    return frozenset(hidden)


def _is_publishable(tallies: Mapping[str, ColumnTally], column: str, thresholds: Thresholds) -> bool:
    return thresholds.organisations is None or (column in tallies and tallies[column].publishable)
