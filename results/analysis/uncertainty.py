"""How far a share may be off: effective sample size, finite population correction and Wilson's interval.

The finite population correction belongs to the interval of a share of a known list, and to nothing else: no test
between groups or waves uses it.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Floats = Any  # a float or an array of floats

Z95 = 1.959963984540054


def effective_base(total: float, squares: float) -> float:
    """Kish's effective base (Σw)²/Σw²; 0 on an empty base.

    >>> effective_base(4.0, 4.0)        # four respondents of weight 1
    4.0
    """
    return total * total / squares if squares else 0.0


def design_effect(people: int, effective: float) -> float | None:
    """How many times larger the variance is than that of an unweighted sample of as many people: n / n_eff."""
    return people / effective if effective else None


def corrected_base(effective: float, *, people: int, frame: int | None) -> float:
    """The base that an interval rests on: n(N−1)/(N−n)/deff for `people` of a frame of N; infinite when all answered.

    `effective` is n/deff. Without a frame there is no correction, nor where more are counted than the frame holds: it
    is not theirs then (the organisations of a region's leaders, some of whom lead others elsewhere as well).

    >>> round(corrected_base(116, people=116, frame=569), 1)
    145.4
    """
    if frame is None or frame < people:
        return effective
    if frame == people:
        return math.inf
    return effective * (frame - 1) / (frame - people)


def wilson(share: Floats, base: Floats, *, z: float = Z95) -> tuple[Floats, Floats]:
    """Wilson's score interval for shares on effective bases (Wilson 1927, JASA 22:209–212); NaN on an empty base.

    Centre (p + z²/2n)/(1 + z²/n), half width z√(p(1−p)/n + z²/4n²)/(1 + z²/n). On an infinite base (everybody in the
    frame answered) both bounds are the share.

    >>> low, high = wilson(np.array(31 / 51), np.array(51.0))
    >>> round(100 * float(low), 1), round(100 * float(high), 1)
    (47.1, 73.0)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = z * z / base
        centre = (share + spread / 2) / (1 + spread)
        half = z * np.sqrt(share * (1 - share) / base + spread / (4 * base)) / (1 + spread)
    return np.maximum(0.0, centre - half), np.minimum(1.0, centre + half)
