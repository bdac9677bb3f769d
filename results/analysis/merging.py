"""Columns too small to show, merged into one that is large enough: better than hiding a second column with them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from results.analysis import bits
from results.analysis.banner import Break, Column
from results.analysis.counting import Counts
from results.analysis.figures import Figures, figures_of, hidden_of
from results.analysis.suppression import TOTAL, Thresholds

REST = "?"


def merged(figures: Figures, *, thresholds: Thresholds) -> Figures | None:
    """The table with its hidden columns as one, or None where that is impossible or would still have to be hidden.

    Only columns that exclude each other are merged. Those in no column join when they are few, or when without them
    the merged column would be too small. Its id joins the ids with "+", and "?" stands for those in no column.
    """
    if not figures.hidden or TOTAL in figures.hidden or figures.split.overlapping or figures.split.lines:
        return None
    places = [place for place in figures.indices if figures.is_hidden(place)]
    outside, inside = figures.people_outside, int(figures.people[0, places].sum())
    with_outside = thresholds.is_small(outside) or inside < thresholds.people
    made = _merged(figures, places, with_outside=with_outside and outside > 0)
    told = replace(
        made,
        tallies=figures.tallies,
        frame_sizes=figures.frame_sizes,
        denominator=figures.denominator,
        substantive=figures.substantive,
    )
    return None if hidden_of(told, thresholds=thresholds) else told


def _merged(figures: Figures, places: list[int], *, with_outside: bool) -> Figures:
    def join(array: Any) -> Any:
        return None if array is None else _joined(array, places, with_outside=with_outside)

    counts = figures.counts
    numbers = counts.numbers and counts.numbers.on_columns(join)
    cells, left_out, sums, squares = map(join, (counts.cells, counts.left_out, counts.sums, counts.squares))
    filters = tuple(each.on_columns(join) for each in counts.filters)
    made = Counts(counts.people, counts.asked, cells, left_out, sums, squares, numbers, counts.set_aside, filters)
    return figures_of(figures.variable, _merged_break(figures.split, places, with_outside), made, scale=figures.scale)


def _joined(array: np.ndarray[Any, Any], places: list[int], *, with_outside: bool) -> np.ndarray[Any, Any]:
    """Columns in the new order: those shown, the merged one, those in no column."""
    together = [*places, array.shape[-1] - 1] if with_outside else places
    kept = [place for place in range(array.shape[-1] - 1) if place not in places]
    outside = np.zeros_like(array[..., -1:]) if with_outside else array[..., -1:]
    return np.concatenate([array[..., kept], array[..., together].sum(axis=-1, keepdims=True), outside], axis=-1)


def _merged_break(split: Break, places: list[int], with_outside: bool) -> Break:
    gone = [split.columns[place] for place in places]
    mask = bits.union(np.stack([column.mask for column in gone]))
    if with_outside:
        mask = mask | (split.columns[0].mask & ~bits.union(split.masks[1:]))
    ids = [column.id for column in gone] + ([REST] if with_outside else [])
    label = " or ".join(column.label for column in gone) + (" or not known" if with_outside else "")
    kept = [column for place, column in enumerate(split.columns) if place not in places]
    return Break(split.name, (*kept, Column("+".join(ids), label, mask)))
