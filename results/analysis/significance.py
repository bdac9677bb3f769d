"""Tests between groups: two proportions, two means, and the adjustment for testing many.

None of these knows of a finite population: a difference between groups is a claim about more than those on the list.
All formulas work on arrays of any one shape, NaN standing for "no test".
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Floats = Any  # a float or an array of floats

SMALL_BASE = 30
SAME_AS_OBSERVED = 1 + 1e-7
USUAL = 4096


def proportion_test(
    share1: Floats, base1: Floats, share2: Floats, base2: Floats, *, shared: Floats = 0.0, correlation: Floats = 1.0
) -> tuple[Floats, Floats, Floats]:
    """Pooled t test of two proportions on effective bases: t, degrees of freedom and two-sided p.

    t = (p₁−p₂)/√(P(1−P)[1/e₁+1/e₂−2Z·e₀/(e₁e₂)]), df = e₁+e₂−e₀−2, with P = (e₁p₁+e₂p₂)/(e₁+e₂). `shared` is e₀, the
    effective base of those in both groups; `correlation` Z, that of their two answers: 1 when both columns rest on one
    answer, φ between two waves. (The column proportions test of survey tabulation packages.) Where nothing varies,
    t is 0.

    >>> t, df, p = proportion_test(0.5, 50.0, 0.25, 60.0)
    >>> round(float(t), 4), float(df), round(float(p), 4)
    (2.7141, 108.0, 0.0077)
    """
    pooled = (base1 * share1 + base2 * share2) / (base1 + base2)
    variance = pooled * (1 - pooled) * (1 / base1 + 1 / base2 - 2 * correlation * shared / (base1 * base2))
    freedom = base1 + base2 - shared - 2
    return _t_test(share1 - share2, variance, freedom)


def quantum_proportion_test(share1: float, base1: float, share2: float, base2: float) -> tuple[float, float, float]:
    """The same test as the tabulation package Quantum prints it: standard error, t and degrees of freedom.

    Its variance carries the factor (e₁+e₂)/(e₁+e₂−1) and its df is e₁+e₂−1. Only for comparing with such tables.

    >>> [round(each, 6) for each in quantum_proportion_test(128 / 312, 312, 16 / 125, 125)]
    [0.049813, 5.666362, 436]
    """
    both = base1 + base2
    pooled = (base1 * share1 + base2 * share2) / both
    error = float(np.sqrt(pooled * (1 - pooled) * (1 / base1 + 1 / base2) * both / (both - 1)))
    return error, (share1 - share2) / error, both - 1


def fisher_test(count1: Any, base1: Any, count2: Any, base2: Any) -> NDArray[np.float64]:
    """Fisher's exact test of two counts (Fisher 1922), two-sided: the tables no likelier than the one seen.

    Whole numbers or arrays of them. The work grows with the smaller base.

    >>> round(float(fisher_test(31, 51, 9, 29)), 3)
    0.019
    """
    counts = np.broadcast_arrays(*(np.asarray(each, dtype=np.int64) for each in (count1, base1, count2, base2)))
    seen, base, others, other_base = (np.atleast_1d(each).ravel() for each in counts)
    swap = base > other_base
    seen, base, others, other_base = (
        np.where(swap, others, seen),
        np.where(swap, other_base, base),
        np.where(swap, seen, others),
        np.where(swap, base, other_base),
    )
    margin = seen + others
    possible = np.arange(int(base.max(initial=0)) + 1)[None, :]
    weights = _log_choose(base[:, None], possible) + _log_choose(other_base[:, None], margin[:, None] - possible)
    observed = np.take_along_axis(weights, seen[:, None], axis=1)
    logs = weights - _log_choose(base + other_base, margin)[:, None]
    likely = np.where(weights <= observed + np.log(SAME_AS_OBSERVED), np.exp(logs), 0.0).sum(axis=1)
    return np.minimum(1.0, likely).reshape(counts[0].shape)


def welch_test(
    mean1: Floats,
    sd1: Floats,
    base1: Floats,
    mean2: Floats,
    sd2: Floats,
    base2: Floats,
    *,
    shared: Floats = 0.0,
    shared_variance: Floats = 0.0,
) -> tuple[Floats, Floats, Floats]:
    """Welch's t test of two means on effective bases (Welch 1947): t, degrees of freedom and two-sided p.

    t = (x̄₁−x̄₂)/√(s₁²/e₁+s₂²/e₂−2e₀c/(e₁e₂)), where c is the covariance of the two answers of those in both groups
    (`shared`, their effective base). Degrees of freedom after Satterthwaite, at most e₁+e₂−e₀−2 when groups overlap.

    >>> t, df, p = welch_test(6.5, 1.9, 85.0, 7.2, 1.7, 94.0)
    >>> round(float(t), 3), round(float(df), 1), round(float(p), 4)
    (-2.587, 169.4, 0.0105)
    """
    part1, part2 = np.square(sd1) / base1, np.square(sd2) / base2
    with np.errstate(divide="ignore", invalid="ignore"):
        freedom = (part1 + part2) ** 2 / (part1**2 / (base1 - 1) + part2**2 / (base2 - 1))
    freedom = np.where(np.asarray(shared) > 0, np.minimum(freedom, base1 + base2 - shared - 2), freedom)
    variance = part1 + part2 - 2 * shared * shared_variance / (base1 * base2)
    return _t_test(mean1 - mean2, variance, freedom)


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm's step-down adjustment along the last axis (Holm 1979); NaN is not a test and stays NaN.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(4).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, axis=-1)
    ranked = np.take_along_axis(p_values, order, axis=-1)
    tests = np.isfinite(p_values).sum(axis=-1, keepdims=True)
    stepped = np.maximum.accumulate(ranked * (tests - np.arange(p_values.shape[-1])), axis=-1)
    adjusted = np.empty_like(p_values)
    np.put_along_axis(adjusted, order, np.minimum(1.0, stepped), axis=-1)
    return adjusted


def benjamini_hochberg(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Adjusted p for a false discovery rate (Benjamini and Hochberg 1995) of ``[n]`` tests; NaN stays NaN.

    >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    adjusted = np.full_like(p_values, np.nan)
    tested = np.flatnonzero(np.isfinite(p_values))
    order = tested[np.argsort(p_values[tested])]
    raised = p_values[order] * len(order) / np.arange(1, len(order) + 1)
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(raised[::-1])[::-1])
    return adjusted


def _t_test(difference: Floats, variance: Floats, freedom: Floats) -> tuple[Floats, Floats, Floats]:
    """t, df and p of a difference; 0 where nothing varies and nothing differs, no test without freedom."""
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(variance > 0, difference / np.sqrt(variance), np.where(difference == 0, 0.0, np.nan))
        p = 2 * special.stdtr(freedom, -np.abs(t))
    tested = np.asarray(freedom) > 0
    return np.where(tested, t, np.nan), freedom, np.where(tested, p, np.nan)


def _log_choose(whole: Any, part: Any) -> Any:
    """The logarithm of "whole choose part"; minus infinity where it cannot be."""
    inside = (part >= 0) & (part <= whole)
    part = np.where(inside, part, 0)
    return np.where(inside, _log_factorial(whole) - _log_factorial(part) - _log_factorial(whole - part), -np.inf)


def _log_factorial(number: Any) -> Any:
    """log(n!), looked up where n is one of the usual."""
    usual = _log_factorials()
    number = np.maximum(number, 0)
    return usual[number] if np.max(number, initial=0) < len(usual) else special.gammaln(number + 1.0)


@cache
def _log_factorials() -> NDArray[np.float64]:
    return np.asarray(special.gammaln(np.arange(USUAL) + 1.0))
