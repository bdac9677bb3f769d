"""The wave desk's pages about the wave as a whole: sections, who is asked what, roles, breakdowns, scales."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from surveys.asked_forms import AskedForm
from surveys.changes import Change, Document, RemoveScale, RemoveSection
from surveys.draft_forms import RemovalForm, in_words
from surveys.duration import minutes_by_role, seconds_for
from surveys.editing import would_break
from surveys.library import scales as library_of
from surveys.models import Wave
from surveys.outline import instrument_for
from surveys.views.drafting import back, drafts_only, form_page, may_edit, save
from surveys.wave_checks import items_of
from surveys.wave_file import document_of
from surveys.wave_forms import AboutForm, BannersForm, RoleListForm, ScaleForm, SectionForm


@drafts_only
def add_section(request: HttpRequest, wave: Wave) -> HttpResponse:
    """A new section at the end."""
    return form_page(request, wave, SectionForm, heading=_("A new section"))


@drafts_only
def section(request: HttpRequest, wave: Wave, section: str) -> HttpResponse:
    """Another title for a section, and whether its questions share a page."""
    held = _section(document_of(wave), section)
    _there(request, held)
    heading = _("Edit the section “%s”") % (held or {}).get("title", section)
    return form_page(request, wave, partial(SectionForm, name=section), heading=heading, anchor=f"section-{section}")


@drafts_only
def remove_section(request: HttpRequest, wave: Wave, section: str) -> HttpResponse:
    """Take a section out with all that is in it."""
    held = _section(document_of(wave), section)
    _there(request, held)
    going = (held or {}).get("items", [])
    heading = _("Remove the section “%s”?") % (held or {}).get("title", section)
    pick = partial(_section, name=section)
    return _removal(request, wave, RemoveSection(section), pick, heading=heading, going=going)


@drafts_only
def about(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Title, partner, population, words, privacy and weighting."""
    return form_page(request, wave, AboutForm, heading=_("About this wave"), anchor="about")


@drafts_only
def roles(request: HttpRequest, wave: Wave) -> HttpResponse:
    """The roles there are, and those that are asked."""
    return form_page(request, wave, RoleListForm, heading=_("Roles"), anchor="roles")


@drafts_only
def banners(request: HttpRequest, wave: Wave) -> HttpResponse:
    """The breakdowns of the results."""
    return form_page(request, wave, BannersForm, heading=_("Breakdowns"), anchor="banners")


@drafts_only
def add_scale(request: HttpRequest, wave: Wave) -> HttpResponse:
    """A new scale, blank or from the library."""
    library = library_of(wave.survey)
    chosen = next((each.scale for each in library if each.name == request.GET.get("from")), None)
    initial = dict(chosen) if chosen else None

    def make(data: Any, **kwargs: Any) -> ScaleForm:
        kwargs["initial"] = kwargs.get("initial") or initial
        return ScaleForm(data, **kwargs)

    here = {scale["name"] for scale in wave.scales}
    known = [each for each in library if each.name not in here]
    return form_page(request, wave, make, heading=_("A new scale"), anchor="scales", library=known)


@drafts_only
def scale(request: HttpRequest, wave: Wave, scale: str) -> HttpResponse:
    """The answers, nets and ends of a scale; every question on it changes with it."""
    _there(request, next((each for each in wave.scales if each["name"] == scale), None))
    users = [item["name"] for _place, item in items_of(document_of(wave)) if item.get("scale") == scale]
    make = partial(ScaleForm, name=scale)
    return form_page(request, wave, make, heading=_("The scale %s") % scale, anchor="scales", users=users)


@drafts_only
def remove_scale(request: HttpRequest, wave: Wave, scale: str) -> HttpResponse:
    """Take a scale out that no question is on."""
    _there(request, next((each for each in wave.scales if each["name"] == scale), None))

    def pick(document: Document) -> Any:
        return next((each for each in document.get("scales", ()) if each["name"] == scale), None)

    return _removal(request, wave, RemoveScale(scale), pick, heading=_("Remove the scale %s?") % scale, going=[])


def asked(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Who is asked what: questions by roles, with each question's seconds and each role's minutes."""
    if request.method == "POST":
        return _ask(request, wave)
    return _matrix(request, wave, None)


@drafts_only
def _ask(request: HttpRequest, wave: Wave) -> HttpResponse:
    document = document_of(wave)
    name = request.POST.get("section", "")
    if _section(document, name) is None:
        return _matrix(request, wave, None, status=422, lost=name)
    form = AskedForm(request.POST, document=document, at=wave.revision, section=name, seconds=_seconds(document))
    if save(request, wave, form):
        return back(wave, "") if request.POST.get("do") == "done" else _matrix(request, wave, None)
    return _matrix(request, wave, form, status=409 if form.stale else 422)


def _matrix(
    request: HttpRequest, wave: Wave, posted: AskedForm | None, *, status: int = 200, lost: str = ""
) -> HttpResponse:
    document = document_of(wave)
    seconds = _seconds(document)
    forms = [
        posted
        if posted and posted.section == each["name"]
        else AskedForm(None, document=document, at=wave.revision, section=each["name"], seconds=seconds)
        for each in document["sections"]
        if each["items"]
    ]
    minutes = minutes_by_role(document)
    context = {"wave": wave, "forms": forms, "minutes": minutes, "may_edit": may_edit(request, wave)}
    return render(request, "desk/edit/asked.html", {**context, "lost": lost, "posted": posted}, status=status)


def _removal(
    request: HttpRequest, wave: Wave, change: Change, pick: Any, *, heading: str, going: list[Document]
) -> HttpResponse:
    document = document_of(wave)
    there = pick(document) is not None
    stops = [in_words(problem, change(document)) for problem in would_break(wave, change)] if there else []
    make = partial(RemovalForm, change=change, pick=pick)
    template = "desk/edit/remove.html"
    return form_page(request, wave, make, template=template, heading=heading, stops=stops, going=going)


def _seconds(document: Document) -> dict[str, int]:
    """The seconds each question takes."""
    return {each.name: round(seconds_for(each)) for each in instrument_for(document).questions if each.variables}


def _section(document: Document, name: str) -> Document | None:
    return next((each for each in document["sections"] if each["name"] == name), None)


def _there(request: HttpRequest, held: Any) -> None:
    """What is gone is not there to look at; what is typed about it is answered in words. Raises Http404."""
    if held is None and request.method != "POST":
        raise Http404
