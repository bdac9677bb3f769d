"""The second factor: whether a session has shown one, and how allauth's parts are set to our ways.

`allauth` keeps in the session by which methods somebody has signed in; a code of the authenticator app, a recovery
code, or a provider that is trusted with it, leaves the method ``mfa`` there.
"""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest
from django.utils.encoding import force_bytes
from django.utils.translation import gettext_lazy

from barometer.accounts.addresses import client_address
from barometer.accounts.models import User

MFA = "mfa"

TOLD = {
    "mfa/messages/totp_activated.txt": gettext_lazy("The second factor is on."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The second factor is off."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "These are your recovery codes. Keep them where you can find them without your phone."
    ),
}


def has_shown(request: HttpRequest) -> bool:
    """Whether the user of this session has shown a second factor in it."""
    user: Any = request.user
    return any(record["method"] == MFA for record in get_authentication_records(request, user))


def is_on(user: Any) -> bool:
    """Whether this user has set up an authenticator app."""
    return Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists()


def forget(user: Any) -> bool:
    """Take the second factor away from somebody who has lost it. Whether there was one."""
    return bool(Authenticator.objects.filter(user=user).delete()[0])


class SecretLost(Exception):
    """A second factor was set up under a SECRET_KEY that is known no longer."""


class AccountAdapter(DefaultAccountAdapter):
    """allauth's account part: nobody signs up, and it says things in our words."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: colleagues are invited."""
        return False

    def get_login_stages(self) -> list[str]:
        """The second factor is the one stage after the password or the provider."""
        return [f"{SecondFactorStage.__module__}.{SecondFactorStage.__name__}"]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where the request comes from, as everywhere here."""
        return client_address(request)

    def add_message(
        self, request: HttpRequest, level: int, message_template: Any = None, *args: Any, **_: Any
    ) -> None:
        """The message in our words, if it is one that helps."""
        if told := TOLD.get(message_template):
            messages.add_message(request, messages.SUCCESS, told)

    def is_reauthentication_required(self, *, app: str, **_: Any) -> bool:
        """Whether what matters asks for the password once more: not minutes after signing in."""
        since = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
        records = get_authentication_records(self.request, self.request.user)
        return not any(record["at"] > since for record in records)


class SecondFactorStage(AuthenticateStage):
    """Asks for a code, unless a provider that is trusted with the second factor has asked already."""

    def _should_handle(self, request: HttpRequest) -> bool:
        social = (self.login.signal_kwargs or {}).get("sociallogin")
        if social is not None and getattr(social, "second_factor_counts", False):
            record_authentication(request, self.login.user, MFA, type="provider")
            return False
        return super()._should_handle(request)


class FactorAdapter(DefaultMFAAdapter):
    """allauth's second factor: secrets are encrypted, and nobody switches off what must be on."""

    def encrypt(self, text: str) -> str:
        """The secret as the database keeps it."""
        return _cipher().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself. Raises SecretLost when the SECRET_KEY it was written with is known no longer."""
        try:
            return _cipher().decrypt(encrypted_text.encode("ascii")).decode()
        except InvalidToken:
            raise SecretLost from None

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Only where the second factor is a choice."""
        return not settings.SECOND_FACTOR_REQUIRED

    def get_totp_label(self, user: User) -> str:
        """The name under which the app lists this account."""
        return user.email

    def build_totp_svg(self, url: str) -> str:
        """The picture for the app's camera, to stand in the page itself."""
        import qrcode
        from qrcode.image.svg import SvgPathImage

        return qrcode.make(url, image_factory=SvgPathImage).to_string().decode()


def _cipher() -> MultiFernet:
    """The cipher of this installation; keys that were in use before still decrypt."""
    known = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (hashlib.sha256(b"barometer second factor " + force_bytes(key)).digest() for key in known)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
