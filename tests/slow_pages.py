"""A middleware that serves pages late and in pieces, as a busy machine does: what a browser test must not mind."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase

BEFORE_IT_ANSWERS, BETWEEN_PIECES = 0.2, 0.2  # seconds
DOCTYPE = len("<!doctype html>")


class SlowPagesMiddleware:
    """Wait before each answer; send a page as its first line, then its first half, then the rest."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.META["SERVER_NAME"] == "testserver":  # Django's test client, which is in no hurry
            return response
        time.sleep(BEFORE_IT_ANSWERS)
        if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
            return response
        slow = StreamingHttpResponse(_pieces(response.content), status=response.status_code, headers=response.headers)
        slow.cookies = response.cookies
        slow["Content-Length"] = str(len(response.content))
        return slow


def _pieces(page: bytes) -> Iterator[bytes]:
    yield page[:DOCTYPE]
    half = max(DOCTYPE, len(page) // 2)
    for piece in (page[DOCTYPE:half], page[half:]):
        time.sleep(BETWEEN_PIECES)
        yield piece
