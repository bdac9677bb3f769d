"""What staff did that the log should hold, told to whoever keeps one; this application does not know who."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import Signal

from surveys.models import Survey, Wave

done = Signal()
"""Sent with `kind`, `by`, `survey`, `wave`, `note` and `at`."""


def tell(
    kind: str, *, by: Any, now: datetime, wave: Wave | None = None, survey: Survey | None = None, note: str = ""
) -> None:
    """Say that somebody did something, in the transaction in which it is done.

    `note` says what in a few words, never with an answer, a respondent, an address or a link.
    """
    survey = survey or (wave.survey if wave else None)
    done.send(sender=None, kind=kind, by=by, survey=survey, wave=wave, note=note, at=now)
