"""`manage.py demo`: six real waves, loaded as any wave is, served on this computer."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from barometer.accounts.models import Role, User
from barometer.checks import is_public
from respondents.models import Organisation
from surveys.models import Wave

HERE = Path(__file__).resolve().parents[2]
REFERENCE, SAMPLE = HERE / "reference", HERE / "sample"

EMAIL, PASSWORD = "demo@example.org", "barometer-demo"

PORTS = range(8000, 8100)
START_SECONDS = 120


class Command(BaseCommand):
    """Prepare the demonstration, once, and serve it."""

    help = (
        "Load the register and six sample waves with their answers, close them, and serve the results on this "
        "computer. What is loaded already stays as it is. Example: manage.py demo --port 9000"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to serve, and whether to."""
        parser.add_argument("--port", type=int, default=PORTS[0], help="the first port to try (default: 8000)")
        parser.add_argument("--no-serve", action="store_true", help="load only")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load what is missing and serve until Ctrl-C. Raises CommandError on a site that others can reach."""
        if is_public():
            raise CommandError(
                "The demo has a password that everybody knows: run it without SITE_URL, on this computer."
            )
        self._prepare()
        if not options["no_serve"]:
            self._serve(options["port"])

    def _prepare(self) -> None:
        with self._step("Preparing the database"):
            call_command("migrate", verbosity=0, interactive=False)
        if not Organisation.objects.exists():
            with self._step("Loading the register of commissioning organisations"):
                _quietly(
                    "load_organisations",
                    str(REFERENCE / "organisations.csv"),
                    successions=str(REFERENCE / "successions.csv"),
                )
        for file in sorted(SAMPLE.glob("*.wave.json")):
            self._load(file)
        _create_demo_user()

    def _load(self, file: Path) -> None:
        slug = file.name.removesuffix(".wave.json")
        if Wave.objects.closed().filter(slug=slug).exists():
            return
        with self._step(f"Loading {slug}: questionnaire, answers, results"):
            _quietly("load_wave", str(file), synthetic=True)
            sample = file.with_name(f"{slug}.sample.csv")
            if sample.exists():
                _quietly("load_sample", slug, str(sample))
            _quietly("load_responses", slug, str(file.with_name(f"{slug}.responses.csv")), close=True)

    def _serve(self, first: int) -> None:
        environment = _serving_environment()
        with self._step("Collecting stylesheets and scripts"):
            collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "--verbosity", "0"]
            subprocess.run(collect, env=environment, cwd=settings.BASE_DIR, check=True)
        server, address = _start(first, environment)
        self.stdout.write(
            f"\nBarometer is at   {address}\n"
            f"Sign in with      {EMAIL}\n"
            f"and the password  {PASSWORD}\n\n"
            f"Mail goes to {settings.VAR_DIR / 'mail'}. Stop with Ctrl-C.\n"
        )
        self.stdout.flush()
        _wait(server)

    @contextmanager
    def _step(self, what: str) -> Iterator[None]:
        self.stdout.write(f"{what} …", ending="")
        self.stdout.flush()
        began = time.monotonic()
        try:
            yield
        except BaseException:
            self.stdout.write("")
            raise
        self.stdout.write(f" {time.monotonic() - began:.1f} s")


def _quietly(command: str, *args: str, **options: Any) -> None:
    with Path(os.devnull).open("w") as nowhere:
        call_command(command, *args, stdout=nowhere, **options)


def _create_demo_user() -> None:
    user = User.objects.filter(email=EMAIL).first() or User.objects.create_user(EMAIL, PASSWORD, name="Demo Desk")
    for role in Role.values:
        user.give(role)


def _serving_environment() -> dict[str, str]:
    """As in production but for one computer: no debug pages, a secret of its own, the sweeps in a thread."""
    return os.environ | {
        "DEBUG": "0",
        "SECRET_KEY": _own_secret(),
        "WEB_CONCURRENCY": "1",
        "SWEEPS": "celery" if settings.REDIS_URL else "thread",
        "LOG_LEVEL": os.environ.get("LOG_LEVEL", "WARNING"),
        "LOG_JSON": "0",
        "ACCESS_LOG": "0",
    }


def _own_secret() -> str:
    if settings.SECRET_KEY != settings.DEFAULT_SECRET_KEY:
        return settings.SECRET_KEY
    file = settings.VAR_DIR / "demo-secret"
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50), encoding="ascii")
    return file.read_text(encoding="ascii")


def _start(first: int, environment: dict[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    """A server that answers, and its address. Raises CommandError when none comes up."""
    for port in (first, *(port for port in PORTS if port != first)):
        if _is_taken(port):
            continue
        address = f"http://localhost:{port}"
        command = [sys.executable, "-m", "gunicorn", "--config", "python:barometer.gunicorn", "barometer.wsgi"]
        here = {"BIND": f"127.0.0.1:{port}", "SITE_URL": address}
        server = subprocess.Popen(command, env=environment | here, cwd=settings.BASE_DIR)
        if _answers(server, f"http://127.0.0.1:{port}/readyz"):
            return server, address
        server.terminate()
        server.wait()
    raise CommandError(f"No port between {PORTS[0]} and {PORTS[-1]} could be served.")


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
    return False


def _answers(server: subprocess.Popen[bytes], url: str) -> bool:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5) as response:  # noqa: S310 - our own address
                return response.status == 200
        except OSError:
            time.sleep(0.1)
    return False


def _wait(server: subprocess.Popen[bytes]) -> None:
    """Until the server ends, or somebody ends this process; then the server finishes what it is answering."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        server.wait()
    except KeyboardInterrupt:
        server.terminate()
        server.wait()
