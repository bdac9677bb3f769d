"""Means, spreads and quantiles of a column, from how its values are distributed."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from results.analysis.uncertainty import effective_base

Floats = NDArray[np.float64]

QUARTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}


@dataclass(frozen=True, slots=True)
class Moments:
    """A mean with what it rests on: people, and their sum of weights and effective base (people when unweighted)."""

    value: float | None
    sd: float | None
    people: int
    weight: float
    effective: float

    @property
    def error(self) -> float | None:
        """The standard error SD/√(effective base)."""
        return self.sd / math.sqrt(self.effective) if self.sd is not None and self.effective else None


def moments(values: Floats, people: NDArray[np.int64], sums: Floats, squares: Floats) -> Moments:
    """Mean Σwx/Σw and standard deviation √(Σw(x−x̄)²/(Σw−1)) of `values` ``[v]`` with their sums of w and w².

    >>> one = np.ones(3)
    >>> made = moments(np.array([1.0, 2.0, 6.0]), one.astype(int), one, one)
    >>> made.value, round(made.sd, 4), made.people
    (3.0, 2.6458, 3)
    """
    total = float(sums.sum())
    effective = effective_base(total, float(squares.sum()))
    if not total:
        return Moments(None, None, int(people.sum()), total, effective)
    mean = float((sums * values).sum()) / total
    spread = float((sums * (values - mean) ** 2).sum())
    sd = math.sqrt(spread / (total - 1)) if total > 1 else None
    return Moments(mean, sd, int(people.sum()), total, effective)


def quantile(values: Floats, sums: Floats, share: float) -> float | None:
    """The value that `share` of the weight does not exceed; where that falls between two values, their middle.

    The averaged inverse of the empirical distribution (type 2 of Hyndman and Fan 1996; the median everybody knows).
    `values` ascend.

    >>> quantile(np.array([1.0, 2.0, 3.0, 10.0]), np.ones(4), 0.5)
    2.5
    """
    held = sums > 0
    values, sums = values[held], sums[held]
    if not len(values):
        return None
    reached = np.cumsum(sums)
    target = share * reached[-1]
    slack = 1e-12 * reached[-1]
    low = int(np.searchsorted(reached, target - slack))
    high = int(np.searchsorted(reached, target + slack, side="right"))
    return float(values[low] + values[min(high, len(values) - 1)]) / 2
