"""A wave file in, and out again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from surveys.access import EDITOR
from surveys.forms import WaveFileForm
from surveys.models import Survey, Wave
from surveys.problems import Problem, Refused
from surveys.wave_file import dump_wave, load_wave, read_wave_file


def upload(request: HttpRequest) -> HttpResponse:
    """Create a draft from a wave file, or bring one to it; with any problem all are shown and nothing is written."""
    form = WaveFileForm(request.POST, request.FILES) if request.method == "POST" else WaveFileForm()
    problems: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        data = form.data_given()
        try:
            wave = _load(request.user, data, replace=form.cleaned_data["replace"])
        except Refused as refused:
            problems = refused.problems
            form.keep(data)
        else:
            messages.success(request, _told(wave))
            return redirect("desk:wave", slug=wave.slug)
    status = 422 if problems or form.errors else 200
    return render(request, "desk/upload.html", {"form": form, "problems": problems}, status=status)


def file(_request: HttpRequest, wave: Wave) -> HttpResponse:
    """The wave file of a wave, to keep or to edit elsewhere."""
    response = HttpResponse(dump_wave(wave), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{wave.slug}.wave.json"'
    return response


def _load(user: Any, data: bytes, *, replace: bool) -> Wave:
    """Load the file if this editor may work on its survey. Raises Refused and PermissionDenied."""
    document = read_wave_file(data)
    survey = Survey.objects.filter(slug=document["survey"]["slug"]).first()
    if not user.may(EDITOR, survey):
        raise PermissionDenied
    slug = document["wave"]["slug"]
    there = Wave.objects.filter(slug=slug).first()
    if there and there.is_draft and not replace:
        words = _("%(slug)s is a draft already; tick the box to replace it") % {"slug": slug}
        raise Refused(Problem("wave.slug", words))
    return load_wave(document)


def _told(wave: Wave) -> str:
    count = sum(section.items.count() for section in wave.sections.all())
    items = ngettext("%(count)d item", "%(count)d items", count) % {"count": count}
    return _("%(wave)s is a draft now, with %(items)s.") % {"wave": wave.title, "items": items}
