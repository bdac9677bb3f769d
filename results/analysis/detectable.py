"""How large a difference between two groups must be before a survey of this size is likely to find it."""

from __future__ import annotations

import math

from scipy import optimize, stats

POWER, SIGNIFICANCE = 0.8, 0.05
LEAST = 5


def detectable_difference(
    base1: float, base2: float, *, share: float = 0.5, power: float = POWER, significance: float = SIGNIFICANCE
) -> float | None:
    """The smallest difference of two shares, around `share`, that a two-sided test finds with this power.

    δ with δ = z₁₋α/₂·√(P̄Q̄(1/n₁+1/n₂)) + z_power·√(p₁q₁/n₁+p₂q₂/n₂), p₁ = share−δ/2, p₂ = share+δ/2, P̄ their mean by
    base (Fleiss, Levin and Paik, Statistical Methods for Rates and Proportions, 3rd ed., 2003, chapter 4, without
    continuity correction). That people may be in both groups is left out. None under `LEAST` people in a group, where
    the formula says nothing, and where no difference would do.

    >>> round(detectable_difference(388, 388, share=0.55), 3)      # 50 against 60 per cent takes 388 in each group
    0.1
    >>> round(detectable_difference(51, 29), 2)
    0.32
    """
    if min(base1, base2) < LEAST or not 0 < share < 1:
        return None
    largest = 2 * min(share, 1 - share)

    def short_of(difference: float) -> float:
        return difference - _needed(difference, base1, base2, share, power, significance)

    if short_of(largest) < 0:
        return None
    return float(optimize.brentq(short_of, 0.0, largest))


def _needed(difference: float, base1: float, base2: float, share: float, power: float, significance: float) -> float:
    first, second = share - difference / 2, share + difference / 2
    pooled = (base1 * first + base2 * second) / (base1 + base2)
    under_none = math.sqrt(pooled * (1 - pooled) * (1 / base1 + 1 / base2))
    under_this = math.sqrt(first * (1 - first) / base1 + second * (1 - second) / base2)
    return float(stats.norm.ppf(1 - significance / 2) * under_none + stats.norm.ppf(power) * under_this)
