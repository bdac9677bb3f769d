"""The library of scales and lists of answers, with the nets made of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys import acts, library
from surveys.access import EDITOR, may
from surveys.bank_forms import ScaleForm
from surveys.models import Question, SavedScale, Survey
from surveys.problems import Problem, Refused

MOST_LISTS = 100


def scales(request: HttpRequest, survey: Survey) -> HttpResponse:
    """Every named scale of a survey's waves and those saved, and the lists of answers that stand on questions."""
    context = {
        "survey": survey,
        "scales": library.scales(survey),
        "lists": library.option_lists(Question.objects.filter(survey=survey))[:MOST_LISTS],
        "may_edit": may(request.user, [EDITOR], survey),
    }
    return render(request, "bank/library.html", context)


def scale(request: HttpRequest, survey: Survey) -> HttpResponse:
    """Make a scale, or save one that waves use (`?like=NAME`) under the same or another name."""
    known = {each.name: each.scale for each in library.scales(survey)}
    like = known.get(request.GET.get("like", ""))
    given = request.POST if request.method == "POST" else None
    form = ScaleForm(given, like=like)
    problems: list[Problem] = []
    if given is not None and form.rearrange(given.get("do", "")):
        return render(request, "bank/scale.html", {"survey": survey, "form": form, "problems": problems})
    if given is not None and form.is_valid():
        try:
            saved = library.save_scale(survey, form.document(), replace=form.cleaned_data["replace"])
        except Refused as refused:
            problems = refused.problems
        else:
            _note(request, survey, f"{saved.name}: saved in the library")
            messages.success(request, _("The scale %s is in the library.") % saved.name)
            return redirect("bank:library", survey=survey.slug)
    status = 422 if problems or form.errors else 200
    return render(request, "bank/scale.html", {"survey": survey, "form": form, "problems": problems}, status=status)


def forget(request: HttpRequest, survey: Survey) -> HttpResponse:
    """Take a saved scale out of the library; waves that use it keep it."""
    name = request.POST.get("name", "")
    if SavedScale.objects.filter(survey=survey, name=name).exists() and library.forget_scale(survey, name):
        _note(request, survey, f"{name}: out of the library")
        messages.success(request, _("%s is out of the library. Waves that use it keep it.") % name)
    return redirect("bank:library", survey=survey.slug)


def _note(request: HttpRequest, survey: Survey, note: str) -> None:
    user: Any = request.user
    acts.tell("bank", by=user, survey=survey, note=note, now=timezone.now())
