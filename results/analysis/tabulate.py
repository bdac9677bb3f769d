"""One table of the results: a variable by a break, with bases, percentages, intervals, means and what is hidden."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from results.analysis.banner import Banner, Where, break_of
from results.analysis.counting import count_table
from results.analysis.figures import ORGANISATIONS, PEOPLE, Figures, figures_of
from results.analysis.frame import Frame
from results.analysis.suppression import STAFF, TOTAL, Thresholds
from results.analysis.table_parts import column_dicts, mean_dicts, row_dicts
from results.analysis.tallies import tallies_of
from surveys.codebook import Variable


def tabulate(
    frame: Frame,
    name: str,
    *,
    by: Banner | str | None = None,
    where: Where | None = None,
    denominator: str = PEOPLE,
    organisations: Mapping[str, Any] | None = None,
    thresholds: Thresholds | None = STAFF,
    frame_sizes: Mapping[str, int] | None = None,
) -> dict[str, Any]:
    """One entry of "tables" of the Results JSON: the variable by a break, within a filter.

    `organisations` is what `tally_organisations` made while the wave closed: the wave's own banners, unfiltered.
    `frame_sizes` gives the population of a column (by id), for the intervals only. `thresholds` None hides nothing.
    Raises ValueError on an unknown variable, break, filter or denominator, and when organisations cannot be told.
    """
    variable = _variable(frame, name)
    split = break_of(frame, by=by)
    tallies = {} if where else tallies_of(organisations, name, by=by)
    _check(denominator, thresholds, tallies, where)
    counts = count_table(frame, name, split, where=where)
    figures = figures_of(variable, split, counts, scale=frame.scale, tallies=tallies, thresholds=thresholds)
    figures = replace(figures, frame_sizes=frame_sizes or {}, denominator=denominator)
    return table_of(figures)


def table_of(figures: Figures) -> dict[str, Any]:
    """The table as the plain data of the Results JSON."""
    gone = TOTAL in figures.hidden
    counts = figures.counts
    return {
        "variable": figures.variable.name,
        "text": figures.variable.text,
        "row_text": figures.variable.row,
        "by": figures.split.name,
        "denominator": figures.denominator,
        "columns": column_dicts(figures),
        "rows": row_dicts(figures),
        "mean": mean_dicts(figures),
        "not_asked": None if gone else counts.people - counts.asked,
        "no_answer": None if gone else counts.asked - int(counts.cells[0, 0]),
        "suppressed": [column.id for column in figures.split.columns if column.id in figures.hidden],
    }


def _variable(frame: Frame, name: str) -> Variable:
    if name not in frame.codebook:
        raise ValueError(f"{name} is not a variable of this wave")
    return frame.codebook[name]


def _check(denominator: str, thresholds: Thresholds | None, tallies: Mapping[str, Any], where: Where | None) -> None:
    if denominator not in (PEOPLE, ORGANISATIONS):
        raise ValueError(f"{denominator!r} is not a denominator; people and organisations are")
    needed = denominator == ORGANISATIONS or (thresholds is not None and thresholds.organisations is not None)
    if needed and not tallies:
        reason = "with a filter" if where else "for this break"
        raise ValueError(
            f"Organisations cannot be counted {reason}: who belonged where was known only while the wave closed, "
            "and only the wave's own banners were counted then."
        )
