"""What takes two people: looking at a wave before it opens, proposing, and confirming what a colleague proposed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.access import EDITOR, PUBLISHER, may
from surveys.compiling import problems as all_problems
from surveys.corrections import checked
from surveys.deciding import confirm as confirm_proposal
from surveys.deciding import could_confirm, decide_alone, decline, may_decide_alone, propose, waiting
from surveys.forms import CloseForm, DecisionForm, MoveClosingForm, OpenForm
from surveys.models import Proposal, Wave
from surveys.models.decision import Step
from surveys.problems import Problem, Refused
from surveys.readiness import grouped, minutes, thoughts
from surveys.wave_checks import items_of, moment
from surveys.wave_file import document_of


def ready(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Everything that stops a wave from opening, everything to think about; and where nothing stops it, the step."""
    now = timezone.now()
    is_waiting = wave.state in ("draft", "scheduled")
    found = all_problems(wave, now=now) if is_waiting else []
    later = bool(wave.opens_at and wave.opens_at > now)
    given = request.POST if request.method == "POST" else None
    form = OpenForm(given, later=later, alone=may_decide_alone(request.user, wave))
    if given is not None and form.is_valid():
        taken = take_step(request, wave, Step.OPEN, form)
        if not taken.problems:
            return told_of(request, taken, _("The wave is scheduled.") if later else _("The wave is open."))
        found = taken.problems
    proposed = any(each.details.get("revision") == wave.revision for each in waiting(wave))
    context = {
        "problems": found,
        "later": later,
        "proposed": proposed,
        "is_waiting": is_waiting,
        "groups": grouped(thoughts(wave)) if is_waiting else [],
        "editable": _editable(request, wave),
        "minutes": minutes(wave) if is_waiting else [],
        **_deciders(request, wave),
    }
    return _page(request, "desk/ready_page.html", wave, form, **context)


def _editable(request: HttpRequest, wave: Wave) -> set[str]:
    """The names of the items that this member of staff may edit now."""
    if not (wave.is_draft and may(request.user, [EDITOR], wave)):
        return set()
    return {item["name"] for _place, item in items_of(document_of(wave))}


def closing(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Propose to move the closing time of an open wave, or to close it at once."""
    if wave.state != "open":
        messages.error(request, _("Only an open wave's closing time can be moved."))
        return redirect("desk:wave", slug=wave.slug)
    alone = may_decide_alone(request.user, wave)
    move = MoveClosingForm(request.POST if "move" in request.POST else None, wave=wave, alone=alone, prefix="move")
    close = CloseForm(request.POST if "now" in request.POST else None, alone=alone, prefix="now")
    form = next((form for form in (move, close) if form.is_bound and form.is_valid()), None)
    if form:
        step, details, done = Step.CLOSE, {}, str(_CLOSING)
        if form is move:
            step, done = Step.MOVE, _("The closing time is moved.")
            details = {"closes_at": timezone.localtime(form.cleaned_data["closes_at"]).isoformat()}
        taken = take_step(request, wave, step, form, details=details)
        if not taken.problems:
            return told_of(request, taken, done)
        form.add_error(None, [problem.message for problem in taken.problems])
    return _page(request, "desk/closing.html", wave, move, close=close, **_deciders(request, wave))


def proposal(request: HttpRequest, wave: Wave, number: int) -> HttpResponse:
    """What a colleague proposed, in full; and for a publisher who did not, the button that does it."""
    found = _proposal(wave, number)
    problems: list[Problem] = []
    if request.method == "POST":
        try:
            confirm_proposal(found, by=request.user, now=timezone.now())
        except Refused as refused:
            problems = refused.problems
            found.refresh_from_db()
        else:
            messages.success(request, _("Confirmed: %(step)s.") % {"step": found.get_step_display()})
            return redirect("desk:wave", slug=wave.slug)
    own = found.proposed_by_id == request.user.pk
    context = {
        "wave": wave,
        "proposal": found,
        "problems": problems,
        "closes_at": moment(found.details["closes_at"]) if "closes_at" in found.details else None,
        "changes": _changes(found),
        "own": own,
        "may_confirm": found.could_happen and not own and may(request.user, [PUBLISHER], wave),
        "may_decline": found.is_waiting and (own or may(request.user, [PUBLISHER], wave)),
        "colleagues": could_confirm(wave, besides=request.user) if own and found.could_happen else [],
    }
    return render(request, "desk/proposal.html", context, status=409 if problems else 200)


def lay_aside(request: HttpRequest, wave: Wave, number: int) -> HttpResponse:
    """Decline a colleague's proposal, or withdraw one's own."""
    found = _proposal(wave, number)
    try:
        decline(found, by=request.user, now=timezone.now())
    except Refused as refused:
        messages.error(request, " ".join(problem.message for problem in refused.problems))
    else:
        messages.success(request, _("Laid aside; nothing has changed."))
    return redirect("desk:wave", slug=wave.slug)


_CLOSING = gettext_lazy(
    "The wave is closing. Results follow within a minute; people still answering have 15 minutes more."
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a step: the proposal it made, or what prevented it."""

    proposal: Proposal | None
    problems: list[Problem]


def take_step(
    request: HttpRequest,
    wave: Wave,
    step: str,
    form: DecisionForm,
    *,
    details: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Taken:
    """Propose the step, or where one decides alone, take it."""
    given: dict[str, Any] = {"by": request.user, "now": timezone.now(), "details": details, "reason": reason}
    if form.is_alone:
        given["acknowledged"] = form.cleaned_data["alone"]
    act: Callable[..., Proposal] = decide_alone if form.is_alone else propose
    try:
        return Taken(act(wave, step, **given), [])
    except Refused as refused:
        return Taken(None, refused.problems)


def told_of(request: HttpRequest, taken: Taken, done: str) -> HttpResponse:
    """Say what has happened and go where it is shown."""
    made = taken.proposal
    assert made is not None
    if made.alone:
        messages.success(request, done)
        return redirect("desk:wave", slug=made.wave.slug)
    messages.success(request, _("Proposed. It happens when a publisher confirms it."))
    return redirect("surveys:proposal", slug=made.wave.slug, number=made.pk)


def _deciders(request: HttpRequest, wave: Wave) -> dict[str, Any]:
    """What the pages of the steps say about who may do what."""
    return {
        "may_propose": may(request.user, [EDITOR], wave),
        "colleagues": could_confirm(wave, besides=request.user),
        "waiting": waiting(wave),
    }


def _proposal(wave: Wave, number: int) -> Proposal:
    return get_object_or_404(wave.proposals.select_related("proposed_by", "decided_by", "wave__survey"), pk=number)


def _changes(found: Proposal) -> list[Mapping[str, str]]:
    """The words of a correction, then and now; those that were corrected, or that would be."""
    if found.step != Step.CORRECT:
        return []
    made = getattr(found, "correction", None)
    if made:
        return list(made.words)
    try:
        return list(checked(found.wave, found.details["item"], found.details["words"]).changes)
    except Refused:
        return [{"place": place, "before": "", "after": words} for place, words in found.details["words"].items()]


def _page(request: HttpRequest, template: str, wave: Wave, form: object, **context: object) -> HttpResponse:
    """A page of the desk; one that comes back from a POST was refused."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"wave": wave, "form": form, **context}, status=status)
