"""Requests in an encoding other than UTF-8 are refused before anything reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.http import parse_header_parameters

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

REFUSAL = b"Please send UTF-8.\n"


class OnlyUtf8:
    """A WSGI application that answers 400 to a body said to be in another encoding, and leaves the rest to the one
    inside.

    Django takes the name of any codec of Python, also of those that make no text or lone surrogates, and fails while
    it makes the request, where no middleware of its own can help.
    """

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """The reply of the application inside, or the refusal."""
        if _is_utf8(environ.get("CONTENT_TYPE", "")):
            return self.application(environ, start_response)
        start_response(
            "400 Bad Request", [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(REFUSAL)))]
        )
        return [REFUSAL]


def _is_utf8(content_type: str) -> bool:
    if "charset" not in content_type.lower():
        return True
    _kind, parameters = parse_header_parameters(content_type)
    return parameters.get("charset", "utf-8").lower() in ("utf-8", "utf8")
