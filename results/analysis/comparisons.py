"""Columns compared with each other, row by row: the letters in a table and the differences they stand for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis.banner import Break, Column
from results.analysis.figures import Figures
from results.analysis.measures import Moments
from results.analysis.significance import SMALL_BASE, fisher_test, holm, proportion_test, welch_test

Floats = NDArray[np.float64]

CERTAIN, LIKELY = 0.05, 0.10
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
T_TEST, FISHER, WELCH = "t", "fisher", "welch"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pairs of columns of one table that may be compared: their places, and the effective base both share."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    shared: Floats

    @classmethod
    def of(cls, figures: Figures) -> Pairs:
        """All pairs of columns that are shown and not empty, the total apart."""
        able = [i for i in figures.indices[1:] if not figures.is_hidden(i) and figures.people[0, i]]
        pairs = np.array(list(combinations(able, 2)), dtype=np.intp).reshape(-1, 2)
        return cls(pairs[:, 0], pairs[:, 1], _shared(figures, pairs))


def letter_of(place: int) -> str:
    """The letter of the column at `place`, 0 the first after the total: A to Z, then AA, AB and on."""
    first, second = divmod(place, len(ALPHABET))
    return ALPHABET[second] if not first else ALPHABET[first - 1] + ALPHABET[second]


def pair_break(split: Break) -> Break | None:
    """A break whose columns are those shared by each two columns of an overlapping break; None where none can be."""
    if not split.overlapping:
        return None
    pairs = combinations(split.columns[1:], 2)
    made = [Column(f"{one.id}&{two.id}", "", one.mask & two.mask) for one, two in pairs]
    return Break(split.name, (split.columns[0], *made), frozenset(column.id for column in made))


def pair_places(figures: Figures) -> dict[tuple[int, int], int]:
    """Where each pair of columns stands among the columns of the pair break."""
    return {pair: place for place, pair in enumerate(combinations(figures.indices[1:], 2), start=1)}


def compare_rows(figures: Figures, people: NDArray[np.int64], sums: NDArray[Any]) -> list[list[dict[str, Any]]]:
    """For each row ``[rows, columns]`` the pairs of columns that differ, adjusted after Holm within the row.

    Pooled t tests on effective bases; Fisher's exact test where a base is under 30, unless weighted or overlapping:
    then there is no test.
    """
    pairs = Pairs.of(figures)
    if not len(pairs.first) or not len(people):
        return [[] for _ in people]
    bases = figures.effective_bases
    shares = sums / np.maximum(figures.sums[0], np.finfo(float).tiny)
    one, two = pairs.first, pairs.second
    _, _, p = proportion_test(shares[:, one], bases[one], shares[:, two], bases[two], shared=pairs.shared)
    small = np.minimum(bases[one], bases[two]) < SMALL_BASE
    exact = small & (pairs.shared == 0) & (not figures.weighted)
    p[:, small] = np.nan
    if exact.any():
        i, j = one[exact], two[exact]
        p[:, exact] = fisher_test(people[:, i], figures.people[0, i], people[:, j], figures.people[0, j])
    methods = np.where(exact, FISHER, T_TEST)
    return [list(_differences(figures, pairs, *row, methods)) for row in zip(shares, p, holm(p), strict=True)]


def compare_means(figures: Figures, means: list[Moments], shared: list[Moments] | None) -> list[dict[str, Any]]:
    """The pairs of columns whose means differ, by Welch's test, adjusted after Holm.

    `means` has one mean a column; `shared` one for each column of the pair break, or None.
    """
    able = [i for i in figures.indices[1:] if not figures.is_hidden(i) and _has_spread(means[i])]
    pairs = list(combinations(able, 2))
    if not pairs:
        return []
    places = np.array(pairs, dtype=np.intp)
    p = _welch(figures, means, shared, places)
    values = np.array([np.nan if mean.value is None else mean.value for mean in means])
    listed = Pairs(places[:, 0], places[:, 1], np.zeros(len(pairs)))
    return list(_differences(figures, listed, values, p, holm(p), np.full(len(pairs), WELCH)))


def letters(figures: Figures, differences: list[dict[str, Any]]) -> list[str]:
    """What each column's cell carries: the letters of the columns it is higher than, small ones for the 90 % level."""
    places = {column.id: place for place, column in enumerate(figures.split.columns[1:])}
    cells: dict[str, list[str]] = {column.id: [] for column in figures.split.columns}
    for each in differences:
        letter = letter_of(places[each["lower"]])
        cells[each["higher"]].append(letter if each["adjusted"] < CERTAIN else letter.lower())
    joint = "" if len(places) <= len(ALPHABET) else " "
    return [joint.join(cells[column.id]) for column in figures.split.columns]


def _differences(
    figures: Figures, pairs: Pairs, values: Floats, p: Floats, adjusted: Floats, methods: NDArray[Any]
) -> Iterator[dict[str, Any]]:
    for place in np.flatnonzero(adjusted < LIKELY).tolist():
        ends = sorted((int(pairs.first[place]), int(pairs.second[place])), key=lambda i: -values[i])
        higher, lower = (figures.split.columns[i].id for i in ends)
        made = {"higher": higher, "lower": lower, "p": float(p[place]), "adjusted": float(adjusted[place])}
        yield made | {"method": str(methods[place])}


def _shared(figures: Figures, pairs: NDArray[np.intp]) -> Floats:
    """The effective base of those in both columns of each pair; none where columns exclude each other."""
    if figures.overlap is None:
        return np.zeros(len(pairs))
    places = pair_places(figures)
    bases = figures.overlap.effective_bases
    return np.array([bases[places[int(i), int(j)]] for i, j in pairs])


def _has_spread(mean: Moments) -> bool:
    return mean.sd is not None and mean.effective > 1


def _welch(figures: Figures, means: list[Moments], shared: list[Moments] | None, pairs: NDArray[np.intp]) -> Floats:
    """Two-sided p of each pair of means."""
    one, two = (_arrays([means[i] for i in column]) for column in pairs.T)
    if shared is None:
        return np.asarray(welch_test(*one, *two)[2])
    places = pair_places(figures)
    _, sd, base = _arrays([shared[places[int(i), int(j)]] for i, j in pairs])
    return np.asarray(welch_test(*one, *two, shared=base, shared_variance=np.nan_to_num(sd) ** 2)[2])


def _arrays(means: list[Moments]) -> tuple[Floats, Floats, Floats]:
    """Values, deviations and effective bases; NaN for what cannot be said."""
    columns = zip(*((mean.value, mean.sd, mean.effective) for mean in means), strict=True)
    values, deviations, bases = (np.array(column, dtype=np.float64) for column in columns)
    return values, deviations, bases
