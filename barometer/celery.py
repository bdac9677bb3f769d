"""The Celery app: it knows one task, which runs a sweep by name, and beat sends it by the table in `sweeps.py`.

A message only says "look now". Lost, late, doubled or out of order, it changes nothing, because the sweep finds in the
database what is due. So nothing is stored in Redis that must not be lost, and messages that waited too long are
dropped.
"""

from __future__ import annotations

import logging.config
import os
from pathlib import Path
from typing import Any

from celery import Celery
from celery.beat import Scheduler
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")

from django.conf import settings
from django.utils import timezone

from barometer import checks, sweeps

# A hung Redis costs a publisher this long and no longer.
PATIENCE_SECONDS = 1

SIGN_OF_LIFE = Path(settings.VAR_DIR) / "beat-alive"

checks.refuse_unsafe_production()

app = Celery("barometer", set_as_current=True)
app.conf.update(
    broker_url=settings.REDIS_URL or "memory://",
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=PATIENCE_SECONDS,
    broker_transport_options={
        # Messages of a worker that died come back after this long, looked for every 10 s (not every 100 s).
        "visibility_timeout": 60,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": PATIENCE_SECONDS,
        # Longer than the worker's own blocking read of one second.
        "socket_timeout": 5,
        "socket_keepalive": True,
        "health_check_interval": 10,
        "retry_on_timeout": False,
    },
    # A message is done when its sweep is; a child that is killed gives its message back at once.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    # A blip of Redis does not stop a sweep that is under way; its second run finds nothing left to do.
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=1000,
    # The largest wave takes minutes. What hangs for an hour gives its child back; the next message tries again.
    task_time_limit=60 * 60,
    worker_hijack_root_logger=False,
    task_publish_retry=False,
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    result_backend=None,
    task_serializer="json",
    result_serializer="json",
    accept_content=["json"],
    enable_utc=True,
    timezone="UTC",
    beat_scheduler="barometer.celery:LivingScheduler",
    beat_max_loop_interval=5,
    beat_schedule={
        name: {
            "task": "barometer.sweep",
            "schedule": seconds,
            "args": [name],
            "options": {"expires": max(seconds, 15)},
        }
        for name, seconds in sweeps.SWEEPS
    },
)


class LivingScheduler(Scheduler):
    """Beat that touches a file at every turn, so that a health check sees it live.

    It remembers nothing between starts: every sweep is simply due.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due and return the seconds until the next."""
        SIGN_OF_LIFE.parent.mkdir(parents=True, exist_ok=True)
        SIGN_OF_LIFE.touch()
        return super().tick(*args, **kwargs)


@setup_logging.connect
def keep_our_logging(**_: Any) -> None:
    """Celery logs through our configuration, which scrubs; being connected keeps Celery from making its own."""
    logging.config.dictConfig(settings.LOGGING)


@app.task(name="barometer.sweep")
def sweep(name: str) -> None:
    """Run the sweep of this name. Its errors go into the log our way: Celery would write down what they quote."""
    sweeps.run_guarded(name, timezone.now())
