"""What needs doing: what is stuck, what is due, what comes next, of the waves somebody works on, as their roles allow.

Other applications add what only they know (letters, results): they put a function into `SOURCES` when they start. A
source gets all the waves at once and asks as many questions for sixty as for one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from surveys.access import EDITOR, PUBLISHER, may
from surveys.models import Proposal, Wave
from surveys.models.wave import State

STUCK, DUE, NEXT = "stuck", "due", "next"
ORDER = (STUCK, DUE, NEXT)

PATIENCE = timedelta(minutes=5)
"""After this long what the clock should have done is stuck."""

GRACE = timedelta(minutes=20)
"""An open wave past its closing time waits this long for those who have begun."""

SOON, AT_THE_END = timedelta(days=14), timedelta(days=3)
"""How long before it opens a draft is due, and before it closes a wave's end."""


@dataclass(frozen=True, slots=True)
class Need:
    """One thing to do: how urgent, about which wave (None: about no wave), in words, and where to do it."""

    urgency: str
    words: str
    address: str
    wave: Wave | None = None


Source = Callable[[Sequence[Wave], Any, datetime], Iterable[Need]]

SOURCES: list[Source] = []


def needs(waves: Sequence[Wave], *, user: Any, now: datetime) -> list[Need]:
    """Everything this member of staff has to do, what is stuck first."""
    found = [need for source in SOURCES for need in source(waves, user, now)]
    return sorted(found, key=lambda need: ORDER.index(need.urgency))


def page(name: str, wave: Wave) -> str:
    """The address of a page about a wave."""
    return reverse(name, args=[wave.slug])


def clock_needs(waves: Sequence[Wave], user: Any, now: datetime) -> Iterator[Need]:
    """Waves that should have opened or closed, and those that soon will."""
    for wave in waves:
        if not may(user, [EDITOR, PUBLISHER], wave):
            continue
        home = page("desk:wave", wave)
        if wave.state == State.SCHEDULED and wave.opens_at and wave.opens_at < now - PATIENCE:
            yield Need(STUCK, _("It should have opened. Look at Ready? for what stops it."), home, wave)
        elif wave.is_open and wave.closes_at and wave.closes_at < now - GRACE - PATIENCE:
            yield Need(STUCK, _("It should have closed. Whoever runs the site can tell why it has not."), home, wave)
        elif wave.state == State.OPEN and wave.closes_at and now < wave.closes_at < now + AT_THE_END:
            yield Need(DUE, _("It closes within three days."), home, wave)


def draft_needs(waves: Sequence[Wave], user: Any, now: datetime) -> Iterator[Need]:
    """Drafts to go on with; those that were to open by now, or soon will, are due."""
    for wave in waves:
        if wave.state != State.DRAFT or not may(user, [EDITOR], wave):
            continue
        ready = page("surveys:open", wave)
        if wave.opens_at and wave.opens_at < now:
            yield Need(DUE, _("It was to open by now and is still a draft."), ready, wave)
        elif wave.opens_at and wave.opens_at < now + SOON:
            yield Need(DUE, _("It is to open within two weeks and is still a draft."), ready, wave)
        else:
            yield Need(NEXT, _("It is a draft."), page("desk:wave", wave), wave)


def proposal_needs(waves: Sequence[Wave], user: Any, now: datetime) -> Iterator[Need]:
    """Steps that wait for a second person: to decide on, or to know of."""
    known = {wave.pk: wave for wave in waves}
    waiting = Proposal.objects.waiting().filter(wave__in=known).select_related("proposed_by")
    for proposal in waiting.order_by("proposed_at", "pk"):
        wave = proposal.wave = known[proposal.wave_id]
        if not proposal.could_happen:
            continue
        address = reverse("surveys:proposal", args=[wave.slug, proposal.pk])
        told = {"step": proposal.get_step_display(), "who": proposal.proposed_by or _("somebody who has left")}
        if proposal.proposed_by_id == user.pk:
            yield Need(NEXT, _("You proposed: “%(step)s”. A publisher has still to confirm it.") % told, address, wave)
        elif may(user, [PUBLISHER], wave):
            yield Need(DUE, _("%(who)s proposes: “%(step)s”. It waits for you.") % told, address, wave)


SOURCES += [clock_needs, draft_needs, proposal_needs]
