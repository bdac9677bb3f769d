"""Signing in. Signing out is Django's own view."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse

from barometer.accounts.forms import SignInForm


class SignIn(LoginView):
    """The sign-in page; leads back to the page that was asked for."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form needs to know where the attempt comes from."""
        return {**super().get_form_kwargs(), "address": client_address(self.request)}

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """The page again: 429 when there were too many attempts, else 200."""
        response = super().form_invalid(form)
        if form.limited:
            response.status_code = 429
            response["Retry-After"] = str(settings.SIGN_IN_WINDOW_SECONDS)
        return response


def client_address(request: HttpRequest) -> str:
    """Where the request comes from: what the trusted proxy says last, else the other end of the connection."""
    if settings.TRUST_PROXY:
        forwarded = request.headers.get("X-Forwarded-For", "")
        return forwarded.rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")
