"""Sweeps over waves: what the clock makes due."""

from __future__ import annotations

import logging
from datetime import datetime

from surveys.apart import each_apart
from surveys.lifecycle import open_wave, unschedule_wave
from surveys.models import Wave
from surveys.problems import Refused

log = logging.getLogger(__name__)


def open_due_waves(now: datetime) -> int:
    """Open every scheduled wave whose time has come; one that can no longer open goes back to draft with the reason.

    Returns how many moved. Doubled and late runs change nothing more.
    """
    return each_apart(Wave.objects.due_to_open(now), lambda wave: _open_or_say_why(wave, now))


def _open_or_say_why(wave: Wave, now: datetime) -> bool:
    try:
        open_wave(wave, now=now)
    except Refused as refused:
        if not Wave.objects.due_to_open(now).filter(pk=wave.pk).exists():
            return False  # another run was first
        log.warning("wave %s could not open: %s", wave.slug, refused.problems[0])
        unschedule_wave(wave, now=now, note=str(refused.problems[0])[:300])
    return True
