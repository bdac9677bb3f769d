"""How often somebody may try to sign in.

Each attempt is written down before the password is looked at, so that attempts made at the same time count each
other; it is struck out when the password was right. Who tried stays unreadable: rows hold keyed hashes, no address
and no account name, and are deleted once they are older than the window.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.crypto import salted_hmac

from barometer.accounts.models import SignInAttempt, User, tidy_address

SIGN_IN, CODE, RESET = "sign-in", "code", "reset"
"""The steps that are limited: the password, the second factor, asking for a new password. Each counts by itself."""


def keys(*, email: str, address: str, step: str = SIGN_IN) -> dict[str, str]:
    """The hashes under which an attempt counts, by kind of limit (`settings.SIGN_IN_LIMITS`)."""
    account = tidy_address(email)
    subjects = {"pair": f"{account}\n{address}", "address": address, "account": account}
    return {
        kind: salted_hmac(f"{step} {kind}", subject, algorithm="sha256").hexdigest()
        for kind, subject in subjects.items()
    }


def note_attempt(*, email: str, address: str, now: datetime, step: str = SIGN_IN) -> bool:
    """Write an attempt down and say whether it may go on: no limit is passed, this attempt included."""
    hashes = keys(email=email, address=address, step=step)
    since = now - timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    with transaction.atomic():
        SignInAttempt.objects.bulk_create(SignInAttempt(key=key, at=now) for key in hashes.values())
        return all(
            SignInAttempt.objects.filter(key=key, at__gt=since).count() <= settings.SIGN_IN_LIMITS[kind]
            for kind, key in hashes.items()
        )


def forgive(*, email: str, address: str, step: str = SIGN_IN) -> None:
    """Strike out the attempts of this pair after a right password; the wider counts lose only this one's share."""
    hashes = keys(email=email, address=address, step=step)
    with transaction.atomic():
        SignInAttempt.objects.filter(key=hashes.pop("pair")).delete()
        for key in hashes.values():
            newest = SignInAttempt.objects.filter(key=key).order_by("-at", "-pk").values("pk")[:1]
            SignInAttempt.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).delete()


def use_up(code: str, *, of: User, now: datetime) -> bool:
    """Mark a code of the second factor as used; whether it was not yet. Call it with the user's row locked."""
    key = salted_hmac("used code", f"{of.pk}\n{code.strip().lower()}", algorithm="sha256").hexdigest()
    if SignInAttempt.objects.filter(key=key).exists():
        return False
    SignInAttempt.objects.create(key=key, at=now)
    return True


def forget_old_attempts(now: datetime) -> int:
    """Delete the attempts that no longer count, and return how many."""
    before = now - timedelta(seconds=settings.SIGN_IN_WINDOW_SECONDS)
    return SignInAttempt.objects.filter(at__lte=before).delete()[0]
