"""A wave as its wave file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from surveys.models import Wave
from surveys.wave_file import dump_wave


def file(_request: HttpRequest, wave: Wave) -> HttpResponse:
    """The wave file of a wave, to keep or to edit elsewhere."""
    response = HttpResponse(dump_wave(wave), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="{wave.slug}.wave.json"'
    return response
