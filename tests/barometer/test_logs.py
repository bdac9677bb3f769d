"""No log line holds a respondent's link, an e-mail address or a password."""

from __future__ import annotations

import base64
import io
import json
import logging
import logging.config
import secrets
import urllib.error
import urllib.request

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, OperationalError
from hypothesis import given
from hypothesis import strategies as st

from barometer import logs
from surveys.problems import Problem, Refused
from tests import processes, servers


def token() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).rstrip(b"=").decode()


@given(st.binary(min_size=32, max_size=32))
def test_every_token_is_scrubbed_wherever_it_stands(data):
    secret = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
    for line in (
        f"GET /a/{secret}/ 200",
        f'"/a/{secret}"',
        f"token={secret}",
        f"/a/{secret}?x=1",
        f"({secret},)",
        secret,
    ):
        assert secret not in logs.scrub(line)


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("GET /a/short/check/ 404", "GET /a/[link]/check/ 404"),
        ("Not Found: /a/with%20blank/3/", "Not Found: /a/[link]/3/"),
        ("GET /a/short/page/WHY/ 200 5312 bytes 9 ms", "GET /a/[link]/page/[question]/ 200 9 ms"),
        ("GET /a/short/received/ 200 4711 bytes 9 ms", "GET /a/[link]/received/ 200 9 ms"),
        ("GET /results/2013-winter/ 200 4711 bytes 9 ms", "GET /results/2013-winter/ 200 4711 bytes 9 ms"),
        ("mail to ann.other@ccg.example failed", "mail to [address] failed"),
        ("DETAIL: Key (email)=(ann@ccg.example)", "DETAIL: Key (email)=([address])"),
        ("next=/x?who=ann%40ccg.example", "next=/x?who=[address]"),
        ("postgres://ann:hush@db/barometer", "postgres://[login]@db/barometer"),
        ("GET /results/2013-winter/ 200", "GET /results/2013-winter/ 200"),
        ("digest " + "ab" * 32, "digest " + "ab" * 32),
    ],
)
def test_only_what_leads_to_a_person_is_scrubbed(line, clean):
    assert logs.scrub(line) == clean


@pytest.fixture
def written():
    """What is logged during the test, under the real configuration."""
    before = (logging.root.handlers[:], logging.root.level)
    logging.config.dictConfig(logs.configuration(level="INFO", structured=True))
    stream = io.StringIO()
    logging.root.handlers[0].setStream(stream)
    yield stream
    logging.root.handlers[:], logging.root.level = before


@pytest.mark.parametrize(
    "name", ["django.request", "django.server", "django.security", "gunicorn.access", "celery.task"]
)
def test_every_logger_writes_through_the_scrubber(written, name):
    secret = token()
    try:
        raise RuntimeError(f"no such link: {secret}")
    except RuntimeError:
        logging.getLogger(name).exception("Failed: %s", f"/a/{secret}/2/", extra={"request": secret})
    assert secret not in written.getvalue()
    (line,) = written.getvalue().strip().splitlines()
    entry = json.loads(line)
    assert (entry["logger"], entry["level"]) == (name, "ERROR")
    assert "no such link: [token]" in entry["trace"]


def _fails(error, *, because_of=None):
    """The error as it is caught, one led to by another where that is given."""
    try:
        try:
            if because_of:
                raise because_of
        finally:
            raise error
    except Exception as caught:  # noqa: BLE001 - whatever was raised
        return caught


@pytest.mark.parametrize(
    "error",
    [
        ValueError("invalid literal for int(): 'Candid words'"),
        KeyError("Candid words"),
        ValidationError("Candid words is not a choice"),
        DataError('invalid input syntax for type integer: "Candid words"'),
        IntegrityError('null value in column "x"\nDETAIL:  Failing row contains (7, Candid words, 1).'),
        Refused(Problem("line 2", "Candid words is no code")),
        UnicodeDecodeError("utf-8", b"Candid words", 0, 1, "bad"),
    ],
    ids=lambda error: type(error).__name__,
)
@pytest.mark.parametrize("leading", [False, True])
def test_what_an_error_quotes_of_somebody_is_not_in_the_log(written, error, leading):
    raised = _fails(RuntimeError("the page failed"), because_of=error) if leading else _fails(error)
    logging.getLogger("django.request").error("Failed", exc_info=raised)
    told = json.loads(written.getvalue())["trace"]
    assert "Candid words" not in told
    assert type(error).__name__ in told
    assert "in _fails" in told
    assert ("the page failed" in told) is leading


def test_what_the_machine_says_is_in_the_log(written):
    for error in (
        OSError(28, "No space left on device"),
        OperationalError("database is locked"),
        TypeError("no dict"),
    ):
        logging.getLogger("django.request").error("Failed", exc_info=_fails(error))
        assert str(error) in written.getvalue()


def test_a_line_that_cannot_be_written_is_not_printed_by_another_way(written, capfd):
    secret = token()
    written.close()
    logging.getLogger("django.request").error("at /a/%s/", secret)
    told = "".join(capfd.readouterr())
    assert secret not in told


def test_a_plain_line_is_scrubbed_too():
    secret = token()
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "at %s", (f"/a/{secret}/",), None)
    assert logs.PlainFormatter("%(levelname)s %(message)s").format(record) == "INFO at /a/[link]/"


def test_no_link_is_in_the_logs_of_the_real_web_server(sqlite_installation):
    secret, port = token(), servers.free_port()
    base = f"http://127.0.0.1:{port}"
    with sqlite_installation.runs("web", processes.WEB, BIND=f"127.0.0.1:{port}", SITE_URL=base):
        processes.wait_until(lambda: _status(f"{base}/healthz") == 200, what="the web server's start")
        _status(f"{base}/a/{secret}/?next={secret}", Referer=f"{base}/a/{secret}/", Cookie=f"x={secret}")
        _status(f"{base}/nothing/{secret}/")
        processes.wait_until(lambda: "/nothing/" in sqlite_installation.log("web"), what="the log line")
    written = sqlite_installation.log("web")
    assert secret not in written
    assert "GET /a/[link]/ 404" in written
    assert " bytes" not in next(line for line in written.splitlines() if "/a/[link]/" in line)
    assert "127.0.0.1 " not in written.replace("Listening at", "").replace(base, "")


def _status(url: str, **headers: str) -> int:
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code
    except (TimeoutError, urllib.error.URLError):
        return 0
