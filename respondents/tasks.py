"""Sweeps of fieldwork: links to issue, letters to send, keys to destroy."""

from __future__ import annotations

from datetime import datetime

from respondents import erasures
from respondents.attempts import forget_attempts
from respondents.freezing import destroy_spent_keys
from respondents.invitations import issue_links
from respondents.mailing import send_waiting_letters
from respondents.panel import destroy_spent_panels
from surveys.apart import each_apart
from surveys.models import Wave


def forget_code_attempts(now: datetime) -> int:
    """Delete attempts at typed codes that no longer count. Returns how many."""
    return forget_attempts(now)


def issue_due_links(now: datetime) -> int:
    """Give invitations of scheduled and open waves the links they lack."""
    waves = Wave.objects.filter(state__in=["scheduled", "open"], invitations__token_hash=None).distinct()
    return each_apart(waves.exclude(invitations=None), issue_links)


def send_due_letters(now: datetime) -> int:
    """Send what mailings are due; each letter at most once. Returns how many were settled."""
    return send_waiting_letters(now)


def keep_erasures(now: datetime) -> int:
    """Bring the two ledgers of erasures together, and after a restore erase again. Returns how many marks differed."""
    return erasures.keep_erasures()


def destroy_keys(now: datetime) -> int:
    """Destroy the keys of the waves that have closed, and what was sealed for longer than needed. Returns how many."""
    return destroy_spent_panels(now) + destroy_spent_keys()
