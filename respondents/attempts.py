"""How often somebody may type a code: a few times in a quarter of an hour from one address.

Each attempt is written down before the code is looked at. Rows hold a keyed hash, no address, and are deleted by a
sweep once they no longer count.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.utils.crypto import salted_hmac

from respondents.models import CodeAttempt

WINDOW = timedelta(minutes=15)
MOST = 10
"""Attempts in a window from one address; one household or office is one address of version 6."""


def may_try(address: str, *, now: datetime) -> bool:
    """Write an attempt down, and say whether it may go on."""
    mark = salted_hmac("respondents.attempts", _place_of(address), algorithm="sha256").hexdigest()
    CodeAttempt.objects.create(mark=mark, at=now)
    return CodeAttempt.objects.filter(mark=mark, at__gt=now - WINDOW).count() <= MOST


def forget_attempts(now: datetime) -> int:
    """Delete the attempts that no longer count, and return how many."""
    return CodeAttempt.objects.filter(at__lte=now - WINDOW).delete()[0]


def _place_of(address: str) -> str:
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    return str(ip_network(f"{found}/64", strict=False)) if found.version == 6 else str(found)
