"""Send pressed two to eight times at the very same moment, and again later: one response, one receipt, no error page.

Real gunicorn with two processes, real threads, both databases.
"""

from __future__ import annotations

import http.client
import json
import random
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier

import pytest

from tests import processes, servers
from tests.conftest import Installation, _installation
from tests.torture import scale
from tests.torture.devices import FORM

PEOPLE = {"postgresql": scale.of(1_000, share=20), "sqlite": scale.of(200, share=10)}
SERVED = {
    "DEBUG": "0",
    "SECRET_KEY": "only-for-tests-of-sending-in-parallel-only-for-tests",
    "ALLOWED_HOSTS": "127.0.0.1",
    "WEB_CONCURRENCY": "2",
    "WEB_THREADS": "8",
    "ACCESS_LOG": "0",
    "SWEEPS": "tick",
}
BODY = urllib.parse.urlencode({"revision": "1", "sure": "on", "end": "1"})


@pytest.fixture(params=["postgresql", "sqlite"])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Installation:
    """An empty installation on either database."""
    url = {"DATABASE_URL": request.getfixturevalue("postgres_database")} if request.param == "postgresql" else {}
    own = url or {"WEB_CONCURRENCY": "1"}
    return _installation(tmp_path / request.param, **{**SERVED, **own})


@contextmanager
def serving(installation: Installation, application: str = "barometer.wsgi") -> Iterator[int]:
    """Serve it with gunicorn; the port."""
    installation.manage(*processes.COLLECT[2:])
    port = servers.free_port()
    command = ["gunicorn", "--config", "python:barometer.gunicorn", application]
    with installation.runs("web", command, BIND=f"127.0.0.1:{port}"):
        processes.wait_until(lambda: _answers(port), what="gunicorn's start")
        yield port


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return True
    except OSError:
        return False


class Presser:
    """One press of Send: a connection of its own, opened before all press together."""

    def __init__(self, port: int, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.connection.connect()
        self.token = token

    def press(self, together: Barrier) -> str:
        """Press when all are ready; the receipt that is shown then, or what came instead of it."""
        together.wait()
        status, headers, body = self._ask("POST", "check/", BODY)
        if status != 303 or not headers.get("Location", "").endswith("/received/"):
            return f"status {status}: {body[:200]}"
        status, headers, body = self._ask("GET", "received/", cookie=headers["Set-Cookie"].partition(";")[0])
        found = re.search(r'<p class="receipt">([^<]+)</p>', body)
        self.connection.close()
        return found.group(1) if found else f"status {status} without a receipt"

    def _ask(
        self, method: str, path: str, body: str = "", cookie: str = ""
    ) -> tuple[int, http.client.HTTPMessage, str]:
        headers = {"Content-Type": FORM, "Cookie": cookie} if body or cookie else {}
        self.connection.request(method, f"/a/{self.token}/{path}", body, headers)
        reply = self.connection.getresponse()
        return reply.status, reply.headers, reply.read().decode()


def press(pool: ThreadPoolExecutor, port: int, token: str, times: int) -> set[str]:
    """Press Send so many times at once; the different receipts that are shown."""
    together = Barrier(times)
    pressers = [Presser(port, token) for _ in range(times)]
    return set(pool.map(lambda presser: presser.press(together), pressers))


def press_for_all(port: int, tokens: list[str]) -> list[str]:
    """Everybody presses two to eight times at once, and later once more; what went wrong."""
    dice, wrong, receipts = random.Random(5), [], {}
    with ThreadPoolExecutor(8) as pool:
        for token in tokens:
            found = press(pool, port, token, dice.randint(2, 8))
            receipts[token] = found
            wrong += [f"several: {sorted(found)}"] if len(found) > 1 else []
        for token in tokens:
            later = press(pool, port, token, 1)
            wrong += [f"later: {sorted(receipts[token])}, {later}"] if later != receipts[token] else []
    return wrong + [each for found in receipts.values() for each in found if not re.fullmatch(r"(\w{4}-?){4}", each)]


def drafts(installation: Installation, *arguments: str) -> object:
    """What `tests.torture.drafts` prints in this installation."""
    done = processes.run(["python", "-m", "tests.torture.drafts", *arguments], installation.environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_one_response_and_one_receipt_each(installation: Installation) -> None:
    people = PEOPLE["postgresql" if "DATABASE_URL" in installation.environment else "sqlite"]
    tokens = drafts(installation, "many", "--make", str(people))
    with serving(installation) as port:
        wrong = press_for_all(port, tokens)
    assert not wrong, "\n".join(wrong[:20])
    assert drafts(installation, "many") == dict.fromkeys(("responses", "sent", "receipts", "responded"), people)
    print(people, "people pressed Send 2 to 8 times at once, and again:", drafts(installation, "many"))


@pytest.mark.parametrize("installation", ["postgresql"], indirect=True)
def test_without_the_lock_somebody_would_get_two_receipts(installation: Installation) -> None:
    tokens = drafts(installation, "few", "--make", "20")
    with serving(installation, "tests.torture.sabotaged") as port:
        assert any(each.startswith("several") for each in press_for_all(port, tokens))
