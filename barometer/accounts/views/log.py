"""The page of the audit log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time
from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import ngettext

from barometer.accounts import audit
from barometer.accounts.forms import LogForm
from barometer.accounts.models import AuditEntry, User
from surveys.models import Wave

SUMMED_UP = frozenset({"edited", audit.SIGNED_IN})


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page; such as follow each other and say the same are one."""

    entry: AuditEntry
    what: str
    note: str


def log(request: HttpRequest) -> HttpResponse:
    """Who did what to which wave when, filtered, a hundred lines a page."""
    user: Any = request.user
    readable = audit.readable_by(user)
    people = User.objects.filter(pk__in=readable.order_by().values("by")).order_by("name", "email")
    form = LogForm(
        request.GET or None,
        groups=audit.GROUPS.items(),
        people=[(str(each.pk), str(each)) for each in people],
        waves=[(str(each.pk), str(each)) for each in Wave.objects.visible_to(user).select_related("survey")],
    )
    page = _page_number(request)
    found, more = audit.entries(user, _wanted(form), offset=(page - 1) * audit.PAGE)
    query = request.GET.copy()
    query.pop("page", None)
    context = {"form": form, "lines": list(_lines(found)), "page": page, "more": more, "query": query.urlencode()}
    return render(request, "accounts/log.html", context)


def _wanted(form: LogForm) -> audit.Wanted:
    given = form.cleaned_data if form.is_bound and form.is_valid() else {}
    since, until = (
        timezone.make_aware(datetime.combine(day, time())) if (day := given.get(key)) else None
        for key in ("since", "until")
    )
    by, wave = (int(given[key]) if given.get(key) else None for key in ("by", "wave"))
    return audit.Wanted(given.get("group", ""), by, wave, since, until)


def _page_number(request: HttpRequest) -> int:
    given = request.GET.get("page", "")
    return min(int(given), 100_000) if given.isascii() and given.isdigit() and int(given) > 0 else 1


def _lines(entries: Iterable[AuditEntry]) -> Iterator[Line]:
    """The lines of a page; what one person did again and again to one draft, or signing in, in a row, is summed up."""
    for (kind, *_rest), run in groupby(entries, key=_run_of):
        rows = list(run)
        words = str(audit.WORDS.get(kind, kind))
        if kind not in SUMMED_UP or len(rows) == 1:
            yield from (Line(row, words, row.note) for row in rows)
            continue
        count = ngettext("%d time", "%d times", len(rows)) % len(rows)
        yield Line(rows[0], words, "; ".join(filter(None, [count, rows[0].note])))


def _run_of(entry: AuditEntry) -> tuple[Any, ...]:
    return entry.kind, entry.by_id, entry.wave_id, timezone.localdate(entry.at)
