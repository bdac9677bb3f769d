"""Sums of weights in the cells of many rows by many columns, exact whatever the order of respondents.

Masks that share nobody make a group: a respondent is in one of them, or in none. Several groups make an axis on which
each respondent has one number, whose digits say where in each group. One `bincount` by a number for the rows and one
for the columns fills many tables at once. A hundred questions of five codes by ten breaks take some 400 passes over
the weights instead of 2,000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from results.analysis.exact import CHUNK

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

ROW_PLACES, COLUMN_PLACES = 256, 64
"""The most places of an axis: with more, the table of one pass outgrows the processor's nearest memory."""


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring masks that share nobody, from `start` to before `stop`."""

    start: int
    stop: int

    @property
    def places(self) -> int:
        """Each mask, and none of them."""
        return self.stop - self.start + 1


@dataclass(frozen=True, slots=True)
class Axis:
    """Neighbouring groups, read as the digits of one number."""

    groups: tuple[Group, ...]

    @property
    def digits(self) -> tuple[int, ...]:
        """How many values each digit has."""
        return tuple(group.places for group in self.groups)

    @property
    def places(self) -> int:
        """How many numbers there are."""
        return int(np.prod(self.digits, dtype=np.int64))

    def numbers(self, flags: NDArray[np.bool_]) -> Ints:
        """Each respondent's number ``[n]``, from the flags of all masks ``[masks, n]``."""
        strides = np.cumprod((1, *self.digits[:0:-1]))[::-1]
        steps = [np.arange(1, group.places) * stride for group, stride in zip(self.groups, strides, strict=True)]
        own = flags[self.groups[0].start : self.groups[-1].stop]
        return (np.concatenate(steps).astype(np.float32) @ own.astype(np.float32)).astype(np.int64)

    def added_up(self, table: Ints) -> Ints:
        """From sums by number ``[places, …]`` those of each mask ``[masks, …]``."""
        spread = table.reshape(*self.digits, *table.shape[1:])
        others = [tuple(each for each in range(len(self.groups)) if each != own) for own in range(len(self.groups))]
        return np.concatenate([spread.sum(axis=rest)[1:] for rest in others])


def cross_sum(rows: bits.Matrix, columns: bits.Matrix, values: Ints) -> Ints:
    """Sums of whole values over the respondents a row shares with a column.

    `values` is ``[v, n]``, none negative or above 2**39 (see `exact`); the result ``[v, r, c]``.
    """
    size = values.shape[1]
    worth_it = size > CHUNK
    row_axes = axes_of(rows, places=ROW_PLACES if worth_it else 1)
    column_axes = axes_of(columns, places=COLUMN_PLACES if worth_it else 1)
    tables = [[np.zeros((len(values), one.places * two.places), np.int64) for two in column_axes] for one in row_axes]
    for start in range(0, size, CHUNK):
        stop = min(size, start + CHUNK)
        cut = slice(start // 8, -(-stop // 8))
        row_flags, column_flags = (bits.unpack(masks[:, cut], stop - start) for masks in (rows, columns))
        ends = [axis.numbers(column_flags) for axis in column_axes]
        part = values[:, start:stop].astype(np.float64)
        for axis, made in zip(row_axes, tables, strict=True):
            _add(made, axis.numbers(row_flags), ends, places=[each.places for each in column_axes], values=part)
    total = np.zeros((len(values), len(rows), len(columns)), dtype=np.int64)
    for one, made in zip(row_axes, tables, strict=True):
        for two, table in zip(column_axes, made, strict=True):
            total[:, _span(one), _span(two)] = [_added_up(each, one, two) for each in table]
    return total


def axes_of(masks: bits.Matrix, *, places: int) -> list[Axis]:
    """The masks in groups, and those in axes of at most `places` places unless a single group has more."""
    axes: list[list[Group]] = []
    for group in _groups(masks):
        if axes and Axis((*axes[-1], group)).places <= places:
            axes[-1].append(group)
        else:
            axes.append([group])
    return [Axis(tuple(groups)) for groups in axes]


def _groups(masks: bits.Matrix) -> Iterator[Group]:
    start, held = 0, np.zeros(masks.shape[1:], dtype=np.uint8)
    for index, mask in enumerate(masks):
        if index > start and (held & mask).any():
            yield Group(start, index)
            start, held = index, np.zeros_like(held)
        held = held | mask
    if len(masks):
        yield Group(start, len(masks))


def _add(tables: Sequence[Ints], starts: Ints, ends: Sequence[Ints], *, places: Sequence[int], values: Floats) -> None:
    """One chunk of respondents into the tables of one row axis by every column axis."""
    for table, end, width in zip(tables, ends, places, strict=True):
        cell = starts * width + end
        for total, each in zip(table, values, strict=True):
            total += np.bincount(cell, each, minlength=len(total)).astype(np.int64)


def _added_up(table: Ints, one: Axis, two: Axis) -> Ints:
    """Every row by every column of two axes, from one sum for each pair of numbers."""
    by_row = one.added_up(table.reshape(one.places, two.places))
    return two.added_up(by_row.T).T


def _span(axis: Axis) -> slice:
    return slice(axis.groups[0].start, axis.groups[-1].stop)
