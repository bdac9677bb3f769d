"""Letters to respondents: written once, claimed before they are sent, marked after, never sent twice by machine."""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from respondents import keys
from respondents.codes import address_to_type, give_code
from respondents.invitations import issue_links, link_of
from respondents.models import Invitation, Letter, Mailing
from respondents.promise import promise_of
from surveys.apart import each_apart
from surveys.models import Wave
from surveys.problems import Problem, Refused

BATCH = 200
"""Letters in one sweep, so that other sweeps have their turn."""

LEASE = timedelta(minutes=10)
"""After this long a claimed letter was interrupted: whether it went is unknown."""


def order_mailing(wave: Wave, kind: str, *, due_at: datetime) -> Mailing:
    """Have one kind of mail sent to everybody invited, from `due_at` on while the wave is open. Repeatable.

    Raises Refused when nobody is invited, or the wave has closed.
    """
    if wave.is_closed:
        raise Refused(Problem("wave.state", f"{wave.slug} has closed; no mail can be sent"))
    if not wave.invitations.personal().exists():
        raise Refused(Problem("sample", "nobody is invited yet; upload a sample first"))
    mailing, _ = Mailing.objects.get_or_create(wave=wave, kind=kind, defaults={"due_at": due_at})
    return mailing


def waiting_for(mailing: Mailing) -> QuerySet[Invitation]:
    """The invitations that have still to get this letter."""
    return (
        mailing.wave.invitations.personal()
        .filter(responded=False, revoked=False, stopped=False)
        .exclude(letters__kind=mailing.kind)
        .select_related("person", "wave__survey")
    )


def send_waiting_letters(now: datetime) -> int:
    """Send the next letters of every mailing that is due. Returns how many were settled one way or another."""
    settled = Letter.objects.filter(state=Letter.State.SENDING, claimed_at__lt=now - LEASE).update(
        state=Letter.State.UNKNOWN
    )
    due = Mailing.objects.filter(due_at__lte=now, wave__state="open", wave__closes_at__gt=now)
    mailings: dict[Wave, list[Mailing]] = {}
    for mailing in due.select_related("wave__survey"):
        mailings.setdefault(mailing.wave, []).append(mailing)
    return settled + each_apart(mailings, lambda wave: sum(_send(mailing, now) for mailing in mailings[wave]))


def compose(invitation: Invitation, kind: str, *, link: str, code: str) -> EmailMessage:
    """The letter to one person: plain text, one recipient, a way to stop further mail, no traces."""
    assert invitation.person is not None
    wave = invitation.wave
    promised = " ".join(sentence.text for sentence in promise_of(wave))
    context = {
        "wave": wave,
        "survey": wave.survey,
        "person": invitation.person,
        "link": link,
        "code": code,
        "code_address": address_to_type(),
        "promise": promised,
    }
    subject, body = render_to_string(f"emails/{kind}.txt", context).split("\n", 1)
    return EmailMessage(
        subject=subject.strip(),
        body=body.strip() + "\n",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[invitation.person.email],
        headers={
            "List-Unsubscribe": f"<{link}stop/>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            "Auto-Submitted": "auto-generated",
        },
    )


def _send(mailing: Mailing, now: datetime) -> int:
    invitations = list(waiting_for(mailing)[:BATCH])
    if not invitations:
        return 0
    issue_links(mailing.wave)
    key = keys.read_key(mailing.wave)
    connection = get_connection()
    connection.open()  # a mail server that is away raises here, before anything is claimed; the next sweep tries again
    settled = 0
    try:
        for each in invitations:
            letter = _send_one(each, mailing.kind, key, connection, now)
            settled += letter is not None
            if letter and letter.state == Letter.State.UNKNOWN:
                break  # the connection is broken: the rest is not claimed and waits for the next sweep
    finally:
        connection.close()
    return settled


def _send_one(invitation: Invitation, kind: str, key: bytes, connection: Any, now: datetime) -> Letter | None:
    letter = _claim(invitation, kind, now)
    if letter is None:
        return None
    message = compose(invitation, kind, link=link_of(invitation, key=key), code=give_code(invitation, key=key))
    try:
        connection.send_messages([message])
        letter.state = Letter.State.SENT
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError):
        letter.state = Letter.State.REFUSED
    except (smtplib.SMTPException, OSError):
        letter.state = Letter.State.UNKNOWN
    letter.save(update_fields=["state"])
    return letter


def _claim(invitation: Invitation, kind: str, now: datetime) -> Letter | None:
    try:
        with transaction.atomic():
            return Letter.objects.create(invitation=invitation, kind=kind, claimed_at=now)
    except IntegrityError:
        return None  # another worker has it
