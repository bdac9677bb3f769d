"""A table in which each organisation counts once: votes instead of people, from what was kept at the close."""

from __future__ import annotations

from typing import Any

import numpy as np

from results.analysis.cells import flag_of
from results.analysis.figures import Figures
from results.analysis.rounding import exact_percent, percent_half_up
from results.analysis.rows import Head
from results.analysis.tallies import ColumnTally
from results.analysis.uncertainty import corrected_base, wilson


def vote_rows(figures: Figures, listed: list[Head]) -> list[dict[str, Any]]:
    """The rows with votes for counts; there are no letters, for members of several organisations vote in each."""
    return [{**head, "cells": _vote_cells(figures, head["id"]), "differences": []} for head, _ in listed]


def vote_means(figures: Figures) -> list[dict[str, Any] | None] | None:
    """The mean of one vote an organisation in each column; None for a variable without a mean."""
    means = [tally.mean if tally else None for tally in _tallies(figures)]
    return figures.unless_hidden(means) if any(means) else None


def _tallies(figures: Figures) -> list[ColumnTally | None]:
    return [figures.tallies.get(column.id) for column in figures.split.columns]


def _vote_cells(figures: Figures, row: str) -> list[dict[str, Any] | None]:
    sizes = [figures.frame_sizes.get(column.id) for column in figures.split.columns]
    made = [_vote_cell(tally, row, size) for tally, size in zip(_tallies(figures), sizes, strict=True)]
    return figures.unless_hidden(made)


def _vote_cell(tally: ColumnTally | None, row: str, size: int | None) -> dict[str, Any] | None:
    """Votes over organisations; the interval rests on the organisations, of the frame's `size` when known."""
    if tally is None or row not in tally.votes:
        return None
    votes, base = tally.votes[row], tally.organisations
    low, high = _bounds(float(votes / base), base, size) if base else (None, None)
    return {
        "count": int(votes) if votes.denominator == 1 else float(votes),
        "percent": percent_half_up(votes, base),
        "exact": exact_percent(votes, base),
        "low": low,
        "high": high,
        "letters": "",
        "flag": flag_of(base),
    }


def _bounds(share: float, base: int, size: int | None) -> tuple[float, float]:
    low, high = wilson(np.float64(share), np.float64(corrected_base(float(base), people=base, frame=size)))
    return 100 * float(low), 100 * float(high)
