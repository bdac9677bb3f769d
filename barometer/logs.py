"""What goes into the logs, and what never does.

A respondent's link is `/a/<token>/…`, a colleague's first `/welcome/<token>/`; whoever holds the token can answer,
or come in. So every line is scrubbed when it is written, after its arguments and its traceback have been put in:
tokens, e-mail addresses and passwords in URLs. Which question somebody was at and how long the page was stay out too,
since both depend on answers; and of an error what it says, where that may quote what somebody has typed.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

_SCRUB = (
    # What follows /a/ is, or was meant to be, a token, whatever its length.
    (re.compile(r"(/a/|/welcome/)[^/\s?#\"'<>]+"), r"\1[link]"),
    (re.compile(r"(/a/\[link\]/page/)[^/\s?#\"'<>]+"), r"\1[question]"),
    (re.compile(r"(/a/\[link\]\S* \d{3}) \S+ bytes"), r"\1"),
    # 32 bytes in URL-safe base64, wherever else they turn up.
    (re.compile(r"(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{43}=?(?![A-Za-z0-9_-])"), "[token]"),
    (re.compile(r"(://)[^/\s@\"']+@"), r"\1[login]@"),
    (re.compile(r"[^\s@<>\"'(),;:=\[\]]+(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"), "[address]"),
)


# Errors of the machine and of the program. Others, such as ValueError and KeyError, quote values.
_SPEAKING = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    ImportError,
    MemoryError,
    NameError,
    OSError,
    RuntimeError,
    TypeError,
)
_SPEAKING_MODULES = ("django.", "psycopg2", "sqlite3")
_QUOTING = ("DataError", "ValidationError")


def trace_of(error: BaseException) -> str:
    """Where an error came from, with those that led to it; its own words only where they quote nobody's.

    Of a database's words the first line: further ones hold the row that was to be stored.
    """
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    led = [trace_of(before), "", "During or because of which:", ""] if before else []
    places = "".join(traceback.format_tb(error.__traceback__)).rstrip()
    kind = type(error)
    said = str(error).partition("\n")[0] if _speaks(error) else ""
    last = f"{kind.__module__}.{kind.__qualname__}: {said}" if said else f"{kind.__module__}.{kind.__qualname__}"
    return "\n".join([*led, "Traceback (most recent call last):", places, last])


def _speaks(error: BaseException) -> bool:
    kind = type(error)
    if kind.__name__ in _QUOTING:
        return False
    return isinstance(error, _SPEAKING) or kind.__module__.startswith(_SPEAKING_MODULES)


def scrub(line: str) -> str:
    """The line without tokens, e-mail addresses and passwords.

    >>> scrub("GET /a/abc/3/ from ann@example.org")
    'GET /a/[link]/3/ from [address]'
    """
    for pattern, instead in _SCRUB:
        line = pattern.sub(instead, line)
    return line


class Formatter(logging.Formatter):
    """Tracebacks by `trace_of`."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the base class names it so
        """The traceback, without what may quote somebody."""
        return trace_of(ei[1]) if ei[1] else ""


class PlainFormatter(Formatter):
    """Lines for people, scrubbed."""

    def format(self, record: logging.LogRecord) -> str:
        """The scrubbed line, with its traceback if there is one."""
        return scrub(super().format(record))


class JSONFormatter(Formatter):
    """One JSON object a line, scrubbed: `time` (UTC), `level`, `logger`, `message`, and `trace` after an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """The scrubbed JSON object."""
        entry: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": scrub(record.getMessage()),
        }
        if record.exc_info:
            entry["trace"] = scrub(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)


class Handler(logging.StreamHandler[Any]):
    """Writes to standard error. A line that cannot be written is named by its logger only: the usual report of such
    a failure would print the line unscrubbed.
    """

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the base class names it so
        """Say that a line was lost."""
        with contextlib.suppress(Exception):
            print(f"A log line of {record.name} could not be written.", file=sys.__stderr__)


def configuration(*, level: str, structured: bool) -> dict[str, Any]:
    """The logging configuration of every process: one handler on standard error that scrubs.

    Loggers that come with handlers of their own (Django's, gunicorn's) are stripped of them, so that no line can
    leave by another way.
    """
    formatter = {"()": JSONFormatter} if structured else {"()": PlainFormatter, "format": "%(levelname)s %(message)s"}
    passed_on: dict[str, Any] = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"()": Handler, "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": passed_on,
            "django.server": passed_on,
            "gunicorn.error": passed_on | {"level": level},
            "gunicorn.access": passed_on | {"level": level},
        },
    }
