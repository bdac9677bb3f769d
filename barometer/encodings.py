"""Requests in an encoding other than UTF-8 are refused before anything reads them."""

from __future__ import annotations

import codecs
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest


class OnlyUtf8:
    """Answers 400 to a body that says it is in another encoding.

    Django takes the name of any codec of Python, also of those that make no text, or lone surrogates.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The response of the site, or the refusal."""
        if request.encoding is not None and codecs.lookup(request.encoding).name != "utf-8":
            return HttpResponseBadRequest("Please send UTF-8.", content_type="text/plain; charset=utf-8")
        return self.get_response(request)
