"""Columns, rows and means of a table as plain data, hidden columns left empty."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis.exact import amounts
from results.analysis.figures import ORGANISATIONS, Figures
from results.analysis.measures import QUARTILES, Moments, moments, quantile
from results.analysis.rounding import FLOAT_DECIMALS, percent_half_up
from results.analysis.rows import first_places, heads, place_count
from results.analysis.uncertainty import corrected_base, design_effect, effective_base, wilson

Floats = NDArray[np.float64]

FEW, SCARCE = 50, 30


def flag_of(base: int) -> str:
    """The warning on a small base: "**" under 30, "*" from 30 to 49."""
    return "**" if base < SCARCE else "*" if base < FEW else ""


def column_dicts(figures: Figures) -> list[dict[str, Any]]:
    """The table's columns with their bases; those of a hidden column are None."""
    return [_column_dict(figures, index) for index in range(len(figures.split.columns))]


def row_dicts(figures: Figures) -> list[dict[str, Any]]:
    """The table's rows: codes, nets and, for a ranking, first choices and the top places."""
    if not figures.variable.closed:
        return []
    listed = list(heads(figures.variable))
    if figures.denominator == ORGANISATIONS:
        return [{**head, "cells": _vote_cells(figures, head["id"])} for head, _ in listed]
    people, sums = (
        np.stack([_row(matrix, places) for _, places in listed]) for matrix in (figures.people, figures.sums)
    )
    cells = _cells(figures, people, sums)
    rows = [{**head, "cells": each} for (head, _), each in zip(listed, cells, strict=True)]
    return _with_mean_ranks(figures, rows)


def mean_dicts(figures: Figures) -> list[dict[str, Any] | None] | None:
    """The mean in each column: of scores or of numbers, with median and quartiles; None for what has no mean."""
    if figures.denominator == ORGANISATIONS:
        return _mean_votes(figures)
    if figures.counts.numbers is not None:
        return [_unless_hidden(figures, index, _number_dict(figures, index)) for index in figures.indices]
    if figures.variable.scored:
        return [_unless_hidden(figures, index, _score_dict(figures, index)) for index in figures.indices]
    return None


def _column_dict(figures: Figures, index: int) -> dict[str, Any]:
    column = figures.split.columns[index]
    shown = column.id not in figures.hidden
    tally = figures.tallies.get(column.id)
    made: dict[str, Any] = {"id": column.id, "label": column.label, "base": None, "organisations": None}
    if shown:
        made["base"] = int(figures.people[0, index])
        made["organisations"] = tally.organisations if tally else None
    if figures.weighted:
        total, squares = float(figures.sums[0, index]), float(figures.squares[0, index])
        effective = effective_base(total, squares)
        made["weighted_base"] = total if shown else None
        made["effective_base"] = effective if shown else None
        made["design_effect"] = design_effect(int(figures.people[0, index]), effective) if shown else None
    return made


def _row(matrix: NDArray[Any], places: list[int]) -> NDArray[Any]:
    return matrix[places].sum(axis=0)


