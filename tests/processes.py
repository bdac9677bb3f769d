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
COLLECT = ["python", "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
PING = ["celery", "--app", "barometer.celery", "inspect", "ping", "--timeout", "8", "--destination"]


def environment_of(own: dict[str, str]) -> dict[str, str]:
    """The environment of a process of an installation: ours without the database of the tests, and its own."""
    return {key: value for key, value in os.environ.items() if not key.startswith("DATABASE_URL")} | own


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
            env=environment_of(environment),
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
        env=environment_of(environment),
        input=text,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """The process ids of the children of a process, as the system lists them."""
    return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


def wait_until(true: Callable[[], object], *, seconds: float = 60, what: str = "it") -> None:
    """Return once `true()` holds. Raises AssertionError, naming `what`, when it does not in time."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)
