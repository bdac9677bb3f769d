"""Barometer with one protection removed: sending reads the draft without keeping others from it until it is
written.
"""

from __future__ import annotations

import time
from typing import Any

from barometer.wsgi import application
from respondents import responses

_standing = responses.standing


def _unlocked(token: str, *, now: Any = None, lock: bool = False) -> Any:
    found = _standing(token, now=now)
    time.sleep(0.03)
    return found


responses.standing = _unlocked

__all__ = ["application"]
