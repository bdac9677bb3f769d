"""Counting: how many respondents stand in each row of a variable and each column of a break.

Counts are additive: those of two shards of a frame, added, are those of the whole, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits, exact
from results.analysis.banner import Break, Where, narrower_filters, weaker_filters, where_mask
from results.analysis.distribution import Distribution, distribution
from results.analysis.filtering import FilterBreak, filter_breaks
from results.analysis.frame import Frame
from results.analysis.rows import Rows, counted_rows
from results.analysis.weighted_sums import cross_sum

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Counts:
    """The counts behind one table; columns as in the break, then those in no column of it, then the lines' rests.

    `cells` ``[rows, columns + 1 + lines]`` has a row for everything `rows.row_masks` lists, the base first; `left_out`
    ``[filters, columns + 1 + lines]`` says by how much each weaker filter's base is larger, and each narrower one's
    smaller. `sums` and `squares` hold, in units (see `exact`), the sums of weights and of squared weights in each
    cell, or are None. `set_aside` says how many of the total answered but were taken out of the base; `filters` are
    the breaks by the filter's own variables.
    """

    people: int
    asked: int
    cells: Ints
    left_out: Ints
    sums: Ints | None = None
    squares: Ints | None = None
    numbers: Distribution | None = None
    set_aside: int = 0
    filters: tuple[FilterBreak, ...] = ()

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(_added(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)))

    def as_dict(self) -> dict[str, Any]:
        """Plain data, so that counts made elsewhere can be sent and added."""
        made = {each.name: _plain(getattr(self, each.name)) for each in fields(self)}
        numbers = self.numbers.as_dict() if self.numbers else None
        return made | {"numbers": numbers, "filters": [each.as_dict() for each in self.filters]}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Counts:
        """The counts that `as_dict` wrote."""
        numbers = Distribution.from_dict(data["numbers"]) if data["numbers"] else None
        left_out = np.array(data["left_out"], dtype=np.int64).reshape(len(data["left_out"]), len(data["cells"][0]))
        arrays = {name: _array(data[name]) for name in ("cells", "sums", "squares")}
        filters = tuple(map(FilterBreak.from_dict, data["filters"]))
        return cls(**{**data, **arrays, "left_out": left_out, "numbers": numbers, "filters": filters})

    def without(self, rows: Sequence[int]) -> Counts:
        """The counts on a base without those in `rows`, which nobody in another row may share."""
        if not rows:
            return self

        def reduced(array: Ints | None) -> Ints | None:
            if array is None:
                return None
            return np.concatenate([array[:1] - array[list(rows)].sum(axis=0), array[1:]])

        cells, sums, squares = map(reduced, (self.cells, self.sums, self.squares))
        assert cells is not None
        set_aside = int(self.cells[list(rows), 0].sum())
        return replace(self, cells=cells, sums=sums, squares=squares, set_aside=set_aside)


def count_table(frame: Frame, name: str, split: Break, *, where: Where | None = None) -> Counts:
    """The counts of one variable by one break within a filter."""
    return count_tables(frame, [name], [split], where=where)[0][0]


def count_tables(
    frame: Frame, names: Sequence[str], breaks: Sequence[Break], *, where: Where | None = None
) -> list[list[Counts]]:
    """The counts of many variables by many breaks within one filter: ``[variable][break]``.

    All columns are counted together, so that each row is read once, and what can be added up is not counted.
    """
    within = where_mask(frame, where)
    columns = _columns(breaks, frame)
    rows = [counted_rows(frame, name) for name in names]
    counted = _count(frame, names, rows, columns, within=within, where=where)
    edges = pairwise(np.cumsum([1, *(len(split.columns) + len(split.lines) for split in breaks)]))
    cuts = [(split, slice(int(start), int(stop))) for split, (start, stop) in zip(breaks, edges, strict=True)]
    return [[_slice(counts, split, cut) for split, cut in cuts] for counts in counted]


def weight_units(frame: Frame) -> Ints:
    """Weights and squared weights in units: ``[2, n]``."""
    assert frame.weights is not None
    squares = exact.units(frame.weights**2, scale=frame.scale**2)
    return np.stack([exact.units(frame.weights, scale=frame.scale), squares])


def _columns(breaks: Sequence[Break], frame: Frame) -> bits.Matrix:
    """The total, then for each break its columns and, where they overlap, those in none of them."""
    masks = [frame.everybody[None]]
    for split in breaks:
        masks.append(split.masks[1:])
        masks.append(_outside(split)[None])
        masks.extend(line.rest[None] for line in split.lines)
    return np.concatenate(masks)


def _outside(split: Break) -> bits.Mask:
    """Those of the total that no other column holds; not worked out where it can be had by subtraction."""
    if len(split.columns) == 1 or not split.overlapping:
        return np.zeros_like(split.masks[0])
    return split.masks[0] & ~bits.union(split.masks[1:])


def _count(
    frame: Frame, names: Sequence[str], rows: list[Rows], columns: bits.Matrix, *, within: bits.Mask, where: Any
) -> list[Counts]:
    filtered = columns & within
    cells = bits.cross_counts([each.masks for each in rows], filtered)
    bases = np.stack([frame.answered[name] for name in names])
    left_out = _left_out(frame, bases, columns, filtered, where)
    filters = filter_breaks(frame, bases, columns, where=where)
    asked = bits.count(np.stack([frame.asked[name] for name in names]) & within)
    sums, squares = _weighted(frame, rows, filtered)
    people = int(bits.count(within))
    units = None if frame.weights is None else weight_units(frame)
    return [
        Counts(
            people,
            int(asked[i]),
            rows[i].add_up(cells[i]),
            left_out[:, i],
            sums[i],
            squares[i],
            distribution(frame, name, filtered, units=units),
            filters=filters[i],
        )
        for i, name in enumerate(names)
    ]


def _left_out(frame: Frame, bases: bits.Matrix, columns: bits.Matrix, filtered: bits.Matrix, where: Any) -> Ints:
    outside = [columns & where_mask(frame, each) & ~filtered for each in weaker_filters(where)]
    inside = [filtered & ~where_mask(frame, each) for each in narrower_filters(where)]
    made = [bits.cross_count(bases, each) for each in [*outside, *inside]]
    return np.stack(made) if made else np.zeros((0, len(bases), len(columns)), dtype=np.int64)


def _weighted(frame: Frame, rows: list[Rows], columns: bits.Matrix) -> tuple[list[Ints | None], list[Ints | None]]:
    if frame.weights is None:
        return [None] * len(rows), [None] * len(rows)
    sums = cross_sum(np.concatenate([each.masks for each in rows]), columns, weight_units(frame))
    edges = list(pairwise(np.cumsum([0, *(len(each.masks) for each in rows)])))
    added: list[list[Ints | None]] = [
        [each.add_up(part[i:j]) for each, (i, j) in zip(rows, edges, strict=True)] for part in sums
    ]
    return added[0], added[1]


def _slice(counts: Counts, split: Break, cut: slice) -> Counts:
    def table(array: Any) -> Any:
        return None if array is None else _assembled(array, split, cut)

    numbers = counts.numbers and counts.numbers.on_columns(table)
    cells, left_out, sums, squares = map(table, (counts.cells, counts.left_out, counts.sums, counts.squares))
    filters = tuple(each.on_columns(table) for each in counts.filters)
    return Counts(counts.people, counts.asked, cells, left_out, sums, squares, numbers, counts.set_aside, filters)


def _assembled(array: Ints, split: Break, cut: slice) -> Ints:
    """One break's columns: the total, its own, and the rest: what is left of the total unless columns overlap."""
    total, own = array[..., :1], array[..., cut]
    columns = len(split.columns) - 1
    outside = own[..., columns : columns + 1]
    if columns and not split.overlapping:
        outside = total - own[..., :columns].sum(axis=-1, keepdims=True)
    return np.concatenate([total, own[..., :columns], outside, own[..., columns + 1 :]], axis=-1)


def _plain(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _array(rows: Any) -> Ints | None:
    return None if rows is None else np.array(rows, dtype=np.int64)


def _added(mine: Any, others: Any) -> Any:
    if isinstance(mine, tuple):
        return tuple(one + other for one, other in zip(mine, others, strict=True))
    return None if mine is None else mine + others
