"""A filter beside the break by its own variable: what that break must hide, the filter must not show."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from results.analysis.banner import Where, break_of, where_mask
from results.analysis.frame import Frame
from results.analysis.suppression import TOTAL, Group, Thresholds, hidden_columns

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class FilterBreak:
    """The break by one variable of a filter, within the filter's other variables, in each column of a table.

    `codes` are its columns, `chosen` those the filter lets through; `bases` ``[1 + codes + 1, columns of the table]``
    are the total, the codes and those in none of them.
    """

    codes: tuple[str, ...]
    chosen: frozenset[str]
    overlapping: frozenset[str]
    bases: Ints

    def __add__(self, other: FilterBreak) -> FilterBreak:
        return replace(self, bases=self.bases + other.bases)

    def on_columns(self, change: Callable[[Ints], Ints]) -> FilterBreak:
        """The same for other columns of the table, made of these."""
        return replace(self, bases=change(self.bases))

    def hides(self, place: int, *, thresholds: Thresholds) -> bool:
        """Whether in the table's column at `place` the break would hide a code that the filter lets through."""
        total, *codes, unknown = self.bases[:, place].tolist()
        groups = {TOTAL: Group(total)} | {code: Group(base) for code, base in zip(self.codes, codes, strict=True)}
        rest = Group(unknown)
        hidden = hidden_columns(groups, thresholds=thresholds, remainder=rest, overlapping=self.overlapping)
        return bool(self.chosen & hidden)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, so that counts made elsewhere can be sent and added."""
        lists = {"codes": list(self.codes), "chosen": sorted(self.chosen), "overlapping": sorted(self.overlapping)}
        return {**lists, "bases": self.bases.tolist()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> FilterBreak:
        """What `as_dict` wrote."""
        sets = (frozenset(data["chosen"]), frozenset(data["overlapping"]))
        return cls(tuple(data["codes"]), *sets, np.array(data["bases"], dtype=np.int64))


def filter_breaks(
    frame: Frame, bases: bits.Matrix, columns: bits.Matrix, *, where: Where | None
) -> list[tuple[FilterBreak, ...]]:
    """For each question, given by who answered it, the breaks by the filter's variables.

    Raises ValueError on a variable that is not closed.
    """
    parts = list(_parts(frame, where or {}))
    counted = [bits.cross_counts([rows & base for base in bases], columns) for _, rows in parts]
    return [
        tuple(replace(empty, bases=made[i]) for (empty, _), made in zip(parts, counted, strict=True))
        for i in range(len(bases))
    ]


def _parts(frame: Frame, where: Where) -> Iterator[tuple[FilterBreak, bits.Matrix]]:
    """For each variable of the filter its break, nobody counted yet, and the masks of its rows."""
    nobody = np.zeros((0, 0), dtype=np.int64)
    for name, chosen in where.items():
        others = where_mask(frame, {other: codes for other, codes in where.items() if other != name})
        split = break_of(frame, by=name)
        unknown = split.masks[0] & ~bits.union(split.masks[1:])
        ids = tuple(column.id for column in split.columns[1:])
        rows = np.concatenate([split.masks, unknown[None]]) & others
        yield FilterBreak(ids, frozenset(map(str, chosen)), split.overlapping, nobody), rows
