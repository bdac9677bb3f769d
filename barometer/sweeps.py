"""The one table of periodic work, and the three ways to run it.

A sweep is a function of the time that finds what is due in the database, does it, and returns how many things it
did. It may run twice, at once with itself, late or never: the next one makes good. Celery beat sends one message per
sweep and period (`celery.py`), `manage.py tick` runs all until nothing is due, and `Runner` is a thread.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import close_old_connections
from django.utils import timezone
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

Sweep = Callable[[datetime], int]

# In the order in which one makes work for the next; seconds between two runs.
SWEEPS: tuple[tuple[str, int], ...] = (
    ("surveys.tasks.open_due_waves", 5),
    ("respondents.tasks.keep_erasures", 5),
    ("respondents.tasks.issue_due_links", 5),
    ("respondents.tasks.send_due_letters", 5),
    ("results.tasks.close_due_waves", 5),
    ("respondents.tasks.destroy_keys", 5),
    ("results.tasks.build_due_snapshots", 5),
    ("results.tasks.count_waiting_shards", 5),
    ("barometer.accounts.letters.send_staff_letters", 5),
    ("respondents.tasks.forget_code_attempts", 300),
    ("barometer.accounts.attempts.forget_old_attempts", 300),
    ("barometer.accounts.sessions.delete_old_sessions", 3600),
)

# A sweep that always claims to have done something would keep `run_until_idle` for ever.
MOST_ROUNDS = 10_000


class SweepsFailed(Exception):
    """Some sweeps raised; `names` lists them. What they raised is in the log."""

    def __init__(self, names: set[str]) -> None:
        self.names = sorted(names)
        super().__init__(", ".join(self.names))


def run(name: str, now: datetime) -> int:
    """Run one sweep of the table and return how many things it did. Raises KeyError for a name not in the table."""
    if name not in dict(SWEEPS):
        raise KeyError(name)
    sweep: Sweep = import_string(name)
    return sweep(now)


def run_guarded(name: str, now: datetime) -> int | None:
    """Run one sweep; None when it failed, which the log tells as it tells of every error."""
    try:
        return run(name, now)
    except Exception:
        logger.exception("The sweep %s failed.", name)
        return None


def run_all_once(now: datetime) -> dict[str, int | None]:
    """Run every sweep once, in order; how many things each did, None for one that failed (the log says why)."""
    return {name: run_guarded(name, now) for name, _ in SWEEPS}


def run_until_idle(clock: Callable[[], datetime] = timezone.now) -> dict[str, int]:
    """Run all sweeps round after round until none finds anything to do; how many things each did in all.

    Raises SweepsFailed, after the others have done their work, when sweeps failed.
    """
    done = dict.fromkeys(dict(SWEEPS), 0)
    failed: set[str] = set()
    for _round in range(MOST_ROUNDS):
        did = {name: run_guarded(name, clock()) for name in done if name not in failed}
        failed |= {name for name, count in did.items() if count is None}
        for name, count in did.items():
            done[name] += count or 0
        if not any(did.values()):
            break
    if failed:
        raise SweepsFailed(failed)
    return done


class Runner(threading.Thread):
    """A thread that runs each sweep when its period has passed, until the process ends or `stop` is called."""

    def __init__(self) -> None:
        super().__init__(name="sweeps", daemon=True)
        self._stopped = threading.Event()

    def stop(self) -> None:
        """Let the sweep that is running finish, and no other begin."""
        self._stopped.set()

    def run(self) -> None:
        """Run the sweeps that are due and sleep until the next is."""
        next_at = dict.fromkeys(dict(SWEEPS), 0.0)
        while not self._stopped.wait(max(0.0, min(next_at.values()) - time.monotonic())):
            for name in _due(next_at):
                if self._stopped.is_set():
                    break
                run_guarded(name, timezone.now())
                next_at[name] = time.monotonic() + dict(SWEEPS)[name]
            close_old_connections()


def _due(next_at: dict[str, float]) -> Iterator[str]:
    return iter([name for name, at in next_at.items() if at <= time.monotonic()])
