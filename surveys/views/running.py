"""The times of a draft, and taking a scheduled wave back to draft."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys import acts
from surveys.forms import TimesForm
from surveys.lifecycle import set_times, unschedule_wave
from surveys.models import Wave
from surveys.problems import Problem, Refused


def times(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Set when a draft opens and closes."""
    if not wave.is_draft:
        messages.error(request, _("Only a draft's times can be set. Move the closing time of an open wave instead."))
        return _back(wave)
    form = TimesForm(request.POST if request.method == "POST" else None, wave=wave)
    if request.method == "POST" and form.is_valid():
        moments = {name: form.cleaned_data[name] for name in ("opens_at", "closes_at")}
        done = _tried(lambda: set_times(wave, **moments))
        if not done:
            acts.tell("edited", by=request.user, wave=wave, note=_("Set opening and closing"), now=timezone.now())
            messages.success(request, _("The times are set."))
            return _back(wave)
        form.add_error(None, [str(problem) for problem in done])
    return _page(request, "desk/times.html", wave, form)


def draft(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Take a scheduled wave back to draft."""
    found = _tried(lambda: unschedule_wave(wave, by=request.user, now=timezone.now()))
    if found:
        messages.error(request, " ".join(problem.message for problem in found))
    else:
        messages.success(request, _("The wave is a draft again and can be edited."))
    return _back(wave)


def _tried(move: Callable[[], object]) -> list[Problem]:
    """What prevents the move, or nothing when it was made."""
    try:
        move()
    except Refused as refused:
        return refused.problems
    return []


def _page(request: HttpRequest, template: str, wave: Wave, form: object, **context: object) -> HttpResponse:
    """A page of the desk; one that comes back from a POST was refused."""
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"wave": wave, "form": form, **context}, status=status)


def _back(wave: Wave) -> HttpResponse:
    return redirect("desk:wave", slug=wave.slug)
