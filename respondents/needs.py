"""What needs doing about samples and letters: mails that failed, that wait too long, that nobody has ordered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from respondents.access import SENDERS
from respondents.mailing import LEASE
from respondents.models import Invitation, Letter, Mailing
from surveys.access import may
from surveys.models import Wave
from surveys.models.wave import State
from surveys.needs import DUE, NEXT, STUCK, Need, page


def letter_needs(waves: Sequence[Wave], user: Any, now: datetime) -> Iterator[Need]:
    """Letters that the mail server refused, that were perhaps sent, or that should have gone and have not."""
    mine = {wave.pk: wave for wave in waves if wave.is_open and may(user, SENDERS, wave)}
    refused, unknown = Q(state=Letter.State.REFUSED), Q(state=Letter.State.UNKNOWN)
    counted = Letter.objects.filter(refused | unknown, invitation__wave__in=mine).values("invitation__wave")
    for row in counted.annotate(refused=Count("pk", filter=refused), unknown=Count("pk", filter=unknown)).order_by():
        wave = mine[row["invitation__wave"]]
        yield from (Need(STUCK, words, page("desk:wave", wave), wave) for words in _told(**row) if words)
    for late in _late(list(mine), now):
        words = _("Letters that were due at %(at)s have not all gone: the mail server may be away.")
        wave = mine[late.wave_id]
        yield Need(STUCK, words % {"at": f"{late.due_at:%H:%M}"}, page("desk:wave", wave), wave)


def sample_needs(waves: Sequence[Wave], user: Any, now: datetime) -> Iterator[Need]:
    """Waves for which nobody is invited yet, and those whose invitations nobody has ordered."""
    coming = (State.SCHEDULED, State.OPEN)
    mine = [wave for wave in waves if wave.state in coming and may(user, SENDERS, wave)]
    ordered = set(Mailing.objects.filter(wave__in=mine).values_list("wave", flat=True))
    invited = set(Invitation.objects.filter(wave__in=mine, person__isnull=False).values_list("wave", flat=True))
    for wave in mine:
        urgency = DUE if wave.state == State.OPEN else NEXT
        if wave.pk not in invited:
            yield Need(urgency, _("Nobody is invited yet."), page("desk:sample", wave), wave)
        elif wave.pk not in ordered:
            words = _("People are invited, and no invitation is ordered.")
            yield Need(urgency, words, page("desk:invitations", wave), wave)


def _told(*, refused: int, unknown: int, **_wave: Any) -> tuple[str, str]:
    """What became of letters, in words; nothing for none."""
    first = ngettext("The mail server refused %d letter.", "The mail server refused %d letters.", refused) % refused
    second = ngettext("%d letter was perhaps sent.", "%d letters were perhaps sent.", unknown) % unknown
    return first if refused else "", second if unknown else ""


def _late(waves: Sequence[int], now: datetime) -> Iterator[Mailing]:
    """Orders that were due a while ago and for which somebody still waits who has no such letter."""
    has_it = Letter.objects.filter(invitation=OuterRef("pk"), kind=OuterRef(OuterRef("kind")))
    waiting = Invitation.objects.filter(
        ~Exists(has_it), wave=OuterRef("wave"), person__isnull=False, responded=False, revoked=False, stopped=False
    )
    due = Mailing.objects.filter(Exists(waiting), wave__in=waves, wave__state=State.OPEN, due_at__lt=now - LEASE)
    return iter(due.order_by("pk"))
