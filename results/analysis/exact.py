"""Sums of weights that come out the same in any order, so that shards add up to the bit.

A weight is split into a coarse part, a whole multiple of 2**-26 of the scale, and the rest, a multiple of 2**-53 of
it. Each part is summed in doubles, exact for up to 2**26 respondents; the two sums are added once at the end.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

COARSE, FINE = 2.0**26, 2.0**53
PARTS = 2


def split(values: NDArray[np.float64], *, scale: float) -> NDArray[np.float64]:
    """Values ``[n]`` from 0 to `scale` (a power of two) as two parts ``[2, n]`` that can be summed exactly.

    >>> split(np.array([0.1]), scale=1.0).sum()
    0.1
    """
    relative = values / scale
    coarse = np.rint(relative * COARSE) / COARSE
    fine = np.rint((relative - coarse) * FINE) / FINE
    return np.stack([coarse, fine]) * scale


def joined(parts: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sums that the two summed parts ``[2, ...]`` stand for."""
    return parts[0] + parts[1]
