"""Taking results out: tables and codebooks at once, respondent-level answers with a reason that is logged."""

from __future__ import annotations

import base64
import hashlib
import io
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from results.exporters import REGISTRY, Exporter, Material
from results.forms import ReasonForm
from results.ledger import record_export
from results.material import material_of
from results.models import Export
from results.tables import results_of
from results.views.reading import when_built
from surveys.access import ANALYST, may
from surveys.models import Wave


@when_built
def exports(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Every format, and for analysts the log of answers taken out."""
    is_analyst = may(request.user, [ANALYST], wave)
    return render(
        request,
        "results/exports.html",
        {
            "wave": wave,
            "digest": material_of(wave).digest,
            "open": [each for each in REGISTRY.values() if not each.respondent_level],
            "closed": [each for each in REGISTRY.values() if each.respondent_level],
            "is_analyst": is_analyst,
            "log": Export.objects.filter(wave=wave).select_related("by") if is_analyst else [],
        },
    )


@when_built
def export(request: HttpRequest, wave: Wave, key: str) -> HttpResponse:
    """A file without respondents in it."""
    exporter = _exporter(key, respondent_level=False)
    response = _download(exporter, material_of(wave))
    record_export(results_of(wave), key=key, respondent_level=False, by=request.user, now=timezone.now())
    return response


@when_built
def checksum(_request: HttpRequest, wave: Wave, key: str) -> HttpResponse:
    """The SHA-256 of a file without respondents in it, as `sha256sum --check` reads it."""
    exporter, material = _exporter(key, respondent_level=False), material_of(wave)
    digest = hashlib.sha256(_bytes(exporter, material)).hexdigest()
    line = f"{digest}  {exporter.file_name(material)}\n"
    return HttpResponse(line, content_type="text/plain; charset=utf-8")


@when_built
def export_answers(request: HttpRequest, wave: Wave, key: str) -> HttpResponse:
    """A file with a row per respondent, after its reason is in the log."""
    exporter = _exporter(key, respondent_level=True)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        material, user = material_of(wave), cast("Any", request.user)
        response = _download(exporter, material)
        Export.objects.create(
            wave=wave,
            by=user,
            at=timezone.now(),
            format=exporter.key,
            reason=form.cleaned_data["reason"],
            snapshot_digest=material.digest,
        )
        record_export(results_of(wave), key=key, respondent_level=True, by=request.user, now=timezone.now())
        return response
    context = {"wave": wave, "exporter": exporter, "form": form}
    return render(request, "results/export_answers.html", context, status=422 if form.errors else 200)


def _exporter(key: str, *, respondent_level: bool) -> Exporter:
    """The format, if this address may give it. Raises Http404."""
    exporter = REGISTRY.get(key)
    if exporter is None or exporter.respondent_level != respondent_level:
        raise Http404
    return exporter


def _download(exporter: Exporter, material: Material) -> HttpResponse:
    """The whole file, made before the first byte goes out, with its SHA-256 in the head of the answer."""
    data = _bytes(exporter, material)
    response = HttpResponse(data, content_type=exporter.content_type)
    response["Content-Disposition"] = f'attachment; filename="{exporter.file_name(material)}"'
    response["Repr-Digest"] = f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"
    response["Cache-Control"] = "private, no-store"
    return response


def _bytes(exporter: Exporter, material: Material) -> bytes:
    file = io.BytesIO()
    exporter.write(material, file)
    return file.getvalue()
