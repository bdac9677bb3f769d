"""Means in a table: of scores, of numbers with median and quartiles, and of the places in a ranking."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis.comparisons import compare_means, letters
from results.analysis.exact import amounts
from results.analysis.figures import Figures
from results.analysis.measures import QUARTILES, Moments, moments, quantile
from results.analysis.rows import first_places, place_count

Floats = NDArray[np.float64]
Means = list[dict[str, Any] | None]


def mean_dicts(figures: Figures, *, compared: bool = True) -> tuple[Means, list[dict[str, Any]]] | None:
    """Each column's mean and the differences between them; None for a variable that has no mean."""
    made = means_of(figures)
    if made is None:
        return None
    shared = means_of(figures.overlap) if figures.overlap is not None else None
    differences = compare_means(figures, made, shared) if compared else []
    marks = letters(figures, differences)
    plain = [mean_dict(mean, weighted=figures.weighted) for mean in made]
    extra = _quantiles(figures)
    joined = [{**one, "letters": mark, **more} for one, mark, more in zip(plain, marks, extra, strict=True)]
    return figures.unless_hidden(joined), differences


def means_of(figures: Figures) -> list[Moments] | None:
    """The moments of each column: of numbers, or of the codes' scores; codes without a score are outside the base."""
    if figures.counts.numbers is not None:
        return [moments(figures.counts.numbers.values, *column) for column in _number_columns(figures)]
    if not figures.variable.scored:
        return None
    scored = [(row, code.score) for row, code in enumerate(figures.variable.codes, start=1) if code.score is not None]
    scores = np.array([score for _, score in scored], dtype=np.float64)
    return _moments(figures, scores, [row for row, _ in scored])


def mean_ranks(figures: Figures) -> list[Means]:
    """For each ranked code the mean place in each column, among those who gave it one; lower is better."""
    places = place_count(figures.variable)
    values = np.arange(1.0, places + 1)
    made = (_moments(figures, values, list(range(first, first + places))) for first in first_places(figures.variable))
    return [figures.unless_hidden(mean_dict(mean, weighted=figures.weighted) for mean in means) for means in made]


def mean_dict(mean: Moments, *, weighted: bool) -> dict[str, Any]:
    """A mean as plain data: value, standard deviation, standard error and the people it rests on."""
    plain = {"value": mean.value, "sd": mean.sd, "base": mean.people, "se": mean.error}
    return {**plain, "weighted_base": mean.weight, "effective_base": mean.effective} if weighted else plain


def _moments(figures: Figures, values: Floats, rows: list[int]) -> list[Moments]:
    matrices = (figures.people[rows], figures.sums[rows], figures.squares[rows])
    return [moments(values, *columns) for columns in zip(*(matrix.T for matrix in matrices), strict=True)]


def _number_columns(figures: Figures) -> list[tuple[Any, Any, Any]]:
    """People, sums of weights and of squared weights by value, column by column."""
    spread = figures.counts.numbers
    assert spread is not None
    sums = spread.people if spread.sums is None else amounts(spread.sums, scale=figures.scale)
    squares = spread.people if spread.squares is None else amounts(spread.squares, scale=figures.scale**2)
    columns = range(len(figures.split.columns))
    return [(spread.people[:, i], sums[:, i], squares[:, i]) for i in columns]


def _quantiles(figures: Figures) -> list[dict[str, float | None]]:
    if figures.counts.numbers is None:
        return [{} for _ in figures.indices]
    values = figures.counts.numbers.values
    return [
        {name: quantile(values, sums, share) for name, share in QUARTILES.items()}
        for _, sums, _ in _number_columns(figures)
    ]
