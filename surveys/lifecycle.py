"""The life of a wave: which moves there are, and the one door through which each goes.

Every move is a compare-and-set on the state and leaves one event row, so that doing it twice does it once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from surveys.canonical import digest
from surveys.compiling import compile_wave, problems
from surveys.models import Instrument, Wave, WaveEvent
from surveys.models.wave import State
from surveys.problems import Problem, Refused, refuse_if

TRANSITIONS: dict[str, tuple[str, ...]] = {
    State.DRAFT: (State.SCHEDULED, State.OPEN),
    State.SCHEDULED: (State.DRAFT, State.OPEN),
    State.OPEN: (State.CLOSING, State.CLOSED),
    State.CLOSING: (State.CLOSED,),
    State.CLOSED: (State.PUBLISHED,),
    State.PUBLISHED: (State.ARCHIVED,),
    State.ARCHIVED: (),
}


@transaction.atomic
def open_wave(wave: Wave, *, by: Any = None, now: datetime, note: str = "") -> Wave:
    """Open a draft or scheduled wave: freeze its instrument and take answers; schedule it if its time is to come.

    Raises Refused with everything that prevents it. `wave` is brought up to date.
    """
    wave.refresh_from_db(from_queryset=Wave.objects.select_for_update())
    _refuse_unless_leading_to(State.OPEN, wave, wave.state)
    refuse_if(problems(wave, now=now))
    if wave.opens_at and wave.opens_at > now:
        return wave if wave.state == State.SCHEDULED else schedule_wave(wave, by=by, now=now, note=note)
    _freeze_instrument(wave)
    _move(wave, State.OPEN, by=by, now=now, note=note)
    return wave


@transaction.atomic
def schedule_wave(wave: Wave, *, by: Any = None, now: datetime, note: str = "") -> Wave:
    """Set a draft to open by itself at `opens_at`. Raises Refused with everything that prevents it."""
    refuse_if(problems(wave, now=now))
    _move(wave, State.SCHEDULED, by=by, now=now, note=note)
    return wave


def unschedule_wave(wave: Wave, *, by: Any = None, now: datetime, note: str = "") -> Wave:
    """Take a scheduled wave back to draft, so that it can be edited."""
    _move(wave, State.DRAFT, by=by, now=now, note=note)
    return wave


@transaction.atomic
def set_times(wave: Wave, *, opens_at: datetime, closes_at: datetime) -> Wave:
    """Set when a draft opens and closes. Raises Refused when it is no draft or closes before it opens."""
    if closes_at <= opens_at:
        raise Refused(Problem("wave.closes_at", "is not after opens_at"))
    changed = Wave.objects.filter(pk=wave.pk, state=State.DRAFT).update(
        opens_at=opens_at, closes_at=closes_at, revision=F("revision") + 1
    )
    if not changed:
        raise Refused(Problem("wave.state", "only a draft's times are set freely; extend an open wave instead"))
    wave.refresh_from_db()
    return wave


@transaction.atomic
def move_closing_time(wave: Wave, *, closes_at: datetime, by: Any = None, now: datetime, note: str = "") -> Wave:
    """Extend or shorten an open wave; a time that has passed closes it at the next sweep.

    Raises Refused when the wave is not open.
    """
    closes_at = max(closes_at, now)
    if not Wave.objects.filter(pk=wave.pk, state=State.OPEN).update(closes_at=closes_at):
        raise Refused(Problem("wave.state", "only an open wave's closing time can be moved"))
    wave.refresh_from_db()
    moved = f"closing time set to {closes_at.isoformat(timespec='minutes')}"
    _note(wave, by=by, now=now, note=f"{moved}; {note}" if note else moved)
    return wave


def begin_closing(wave: Wave, *, by: Any = None, now: datetime) -> Wave:
    """Take no new respondents; those who have begun may finish within the grace period."""
    _move(wave, State.CLOSING, by=by, now=now)
    return wave


def mark_closed(wave: Wave, *, by: Any = None, now: datetime, note: str = "") -> Wave:
    """The last step of `results.closing.close_wave`, inside its transaction and behind its gate."""
    _move(wave, State.CLOSED, by=by, now=now, note=note)
    return wave


def _freeze_instrument(wave: Wave) -> None:
    document = compile_wave(wave)
    Instrument.objects.create(wave=wave, document=document, digest=digest(document))


def _move(wave: Wave, after: str, *, by: Any, now: datetime, note: str = "") -> None:
    """Move the wave by compare-and-set and write the event. Raises Refused when there is no such way from here."""
    before = Wave.objects.filter(pk=wave.pk).values_list("state", flat=True).get()
    _refuse_unless_leading_to(after, wave, before)
    if not Wave.objects.filter(pk=wave.pk, state=before).update(state=after):
        raise Refused(Problem("wave.state", f"{wave.slug} has just been moved by somebody else"))
    wave.state = after
    WaveEvent.objects.create(wave=wave, at=now, by=by, before=before, after=after, note=note)


def _refuse_unless_leading_to(after: str, wave: Wave, before: str) -> None:
    if after not in TRANSITIONS[before]:
        raise Refused(Problem("wave.state", f"{wave.slug} is {before} and cannot become {after}"))


def _note(wave: Wave, *, by: Any, now: datetime, note: str) -> None:
    WaveEvent.objects.create(wave=wave, at=now, by=by, before=wave.state, after=wave.state, note=note)
