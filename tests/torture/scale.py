"""How much torture is done: a share in every run of the tests, all of it with ``BAROMETER_FULL=1`` (`make
torture`).
"""

from __future__ import annotations

import os


def of(full: int, *, share: int = 10) -> int:
    """So many cases of the full number that a figure to hold names; one in `share` when not all are asked for."""
    return full if os.environ.get("BAROMETER_FULL") else full // share
