"""The processes of an installation, run as `docker-compose.yml` runs them (a test holds the two together)."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

MIGRATE = ["python", "manage.py", "migrate", "--noinput"]
WEB = ["gunicorn", "--config", "python:barometer.gunicorn", "barometer.wsgi"]
WORKER = ["celery", "--app", "barometer.celery", "worker", "--loglevel", "INFO"]
BEAT = ["celery", "--app", "barometer.celery", "beat", "--loglevel", "INFO"]


def words(command: list[str]) -> list[str]:
    """The command with the Python of this environment, whatever the PATH says."""
    first, *rest = command
    return [sys.executable, *rest] if first == "python" else [sys.executable, "-m", first, *rest]


@contextmanager
def running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command until the end of the block, its output going to `log`; then end it and its children."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            words(command),
            cwd=ROOT,
            env=os.environ | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def run(
    command: list[str], environment: dict[str, str], *, text: str = "", seconds: float = 120
) -> subprocess.CompletedProcess[str]:
    """Run the command to its end and return what it printed and its status. Raises TimeoutExpired when it goes on."""
    return subprocess.run(
        words(command),
        cwd=ROOT,
        env=os.environ | environment,
        input=text,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def wait_until(true: Callable[[], object], *, seconds: float = 30, what: str = "it") -> None:
    """Return once `true()` holds. Raises AssertionError, naming `what`, when it does not in time."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)
