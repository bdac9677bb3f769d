"""Signing in with the organisation's own accounts, by OpenID Connect: only whoever was invited here comes in.

The provider says who somebody is; what they may do stands here. An account at the provider is joined to the colleague
with its e-mail address the first time, and known by its own id from then on.
"""

from __future__ import annotations

from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from barometer.accounts import audit
from barometer.accounts.models import User, tidy_address

SEVERAL = {"mfa", "otp", "hwk", "fido", "swk"}
"""Methods of RFC 8176 by which a provider says that it asked for more than a password."""


class ProviderAdapter(DefaultSocialAccountAdapter):
    """allauth's part that talks to the provider: no account is ever made by it."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Never: colleagues are invited."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Join the provider's account to the colleague it belongs to, or refuse; keep nothing else of it."""
        sociallogin.second_factor_counts = second_factor_counts(sociallogin.account.extra_data)
        if not sociallogin.is_existing:
            colleague = _invited(sociallogin)
            if colleague is None:
                raise ImmediateHttpResponse(refusal(request, _("Nobody has invited this account here.")))
            sociallogin.account.extra_data = {}
            sociallogin.connect(request, colleague)
        else:
            sociallogin.account.extra_data = {}
            sociallogin.account.save(update_fields=["extra_data"])
        if not sociallogin.user.is_active:
            raise ImmediateHttpResponse(refusal(request, _("This account is closed.")))

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **details: Any) -> None:
        """A page of our own instead of allauth's."""
        raise ImmediateHttpResponse(refusal(request, _("Signing in with %s did not work.") % provider.app.name))


def refusal(request: HttpRequest, words: str) -> HttpResponse:
    """The page that says why nobody was let in, and what to do."""
    audit.record(audit.REFUSED, by=None, note=words, now=timezone.now())
    return render(request, "accounts/refused.html", {"words": words}, status=403)


def second_factor_counts(extra: dict[str, Any]) -> bool:
    """Whether this sign-in at the provider counts as a second factor, as OIDC_SECOND_FACTOR says.

    ``ask``: never; ``claimed``: when the provider's token says that it asked for one (`amr`); ``trusted``: always.
    """
    if settings.OIDC_SECOND_FACTOR == "claimed":
        return bool(SEVERAL.intersection(extra.get("id_token", {}).get("amr") or ()))
    return settings.OIDC_SECOND_FACTOR == "trusted"


def _invited(sociallogin: SocialLogin) -> User | None:
    """The colleague with an e-mail address that the provider vouches for."""
    known = [each.email for each in sociallogin.email_addresses if each.verified or settings.OIDC_TRUST_EMAIL]
    return User.objects.filter(email__in=[tidy_address(email) for email in known]).first()
