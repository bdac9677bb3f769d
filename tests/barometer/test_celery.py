"""Celery does what `tick` does: real worker, real beat, real Redis, real PostgreSQL."""

from __future__ import annotations

import json
import os
import signal
import socket
import time

import pytest
import redis
from kombu.exceptions import OperationalError

from barometer import sweeps
from barometer.celery import app, sweep
from tests import processes


def test_beat_sends_every_sweep_of_the_table_and_nothing_else():
    schedule = app.conf.beat_schedule
    assert {name: entry["schedule"] for name, entry in schedule.items()} == dict(sweeps.SWEEPS)
    assert all(entry["args"] == [name] for name, entry in schedule.items())
    assert all(entry["options"]["expires"] >= entry["schedule"] for entry in schedule.values())


def test_no_message_carries_more_than_the_name_of_a_sweep():
    assert [name for name in app.tasks if not name.startswith("celery.")] == ["barometer.sweep"]
    assert (app.conf.task_serializer, app.conf.accept_content) == ("json", ["json"])


def test_results_are_not_kept_and_lost_work_comes_back():
    assert app.conf.task_ignore_result
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.task_acks_on_failure_or_timeout
    assert app.conf.task_time_limit == 3600
    assert app.conf.broker_transport_options["unacked_restore_throttle"] == 1
    assert not app.conf.task_always_eager


def test_what_a_failed_sweep_quotes_never_reaches_celery_which_would_log_it(monkeypatch):
    def fails(*_):
        raise ValueError("Candid words")

    monkeypatch.setattr(sweeps, "run", fails)
    done = sweep.apply(("surveys.tasks.open_due_waves",))
    assert (done.state, done.traceback) == ("SUCCESS", None)


def test_a_hung_redis_holds_a_sender_up_for_seconds_not_minutes():
    with socket.create_server(("127.0.0.1", 0)) as hung:
        url = f"redis://127.0.0.1:{hung.getsockname()[1]}/0"
        began = time.monotonic()
        with app.connection_for_write(url) as connection, pytest.raises((OperationalError, redis.RedisError)):
            sweep.apply_async(("surveys.tasks.open_due_waves",), connection=connection)
        assert time.monotonic() - began < 15


def test_the_worker_runs_what_beat_sends_without_an_error(celery_worker):
    often = [name for name, seconds in sweeps.SWEEPS if seconds <= 5]
    processes.wait_until(
        lambda: celery_worker.log("worker").count("succeeded") >= len(often), seconds=60, what="a round of sweeps"
    )
    entries = [json.loads(line) for line in celery_worker.log("worker").splitlines() if line.startswith("{")]
    assert [entry for entry in entries if entry["level"] not in ("INFO", "DEBUG")] == []


def test_the_worker_is_well_and_says_so(celery_worker):
    done = processes.run([*processes.PING, f"celery@{socket.gethostname()}"], celery_worker.environment)
    assert done.returncode == 0
    assert "pong" in done.stdout
    processes.wait_until((celery_worker.folder / "var" / "beat-alive").exists, what="a sign of life of beat")


def test_a_killed_child_loses_no_work(celery_worker):
    def succeeded() -> int:
        return celery_worker.log("worker").count("succeeded")

    processes.wait_until(succeeded, what="the first sweep")
    for child in processes.children(celery_worker.running["worker"]):
        os.kill(child, signal.SIGKILL)
    before = succeeded()
    processes.wait_until(lambda: succeeded() > before + len(sweeps.SWEEPS), what="further sweeps")
