"""Sessions that have run out leave the database."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session


def delete_old_sessions(now: datetime) -> int:
    """Delete the sessions whose time is up, and return how many."""
    return Session.objects.filter(expire_date__lt=now).delete()[0]
