"""Mails to staff with a link to set a password: to colleagues who are invited, and to whoever has forgotten theirs.

They are ordered here and sent by a sweep, so that a page answers as fast for an unknown address as for a known one.
The link holds a signed mark of the account as it is: setting a password, or signing in, makes every link before it
worthless.
"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from barometer.accounts.models import StaffLetter, User

SALT = "barometer.accounts.letters"
Kind, State = StaffLetter.Kind, StaffLetter.State

GOOD_FOR = {Kind.INVITATION.value: timedelta(days=7), Kind.RESET.value: timedelta(hours=1)}
"""How long a link works."""

LEASE = timedelta(minutes=10)
BATCH = 50


def order(user: User, kind: str, *, now: datetime) -> StaffLetter:
    """Have a letter sent to a colleague; one that waits already is enough."""
    waiting = StaffLetter.objects.filter(user=user, kind=kind, state=State.WAITING).first()
    return waiting or StaffLetter.objects.create(user=user, kind=kind, ordered_at=now)


def send_staff_letters(now: datetime) -> int:
    """Send the letters that wait, an interrupted one never again. Returns how many were settled."""
    settled = StaffLetter.objects.filter(state=State.SENDING, claimed_at__lt=now - LEASE).update(state=State.UNKNOWN)
    waiting = list(StaffLetter.objects.filter(state=State.WAITING).select_related("user")[:BATCH])
    if not waiting:
        return settled
    connection = get_connection()
    connection.open()  # a mail server that is away raises here, before anything is claimed
    try:
        return settled + sum(_send_one(letter, connection, now) for letter in waiting)
    finally:
        connection.close()


def token_for(user: User, kind: str) -> str:
    """The secret of a link by which this user sets a password."""
    return signing.dumps([user.pk, kind, _mark(user)], salt=SALT).replace(":", "~")


def holder_of(token: str) -> User | None:
    """Whoever may set a password by this link; None when it is forged, used or too old."""
    for kind, good_for in GOOD_FOR.items():
        try:
            pk, its_kind, mark = signing.loads(token.replace("~", ":"), salt=SALT, max_age=good_for)
        except signing.BadSignature:
            continue
        user = User.objects.filter(pk=pk, is_active=True).first()
        if its_kind == kind and user and constant_time_compare(mark, _mark(user)):
            return user
    return None


def set_password(user: User, password: str) -> None:
    """Set a password that was checked; every link and session before it ends."""
    user.set_password(password)
    user.save(update_fields=["password"])


def _mark(user: User) -> str:
    """Changes when the password does, and with each sign-in."""
    last = user.last_login.isoformat() if user.last_login else ""
    return salted_hmac(SALT, f"{user.pk}\n{user.email}\n{user.password}\n{last}", algorithm="sha256").hexdigest()[:32]


def _send_one(letter: StaffLetter, connection: Any, now: datetime) -> int:
    claimed = StaffLetter.objects.filter(pk=letter.pk, state=State.WAITING)
    if not claimed.update(state=State.SENDING, claimed_at=now):
        return 0
    try:
        connection.send_messages([_composed(letter)])
        state = State.SENT
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
        state = State.FAILED
    except (smtplib.SMTPException, OSError):
        state = State.UNKNOWN
    StaffLetter.objects.filter(pk=letter.pk).update(state=state)
    return 1


def _composed(letter: StaffLetter) -> EmailMessage:
    link = settings.SITE_URL + reverse("accounts:welcome", args=[token_for(letter.user, letter.kind)])
    context = {"user": letter.user, "link": link, "good_for": GOOD_FOR[letter.kind], "site": settings.SITE_URL}
    subject, body = render_to_string(f"emails/staff_{letter.kind}.txt", context).split("\n", 1)
    return EmailMessage(
        subject=subject.strip(),
        body=body.strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[letter.user.email],
        headers={"Auto-Submitted": "auto-generated"},
    )
