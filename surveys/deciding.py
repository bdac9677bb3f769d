"""Steps that take two people: an editor proposes, and a publisher who is somebody else confirms. Each is done once.

Opening, moving the closing time, closing early and correcting a wording go through here. Where nobody but the editor
could confirm, this one person may decide alone, says so beforehand, and the record says so ever after.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.access import EDITOR, PUBLISHER, may
from surveys.compiling import problems
from surveys.corrections import checked, correct
from surveys.lifecycle import move_closing_time, open_wave
from surveys.models import Proposal, Wave, WaveEvent
from surveys.models.decision import BEGINS_IN, Outcome, Step
from surveys.problems import Problem, Refused, refuse_if
from surveys.wave_checks import moment

ALONE = "decided by one person, as editor and publisher"


@dataclass(frozen=True, slots=True)
class _Act:
    """One kind of step: what prevents it beside the wave's state, and how it is done."""

    check: Callable[[Wave, Mapping[str, Any], datetime], None]
    do: Callable[[Proposal, Any, datetime, str], None]


@transaction.atomic
def propose(
    wave: Wave,
    step: str,
    *,
    by: Any,
    now: datetime,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Proposal:
    """Put a step before a publisher; a waiting proposal of the same kind gives way to it.

    Raises Refused when `by` is no editor of the survey, and with everything that prevents the step itself.
    """
    _hold(wave)
    _refuse_unless(by, EDITOR, wave)
    made = _new(wave, step, details=details, reason=reason, by=by, now=now)
    _check(made, now)
    waiting = wave.proposals.waiting().filter(step=step)
    waiting.update(outcome=Outcome.WITHDRAWN, decided_by=by, decided_at=now)
    made.save()
    _log(made, by=by, now=now, words="proposed")
    return made


@transaction.atomic
def confirm(proposal: Proposal, *, by: Any, now: datetime) -> Proposal:
    """Take the step that was proposed. Confirming twice does it once.

    Raises Refused when `by` is no publisher of the survey or proposed it, when it has been decided already, and with
    everything that prevents the step now; the proposal then goes on waiting.
    """
    _hold(proposal.wave)
    _refuse_unless(by, PUBLISHER, proposal.wave)
    if proposal.proposed_by_id is not None and proposal.proposed_by_id == by.pk:
        raise Refused(Problem("", _("You proposed this yourself; a colleague who is a publisher confirms it.")))
    _settle(proposal, Outcome.CONFIRMED, by=by, now=now)
    _check(proposal, now)
    ACTS[proposal.step].do(proposal, by, now, f"proposed by {proposal.proposed_by or 'somebody who has left'}")
    return proposal


@transaction.atomic
def decline(proposal: Proposal, *, by: Any, now: datetime) -> Proposal:
    """Lay a proposal aside: a publisher declines, the editor who made it withdraws. The wave stays as it is.

    Raises Refused when `by` may do neither, and when it has been decided already.
    """
    _hold(proposal.wave)
    own = proposal.proposed_by_id == by.pk
    if not own:
        _refuse_unless(by, PUBLISHER, proposal.wave)
    _settle(proposal, Outcome.WITHDRAWN if own else Outcome.DECLINED, by=by, now=now)
    _log(proposal, by=by, now=now, words="withdrawn" if own else "declined")
    return proposal


@transaction.atomic
def decide_alone(
    wave: Wave,
    step: str,
    *,
    by: Any,
    now: datetime,
    acknowledged: bool,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Proposal:
    """Propose and confirm at once, for somebody who is editor and publisher where nobody else could confirm.

    `acknowledged` is that person's word for it. Raises Refused where a colleague could confirm, without the
    acknowledgement, and with everything that prevents the step.
    """
    _hold(wave)
    for role in (EDITOR, PUBLISHER):
        _refuse_unless(by, role, wave)
    if not may_decide_alone(by, wave):
        raise Refused(Problem("", _("A colleague can confirm this; propose it instead of deciding alone.")))
    if not acknowledged:
        raise Refused(Problem("alone", _("Tick the box to show that you decide alone, or ask a colleague to do it.")))
    made = _new(wave, step, details=details, reason=reason, by=by, now=now)
    _check(made, now)
    made.alone, made.outcome, made.decided_by, made.decided_at = True, Outcome.CONFIRMED, by, now
    made.save()
    ACTS[step].do(made, by, now, ALONE)
    return made


def may_decide_alone(user: Any, wave: Wave) -> bool:
    """Whether this person is editor and publisher, and nobody else could confirm."""
    both = all(may(user, [role], wave) for role in (EDITOR, PUBLISHER))
    return both and not could_confirm(wave, besides=user)


def could_confirm(wave: Wave, *, besides: Any) -> list[Any]:
    """The publishers of the wave's survey who could confirm what `besides` proposes, by name."""
    staff = get_user_model()._default_manager.filter(is_active=True, staff_roles__role=PUBLISHER)
    found = staff.exclude(pk=besides.pk).distinct()
    return sorted((each for each in found if may(each, [PUBLISHER], wave)), key=str)


def waiting(wave: Wave) -> list[Proposal]:
    """What waits for a publisher and could still be done: a step that the wave's state has passed is left out."""
    found = wave.proposals.waiting().select_related("proposed_by", "wave__survey")
    return [each for each in found if each.could_happen]


def awaiting(user: Any) -> list[Proposal]:
    """The proposals of all waves that this person could confirm now."""
    found = Proposal.objects.visible_to(user).waiting().select_related("proposed_by", "wave__survey")
    return [
        each
        for each in found
        if each.could_happen and each.proposed_by_id != user.pk and may(user, [PUBLISHER], each.wave)
    ]


def _hold(wave: Wave) -> None:
    """Lock the wave until the transaction ends and read it anew."""
    wave.refresh_from_db(from_queryset=Wave.objects.select_for_update())


def _refuse_unless(user: Any, role: str, wave: Wave) -> None:
    if not may(user, [role], wave):
        words = {EDITOR: _("Only an editor of this survey can propose this.")}
        raise Refused(Problem("", words.get(role, _("Only a publisher of this survey can confirm this."))))


def _new(wave: Wave, step: str, *, details: Mapping[str, Any] | None, reason: str, by: Any, now: datetime) -> Proposal:
    """The proposal, not yet stored; it is to open this very draft and no later one."""
    held = {**(details or {}), **({"revision": wave.revision} if step == Step.OPEN else {})}
    return Proposal(wave=wave, step=step, details=held, reason=reason[:300], proposed_by=by, proposed_at=now)


def _check(proposal: Proposal, now: datetime) -> None:
    act, wave = ACTS[proposal.step], proposal.wave
    if wave.state != BEGINS_IN[proposal.step]:
        words = _("This cannot be done to a wave that is %(state)s.") % {"state": wave.get_state_display().lower()}
        raise Refused(Problem("wave.state", words))
    act.check(wave, proposal.details, now)
    if proposal.step == Step.CORRECT and not proposal.reason.strip():
        raise Refused(Problem("reason", _("Say why the wording has to be corrected.")))


def _settle(proposal: Proposal, outcome: Outcome, *, by: Any, now: datetime) -> None:
    """Decide by compare-and-set. Raises Refused when somebody has decided already."""
    row = Proposal.objects.filter(pk=proposal.pk, outcome=Outcome.WAITING)
    if not row.update(outcome=outcome, decided_by=by, decided_at=now):
        raise Refused(Problem("", _("This has been decided already.")))
    proposal.outcome, proposal.decided_by, proposal.decided_at = outcome, by, now


def _log(proposal: Proposal, *, by: Any, now: datetime, words: str) -> None:
    wave = proposal.wave
    note = f"{words}: {summary(proposal)}"
    WaveEvent.objects.create(wave=wave, at=now, by=by, before=wave.state, after=wave.state, note=note[:300])


def summary(proposal: Proposal) -> str:
    """The step in a few words for the wave's history."""
    details = proposal.details
    if proposal.step == Step.MOVE:
        return f"move the closing time to {details['closes_at']}"
    if proposal.step == Step.CORRECT:
        return f"correct the wording of {details['item']} ({proposal.reason})"
    return {Step.OPEN: "open the wave", Step.CLOSE: "close the wave now"}[Step(proposal.step)]


# --- The steps themselves -------------------------------------------------------------------------------------------


def _check_opening(wave: Wave, details: Mapping[str, Any], now: datetime) -> None:
    if details.get("revision") != wave.revision:
        words = _("The draft has changed since this was proposed. Look at it again and have it proposed anew.")
        raise Refused(Problem("wave.revision", words))
    refuse_if(problems(wave, now=now))


def _check_moving(wave: Wave, details: Mapping[str, Any], now: datetime) -> None:
    closes_at = moment(details["closes_at"])
    if closes_at <= now:
        raise Refused(Problem("closes_at", _("That time has passed. To close the wave at once, propose closing it.")))
    if wave.opens_at and closes_at <= wave.opens_at:
        raise Refused(Problem("closes_at", _("The wave must close after it opens.")))


def _check_closing(_wave: Wave, _details: Mapping[str, Any], _now: datetime) -> None:
    """An open wave can always be closed."""


def _check_correction(wave: Wave, details: Mapping[str, Any], _now: datetime) -> None:
    checked(wave, details["item"], details["words"])


def _open(proposal: Proposal, by: Any, now: datetime, note: str) -> None:
    open_wave(proposal.wave, by=by, now=now, note=note)


def _move(proposal: Proposal, by: Any, now: datetime, note: str) -> None:
    closes_at = timezone.localtime(moment(proposal.details["closes_at"]))
    move_closing_time(proposal.wave, closes_at=closes_at, by=by, now=now, note=note)


def _close(proposal: Proposal, by: Any, now: datetime, note: str) -> None:
    move_closing_time(proposal.wave, closes_at=now, by=by, now=now, note=note)


def _correct(proposal: Proposal, by: Any, now: datetime, note: str) -> None:
    correct(proposal, by=by, now=now, note=note)


ACTS: Mapping[str, _Act] = {
    Step.OPEN: _Act(_check_opening, _open),
    Step.MOVE: _Act(_check_moving, _move),
    Step.CLOSE: _Act(_check_closing, _close),
    Step.CORRECT: _Act(_check_correction, _correct),
}
