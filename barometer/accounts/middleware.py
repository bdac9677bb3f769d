"""Every page asks staff to sign in, unless it is made for others, and for a second factor where that is the rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin

from barometer.accounts import factors
from barometer.accounts.access import OPEN, OWN

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


class SecondFactorRequired(MiddlewareMixin):
    """Where `SECOND_FACTOR` is on, a session that has not shown one sees nothing but the pages that set one up."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """None to go on to the view; else the way to a second factor."""
        match = request.resolver_match
        if not settings.SECOND_FACTOR_REQUIRED or match is None or OPEN_APPS.intersection(match.app_names):
            return None
        if match.view_name in OPEN or match.view_name in OWN or not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated or factors.has_shown(request):
            return None
        if factors.is_on(request.user):  # the session is older than the second factor
            logout(request)
            return redirect("accounts:sign_in")
        return redirect("mfa_activate_totp")
