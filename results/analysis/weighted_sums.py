"""Sums of weights in the cells of many rows by many columns, exact whatever the order of respondents.

Few respondents are counted by a product of matrices, in which most entries are nothing. For many the work is shared:
masks that share nobody make a group: a respondent is in one of them, or in none. Several groups make an axis on which
each respondent has one number, whose digits say where in each group. One `bincount` by a number for the rows and one
for the columns fills many tables at once: a hundred questions of five codes by ten breaks take some 400 passes over
the weights instead of 2,000.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from results.analysis.exact import CHUNK

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

PRODUCT_CHUNK = 1 << 11
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
        return prod(self.digits)

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
    return by_product(rows, columns, values) if values.shape[1] <= CHUNK else by_axes(rows, columns, values)


def by_product(rows: bits.Matrix, columns: bits.Matrix, values: Ints) -> Ints:
    """`cross_sum` as a product of matrices."""
    total = np.zeros((len(values), len(rows), len(columns)), dtype=np.int64)
    for row_flags, column_flags, part in _chunks(rows, columns, values, step=PRODUCT_CHUNK):
        flags = row_flags.astype(np.float64)
        for sums, each in zip(total, part, strict=True):
            sums += (flags @ np.where(column_flags, each, 0.0).T).astype(np.int64)
    return total


def by_axes(rows: bits.Matrix, columns: bits.Matrix, values: Ints) -> Ints:
    """`cross_sum` by counting on axes."""
    row_axes, column_axes = axes_of(rows, places=ROW_PLACES), axes_of(columns, places=COLUMN_PLACES)
    widths = [axis.places for axis in column_axes]
    tables = [[np.zeros((len(values), axis.places * width), np.int64) for width in widths] for axis in row_axes]
    for row_flags, column_flags, part in _chunks(rows, columns, values, step=CHUNK):
        ends = [axis.numbers(column_flags) for axis in column_axes]
        for axis, made in zip(row_axes, tables, strict=True):
            _add(made, axis.numbers(row_flags), ends, places=widths, values=part)
    total = np.zeros((len(values), len(rows), len(columns)), dtype=np.int64)
    for one, made in zip(row_axes, tables, strict=True):
        for two, table in zip(column_axes, made, strict=True):
            total[:, _span(one), _span(two)] = [_added_up(each, one, two) for each in table]
    return total


def _chunks(
    rows: bits.Matrix, columns: bits.Matrix, values: Ints, *, step: int
) -> Iterator[tuple[NDArray[np.bool_], NDArray[np.bool_], Floats]]:
    """The flags of rows and columns, and the values, of `step` respondents at a time."""
    for start in range(0, values.shape[1], step):
        stop = min(values.shape[1], start + step)
        cut = slice(start // 8, -(-stop // 8))
        flags = [bits.unpack(masks[:, cut], stop - start) for masks in (rows, columns)]
        yield flags[0], flags[1], values[:, start:stop].astype(np.float64)


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
