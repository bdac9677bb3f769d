"""What one question page and its save cost the server, in CPU and in statements, without network and without waiting.

Runs in the environment of the benchmark: the whole WSGI application is called in this process, over and over, by the
links that are handed in as JSON. Prints a line of JSON: the median CPU milliseconds and the most statements of each.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

ROUNDS = 40
STATEMENTS_THAT_ARE_NO_WORK = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Server:
    """The WSGI application, a person's cookies, and what each request cost."""

    def __init__(self) -> None:
        from barometer.wsgi import application

        self.application = application
        self.cookies: dict[str, str] = {}
        self.cost: dict[str, list[float]] = {}
        self.statements: dict[str, int] = {}

    def ask(self, what: str, method: str, path: str, body: str = "") -> tuple[dict[str, str], str]:
        """Send one request and note its cost under `what`; the headers and the page."""
        environ = self._environ(method, path, body.encode())
        given: list[tuple[str, str]] = []
        with _counted() as counted:
            began = time.process_time()
            reply = self.application(environ, lambda status, headers, problem=None: given.extend(headers))
            page = b"".join(reply).decode()
            reply.close()
            self.cost.setdefault(what, []).append(1000 * (time.process_time() - began))
        self.statements[what] = max(self.statements.get(what, 0), len(counted))
        for name, value in given:
            if name == "Set-Cookie":
                cookie, _, content = value.strip().partition(";")[0].partition("=")
                self.cookies[cookie] = content
        return dict(given), page

    def _environ(self, method: str, path: str, body: bytes) -> dict[str, Any]:
        return {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.partition("?")[0],
            "QUERY_STRING": path.partition("?")[2],
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "HTTP_HOST": "127.0.0.1",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if body else "",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
        }


@contextmanager
def _counted() -> Iterator[list[str]]:
    """The statements sent to the database, those apart that only open or end a transaction."""
    from django.db import connection

    found: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        if not sql.startswith(STATEMENTS_THAT_ARE_NO_WORK):
            found.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield found


def journey(server: Server, token: str) -> None:
    """One person from the link to the receipt."""
    from tests.benchmarks.answering import _answers, _hidden

    server.cookies.clear()
    server.ask("start", "GET", f"/a/{token}/")
    headers, _page = server.ask("begin", "POST", f"/a/{token}/begin/", "end=1")
    while "/page/" in headers["Location"]:
        address = headers["Location"]
        _headers, page = server.ask("page", "GET", address)
        body = {**_answers(page.encode()), **_hidden(page.encode()), "go": "on"}
        headers, _page = server.ask("save", "POST", address, urllib.parse.urlencode(body))
    _headers, page = server.ask("check", "GET", headers["Location"])
    headers, _page = server.ask("send", "POST", headers["Location"], urllib.parse.urlencode(_hidden(page.encode())))
    _headers, page = server.ask("receipt", "GET", headers["Location"])
    assert "receipt" in page


def main() -> None:
    """Take some journeys to warm up, then those that count."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
    tokens = json.load(sys.stdin)
    server = Server()
    for _ in range(8):
        journey(server, tokens.pop())
    server.cost.clear()
    for _ in range(ROUNDS):
        journey(server, tokens.pop())
    cost = {what: round(statistics.median(values), 2) for what, values in server.cost.items()}
    print(json.dumps({"cpu": cost, "statements": server.statements}))


if __name__ == "__main__":
    main()
