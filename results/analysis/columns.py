"""Columns of a table as plain data: their bases in people, organisations and weights."""

from __future__ import annotations

from typing import Any

from results.analysis.comparisons import letter_of
from results.analysis.figures import Figures
from results.analysis.uncertainty import design_effect


def column_dicts(figures: Figures) -> list[dict[str, Any]]:
    """The table's columns with their bases and letters; the bases of a hidden column are None."""
    return [_column_dict(figures, index) for index in figures.indices]


def _column_dict(figures: Figures, index: int) -> dict[str, Any]:
    column = figures.split.columns[index]
    tally = figures.tallies.get(column.id)
    made = {
        "id": column.id,
        "label": column.label,
        "letter": letter_of(index - 1) if index else "",
        "base": int(figures.people[0, index]),
        "organisations": tally.organisations if tally and not figures.substantive else None,
        **(_weighted(figures, index) if figures.weighted else {}),
    }
    if not figures.is_hidden(index):
        return made
    return {key: value if key in ("id", "label", "letter") else None for key, value in made.items()}


def _weighted(figures: Figures, index: int) -> dict[str, Any]:
    effective = float(figures.effective_bases[index])
    return {
        "weighted_base": float(figures.sums[0, index]),
        "effective_base": effective,
        "design_effect": design_effect(int(figures.people[0, index]), effective),
    }
