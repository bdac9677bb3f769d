"""How percentages are printed: whole, half up on exact fractions, never forced to a hundred."""

from __future__ import annotations

import math
from fractions import Fraction

Count = int | float | Fraction

NONE, SLIGHT = "–", "*"
FLOAT_DECIMALS = 7
"""What is read of a percentage that comes of weights: these are typed with few decimals and their sums have noise."""


def percent_half_up(count: Count, base: Count) -> int | None:
    """`count` of `base` as a whole percentage, halves upwards; None on an empty base.

    Whole numbers and fractions are compared exactly. Sums of weights are floats, whose last bits are noise: they are
    read to seven decimals of a per cent first.

    >>> percent_half_up(23, 184)        # 12.5
    13
    """
    if not base:
        return None
    if isinstance(count, float) or isinstance(base, float):
        return math.floor(round(100 * float(count) / float(base), FLOAT_DECIMALS) + 0.5)
    share = Fraction(count) / Fraction(base)
    return (200 * share.numerator + share.denominator) // (2 * share.denominator)


def exact_percent(count: Count, base: Count) -> float | None:
    """`count` of `base` in per cent, not rounded; None on an empty base."""
    return float(100 * count / base) if base else None


def printed(percent: float | None) -> str:
    """An unrounded percentage as a table prints it: "–" for none, "*" for more than none but under a half.

    >>> printed(0.3), printed(12.5), printed(0.0)
    ('*', '13', '–')
    """
    if not percent:
        return NONE
    whole = math.floor(round(percent, FLOAT_DECIMALS) + 0.5)
    return str(whole) if whole else SLIGHT
