"""Every page asks staff to sign in, unless it is made for others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase

# Respondents come by their link and have no account. Any other open page says so with `login_not_required`.
OPEN_APPS = frozenset({"respondents"})


class SignInRequired(LoginRequiredMiddleware):
    """Sends whoever has not signed in to the sign-in page, except on respondents' pages."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """None to go on to the view, or the redirection to the sign-in page."""
        if request.resolver_match and OPEN_APPS.intersection(request.resolver_match.app_names):
            return None
        return super().process_view(request, view, args, kwargs)
