"""Rows of a table as plain data: counts, percentages, intervals and letters, hidden columns left empty."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis.comparisons import compare_rows, letters
from results.analysis.figures import Figures
from results.analysis.rounding import FLOAT_DECIMALS
from results.analysis.rows import Head
from results.analysis.table_tests import table_test
from results.analysis.uncertainty import corrected_base, wilson

Floats = NDArray[np.float64]
Cells = list[dict[str, Any] | None]

FEW, SCARCE = 50, 30


def flag_of(base: int) -> str:
    """The warning on a small base: "**" under 30, "*" from 30 to 49."""
    return "**" if base < SCARCE else "*" if base < FEW else ""


def row_dicts(figures: Figures, listed: list[Head], *, compared: bool = True) -> list[dict[str, Any]]:
    """A dictionary for each row listed: its head, its cells and, when `compared`, its letters and differences."""
    if not listed:
        return []
    people, sums = (_rows(matrix, listed) for matrix in (figures.people, figures.sums))
    cells = _cells(figures, people, sums)
    rows = [{**head, "cells": each} for (head, _), each in zip(listed, cells, strict=True)]
    return _with_letters(figures, rows, compare_rows(figures, people, sums)) if compared else rows


def row_test(figures: Figures, places: list[int]) -> dict[str, Any] | None:
    """Whether having given a row depends on the column: the test of those who did and did not, by columns shown."""
    rows = [matrix[places].sum(axis=0) for matrix in (figures.people, figures.sums, figures.squares)]
    bases = (figures.people[0], figures.sums[0], figures.squares[0])
    return _tested(figures, *(np.stack([row, base - row]) for row, base in zip(rows, bases, strict=True)))


def codes_test(figures: Figures) -> dict[str, Any] | None:
    """Whether the answer depends on the column: the test of all codes by the columns shown."""
    codes = slice(1, 1 + len(figures.variable.codes))
    return _tested(figures, figures.people[codes], figures.sums[codes], figures.squares[codes])


def _tested(figures: Figures, *tables: NDArray[Any]) -> dict[str, Any] | None:
    """The table test on shown columns; none where they overlap, for then they are no independent groups."""
    shown = [index for index in figures.indices[1:] if not figures.is_hidden(index)]
    if figures.split.overlapping or len(shown) < 2:
        return None
    return table_test(*(table[:, shown] for table in tables), weighted=figures.weighted)


def _rows(matrix: NDArray[Any], listed: list[Head]) -> NDArray[Any]:
    return np.stack([matrix[places].sum(axis=0) for _, places in listed])


def _cells(figures: Figures, people: NDArray[np.int64], sums: NDArray[Any]) -> list[Cells]:
    base = figures.sums[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = 100.0 * sums / base
    low, high = wilson(exact / 100, _interval_bases(figures))
    percent = _whole_percents(sums, base, exact, weighted=figures.weighted)
    grids = [each.tolist() for each in (sums, percent, exact, 100 * low, 100 * high)]
    flags = [flag_of(base) for base in figures.people[0].tolist()]
    rows = [
        figures.unless_hidden(_cell(*each) for each in zip(*row, flags, strict=True))
        for row in zip(*grids, strict=True)
    ]
    return _with_people(rows, people) if figures.weighted else rows


def _cell(count: float, percent: float, exact: float, low: float, high: float, flag: str) -> dict[str, Any]:
    """One cell; without a base there is a count of none, and nothing can be said of its share."""
    known = exact == exact
    return {
        "count": count,
        "percent": int(percent) if known else None,
        "exact": exact if known else None,
        "low": low if known else None,
        "high": high if known else None,
        "letters": "",
        "flag": flag,
    }


def _with_people(rows: list[Cells], people: NDArray[np.int64]) -> list[Cells]:
    """Weighted cells say how many people they rest on."""
    for row, numbers in zip(rows, people.tolist(), strict=True):
        for cell, number in zip(row, numbers, strict=True):
            if cell is not None:
                cell["people"] = number
    return rows


def _with_letters(
    figures: Figures, rows: list[dict[str, Any]], differences: list[list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    for row, found in zip(rows, differences, strict=True):
        row["differences"] = found
        for cell, letter in zip(row["cells"], letters(figures, found), strict=True):
            if letter:
                cell["letters"] = letter
    return rows


def _whole_percents(sums: NDArray[Any], base: NDArray[Any], exact: Floats, *, weighted: bool) -> NDArray[Any]:
    """Half up, exactly for whole counts: `rounding.percent_half_up` for arrays."""
    if weighted:
        return np.floor(np.round(exact, FLOAT_DECIMALS) + 0.5)
    return (200 * sums + base) // np.maximum(1, 2 * base)


def _interval_bases(figures: Figures) -> Floats:
    people, sizes = figures.people[0].tolist(), figures.frame_sizes
    return np.array(
        [
            corrected_base(effective, people=number, frame=sizes.get(column.id))
            for effective, number, column in zip(figures.effective_bases, people, figures.split.columns, strict=True)
        ]
    )
