"""One's own account: who one is and what one may do, the password, the second factor."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from barometer.accounts import audit, factors
from barometer.accounts.forms import ChangePasswordForm


def account(request: HttpRequest) -> HttpResponse:
    """What is known of the person who looks, and what they can change."""
    user: Any = request.user
    context = {
        "roles": user.staff_roles.select_related("survey", "wave__survey").order_by("role"),
        "factor": factors.is_on(user),
        "required": settings.SECOND_FACTOR_REQUIRED,
    }
    return render(request, "accounts/account.html", context)


def second_factor(request: HttpRequest) -> HttpResponse:
    """allauth leads here when it has done; the account's page says it all."""
    return redirect("accounts:account")


class Password(PasswordChangeView):
    """Another password. Every other session of this account ends."""

    form_class = ChangePasswordForm
    template_name = "accounts/password.html"
    success_url = reverse_lazy("accounts:account")

    def form_valid(self, form: Any) -> HttpResponse:
        """Changed, and said so."""
        response = super().form_valid(form)
        user: Any = self.request.user
        audit.record("password", by=user, whom=user, now=timezone.now())
        messages.success(self.request, _("The password is changed. Everywhere else you are signed out."))
        return response


class SetUp(ActivateTOTPView):
    """Set up an authenticator app: the picture for its camera, the same in letters, and the first code."""

    template_name = "accounts/set_up.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Set up; the code that showed it counts as a second factor shown."""
        response = super().form_valid(form)
        user: Any = self.request.user
        record_authentication(self.request, user, factors.MFA, type="enrolled")
        audit.record("factor_on", by=user, whom=user, note=_("authenticator app"), now=timezone.now())
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the picture drawn into the page, and the secret in groups of four."""
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        context["secret"] = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        context["picture"] = mark_safe(context["totp_svg"])  # noqa: S308 - drawn by qrcode from our own words
        context["required"] = settings.SECOND_FACTOR_REQUIRED
        return context
