"""Times, opening and closing: the moves of a wave that people decide on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.access import EDITOR, PUBLISHER, may
from surveys.compiling import problems as all_problems
from surveys.forms import CloseForm, MoveClosingForm, OpenForm, TimesForm
from surveys.lifecycle import move_closing_time, open_wave, set_times, unschedule_wave
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
            messages.success(request, _("The times are set."))
            return _back(wave)
        form.add_error(None, [str(problem) for problem in done])
    return _page(request, "desk/times.html", wave, form)


def open_now(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Everything that stops a wave from opening; and, where nothing does, the button."""
    now = timezone.now()
    found = all_problems(wave, now=now) if wave.state in ("draft", "scheduled") else []
    later = bool(wave.opens_at and wave.opens_at > now)
    form = OpenForm(request.POST if request.method == "POST" else None, later=later, alone=_is_alone(request, wave))
    if request.method == "POST" and form.is_valid():
        found = _tried(lambda: open_wave(wave, by=request.user, now=now, note=form.note))
        if not found:
            told = _("The wave is scheduled.") if later else _("The wave is open.")
            messages.success(request, told)
            return _back(wave)
    context = {"problems": found, "later": later, "may_open": may(request.user, [PUBLISHER], wave.survey)}
    return _page(request, "desk/open.html", wave, form, **context)


def draft(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Take a scheduled wave back to draft."""
    found = _tried(lambda: unschedule_wave(wave, by=request.user, now=timezone.now()))
    if found:
        messages.error(request, " ".join(problem.message for problem in found))
    else:
        messages.success(request, _("The wave is a draft again and can be edited."))
    return _back(wave)


def closing(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Move the closing time of an open wave: later, earlier, or to this moment."""
    if wave.state != "open":
        messages.error(request, _("Only an open wave's closing time can be moved."))
        return _back(wave)
    alone = _is_alone(request, wave)
    move = MoveClosingForm(request.POST if "move" in request.POST else None, wave=wave, alone=alone, prefix="move")
    close = CloseForm(request.POST if "now" in request.POST else None, alone=alone, prefix="now")
    form = next((form for form in (move, close) if form.is_bound and form.is_valid()), None)
    if form:
        now = timezone.now()
        moment = form.cleaned_data.get("closes_at", now)
        found = _tried(lambda: move_closing_time(wave, closes_at=moment, by=request.user, now=now, note=form.note))
        if not found:
            messages.success(request, _told_closing(wave, now=now))
            return _back(wave)
        form.add_error(None, [str(problem) for problem in found])
    return _page(request, "desk/closing.html", wave, move, close=close)


def _told_closing(wave: Wave, *, now: datetime) -> str:
    if wave.closes_at and wave.closes_at <= now:
        return _("The wave is closing. Results follow within a minute; people still answering have 15 minutes more.")
    return _("The closing time is moved.")


def _is_alone(request: HttpRequest, wave: Wave) -> bool:
    """Whether this person holds both parts of the two-person steps for this survey."""
    return all(may(request.user, [role], wave.survey) for role in (EDITOR, PUBLISHER))


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
