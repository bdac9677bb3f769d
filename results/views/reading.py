"""The dashboard of a closed wave, its comments, and the page that waits for them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from results.access import ACCESS
from results.dashboard import comments_of, dashboard_of
from results.ledger import record_made, record_stored
from results.tables import results_of
from surveys.access import may
from surveys.canonical import digest
from surveys.models import Wave
from surveys.problems import Refused

Page = Callable[..., HttpResponse]


def when_built(view: Page) -> Page:
    """The view once there are results; until then the page that says what is being waited for."""

    @wraps(view)
    def shown(request: HttpRequest, wave: Wave, **found: str) -> HttpResponse:
        try:
            results_of(wave)
        except Refused:
            return render(request, "results/waiting.html", {"wave": wave}, status=404 if not wave.is_closed else 202)
        return view(request, wave, **found)

    return shown


@when_built
def dashboard(request: HttpRequest, wave: Wave, by: str = "") -> HttpResponse:
    """Every question of a closed wave with its chart and table, by one of its banners or not at all."""
    try:
        shown = dashboard_of(wave, by=by, count=request.GET.get("count", ""))
    except KeyError:
        raise Http404 from None
    results, now = results_of(wave), timezone.now()
    record_stored(results, channel="dashboard", by=request.user, now=now)
    if shown.made:
        channel = f"dashboard:{shown.way.key}:{digest(by)[:16]}"
        record_made(results, shown.made, channel=channel, by=request.user, now=now)
    return render(
        request,
        "results/dashboard.html",
        {
            "wave": wave,
            "dashboard": shown,
            "may_read_comments": may(request.user, ACCESS["comments"]["GET"], wave),
        },
    )


@when_built
def comments(request: HttpRequest, wave: Wave) -> HttpResponse:
    """What respondents wrote, with nothing beside it. The ledger says that it was read."""
    record_made(results_of(wave), (), channel="comments", by=request.user, now=timezone.now())
    return render(request, "results/comments.html", {"wave": wave, "questions": list(comments_of(results_of(wave)))})
