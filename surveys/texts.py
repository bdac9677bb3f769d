"""Text as it comes in from outside: decoded once, and free of what no database should hold. Pure."""

from __future__ import annotations

import re

from surveys.problems import Problem, Refused

# NUL breaks PostgreSQL, lone surrogates break UTF-8, the other control characters break CSV readers and terminals.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def decode(data: bytes) -> str:
    """The text of an uploaded file: UTF-8, a byte order mark and Windows line ends accepted and removed.

    Raises Refused naming line and column of the first byte that is not UTF-8, and for an empty file.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise Refused(
            Problem(
                f"line {line}, column {column}",
                f"byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8 and try again",
            )
        ) from None
    if not text.strip():
        raise Refused(Problem("line 1", "the file is empty"))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def forbidden_character(text: str) -> str | None:
    """The name of the first character that cannot be kept (``U+0000``), or None."""
    found = _FORBIDDEN.search(text)
    return f"U+{ord(found.group()):04X}" if found else None


def shortened(text: str, most: int = 60) -> str:
    """`text`, cut where it is too long to be quoted in a sentence."""
    return text if len(text) <= most else f"{text[:most]}…"


def printable(text: str) -> str:
    """`text` with a mark in place of each character that cannot be kept, for quoting it in a message."""
    return _FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)


def clean(text: str) -> str:
    """`text` with Unix line ends and without the characters that cannot be kept."""
    return _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
