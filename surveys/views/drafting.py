"""What the pages of the wave desk share: whether a draft may be changed, one change through its form, and the page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from surveys.access import EDITOR, may
from surveys.draft_forms import DraftForm
from surveys.editing import Stale, edit_beside
from surveys.models import Wave
from surveys.problems import Refused
from surveys.row_fields import rearranged
from surveys.wave_file import document_of

View = Callable[..., HttpResponse]


def drafts_only(view: View) -> View:
    """Let a view see drafts alone: for any other wave a page says that it is locked, and why."""

    @wraps(view)
    def guarded(request: HttpRequest, wave: Wave, **found: Any) -> HttpResponse:
        return view(request, wave, **found) if wave.is_draft else locked(request, wave)

    return guarded


def locked(request: HttpRequest, wave: Wave) -> HttpResponse:
    """The page that says what can no longer be changed, and what still can."""
    status = 409 if request.method == "POST" else 200
    return render(request, "desk/edit/locked.html", {"wave": wave}, status=status)


def form_page(
    request: HttpRequest,
    wave: Wave,
    make: Callable[..., DraftForm],
    *,
    template: str = "desk/edit/form.html",
    anchor: str = "",
    **context: Any,
) -> HttpResponse:
    """A page with one form of a draft: shown, rearranged, refused, in conflict, or saved and back to the desk.

    `make` takes the posted data or None, and ``document``, ``at`` and ``initial``.
    """
    document = document_of(wave)
    if request.method != "POST":
        return _render(request, wave, make(None, document=document, at=wave.revision), template, context)
    form = make(request.POST, document=document, at=wave.revision)
    again = asked_again(form, request.POST.get("do", ""))
    if again is not None:
        return _render(request, wave, make(None, document=document, at=0, initial=again), template, context)
    if save(request, wave, form):
        return back(wave, anchor or form.cleaned_data.get("name", ""))
    return _render(request, wave, form, template, context, status=409 if form.stale else 422)


def asked_again(form: DraftForm, asked: str) -> dict[str, Any] | None:
    """What the form shall show when a button of its tables was used, or another kind chosen; None for a save.

    The revision and the mark stay those of the page that was sent.
    """
    if asked == "kind":
        return form.typed_for_another_kind()
    return rearranged(asked, form.typed())


def save(request: HttpRequest, wave: Wave, form: DraftForm, *, said: str = "") -> bool:
    """Make the change of a form if it is in order, and say so. What stands against it is in the form then."""
    if not form.is_valid():
        return False
    try:
        change = form.change()
        edit_beside(
            wave,
            change,
            revision=form.cleaned_data["revision"] or 0,
            seen=form.cleaned_data["seen"],
            subject=form.subject,
            by=request.user,
            now=timezone.now(),
        )
    except Stale as stale:
        form.collide(stale)
        return False
    except Refused as refused:
        form.add_problems(refused.problems)
        return False
    messages.success(request, said or f"{change.label}.")
    return True


def back(wave: Wave, anchor: str = "") -> HttpResponse:
    """To the desk, at the item or section that was worked on."""
    address = reverse("draft:desk", args=[wave.slug])
    return redirect(f"{address}#{anchor}" if anchor else address)


def may_edit(request: HttpRequest, wave: Wave) -> bool:
    """Whether this member of staff may change the draft, and it is one."""
    return wave.is_draft and may(request.user, [EDITOR], wave)


def _render(
    request: HttpRequest, wave: Wave, form: DraftForm, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    return render(request, template, {"wave": wave, "form": form, **context}, status=status)