def _cells(figures: Figures, people: NDArray[np.int64], sums: NDArray[Any]) -> list[list[dict[str, Any] | None]]:
    base = figures.sums[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = 100.0 * sums / base
    low, high = wilson(exact / 100, np.array([_interval_base(figures, index) for index in figures.indices]))
    percent = _whole_percents(sums, base, exact, weighted=figures.weighted)
    grids = [sums.tolist(), percent.tolist(), exact.tolist(), (100 * low).tolist(), (100 * high).tolist()]
    flags = [flag_of(base) for base in figures.people[0].tolist()]
    shown = [column.id not in figures.hidden for column in figures.split.columns]
    rows = [
        [_cell(*each) if visible else None for visible, *each in zip(shown, *row, flags, strict=True)]
        for row in zip(*grids, strict=True)
    ]
    return _with_people(rows, people) if figures.weighted else rows


def _cell(count: float, percent: float, exact: float, low: float, high: float, flag: str) -> dict[str, Any]:
    if exact != exact:
        return {"count": count, "percent": None, "exact": None, "low": None, "high": None, "letters": "", "flag": flag}
    return {
        "count": count,
        "percent": int(percent),
        "exact": exact,
        "low": low,
        "high": high,
        "letters": "",
        "flag": flag,
    }


def _with_people(
    rows: list[list[dict[str, Any] | None]], people: NDArray[np.int64]
) -> list[list[dict[str, Any] | None]]:
    """Weighted cells say how many people they rest on."""
    for row, numbers in zip(rows, people.tolist(), strict=True):
        for cell, number in zip(row, numbers, strict=True):
            if cell:
                cell["people"] = number
    return rows


def _whole_percents(sums: NDArray[Any], base: NDArray[Any], exact: Floats, *, weighted: bool) -> NDArray[Any]:
    """Half up, exactly for whole counts; see `rounding.percent_half_up`, which this is for arrays."""
    if weighted:
        return np.floor(np.round(exact, FLOAT_DECIMALS) + 0.5)
    return (200 * sums + base) // np.maximum(1, 2 * base)


def _interval_base(figures: Figures, index: int) -> float:
    people = int(figures.people[0, index])
    effective = effective_base(float(figures.sums[0, index]), float(figures.squares[0, index]))
    return corrected_base(effective, people=people, frame=figures.frame_sizes.get(figures.split.columns[index].id))


def _vote_cells(figures: Figures, row: str) -> list[dict[str, Any] | None]:
    return [_unless_hidden(figures, index, _vote_cell(figures, index, row)) for index in figures.indices]


def _vote_cell(figures: Figures, index: int, row: str) -> dict[str, Any] | None:
    """A cell where each organisation counts once. There is no interval: votes are not independent people."""
    tally = figures.tallies.get(figures.split.columns[index].id)
    if tally is None or row not in tally.votes:
        return None
    votes = tally.votes[row]
    base = tally.organisations
    exact = float(100 * votes / base) if base else None
    low, high = wilson(np.float64(exact / 100), np.float64(base)) if exact is not None else (None, None)
    return {
        "count": int(votes) if votes.denominator == 1 else float(votes),
        "percent": percent_half_up(votes, base),
        "exact": exact,
        "low": None if low is None else 100 * float(low),
        "high": None if high is None else 100 * float(high),
        "letters": "",
        "flag": flag_of(base),
    }


def _mean_votes(figures: Figures) -> list[dict[str, Any] | None] | None:
    tallies = [figures.tallies.get(column.id) for column in figures.split.columns]
    if not any(tally and tally.mean for tally in tallies):
        return None
    return [_unless_hidden(figures, i, tally.mean if tally else None) for i, tally in enumerate(tallies)]


def _with_mean_ranks(figures: Figures, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A ranking's code rows say the mean place among those who ranked the code."""
    places = np.arange(1.0, place_count(figures.variable) + 1)
    for row, first in zip(rows, first_places(figures.variable), strict=False):
        cut = slice(first, first + len(places))
        row["mean_rank"] = [
            _unless_hidden(figures, index, _mean_dict(figures, _moments_of(figures, places, cut, index)))
            for index in figures.indices
        ]
    return rows


def _score_dict(figures: Figures, index: int) -> dict[str, Any]:
    scored = [
        (place, code.score) for place, code in enumerate(figures.variable.codes, start=1) if code.score is not None
    ]
    places, scores = [place for place, _ in scored], np.array([score for _, score in scored], dtype=np.float64)
    return _mean_dict(figures, _moments_of(figures, scores, places, index))


def _moments_of(figures: Figures, values: Floats, rows: Any, index: int) -> Moments:
    return moments(
        values,
        figures.people[rows, index],
        figures.sums[rows, index].astype(np.float64),
        figures.squares[rows, index].astype(np.float64),
    )


def _number_dict(figures: Figures, index: int) -> dict[str, Any]:
    spread = figures.counts.numbers
    assert spread is not None
    people = spread.people[:, index]
    sums = people.astype(np.float64) if spread.sums is None else amounts(spread.sums, scale=figures.scale)[:, index]
    squares = (
        people.astype(np.float64)
        if spread.squares is None
        else amounts(spread.squares, scale=figures.scale**2)[:, index]
    )
    made = _mean_dict(figures, moments(spread.values, people, sums, squares))
    return made | {name: quantile(spread.values, sums, share) for name, share in QUARTILES.items()}


def _mean_dict(figures: Figures, made: Moments) -> dict[str, Any]:
    plain = {"value": made.value, "sd": made.sd, "base": made.people, "se": made.error}
    if figures.weighted:
        plain |= {"weighted_base": made.weight, "effective_base": made.effective}
    return plain


def _unless_hidden(figures: Figures, index: int, made: Any) -> Any:
    return None if figures.is_hidden(index) else made


def _indices(figures: Figures) -> range:
    return range(len(figures.split.columns))
