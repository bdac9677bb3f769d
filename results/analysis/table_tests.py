"""Tests of a whole table: does the answer depend on the column at all?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from results.analysis.random_tables import rarities
from results.analysis.significance import fisher_test

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ENOUGH_RARE = 400
SAME_AS_OBSERVED = 1e-9
NO_VARIANCE = 1e-9
LEAST_EXPECTED, FEW_EXPECTED, SHARE_OF_FEW = 1, 5, 0.2


def table_test(people: Ints, sums: Floats, squares: Floats, *, weighted: bool) -> dict[str, Any] | None:
    """The test that suits a table of codes by columns that exclude each other; None if nothing can be compared.

    Pearson's chi-squared; Fisher's exact test where expected counts are small; weighted, Rao and Scott's F.
    """
    seen = sums if weighted else people  # whose answers all weigh nothing is not in the table
    rows, columns = seen.sum(axis=1) > 0, seen.sum(axis=0) > 0
    if rows.sum() < 2 or columns.sum() < 2:
        return None
    people, sums, squares = (each[rows][:, columns] for each in (people, sums, squares))
    if weighted:
        return rao_scott(people, sums, squares)
    return fisher(people) if _is_sparse(people) else pearson(people)


def pearson(people: Ints) -> dict[str, Any]:
    """Pearson's X² = Σ(O−E)²/E without continuity correction, df (r−1)(c−1) (Pearson 1900).

    >>> made = pearson(np.array([[30, 10], [20, 40]]))
    >>> round(made["statistic"], 3), made["df"]
    (16.667, 1)
    """
    expected = _expected(people)
    statistic = float(((people - expected) ** 2 / expected).sum())
    freedom = (people.shape[0] - 1) * (people.shape[1] - 1)
    return {"method": "pearson", "statistic": statistic, "df": freedom, "p": float(special.chdtrc(freedom, statistic))}


def fisher(people: Ints) -> dict[str, Any]:
    """Fisher's exact test; beyond two by two after Freeman and Halton, from random tables with a fixed seed.

    Tables with the same margins are drawn (`random_tables`) until 400 of them are no likelier than the one seen,
    p = 400/drawn (Besag and Clifford 1991), at most 10,000: then p = (1 + as rare)/(1 + drawn).

    >>> round(fisher(np.array([[31, 9], [20, 20]]))["p"], 3)
    0.019
    """
    if people.shape == (2, 2):
        p = float(fisher_test(people[0, 0], people[:, 0].sum(), people[0, 1], people[:, 1].sum()))
    else:
        p = _fisher_by_chance(people)
    return {"method": "fisher", "statistic": None, "df": None, "p": p}


def _fisher_by_chance(people: Ints) -> float:
    limit = special.gammaln(people + 1.0).sum() - SAME_AS_OBSERVED
    drawn = found = 0
    for scores in rarities(people):
        rare = np.flatnonzero(scores >= limit)
        if found + len(rare) >= ENOUGH_RARE:
            return ENOUGH_RARE / (drawn + int(rare[ENOUGH_RARE - found - 1]) + 1)
        drawn, found = drawn + len(scores), found + len(rare)
    return (1 + found) / (1 + drawn)


def rao_scott(people: Ints, sums: Floats, squares: Floats) -> dict[str, Any] | None:
    """Rao and Scott's second-order corrected F for weighted answers (Rao and Scott 1981, 1984; Thomas and Rao 1990).

    X² of the weighted table brought to n respondents, over the trace of the design effects matrix
    Δ = (C′D⁻¹C/n)⁻¹(C′D⁻¹VD⁻¹C), is F on d and d(n−1) degrees, d = tr(Δ)²/tr(Δ²). V is the variance of the cell shares
    with replacement: n/(n−1)·Σw²(y−p)(y−p)′/(Σw)². Equals R `survey::svychisq(statistic = "F")`.
    """
    size, total = int(people.sum()), float(sums.sum())
    if size < 2 or not total:
        return None
    trace, square = _design_effects(sums / total, squares / total**2 * (size / (size - 1)))
    if size * trace < NO_VARIANCE or square <= 0:
        return None
    brought = sums * (size / total)
    expected = _expected(brought)
    statistic = float(((brought - expected) ** 2 / expected).sum()) / (size * trace)
    freedom = trace * trace / square
    p = float(special.fdtrc(freedom, freedom * (size - 1), statistic))
    return {"method": "rao_scott", "statistic": statistic, "df": freedom, "df2": freedom * (size - 1), "p": p}


def _design_effects(shares: Floats, variances: Floats) -> tuple[float, float]:
    """tr(Δ)/n and tr(Δ²)/n², without a matrix of cells by cells.

    Δ/n has the trace and square of HW, where W = D⁻¹VD⁻¹ = diag(q/p²) − (q/p)1′ − 1(q/p)′ + Σq·11′ with q the
    `variances`, and H = C(C′D⁻¹C)⁻¹C′ = D − DY(Y′DY)⁻¹Y′D; Y spans what rows and columns do alone (`_alone`).
    """
    filled = shares > 0
    p, q = shares[filled], variances[filled]
    alone = _alone(filled)
    held = alone * p[:, None]
    narrow = np.linalg.solve(alone.T @ held, held.T) if alone.shape[1] else np.zeros((0, len(p)))

    def projected(values: Floats) -> Floats:
        return p[:, None] * values - held @ (narrow @ values)

    weight, sides = q / p**2, np.stack([q / p, np.ones_like(p)], axis=1)
    middle = np.array([[0.0, -1.0], [-1.0, q.sum()]])
    shown = projected(sides)
    own = p - (held * narrow.T).sum(axis=1)
    crossed = (narrow * weight) @ held
    mixed = middle @ (sides.T @ shown)
    trace = (own * weight).sum() + np.trace(mixed)
    square = (weight**2 * p * (2 * own - p)).sum() + (crossed * crossed.T).sum()
    square += 2 * np.trace(middle @ (shown.T @ (weight[:, None] * shown))) + np.trace(mixed @ mixed)
    return float(trace), float(square)


def _alone(filled: NDArray[np.bool_]) -> Floats:
    """A basis, on the filled cells, of what is added by row and by column and is nothing in every empty cell.

    Rows and columns that meet in empty cells hang together: what such a group adds by row it takes by column.
    """
    of_row, of_column = _hanging_together(~filled)
    row, column = filled.nonzero()
    made = np.zeros((len(row), of_row.max(initial=0) + of_column.max(initial=0) + 2))
    cells = np.arange(len(row))
    made[cells, of_row[row]] += 1
    made[cells, of_column[column]] -= 1
    return made[:, made.any(axis=0)][:, 1:]


def _hanging_together(empty: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """For each row and column the number of its group: those that empty cells join, directly or through others."""
    rows, columns = empty.shape
    of_row, of_column = np.arange(rows), np.arange(rows, rows + columns)
    while empty.any():
        joined = np.minimum(of_row, np.where(empty, of_column, rows + columns).min(axis=1))
        after = np.minimum(of_column, np.where(empty, joined[:, None], rows + columns).min(axis=0))
        if (joined == of_row).all() and (after == of_column).all():
            break
        of_row, of_column = joined, after
    return of_row, of_column


def _expected(table: NDArray[Any]) -> Floats:
    return np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()


def _is_sparse(people: Ints) -> bool:
    """Whether expected counts are too small for chi-squared: any under 1, or more than a fifth under 5."""
    expected = _expected(people)
    return bool((expected < LEAST_EXPECTED).any() or (expected < FEW_EXPECTED).mean() > SHARE_OF_FEW)
