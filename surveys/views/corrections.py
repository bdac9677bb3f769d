"""Cosmetic corrections of an open wave: choose a question, put its words right, have it confirmed."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from surveys.access import EDITOR, may
from surveys.correction_forms import CorrectionForm
from surveys.corrections import items_to_correct, parts_of
from surveys.deciding import could_confirm, may_decide_alone
from surveys.models import Wave
from surveys.models.decision import Step
from surveys.problems import Problem, Refused
from surveys.views.proposals import take_step, told_of


def corrections(request: HttpRequest, wave: Wave) -> HttpResponse:
    """What has been corrected since the wave opened; and for an editor, the questions that could be."""
    may_propose = wave.state == "open" and may(request.user, [EDITOR], wave)
    context = {
        "wave": wave,
        "corrections": wave.corrections.select_related("proposal__proposed_by", "proposal__decided_by"),
        "items": items_to_correct(wave) if may_propose else [],
    }
    return render(request, "desk/corrections.html", context)


def correct(request: HttpRequest, wave: Wave, item: str) -> HttpResponse:
    """Put one question's words right; with any change that is more than cosmetic all reasons are shown."""
    if wave.state != "open":
        messages.error(request, _("Only the wording of an open wave is corrected; a draft is simply edited."))
        return redirect("desk:wave", slug=wave.slug)
    try:
        parts = parts_of(wave, item)
    except Refused:
        raise Http404 from None
    alone = may_decide_alone(request.user, wave)
    form = CorrectionForm(request.POST if request.method == "POST" else None, parts=parts, alone=alone)
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        words = {part.place: form.words[part.place] for part in parts if form.words[part.place] != part.words}
        taken = take_step(request, wave, Step.CORRECT, form, details={"item": item, "words": words}, reason=reason)
        if not taken.problems:
            return told_of(request, taken, _("The wording is corrected."))
        problems = taken.problems
    context = {
        "wave": wave,
        "item": item,
        "form": form,
        "problems": problems,
        "colleagues": could_confirm(wave, besides=request.user),
    }
    status = 422 if problems or form.errors else 200
    return render(request, "desk/correct.html", context, status=status)
