"""Tests of a whole table: does the answer depend on the column at all?"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, special, stats

from results.analysis.significance import fisher_test

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED, RANDOM_TABLES, BATCH, ENOUGH_RARE = 20121107, 9999, 1000, 400
SAME_AS_OBSERVED = 1e-9
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

    Tables with the same margins are drawn (Patefield's algorithm) until 400 of them are no likelier than the one seen,
    p = 400/drawn (Besag and Clifford 1991), at most 9,999: then p = (1 + as rare)/(1 + drawn).

    >>> round(fisher(np.array([[31, 9], [20, 20]]))["p"], 3)
    0.019
    """
    if people.shape == (2, 2):
        p = float(fisher_test(people[0, 0], people[:, 0].sum(), people[0, 1], people[:, 1].sum()))
    else:
        p = _fisher_by_chance(people)
    return {"method": "fisher", "statistic": None, "df": None, "p": p}


def _fisher_by_chance(people: Ints) -> float:
    log_factorials = special.gammaln(np.arange(people.sum() + 1) + 1.0)
    limit = -log_factorials[people].sum() + SAME_AS_OBSERVED
    tables, chance = stats.random_table(people.sum(axis=1), people.sum(axis=0)), np.random.default_rng(SEED)
    drawn = found = 0
    while drawn < RANDOM_TABLES:
        batch = tables.rvs(min(BATCH, RANDOM_TABLES - drawn), random_state=chance)
        rare = np.flatnonzero(-log_factorials[batch].sum(axis=(1, 2)) <= limit)
        if found + len(rare) >= ENOUGH_RARE:
            return ENOUGH_RARE / (drawn + int(rare[ENOUGH_RARE - found - 1]) + 1)
        drawn, found = drawn + len(batch), found + len(rare)
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
    shares = (sums / total).ravel()
    contrasts = _interactions(*sums.shape)
    inverse = np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0)
    scaled = contrasts * inverse[:, None]
    simple = contrasts.T @ scaled / size
    designed = scaled.T @ _variance(shares, squares.ravel(), total, size) @ scaled
    effects = _solved(simple, designed)
    trace, square = float(np.trace(effects)), float((effects * effects.T).sum())
    if trace <= 0 or square <= 0:
        return None
    brought = sums * (size / total)
    expected = _expected(brought)
    statistic = float(((brought - expected) ** 2 / expected).sum()) / trace
    freedom = trace * trace / square
    p = float(stats.f.sf(statistic, freedom, freedom * (size - 1)))
    return {"method": "rao_scott", "statistic": statistic, "df": freedom, "df2": freedom * (size - 1), "p": p}


def _solved(matrix: NDArray[Any], right: NDArray[Any]) -> NDArray[Any]:
    """The solution of linear equations; the least one where empty cells leave several."""
    try:
        return np.linalg.solve(matrix, right)
    except np.linalg.LinAlgError:
        return np.asarray(linalg.lstsq(matrix, right, lapack_driver="gelsy", check_finite=False)[0])


def _variance(shares: Floats, squares: Floats, total: float, size: int) -> Floats:
    """Σw²(y−p)(y−p)′/(Σw)²·n/(n−1) for indicators of cells, from the cells' sums of squared weights."""
    cross = np.outer(squares, shares)
    spread = np.diag(squares) - cross - cross.T + squares.sum() * np.outer(shares, shares)
    return spread / total**2 * (size / (size - 1))


def _interactions(rows: int, columns: int) -> NDArray[Any]:
    """Contrasts of the cells that leave out what rows and columns do alone: ``[cells, (r−1)(c−1)]``."""
    return np.kron(_deviations(rows), _deviations(columns))


def _deviations(levels: int) -> NDArray[Any]:
    return np.concatenate([np.eye(levels - 1), -np.ones((1, levels - 1))])


def _expected(table: NDArray[Any]) -> Floats:
    return np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()


def _is_sparse(people: Ints) -> bool:
    """Whether expected counts are too small for chi-squared: any under 1, or more than a fifth under 5."""
    expected = _expected(people)
    return bool((expected < LEAST_EXPECTED).any() or (expected < FEW_EXPECTED).mean() > SHARE_OF_FEW)
