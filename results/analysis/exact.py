"""Sums of weights that come out the same in any order, so that shards add up to the last bit.

A weight is kept as a whole number of units, 2**-39 of the frame's scale (`frame.scale_of`, at or above the largest
weight). Whole numbers below 2**53 add exactly in doubles: 2**14 respondents at a time, then in 64-bit integers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

UNIT_BITS = 39
CHUNK = 1 << 14
MOST_RESPONDENTS = 1 << 24


def units(values: NDArray[np.float64], *, scale: float) -> Ints:
    """Values from 0 to `scale` as whole units. Raises ValueError beyond 2**24 respondents, whose sum might not fit.

    >>> int(units(np.array([0.5]), scale=1.0)[0]) == 2**38
    True
    """
    if len(values) > MOST_RESPONDENTS:
        raise ValueError(f"more than {MOST_RESPONDENTS} weighted respondents cannot be summed in one frame")
    return np.rint(values / scale * 2.0**UNIT_BITS).astype(np.int64)


def amounts(sums: Ints, *, scale: float) -> Any:
    """What sums of units amount to.

    >>> float(amounts(np.array([2**38 + 2**38]), scale=4.0)[0])
    4.0
    """
    return sums / 2.0**UNIT_BITS * scale
