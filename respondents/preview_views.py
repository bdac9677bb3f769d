"""The preview of a questionnaire as any role: page by page as respondents see it, and whole, to print."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from respondents.closing_rule import GRACE_MINUTES
from respondents.pages import sole_question, title_of
from respondents.paper import paper_sections
from respondents.preview_doors import door
from respondents.previewing import Walk, begin, walk_on
from surveys.compiling import draft_instrument, instrument_of
from surveys.instrument.questionnaire import Instrument
from surveys.models import Wave
from surveys.wave_checks import form_problems, sense_problems
from surveys.wave_file import document_of

FRAMES = ("phone", "desk")


def preview(request: HttpRequest, wave: Wave, role: str) -> HttpResponse:
    """A page as one role sees it, in a frame as wide as a phone or a desk, and beside it why a question is shown."""
    instrument = _instrument(wave, role)
    frame = request.GET.get("frame") if request.GET.get("frame") in FRAMES else FRAMES[0]
    context: dict[str, Any] = {"wave": wave, "role": role, "role_label": wave.role_labels[role], "frame": frame}
    if instrument is None:
        context["problems"] = _problems(wave)
        return render(request, "desk/preview.html", context, status=409)
    questionnaire = instrument.for_role(role)
    address = f"{reverse('desk:preview', args=[wave.slug, role])}?frame={frame}"
    if request.method == "POST":
        walk = walk_on(questionnaire, request.POST, address=address)
    else:
        walk = begin(questionnaire, address=address, at=request.GET.get("page", ""))
    context |= {"walk": walk, "inside": _inside(request, wave, instrument, walk, role=role)}
    status = 422 if walk.refused or (walk.form is not None and walk.form.is_bound) else 200
    return render(request, "desk/preview.html", context, status=status)


def paper(request: HttpRequest, wave: Wave, role: str) -> HttpResponse:
    """The whole questionnaire as one role is asked it, in respondents' dress, to read or to print."""
    instrument = _instrument(wave, role)
    context = {
        "wave": wave,
        "survey_title": wave.survey.title,
        "wave_title": wave.title,
        "page_title": _("On paper"),
        "role": role,
        "role_label": wave.role_labels[role],
        "sections": paper_sections(instrument.for_role(role)) if instrument else [],
        "problems": [] if instrument else _problems(wave),
    }
    return render(request, "desk/paper.html", context, status=200 if instrument else 409)


def _inside(request: HttpRequest, wave: Wave, instrument: Instrument, walk: Walk, *, role: str) -> str:
    """The respondents' page itself, as a document of its own."""
    if walk.page is None or walk.form is None:
        return door(request, wave, instrument, role=role, walk=walk)
    page = {
        "survey_title": wave.survey.title,
        "wave_title": wave.title,
        "wave": wave,
        "grace_minutes": GRACE_MINUTES,
        "page_title": title_of(walk.page),
        "form": walk.form,
        "page": walk.page,
        "has_errors": bool(walk.form.is_bound and walk.form.errors),
        "is_wide": any(variable.row for question in walk.page.questions for variable in question.variables),
        "as_section": sole_question(walk.page) is None,
        "has_back": walk.way.before(walk.page.name) is not None,
        "returning": walk.form.returns,
        **walk.way.counted(walk.page),
    }
    return render_to_string("desk/preview_page.html", page, request)


def _instrument(wave: Wave, role: str) -> Instrument | None:
    """The frozen instrument, or what the draft would become; None while the draft makes no sense.

    Raises Http404 for a role that the wave does not ask.
    """
    if role not in wave.role_labels:
        raise Http404
    if wave.state not in ("draft", "scheduled"):
        return instrument_of(wave)
    return None if _problems(wave) else draft_instrument(wave)


def _problems(wave: Wave) -> list[Any]:
    document = document_of(wave)
    return form_problems(document) or sense_problems(document)
