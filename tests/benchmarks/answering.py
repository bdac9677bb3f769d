"""`make bench-answering`: whole journeys through a questionnaire of six pages, by 1, 8 and 32 clients at once.

gunicorn and a real PostgreSQL on loopback; the clients are one asyncio process that sends what a browser sends, page
by page, following redirects, keeping its connection. Printed for each number of clients: journeys per second, the
latency of a request (p50, p95, p99) and the CPU that the servers (gunicorn and PostgreSQL) spent on one.
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
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests import servers

ROOT = Path(__file__).resolve().parents[2]
CLIENTS = (1, 8, 32)
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Measured:
    """One round: how many journeys in how many seconds, each request's latency in seconds, and the servers' CPU."""

    clients: int
    journeys: int
    seconds: float
    latencies: list[float]
    cpu: float

    def line(self) -> str:
        """The round as a row of the report."""
        p50, p95, p99 = (1000 * _quantile(self.latencies, share) for share in (0.50, 0.95, 0.99))
        requests = len(self.latencies)
        return (
            f"{self.clients:>7} {self.journeys / self.seconds:>11.1f} {p50:>8.1f} {p95:>8.1f} {p99:>8.1f} "
            f"{1000 * self.cpu / requests:>16.2f} {requests / self.journeys:>17.1f}"
        )


def main() -> int:
    """Start the servers, run the rounds, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=15, help="how long each round lasts at least")
    parser.add_argument("--drafts", type=int, default=2000, help="drafts that lie in the database meanwhile")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="barometer-bench-")))
        folder.chmod(0o711)
        postgres = stack.enter_context(servers.postgres(folder))
        environment = _environment(folder, postgres.url)
        tokens = _prepare(environment, drafts=options.drafts)
        port = servers.free_port()
        gunicorn = stack.enter_context(_serving(port, environment))
        print("clients  journeys/s   p50 ms   p95 ms   p99 ms  CPU ms a request  requests a journey", flush=True)
        for clients in CLIENTS:
            measured = _round(port, tokens, clients=clients, seconds=options.seconds, server=gunicorn.pid)
            print(measured.line(), flush=True)
    return 0


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


class _serving:  # noqa: N801 - reads as a with-statement
    def __init__(self, port: int, environment: dict[str, str]) -> None:
        self.port, self.environment = port, {**environment, "BIND": f"127.0.0.1:{port}"}

    def __enter__(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "gunicorn", "--config", "python:barometer.gunicorn", "barometer.wsgi"]
        self.process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        for _attempt in range(200):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/healthz", timeout=1)
                return self.process
            except OSError:
                time.sleep(0.1)
        raise SystemExit("gunicorn did not start")

    def __exit__(self, *exception: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)


def _round(port: int, tokens: list[str], *, clients: int, seconds: float, server: int) -> Measured:
    latencies: list[float] = []
    before, began = _server_cpu(server), time.monotonic()
    journeys = asyncio.run(_drive(port, tokens, clients, until=began + seconds, latencies=latencies))
    return Measured(clients, journeys, time.monotonic() - began, latencies, _server_cpu(server) - before)


async def _drive(port: int, tokens: list[str], clients: int, *, until: float, latencies: list[float]) -> int:
    done = await asyncio.gather(*(_client(port, tokens, until, latencies) for _ in range(clients)))
    return sum(done)


async def _client(port: int, tokens: list[str], until: float, latencies: list[float]) -> int:
    journeys = 0
    while time.monotonic() < until:
        if not tokens:
            raise SystemExit("no links are left; prepare more")
        await Journey(port, tokens.pop(), latencies).run()
        journeys += 1
    return journeys


class Journey:
    """One respondent with one connection, from the link to the receipt."""

    def __init__(self, port: int, token: str, latencies: list[float]) -> None:
        self.port, self.token, self.latencies = port, token, latencies
        self.cookies: dict[str, str] = {}

    async def run(self) -> None:
        """Take the way; raises when a page is not what it should be."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
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
        finally:
            self.writer.close()

    async def _get(self, path: str) -> bytes:
        status, _headers, body = await self._request("GET", path, b"")
        if status != 200:
            raise RuntimeError(f"{status} for GET …{path[-30:]}")
        return body

    async def _post(self, path: str, fields: dict[str, str]) -> str:
        encoded = urllib.parse.urlencode(fields).encode()
        status, headers, body = await self._request("POST", path, encoded)
        if status != 303:
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


def _answers(body: bytes) -> dict[str, str]:
    """The second choice of every question on the page, and some words in every box."""
    found: dict[str, str] = {}
    for tag in body.decode().split("<")[1:]:
        if tag.startswith("input") and ('type="radio"' in tag or 'type="checkbox"' in tag):
            name, value = _attribute(tag, "name"), _attribute(tag, "value")
            if value == "2":
                found[name] = value
        elif tag.startswith("textarea"):
            found[_attribute(tag, "name")] = "The plan is sound, the money is not; we said so in the autumn. " * 4
    return found


def _hidden(body: bytes) -> dict[str, str]:
    tags = [tag for tag in body.decode().split("<")[1:] if tag.startswith("input") and 'type="hidden"' in tag]
    return {_attribute(tag, "name"): _attribute(tag, "value") for tag in tags}


def _attribute(tag: str, name: str) -> str:
    return tag.split(f' {name}="', 1)[1].split('"', 1)[0] if f' {name}="' in tag else ""


def _server_cpu(server: int) -> float:
    """Seconds of CPU that gunicorn (with its children) and every PostgreSQL process have used so far."""
    total = 0.0
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "comm").read_text().strip()
        except OSError:
            continue
        mine = int(folder.name) == server or int(fields[1]) == server
        if mine or command == "postgres":
            total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def _quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    sys.exit(main())
