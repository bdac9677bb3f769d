"""Closing at a person's word, and the work after a close done at once instead of by the next sweep."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from respondents.collected import load_responses
from respondents.freezing import destroy_spent_keys
from respondents.gate import enter_gate
from respondents.panel import destroy_spent_panels
from results.closing import close_wave
from results.models import Snapshot
from results.snapshot import build_snapshot
from surveys.lifecycle import move_closing_time, open_wave
from surveys.models import Wave
from surveys.models.wave import State
from surveys.problems import Problem, Refused


@transaction.atomic
def close_early(wave: Wave, *, by: Any = None, now: datetime, without_grace: bool = False) -> bool:
    """Bring the closing time forward to now and close; False when somebody who has begun may still finish.

    Raises Refused when the wave is not open.
    """
    enter_gate(wave.pk, alone=True)  # before anything is locked that somebody inside the gate may want
    if wave.state == State.OPEN and wave.closing_time > now:
        move_closing_time(wave, closes_at=now, by=by, now=now)
    return close_wave(wave, by=by, now=now, without_grace=without_grace)


@transaction.atomic
def load_and_close(wave: Wave, data: bytes, *, by: Any = None, now: datetime) -> int:
    """Load a responses file and close the wave, all or nothing; returns how many responses.

    A draft whose fieldwork lies in the past is opened and closed with its own dates; an open wave closes now. Raises
    Refused otherwise, and for every problem of the draft or the file.
    """
    enter_gate(wave.pk, alone=True)
    if wave.state != State.DRAFT:
        count = load_responses(wave, data)
        close_early(wave, by=by, now=now, without_grace=True)
        return count
    if wave.closes_at is None or wave.opens_at is None or wave.closes_at > now:
        raise Refused(
            Problem("wave.closes_at", f"the fieldwork of {wave.slug} does not lie in the past; open it first")
        )
    open_wave(wave, by=by, now=wave.opens_at)
    count = load_responses(wave, data)
    close_wave(wave, by=by, now=wave.closes_at)
    return count


def finish(wave: Wave, *, now: datetime) -> Snapshot:
    """Do for one closed wave what the sweeps would do next: destroy its key, build its results. Repeatable."""
    destroy_spent_panels(now)
    destroy_spent_keys()
    return build_snapshot(wave, now=now)
