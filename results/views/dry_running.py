"""The dry run of a draft: its outlook and a dashboard of made-up answers; nothing is stored."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from results.forms import RateForm
from results.outlook import Outlook, outlook_of
from surveys.models import Wave
from surveys.problems import Problem, Refused
from surveys.wave_checks import form_problems, sense_problems
from surveys.wave_file import document_of


def dry_run(request: HttpRequest, wave: Wave) -> HttpResponse:
    """What the draft would bring, at the response rate that is asked for, by one of its breakdowns or none."""
    document = document_of(wave)
    problems = form_problems(document) or sense_problems(document)
    form = RateForm(request.GET if "rate" in request.GET else None)
    rate = form.share if not form.is_bound or form.is_valid() else None
    by = request.GET.get("by", "")
    outlook = None
    if not problems:
        outlook, problems = _outlook(wave, rate=rate, by=by)
    context = {"wave": wave, "form": form, "outlook": outlook, "problems": problems, "by": by}
    status = 409 if problems else 422 if form.is_bound and form.errors else 200
    return render(request, "results/dry_run.html", context, status=status)


def _outlook(wave: Wave, *, rate: float | None, by: str) -> tuple[Outlook | None, list[Problem]]:
    try:
        return outlook_of(wave, rate=rate, by=by), []
    except Refused as refused:
        return None, refused.problems
    except KeyError:
        raise Http404 from None
