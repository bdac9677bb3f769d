"""The way in: password, code, a forgotten password, the link by which somebody sets one. Signing out is Django’s."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.mfa.base.views import AuthenticateView
from csp.decorators import csp_update
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from barometer.accounts import attempts, audit, letters
from barometer.accounts.addresses import client_address
from barometer.accounts.forms import ForgottenForm, NewPasswordForm, SignInForm
from barometer.accounts.models import StaffLetter, User, tidy_address

# A browser holds the redirection after a form to `form-action`, and the provider is elsewhere.
_PROVIDER = {"form-action": "https:"} if settings.OIDC_ISSUER else {}


@method_decorator(csp_update(_PROVIDER), name="dispatch")
class SignIn(LoginView):
    """The sign-in page; leads to the second factor where there is one, and back to the page that was asked for."""

    authentication_form = SignInForm
    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form needs to know where the attempt comes from."""
        return {**super().get_form_kwargs(), "address": client_address(self.request)}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With the other way in, where there is one."""
        provider = settings.OIDC_NAME if settings.SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"] else ""
        return {**super().get_context_data(**kwargs), "provider": provider}

    def form_valid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """In, or on to the second factor."""
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        return perform_password_login(self.request, {}, login)

    def form_invalid(self, form: SignInForm) -> HttpResponse:  # type: ignore[override]
        """The page again: 429 when there were too many attempts, else 200."""
        _note_refusal(form)
        return _limited(super().form_invalid(form), form.limited)


class Code(AuthenticateView):
    """The second step: a code of the app, or a recovery code."""

    template_name = "accounts/code.html"

    def form_invalid(self, form: Any) -> HttpResponse:
        """The page again: 429 when there were too many attempts, else 200."""
        audit.record(audit.REFUSED, by=None, whom=form.user, note=_("second factor"), now=timezone.now())
        return _limited(super().form_invalid(form), form.limited)


def forgotten(request: HttpRequest) -> HttpResponse:
    """Order a mail with a link to set a new password. The answer is the same whether the address is known or not."""
    form = ForgottenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        now, email = timezone.now(), tidy_address(form.cleaned_data["email"])
        allowed = attempts.note_attempt(email=email, address=client_address(request), now=now, step=attempts.RESET)
        user = User.objects.filter(email=email, is_active=True).first()
        if allowed and user:
            kind = StaffLetter.Kind.RESET if user.has_usable_password() else StaffLetter.Kind.INVITATION
            letters.order(user, kind, now=now)
        return render(request, "accounts/forgotten_sent.html")
    return render(request, "accounts/forgotten.html", {"form": form}, status=422 if form.errors else 200)


@never_cache
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password by a link from a mail; looking changes nothing. Forged, used and old links give one page."""
    user = letters.holder_of(token)
    if user is None:
        return render(request, "accounts/link_gone.html", status=404)
    form = NewPasswordForm(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        letters.set_password(user, form.cleaned_data["new_password1"])
        audit.record("password", by=user, whom=user, now=timezone.now())
        messages.success(request, _("Your password is set. Sign in with it."))
        return redirect("accounts:sign_in")
    context = {"form": form, "colleague": user}
    return render(request, "accounts/welcome.html", context, status=422 if form.errors else 200)


def _limited(response: HttpResponse, limited: bool) -> HttpResponse:
    if limited:
        response.status_code = 429
        response["Retry-After"] = str(settings.SIGN_IN_WINDOW_SECONDS)
    return response


def _note_refusal(form: SignInForm) -> None:
    """The log names the colleague whose account was tried, and no address that is nobody's."""
    email = form.cleaned_data.get("username")
    user = User.objects.filter(email=tidy_address(email)).first() if email else None
    if user:
        note = _("too many attempts") if form.limited else _("password")
        audit.record(audit.REFUSED, by=None, whom=user, note=note, now=timezone.now())
