"""`make bench-answering`: whole journeys through a questionnaire of six pages, by 1, 8 and 32 clients at once.

gunicorn and a real PostgreSQL on loopback; the clients are one asyncio process that sends what a browser sends, page
by page, following redirects, keeping its connection. Printed for each number of clients: journeys per second, the
latency of a request (p50, p95, p99) and the CPU that the servers (gunicorn and PostgreSQL) spent on one. The same for
django-survey-and-report, the system of its kind that pip installs, in the same run on the same servers; and what each
kind of page costs Barometer on SQLite and on PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg2

from tests import servers

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = (1, 8, 32)
TICKS = os.sysconf("SC_CLK_TCK")

OTHER = "django-survey-and-report"
OTHER_NEEDS = (f"{OTHER}==1.5.0", *(f"{name}=={version(name)}" for name in ("Django", "gunicorn", "psycopg2-binary")))
OTHER_PYTHON = ROOT / "var" / "other-system" / "bin" / "python"


@dataclass(frozen=True)
class Measured:
    """One round: how many journeys in how many seconds, each request's latency in seconds, and the servers' CPU."""

    clients: int
    journeys: int
    seconds: float
    latencies: list[float]
    cpu: float

    @property
    def pace(self) -> float:
        """Journeys a second."""
        return self.journeys / self.seconds

    def line(self, name: str) -> str:
        """The round as a row of the report."""
        p50, p95, p99 = (1000 * _quantile(self.latencies, share) for share in (0.50, 0.95, 0.99))
        requests = len(self.latencies)
        return (
            f"{name:<26} {self.clients:>7} {self.pace:>11.1f} {p50:>8.1f} {p95:>8.1f} {p99:>8.1f} "
            f"{1000 * self.cpu / requests:>16.2f} {requests / self.journeys:>17.1f}"
        )


@dataclass(frozen=True)
class System:
    """What is measured: a served system, and how one of its journeys begins."""

    name: str
    port: int
    gunicorn: int
    journey: Callable[[list[float]], Client]


def main() -> int:
    """Start the servers, run the rounds, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15, help="how long each round lasts at least")
    parser.add_argument("--drafts", type=int, default=2000, help="drafts that lie in the database meanwhile")
    parser.add_argument("--alone", action="store_true", help="without the other system")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="barometer-bench-")))
        folder.chmod(0o711)
        postgres = stack.enter_context(servers.postgres(folder)).url
        environment = _environment(folder, postgres)
        tokens = _prepare(environment, drafts=options.drafts)
        _print_pages("PostgreSQL", environment, [tokens.pop() for _ in range(60)])
        on_sqlite = _environment(folder / "on-sqlite", "") | {"WEB_CONCURRENCY": "1"}
        _print_pages("SQLite", on_sqlite, _prepare(on_sqlite, drafts=options.drafts)[:60])
        systems = [_barometer(stack, environment, tokens)]
        if not options.alone:
            systems.append(_other_system(stack, postgres))
        _compare(systems, seconds=options.seconds, postgres=_postmaster(postgres))
    return 0


def _compare(systems: list[System], *, seconds: float, postgres: int) -> None:
    print(f"{'':<26} clients  journeys/s   p50 ms   p95 ms   p99 ms  CPU ms a request  requests a journey", flush=True)
    for clients in CLIENTS:
        rounds = []
        for system in systems:
            rounds.append(_round(system, clients=clients, seconds=seconds, postgres=postgres))
            print(rounds[-1].line(system.name), flush=True)
        for system, measured in zip(systems[1:], rounds[1:], strict=True):
            print(f"  {rounds[0].pace / measured.pace:.1f} times the journeys of {system.name}", flush=True)


# --- The two systems -----------------------------------------------------------------------------------------------


def _barometer(stack: ExitStack, environment: dict[str, str], tokens: list[str]) -> System:
    port = servers.free_port()
    command = ["-m", "gunicorn", "--config", "python:barometer.gunicorn", "barometer.wsgi"]
    served = _serving([sys.executable, *command], environment | {"BIND": f"127.0.0.1:{port}"}, port, "/healthz")
    gunicorn = stack.enter_context(served)

    def journey(latencies: list[float]) -> Client:
        if not tokens:
            raise SystemExit("no links are left; prepare more")
        return Journey(port, latencies, token=tokens.pop())

    return System("Barometer", port, gunicorn, journey)


