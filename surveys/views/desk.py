"""The wave desk: the whole draft on one page, moving what stands on it, undoing, and what has been done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.changes import Change, PlaceItem, PlaceSection, ShiftItem, ShiftSection
from surveys.commenting import comments_of
from surveys.editing import Stale, edit_beside, history, last_step, mark, undo
from surveys.last_time import last_time
from surveys.models import Wave
from surveys.outline import outline_of
from surveys.problems import Refused
from surveys.views.drafting import back, drafts_only, may_edit
from surveys.wave_file import document_of

WAYS = {"up": -1, "down": 1}


def edit(request: HttpRequest, wave: Wave) -> HttpResponse:
    """All sections and items of a wave on one page; of a wave that is no draft, to look at."""
    return render(request, "desk/edit/desk.html", _context(request, wave))


@drafts_only
def move(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Put an item or a section elsewhere: one place up or down, or after another."""
    change = _move_asked(request.POST)
    if change is None:
        messages.error(request, _("It was not said what to move where."))
    else:
        _change(request, wave, change)
    return _after(request, wave, _moved(request.POST))


@drafts_only
def undo_last(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Take back the last change."""
    step = last_step(wave)
    try:
        undo(wave, revision=_number(request.POST.get("revision")), by=request.user, now=timezone.now())
    except Stale as stale:
        messages.error(request, _("Nothing was undone. %s") % _since(stale))
    except Refused as refused:
        messages.error(request, " ".join(problem.message for problem in refused.problems))
    else:
        messages.success(request, _("Undone: %s.") % (step.label if step else ""))
    return _after(request, wave)


def steps(request: HttpRequest, wave: Wave) -> HttpResponse:
    """The latest changes of a draft."""
    return render(request, "desk/edit/history.html", {"wave": wave, "steps": history(wave)})


def _context(request: HttpRequest, wave: Wave) -> dict[str, Any]:
    document = document_of(wave)
    before = last_time(wave, document) if wave.is_draft else None
    return {
        "wave": wave,
        "document": document,
        "before": before.wave if before else None,
        "outline": outline_of(document, comments_of(wave), before.verdicts if before else {}),
        "may_edit": may_edit(request, wave),
        "last_step": last_step(wave) if wave.is_draft else None,
    }


def _after(request: HttpRequest, wave: Wave, anchor: str = "") -> HttpResponse:
    """The page again: the part that changed for the script, else all of it by way of its address."""
    if request.htmx:  # type: ignore[attr-defined]
        wave.refresh_from_db()
        return render(request, "desk/edit/outline.html", _context(request, wave))
    return back(wave, anchor)


def _change(request: HttpRequest, wave: Wave, change: Change) -> None:
    """Make a change that says where relative to what, so that it goes on top of whatever others have done."""
    try:
        edit_beside(
            wave,
            change,
            revision=wave.revision,
            seen=mark(None),
            subject=lambda _document: None,
            by=request.user,
            now=timezone.now(),
        )
    except Refused as refused:
        told = " ".join(str(problem) for problem in refused.problems)
        messages.error(request, _("It stays where it is. %s") % told)
    else:
        messages.success(request, f"{change.label}.")


def _move_asked(data: Mapping[str, str]) -> Change | None:
    """A button names what it moves and which way; the script says after what a thing was dropped."""
    for way, by in WAYS.items():
        if data.get(way):
            return ShiftItem(data[way], by)
        if data.get(f"section-{way}"):
            return ShiftSection(data[f"section-{way}"], by)
    if data.get("name") and data.get("what") == "section":
        return PlaceSection(data["name"], data.get("after", ""))
    if data.get("name") and data.get("section"):
        return PlaceItem(data["name"], data["section"], data.get("after", ""))
    return None


def _moved(data: Mapping[str, str]) -> str:
    return next((data[key] for key in ("up", "down", "section-up", "section-down", "name") if data.get(key)), "")


def _since(stale: Stale) -> str:
    if not stale.since:
        return _("The draft has been changed since you opened this page.")
    last = stale.since[-1]
    return _("%(who)s has changed the draft since you opened this page: %(what)s.") % {
        "who": last.by or _("Somebody"),
        "what": last.label,
    }


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else -1
