"""Counting: how many respondents stand in each row of a variable and each column of a break.

Counts are additive: those of two shards of a frame, added, are those of the whole, to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits, exact
from results.analysis.banner import Break, Where, weaker_filters, where_mask
from results.analysis.frame import Frame, place_of

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Distribution:
    """How a number spreads in each column: `values` ``[v]`` ascending, `people` ``[v, c]``, sums ``[2, v, c]``."""

    values: Floats
    people: Ints
    sums: Floats | None = None
    squares: Floats | None = None

    def __add__(self, other: Distribution) -> Distribution:
        values = np.union1d(self.values, other.values)
        return Distribution(values, *(_sum_on(values, self, other, name) for name in ("people", "sums", "squares")))


@dataclass(frozen=True, eq=False)
class Counts:
    """The counts behind one table; columns as in the break, then one for those in no column of it.

    `cells` ``[1 + rows, columns + 1]`` holds the base in row 0 and then codes, nets and, for a ranking, code by code
    every place; `left_out` ``[filters, columns + 1]`` what the filter takes from each weaker filter's base. `sums` and
    `squares` ``[2, …]`` are the exact sums of weights and of squared weights, in two parts, or None.
    """

    people: int
    asked: int
    cells: Ints
    left_out: Ints
    sums: Floats | None = None
    squares: Floats | None = None
    numbers: Distribution | None = None

    def __add__(self, other: Counts) -> Counts:
        return Counts(*(_added(getattr(self, each.name), getattr(other, each.name)) for each in fields(self)))


def count_table(frame: Frame, name: str, split: Break, *, where: Where | None = None) -> Counts:
    """The counts of one variable by one break within a filter."""
    return count_tables(frame, [name], [split], where=where)[0][0]


def count_tables(
    frame: Frame, names: Sequence[str], breaks: Sequence[Break], *, where: Where | None = None
) -> list[list[Counts]]:
    """The counts of many variables by many breaks within one filter: ``[variable][break]``, each row read once."""
    within = where_mask(frame, where)
    masks = [_with_outside(split.masks) for split in breaks]
    columns = np.concatenate(masks)
    edges = np.cumsum([0, *(len(each) for each in masks)])
    rows = [row_masks(frame, name) for name in names]
    whole = _whole(frame, names, rows, columns, within=within, where=where)
    return [[_slice(counts, start, stop) for start, stop in pairwise(edges)] for counts in whole]


def row_masks(frame: Frame, name: str) -> bits.Matrix:
    """The rows of a variable as masks: those who answered, each code, each net, and for a ranking each place."""
    variable = frame.codebook[name]
    rows = [frame.answered[name][None]]
    if variable.closed:
        rows.append(frame.codes[name])
        rows.extend(
            bits.union(frame.codes[name][[place_of(variable, c) for c in net.codes]])[None] for net in variable.nets
        )
    if name in frame.positions:
        rows.extend(_places(frame.positions[name], len(variable.codes)))
    return np.concatenate(rows)


def weight_parts(frame: Frame) -> Floats:
    """Weights and squared weights in parts that sum exactly: ``[4, n]``."""
    assert frame.weights is not None
    squares = exact.split(frame.weights**2, scale=frame.scale**2)
    return np.concatenate([exact.split(frame.weights, scale=frame.scale), squares])


def _whole(
    frame: Frame, names: Sequence[str], rows: list[bits.Matrix], columns: bits.Matrix, *, within: bits.Mask, where: Any
) -> list[Counts]:
    filtered = columns & within
    cells = bits.cross_counts(rows, filtered)
    bases = np.stack([each[0] for each in rows])
    left_out = _left_out(frame, bases, columns, filtered, where)
    asked = bits.count(np.stack([frame.asked[name] for name in names]) & within)
    sums = _weighted(frame, rows, filtered)
    people = int(bits.count(within))
    return [
        Counts(people, int(asked[i]), cells[i], left_out[:, i], *sums[i], _distribution(frame, name, filtered))
        for i, name in enumerate(names)
    ]


def _left_out(frame: Frame, bases: bits.Matrix, columns: bits.Matrix, filtered: bits.Matrix, where: Any) -> Ints:
    weaker = [columns & where_mask(frame, each) & ~filtered for each in weaker_filters(where)]
    made = [bits.cross_count(bases, each) for each in weaker]
    return np.stack(made) if made else np.zeros((0, len(bases), len(columns)), dtype=np.int64)


def _weighted(
    frame: Frame, rows: list[bits.Matrix], columns: bits.Matrix
) -> list[tuple[Floats | None, Floats | None]]:
    if frame.weights is None:
        return [(None, None)] * len(rows)
    sums = bits.cross_sum(np.concatenate(rows), columns, weight_parts(frame))
    edges = np.cumsum([0, *(len(each) for each in rows)])
    return [(sums[:2, i:j], sums[2:, i:j]) for i, j in pairwise(edges)]


def _distribution(frame: Frame, name: str, columns: bits.Matrix) -> Distribution | None:
    if name not in frame.numbers:
        return None
    numbers = frame.numbers[name]
    known = ~np.isnan(numbers)
    values, places = np.unique(numbers[known], return_inverse=True)
    flags = bits.unpack(columns, frame.size)[:, known]
    people = np.stack([np.bincount(places[flag], minlength=len(values)) for flag in flags], axis=1)
    if frame.weights is None:
        return Distribution(values, people)
    parts = weight_parts(frame)[:, known]
    sums: Floats = np.stack(
        [[np.bincount(places[f], part[f], len(values)) for f in flags] for part in parts]
    ).swapaxes(1, 2)
    return Distribution(values, people, sums[:2], sums[2:])


def _with_outside(masks: bits.Matrix) -> bits.Matrix:
    """The break's masks and one more: those of the total that no other column holds."""
    outside = masks[0] & ~bits.union(masks[1:]) if len(masks) > 1 else np.zeros_like(masks[0])
    return np.concatenate([masks, outside[None]])


def _places(positions: NDArray[np.int8], places: int) -> Iterable[bits.Matrix]:
    for given in positions:
        yield bits.pack(given == np.arange(1, places + 1, dtype=np.int8)[:, None])


def _slice(counts: Counts, start: int, stop: int) -> Counts:
    def cut(array: Any) -> Any:
        return None if array is None else array[..., start:stop]

    numbers = counts.numbers and Distribution(
        counts.numbers.values, cut(counts.numbers.people), cut(counts.numbers.sums), cut(counts.numbers.squares)
    )
    return Counts(
        counts.people,
        counts.asked,
        cut(counts.cells),
        cut(counts.left_out),
        cut(counts.sums),
        cut(counts.squares),
        numbers,
    )


def _added(mine: Any, others: Any) -> Any:
    return None if mine is None else mine + others


def _sum_on(values: Floats, one: Distribution, two: Distribution, name: str) -> Any:
    if getattr(one, name) is None:
        return None
    total: Any = 0
    for each in (one, two):
        array = getattr(each, name)
        spread = np.zeros((*array.shape[:-2], len(values), array.shape[-1]), dtype=array.dtype)
        spread[..., np.searchsorted(values, each.values), :] = array
        total = total + spread
    return total