def _other_system(stack: ExitStack, postgres: str) -> System:
    """django-survey-and-report, installed once under var/, with a database and a gunicorn of its own."""
    if not OTHER_PYTHON.exists():
        subprocess.run([sys.executable, "-m", "venv", OTHER_PYTHON.parents[1]], check=True)
    pip = [OTHER_PYTHON, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    subprocess.run([*pip, *OTHER_NEEDS], check=True)
    _execute(postgres, "CREATE DATABASE other")
    environment = os.environ | {"DATABASE_URL": f"{postgres.rpartition('/')[0]}/other", "PYTHONPATH": str(ROOT)}
    subprocess.run([OTHER_PYTHON, "-m", "tests.benchmarks.survey_and_report"], cwd=ROOT, env=environment, check=True)
    port = servers.free_port()
    settings = ["--workers", "2", "--threads", "8", "--worker-class", "gthread", "--keep-alive", "5"]
    command = [OTHER_PYTHON, "-m", "gunicorn", *settings, "--bind", f"127.0.0.1:{port}", "--log-level", "warning"]
    served = _serving([*command, "tests.benchmarks.survey_and_report:application"], environment, port, "/survey/1/")
    gunicorn = stack.enter_context(served)
    turns = iter(range(10**9))
    return System(OTHER, port, gunicorn, lambda latencies: OtherJourney(port, latencies, survey=next(turns) % 2 + 1))


def _environment(folder: Path, postgres: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("REDIS_URL", "EMAIL_URL")}
    return {
        **kept,
        "DATABASE_URL": postgres,
        "DEBUG": "0",
        "SECRET_KEY": "only-for-this-benchmark-only-for-this-benchmark-x",
        "VAR_DIR": str(folder / "var"),
        "ALLOWED_HOSTS": "127.0.0.1",
        "WEB_CONCURRENCY": "2",
        "WEB_THREADS": "8",
        "ACCESS_LOG": "0",
        "LOG_LEVEL": "WARNING",
        "SWEEPS": "tick",
    }


def _prepare(environment: dict[str, str], *, drafts: int) -> list[str]:
    """Migrate, open the wave, invite, leave drafts; the tokens still to be used."""
    for command in (["migrate", "-v0"], ["collectstatic", "--noinput", "-v0"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)
    script = [sys.executable, "-m", "tests.benchmarks.answering_wave", "--drafts", str(drafts)]
    found = subprocess.run(script, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(found.stdout)


def _print_pages(database: str, environment: dict[str, str], tokens: list[str]) -> None:
    """What each kind of request costs, measured in one process that does nothing else."""
    script = [sys.executable, "-m", "tests.benchmarks.answering_pages"]
    done = subprocess.run(
        script, cwd=ROOT, env=environment, check=True, input=json.dumps(tokens).encode(), stdout=subprocess.PIPE
    )
    found = json.loads(done.stdout)
    print(f"{database}: CPU ms (and statements) of a request")
    print("  " + ", ".join(f"{what} {cpu:.1f} ({found['statements'][what]})" for what, cpu in found["cpu"].items()))


@contextmanager
def _serving(command: list[object], environment: dict[str, str], port: int, health: str) -> Iterator[int]:
    process = subprocess.Popen([str(word) for word in command], cwd=ROOT, env=environment)
    try:
        _wait_for(f"http://127.0.0.1:{port}{health}")
        yield process.pid
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait_for(address: str) -> None:
    for _attempt in range(200):
        try:
            urllib.request.urlopen(address, timeout=1)
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("gunicorn did not start")


def _execute(postgres: str, statement: str) -> int:
    """Execute a statement outside transactions; the process id of who did it."""
    connection = psycopg2.connect(postgres)
    try:
        connection.autocommit = True
        connection.cursor().execute(statement)
        return connection.get_backend_pid()
    finally:
        connection.close()


# --- A round -------------------------------------------------------------------------------------------------------


def _round(system: System, *, clients: int, seconds: float, postgres: int) -> Measured:
    latencies: list[float] = []
    families = (system.gunicorn, postgres)
    before, began = _cpu(families), time.monotonic()
    journeys = asyncio.run(_drive(system, clients, until=began + seconds, latencies=latencies))
    return Measured(clients, journeys, time.monotonic() - began, latencies, _cpu(families) - before)


async def _drive(system: System, clients: int, *, until: float, latencies: list[float]) -> int:
    done = await asyncio.gather(*(_client(system, until, latencies) for _ in range(clients)))
    return sum(done)


async def _client(system: System, until: float, latencies: list[float]) -> int:
    journeys = 0
    while time.monotonic() < until:
        await system.journey(latencies).run()
        journeys += 1
    return journeys


class Client:
    """One browser with one connection."""

    def __init__(self, port: int, latencies: list[float]) -> None:
        self.port, self.latencies = port, latencies
        self.cookies: dict[str, str] = {}

    async def run(self) -> None:
        """Take the way; raises when a page is not what it should be."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            await self.take()
        finally:
            self.writer.close()

    async def take(self) -> None:
        """The requests of one journey."""
        raise NotImplementedError

    async def _get(self, path: str) -> bytes:
        status, _headers, body = await self._request("GET", path, b"")
        if status != 200:
            raise RuntimeError(f"{status} for GET …{path[-30:]}")
        return body

    async def _post(self, path: str, fields: dict[str, str]) -> str:
        encoded = urllib.parse.urlencode(fields).encode()
        status, headers, body = await self._request("POST", path, encoded)
        if status not in (302, 303):
            raise RuntimeError(f"{status} for POST …{path[-30:]}: {body[:2000]!r}")
        return headers["location"]

    async def _request(self, method: str, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
        if body:
            lines.append("Content-Type: application/x-www-form-urlencoded")
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        began = time.monotonic()
        self.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        status, headers = self._head(head)
        content = await self.reader.readexactly(int(headers.get("content-length", 0)))
        self.latencies.append(time.monotonic() - began)
        return status, headers, content

    def _head(self, head: str) -> tuple[int, dict[str, str]]:
        first, *rest = head.rstrip().split("\r\n")
        headers = {}
        for line in rest:
            name, _, value = line.partition(": ")
            headers[name.lower()] = value
            if name.lower() == "set-cookie":
                cookie, _, content = value.partition(";")[0].partition("=")
                self.cookies[cookie] = content
        return int(first.split()[1]), headers


class Journey(Client):
    """One respondent of Barometer, from the link to the receipt."""

    def __init__(self, port: int, latencies: list[float], *, token: str) -> None:
        super().__init__(port, latencies)
        self.token = token

    async def take(self) -> None:
        """The start page, every page and its save, the check, the receipt."""
        await self._get(f"/a/{self.token}/")
        address = await self._post(f"/a/{self.token}/begin/", {"end": "1"})
        while "/page/" in address:
            body = await self._get(address)
            address = await self._post(address, {**_answers(body), **_hidden(body), "go": "on"})
        body = await self._get(address)
        address = await self._post(address, _hidden(body))
        body = await self._get(address)
        if not address.endswith("/received/") or b"receipt" not in body:
            raise RuntimeError(f"no receipt at {address[-20:]}")


class OtherJourney(Client):
    """One respondent of django-survey-and-report, from the first page to the thanks."""

    def __init__(self, port: int, latencies: list[float], *, survey: int) -> None:
        super().__init__(port, latencies)
        self.survey = survey

    async def take(self) -> None:
        """The list of surveys, every page and its save, the thanks."""
        await self._get("/survey/")
        address = f"/survey/{self.survey}/"
        while "confirm" not in address:
            body = await self._get(address)
            address = await self._post(address, {**_answers(body), **_hidden(body)})
        await self._get(address)


def _answers(body: bytes) -> dict[str, str]:
    """The second choice of every question on the page, and some words in every box."""
    found: dict[str, str] = {}
    offered: dict[str, list[str]] = {}
    for tag in body.decode().split("<")[1:]:
        if tag.startswith("input") and ('type="radio"' in tag or 'type="checkbox"' in tag):
            offered.setdefault(_attribute(tag, "name"), []).append(_attribute(tag, "value"))
        elif tag.startswith("textarea"):
            found[_attribute(tag, "name")] = "The plan is sound, the money is not; we said so in the autumn. " * 4
    return found | {name: values[1] for name, values in offered.items() if len(values) > 1}


def _hidden(body: bytes) -> dict[str, str]:
    tags = [tag for tag in body.decode().split("<")[1:] if tag.startswith("input") and 'type="hidden"' in tag]
    return {_attribute(tag, "name"): _attribute(tag, "value") for tag in tags}


def _attribute(tag: str, name: str) -> str:
    return tag.split(f' {name}="', 1)[1].split('"', 1)[0] if f' {name}="' in tag else ""


# --- CPU -----------------------------------------------------------------------------------------------------------


def _postmaster(postgres: str) -> int:
    """The process that started the server processes of this PostgreSQL."""
    waiting = psycopg2.connect(postgres)
    try:
        pid = waiting.get_backend_pid()
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    finally:
        waiting.close()


def _cpu(parents: tuple[int, ...]) -> float:
    """Seconds of CPU that these processes and their children, living and ended, have used so far."""
    total = 0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) in parents:
            total += sum(int(ticks) for ticks in fields[11:15])
        elif int(fields[1]) in parents:
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    sys.exit(main())
