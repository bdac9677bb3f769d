"""The times of a draft, and taking a scheduled wave back to draft."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.lifecycle import unschedule_wave
from surveys.models import Wave
from surveys.problems import Problem, Refused
from surveys.views.drafting import save
from surveys.wave_file import document_of
from surveys.wave_forms import WhenForm


def times(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Set when a draft opens and closes."""
    if not wave.is_draft:
        messages.error(request, _("Only a draft's times can be set. Move the closing time of an open wave instead."))
        return _back(wave)
    data = request.POST if request.method == "POST" else None
    form = WhenForm(data, wave=wave, document=document_of(wave), at=wave.revision)
    if data is None:
        return _page(request, wave, form)
    if save(request, wave, form, said=_("The times are set.")):
        return _back(wave)
    return _page(request, wave, form, status=409 if form.stale else 422)


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


def _page(request: HttpRequest, wave: Wave, form: WhenForm, *, status: int = 200) -> HttpResponse:
    return render(request, "desk/times.html", {"wave": wave, "form": form}, status=status)


def _back(wave: Wave) -> HttpResponse:
    return redirect("desk:wave", slug=wave.slug)
