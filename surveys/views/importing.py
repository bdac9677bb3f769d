"""A wave from a file: upload it, see what was understood and what was not, then make the draft, all or nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys import acts, uploads
from surveys.access import EDITOR, may
from surveys.changes import ReplaceAll
from surveys.copying import blank_document, create
from surveys.editing import edit
from surveys.forms import MOST_KEPT
from surveys.imports import Understood
from surveys.models import Upload, Wave
from surveys.new_wave_forms import NEW, ImportForm, RepairForm, UploadForm
from surveys.problems import Problem, Refused
from surveys.texts import clean
from surveys.views.making import put_into, survey_choices


def upload(request: HttpRequest) -> HttpResponse:
    """Take a file, or its text, and keep it; nothing is made of it yet."""
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        data = form.data_given()
        try:
            name = file.name if file else uploads.name_for(form.cleaned_data["text"])
            kept = uploads.keep_upload(name, data, by=request.user, now=timezone.now())
        except Refused as refused:
            form.add_error("file", [problem.message for problem in refused.problems])
        else:
            return redirect("surveys:look", upload=kept.pk)
    return render(request, "desk/upload.html", {"form": form}, status=422 if form.errors else 200)


def look(request: HttpRequest, upload: str) -> HttpResponse:
    """What was understood of a kept file and what was not; and once it is right, the draft."""
    kept = uploads.find_upload(upload, by=request.user)
    if kept is None:
        messages.error(request, _("That file is no longer here. Upload it again."))
        return redirect("surveys:upload")
    if request.method == "POST" and "text" in request.POST:
        return _repaired(request, kept)
    first = uploads.understand(kept)
    form = ImportForm(
        request.POST if request.method == "POST" else None,
        initial=_names(request, first),
        **survey_choices(request),
    )
    read = first
    if request.method == "POST" and form.is_valid():
        read = uploads.understand(kept, into=_into(form))
        if read.sound and "look" not in request.POST:
            try:
                wave = _made(request, form, read)
            except Refused as refused:
                put_into(form, refused)
            else:
                kept.delete()
                acts.tell("made", by=request.user, wave=wave, note="from a file", now=timezone.now())
                messages.success(request, _told(wave, read))
                return redirect("desk:wave", slug=wave.slug)
    return _page(request, kept, form, read)


def _page(request: HttpRequest, kept: Upload, form: ImportForm, read: Understood) -> HttpResponse:
    text = None if read.sound else uploads.text_of(kept)
    repair = RepairForm(initial={"text": clean(text)}) if text is not None and len(text) <= MOST_KEPT else None
    context = {
        "upload": kept,
        "format": uploads.format_of(kept),
        "form": form,
        "read": read,
        "lines": list(uploads.lines(read)),
        "problems": read.problems,
        "repair": repair,
    }
    status = 422 if read.problems or form.errors else 200
    return render(request, "desk/look.html", context, status=status)


def _repaired(request: HttpRequest, kept: Upload) -> HttpResponse:
    """Keep the text that was put right, in the file's place, and look at it again."""
    data = request.POST["text"].replace("\r\n", "\n").encode("utf-8", "replace")
    with transaction.atomic():
        try:
            again = uploads.keep_upload(kept.name, data, by=request.user, now=timezone.now())
        except Refused as refused:
            messages.error(request, " ".join(problem.message for problem in refused.problems))
            return redirect("surveys:look", upload=kept.pk)
        Upload.objects.filter(pk=kept.pk).delete()
    return redirect("surveys:look", upload=again.pk)


def _names(request: HttpRequest, read: Understood) -> dict[str, Any]:
    """What the form proposes: the file's own names, in the survey that they belong to."""
    if read.document is None:
        return {}
    survey, wave = read.document["survey"], read.document["wave"]
    there = survey["slug"] in {each.slug for each in survey_choices(request)["surveys"]}
    return {
        "survey": survey["slug"] if there else NEW,
        "survey_title": survey["title"],
        "survey_slug": survey["slug"],
        "title": wave["title"],
        "slug": wave["slug"],
    }


def _into(form: ImportForm) -> dict[str, Any]:
    """The empty wave that the file is read into; roles and population are those of the survey's latest wave."""
    data = form.cleaned_data
    return blank_document(form.named, slug=data["slug"], title=data["title"], like=form.latest)


def _made(request: HttpRequest, form: ImportForm, read: Understood) -> Wave:
    """The new draft, or the one it replaces. Raises Refused with what prevents it."""
    assert read.document is not None
    there = Wave.objects.filter(slug=form.cleaned_data["slug"]).select_related("survey").first()
    if there is None or not there.is_draft:
        return create(read.document)
    if there.survey.slug != form.named["slug"] or not may(request.user, [EDITOR], there):
        raise Refused(Problem("wave.slug", _("there is a wave of another survey with this short name")))
    if not form.cleaned_data["replace"]:
        words = _("there is a draft with this short name; tick the box below to put this in its place")
        raise Refused(Problem("wave.slug", words))
    change = ReplaceAll(read.document)
    return edit(there, change, revision=there.revision, by=request.user, now=timezone.now())


def _told(wave: Wave, read: Understood) -> str:
    items = ngettext("%(count)d item", "%(count)d items", read.questions) % {"count": read.questions}
    return _("%(wave)s is a draft now, with %(items)s.") % {"wave": wave.title, "items": items}
