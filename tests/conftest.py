"""What all tests share: databases, servers, keys, mail, the browser."""

from __future__ import annotations

import os
import subprocess
import tempfile
import uuid
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path
from typing import Any

import hypothesis
import psycopg2
import pytest
import redis
from aiosmtpd.controller import Controller
from django.contrib.auth.hashers import Argon2PasswordHasher

from barometer import env
from tests import processes, servers

# Playwright keeps an event loop in the thread of the tests, which Django would otherwise refuse to share.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

# Drawn anew with BAROMETER_FULL=1 (`make torture`); the same ones in every `make test`, whose verdict must depend
# neither on the day nor on how busy the machine is.
hypothesis.settings.register_profile(
    "barometer",
    database=None,
    deadline=None,
    derandomize=not os.environ.get("BAROMETER_FULL"),
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("barometer")

DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server", "django_db_setup"}
SERVER_FIXTURES = {"celery_worker", "postgres_url", "redis_url"}


# --- Which test runs where -----------------------------------------------------------------------------------------


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what needs a browser or servers, and leave to the other worker what it is to run alone."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "playwright" in fixtures:
            item.add_marker("browser")
        if fixtures & SERVER_FIXTURES:
            item.add_marker("servers")
    kept = [item for item in items if _belongs_here(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _belongs_here(item: pytest.Item) -> bool:
    """Whether this worker runs the test: its database fits; a test that has none, or would show the same on any, falls
    to this worker's share.
    """
    from django.db import connection

    for vendor, marker in (("postgresql", "sqlite"), ("sqlite", "postgres")):
        if connection.vendor == vendor and item.get_closest_marker(marker):
            return False
    share = os.environ.get("BAROMETER_SHARE")
    if share is None or (_touches_the_database(item) and not item.get_closest_marker("any_database")):
        return True
    mine, of = map(int, share.split("/"))
    # Tests that share a server stay together.
    name = item.nodeid.partition("::")[0] if item.get_closest_marker("servers") else item.nodeid
    return zlib.crc32(name.encode()) % of == mine


def _touches_the_database(item: pytest.Item) -> bool:
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & DATABASE_FIXTURES) or item.get_closest_marker("django_db") is not None


# --- Databases and keys --------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, tmp_path_factory: pytest.TempPathFactory) -> None:
    """SQLite keeps its test database in a file of this run, so that threads and runs do not meet in it."""
    from django.conf import settings
    from django.db import connections

    if connections["default"].vendor == "sqlite":
        name = str(tmp_path_factory.mktemp("database") / "test.sqlite3")
        settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = name
        connections["default"].settings_dict["TEST"]["NAME"] = name


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """Tests empty the database, which the audit log's guard forbids: it is off here; its own test puts it back."""
    from django.db import connection

    from barometer.accounts import audit

    with django_db_blocker.unblock():
        audit.execute(audit.let_go_statements(connection.vendor))


class QuickHasher(Argon2PasswordHasher):
    """Argon2 as in production, but without the work that keeps guessers busy."""

    time_cost, memory_cost, parallelism = 1, 8, 1


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    """Signing in costs a test next to nothing."""
    settings.PASSWORD_HASHERS = [f"{QuickHasher.__module__}.QuickHasher"]


@pytest.fixture(autouse=True)
def key_folder(tmp_path: Path, settings: Any) -> Path:
    """Each test has a key directory of its own."""
    settings.KEY_DIR = tmp_path / "keys"
    return settings.KEY_DIR


# --- Servers -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def _server_stack() -> Iterator[tuple[ExitStack, Path]]:
    """What is started for tests outside `make test`, which has its servers from the runner."""
    with ExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix="barometer-test-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(made))
        folder.chmod(0o711)
        yield stack, folder


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> str:
    """A real PostgreSQL in which databases may be made."""
    if given := os.environ.get("BAROMETER_TEST_POSTGRES"):
        return given
    stack, folder = request.getfixturevalue("_server_stack")
    return stack.enter_context(servers.postgres(folder)).url


@pytest.fixture(scope="session")
def _redis_of_the_run(request: pytest.FixtureRequest) -> str:
    if given := os.environ.get("BAROMETER_TEST_REDIS"):
        return given
    stack, folder = request.getfixturevalue("_server_stack")
    return stack.enter_context(servers.redis_server(folder)).url


@pytest.fixture(scope="module")
def redis_url(_redis_of_the_run: str) -> Iterator[str]:
    """A real Redis: an empty database of this worker's own."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    url = f"{_redis_of_the_run.rpartition('/')[0]}/{number}"
    with redis.Redis.from_url(url) as client:
        client.flushdb()
        yield url
        client.flushdb()


@pytest.fixture(scope="module")
def postgres_database(postgres_url: str) -> Iterator[str]:
    """The URL of a PostgreSQL database of the module's own, empty at first and dropped in the end."""
    name = f"barometer_{uuid.uuid4().hex}"
    _in_postgres(postgres_url, f'CREATE DATABASE "{name}"')
    yield f"{postgres_url.rpartition('/')[0]}/{name}"
    _in_postgres(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _in_postgres(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()


@dataclass(frozen=True)
class Installation:
    """An installation of its own beside the test: a database, keys, mail, and the environment that names them."""

    environment: dict[str, str]
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def manage(self, *arguments: str, text: str = "") -> str:
        """Run a `manage.py` command in it and return what it printed. Raises AssertionError when it fails."""
        done = processes.run(["python", "manage.py", *arguments], self.environment, text=text)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run_python(self, *lines: str) -> str:
        """Run these lines of Python in it, in one process, and return what they printed."""
        return self.manage("shell", "-v0", "--command", "\n".join(lines))

    @contextmanager
    def runs(self, name: str, command: list[str], **more: str) -> Iterator[None]:
        """Run the command in it until the end of the block; it is called `name` in `running` and `log`."""
        with processes.running(command, self.environment | more, self.folder / f"{name}.log") as self.running[name]:
            yield

    def log(self, name: str) -> str:
        """What the process of this name has logged so far."""
        return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def _installation(folder: Path, **more: str) -> Installation:
    folder.mkdir(exist_ok=True)
    own = {"VAR_DIR": str(folder / "var"), "LOG_JSON": "1", "DJANGO_SETTINGS_MODULE": "barometer.settings", **more}
    installation = Installation(own, folder)
    installation.manage(*processes.MIGRATE[2:])
    return installation


@pytest.fixture
def sqlite_installation(tmp_path: Path) -> Installation:
    """An installation on SQLite, migrated."""
    return _installation(tmp_path / "on_sqlite")


@pytest.fixture(scope="module")
def celery_worker(
    postgres_database: str, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    """An installation on PostgreSQL and Redis, migrated, with a real Celery worker process and a real beat.

    It takes seconds to start, so the tests of a module share it.
    """
    folder = tmp_path_factory.mktemp("celery") / "on_postgres"
    installation = _installation(folder, DATABASE_URL=postgres_database, REDIS_URL=redis_url)
    with installation.runs("worker", processes.WORKER), installation.runs("beat", processes.BEAT):
        processes.wait_until(lambda: "ready." in installation.log("worker"), what="the worker's start")
        yield installation


@dataclass
class MailServer:
    """A real SMTP server and the messages it took."""

    url: str
    messages: list[EmailMessage] = field(default_factory=list)


class _Collector:
    """Takes every message, as aiosmtpd asks of a handler."""

    def __init__(self, messages: list[EmailMessage]) -> None:
        self.messages = messages

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = BytesParser(policy=modern).parsebytes(envelope.content)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)
        return "250 Taken"


@pytest.fixture
def smtp_server(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A real SMTP server that Django sends through during this test; each message also bears X-Envelope-To."""
    port = servers.free_port()
    server = MailServer(f"smtp://127.0.0.1:{port}")
    monkeypatch.setenv("EMAIL_URL", server.url)
    for name, value in env.email("EMAIL_URL", default=tmp_path).items():
        setattr(settings, name, value)
    controller = Controller(_Collector(server.messages), hostname="127.0.0.1", port=port)
    controller.start()
    yield server
    controller.stop()


# --- The browser ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The Chromium of this machine, without a screen and without calls of its own to anywhere."""
    found = servers.browser()
    assert found, "There is no browser: run `make test`, which installs one."
    flags = [*servers.BROWSER_FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return {**browser_type_launch_args, "executable_path": str(found), "args": flags}


@pytest.fixture(scope="session")
def patience() -> None:
    """A page may take long on a busy machine: what is expected of it is awaited for half a minute."""
    from playwright.sync_api import expect

    expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], patience: None) -> dict[str, Any]:
    """A British browser that likes things calm."""
    return {
        **browser_context_args,
        "locale": "en-GB",
        "timezone_id": "Europe/London",
        "reduced_motion": "reduce",
    }


@pytest.fixture(autouse=True)
def slow_pages(settings: Any) -> None:
    """With BAROMETER_SLOW_PAGES=1 every page comes late and in pieces, which finds tests that look too early."""
    if os.environ.get("BAROMETER_SLOW_PAGES"):
        settings.MIDDLEWARE = ["tests.slow_pages.SlowPagesMiddleware", *settings.MIDDLEWARE]


@pytest.fixture
def assert_no_violations() -> Callable[[Any], None]:
    """`assert_no_violations(page)`: axe, with all its rules, finds nothing on the page as it stands."""
    from axe_playwright_python.sync_playwright import Axe

    def check(page: Any) -> None:
        page.wait_for_load_state()
        found = Axe().run(page)
        assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"

    return check
