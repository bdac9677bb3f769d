"""Letters to respondents: written once, claimed before they are sent, marked after, never sent twice by machine."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
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

PAUSES = tuple(timedelta(minutes=minutes) for minutes in (5, 20, 60, 180, 540, 1440))
"""How long a letter rests that the mail server put off: after the first time, the second, and so on; then it is
refused. Together a day and a half, about what mail servers themselves allow a letter.
"""

HANGING_UP = 421
"""What a mail server says that closes the connection."""


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
    """Send the next letters of every mailing that is due. Returns how many were tried or given up."""
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
    first = list(waiting_for(mailing)[:BATCH])
    again = list(_put_off(mailing, now)[: BATCH - len(first)])
    if not first and not again:
        return 0
    issue_links(mailing.wave)
    key = keys.read_key(mailing.wave)
    connection = get_connection()
    connection.open()  # a mail server that is away raises here, before anything is claimed; the next sweep tries again
    tried = 0
    try:
        for letter in _claimed(first, again, kind=mailing.kind, now=now):
            tried += 1
            if not _send_one(letter, key, connection):
                break  # the connection is broken: the rest is not claimed and waits for the next sweep
    finally:
        connection.close()
    return tried


def _put_off(mailing: Mailing, now: datetime) -> QuerySet[Letter]:
    """The letters whose pause is over, to people who should still get them."""
    rested = Q()
    for attempts, pause in enumerate(PAUSES, 1):
        rested |= Q(attempts=attempts, claimed_at__lte=now - pause)
    people = mailing.wave.invitations.personal().filter(responded=False, revoked=False, stopped=False)
    letters = Letter.objects.filter(rested, invitation__in=people, kind=mailing.kind, state=Letter.State.DEFERRED)
    return letters.select_related("invitation__person", "invitation__wave__survey").order_by("claimed_at", "pk")


def _claimed(first: list[Invitation], again: list[Letter], *, kind: str, now: datetime) -> Iterator[Letter]:
    """The letters of these, each claimed only when it is its turn; those that another worker has are passed over."""
    for invitation in first:
        try:
            with transaction.atomic():
                letter = Letter.objects.create(invitation=invitation, kind=kind, claimed_at=now)
        except IntegrityError:
            continue
        yield letter
    for letter in again:
        mine = Letter.objects.filter(pk=letter.pk, state=Letter.State.DEFERRED, attempts=letter.attempts)
        letter.attempts += 1
        if mine.update(state=Letter.State.SENDING, claimed_at=now, attempts=letter.attempts):
            yield letter


def _send_one(letter: Letter, key: bytes, connection: Any) -> bool:
    """Send a claimed letter and note what became of it. Whether the connection is good for another."""
    invitation, goes_on = letter.invitation, True
    message = compose(invitation, letter.kind, link=link_of(invitation, key=key), code=give_code(invitation, key=key))
    try:
        connection.send_messages([message])
        letter.state = Letter.State.SENT
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as refusal:
        code = _code_of(refusal)
        for_now = 400 <= code < 500 and letter.attempts <= len(PAUSES)
        letter.state = Letter.State.DEFERRED if for_now else Letter.State.REFUSED
        goes_on = code != HANGING_UP
    except (smtplib.SMTPException, OSError):
        letter.state = Letter.State.UNKNOWN
        goes_on = False
    letter.save(update_fields=["state"])
    return goes_on


def _code_of(refusal: smtplib.SMTPException) -> int:
    """The reply code of a refusal: 4xx is for now, 5xx for good (RFC 5321, section 4.2.1)."""
    if isinstance(refusal, smtplib.SMTPRecipientsRefused):
        return max(code for code, _words in refusal.recipients.values())
    return refusal.smtp_code if isinstance(refusal, smtplib.SMTPResponseException) else 0
