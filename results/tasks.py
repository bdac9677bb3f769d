"""Sweeps of the results: waves whose time is up, and snapshots to be built."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from respondents.remains import vacuum
from results.closing import close_wave, misses_key
from results.frames import frozen_counts
from results.models import Snapshot, Table
from results.shards import build_or_cut, count_waiting
from surveys.apart import each_apart
from surveys.models import Wave
from surveys.problems import Refused

log = logging.getLogger(__name__)

PATIENCE = timedelta(days=3)
"""How long a wave whose key is missing waits for it; nobody can answer any more meanwhile."""


def close_due_waves(now: datetime) -> int:
    """Close every wave whose time is up, or begin to where somebody is still answering. Returns how many moved."""
    return each_apart(Wave.objects.due_to_close(now), lambda wave: _close(wave, now))


def _close(wave: Wave, now: datetime) -> bool:
    if now < wave.closing_time + PATIENCE and misses_key(wave):
        log.error("wave %s is due to close, but its key is not here; bring it back, or it closes without", wave.slug)
        return False
    before = wave.state
    try:
        close_wave(wave, now=now)
    except Refused:
        return False  # another run was first
    return wave.state != before


def build_due_snapshots(now: datetime) -> int:
    """Build the results of every closed wave that has none, or has fewer answers than they count; cut large ones.

    Returns for how many something was done.
    """
    answers = frozen_counts()
    closed = Wave.objects.closed().select_related("snapshot").defer("snapshot__frame", "snapshot__codebook")
    waves = [wave for wave in closed if _is_due(wave, answers)]
    made = each_apart(waves, lambda wave: build_or_cut(wave, people=answers.get(wave.pk, 0), now=now))
    if made:
        vacuum(Snapshot, Table)  # answers that were taken back stood in those that were replaced
    return made


def count_waiting_shards(now: datetime) -> int:
    """Count the parts of large waves that wait for a worker. Returns how many."""
    return count_waiting(now)


def _is_due(wave: Wave, answers: dict[int, int]) -> bool:
    snapshot = getattr(wave, "snapshot", None)
    return snapshot is None or snapshot.summary["people"] != answers.get(wave.pk, 0)
