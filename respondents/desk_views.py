"""The desk's pages about a wave and its people: all waves, one wave, sample, invitations."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import cache_control

from respondents.access import ACCESS
from respondents.consent import contacts_of
from respondents.fieldwork import fieldwork_of, letters_of, standings
from respondents.forms import SampleForm, SendForm
from respondents.mailing import order_mailing
from respondents.models import Mailing
from respondents.models.identity import MailKind
from respondents.organisations import frame
from respondents.sample import load_sample
from surveys import access, acts
from surveys.compiling import problems
from surveys.deciding import waiting
from surveys.models import Wave
from surveys.models.wave import State
from surveys.needs import needs
from surveys.problems import Problem, Refused

_STATES = (
    State.OPEN,
    State.CLOSING,
    State.SCHEDULED,
    State.DRAFT,
    State.CLOSED,
    State.PUBLISHED,
    State.ARCHIVED,
)
"""In the order of the first page: what is going on, what is coming, what is over."""


def home(request: HttpRequest) -> HttpResponse:
    """What needs doing, then every wave this member of staff works on, by state, with both response rates."""
    user: Any = request.user
    waves = sorted(Wave.objects.visible_to(user).select_related("survey"), key=lambda wave: _STATES.index(wave.state))
    context = {
        "needs": needs(waves, user=user, now=timezone.now()),
        "standings": standings(waves),
        "readable": {wave.pk for wave in waves if access.may(user, access.READERS, wave)},
        "may_upload": user.may_anywhere(access.EDITOR),
    }
    return render(request, "desk/home.html", context)


def wave(request: HttpRequest, wave: Wave) -> HttpResponse:
    """One wave: what it is, what it waits for, how far it has come, what has happened."""
    is_draft = wave.state in ("draft", "scheduled")
    return render(
        request,
        "desk/wave.html",
        {
            "wave": wave,
            "partner": (wave.partner or {}).get("name"),
            "frame_size": len(frame(wave)),
            "problems": problems(wave, now=timezone.now()) if is_draft else [],
            "is_draft": is_draft,
            "fieldwork": fieldwork_of(wave),
            "mailing": Mailing.objects.filter(wave=wave).first(),
            "letters": letters_of(wave),
            "events": wave.events.select_related("by"),
            "waiting": waiting(wave),
            "corrected": wave.corrections.exists(),
            "may": _permissions(request, wave),
        },
    )


@cache_control(private=True, no_store=True)
def sample(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Invite everybody in a sample file; with any problem all are shown by line and column, and nobody is added."""
    form = SampleForm(request.POST, request.FILES) if request.method == "POST" else SampleForm()
    found: list[Problem] = []
    if request.method == "POST" and form.is_valid():
        data = form.data_given()
        try:
            counts = load_sample(wave, data)
        except Refused as refused:
            found = refused.problems
            form.keep(data)
        else:
            note = f"{counts['invited']} invited, {counts['updated']} updated"
            acts.tell("sample", by=request.user, wave=wave, note=note, now=timezone.now())
            messages.success(request, _told(counts))
            return redirect("desk:wave", slug=wave.slug)
    status = 422 if found or form.errors else 200
    return render(request, "desk/sample.html", {"wave": wave, "form": form, "problems": found}, status=status)


def invitations(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Have the invitation sent to everybody invited, now or as soon as the wave opens."""
    form = SendForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        try:
            order_mailing(wave, MailKind.INVITATION, due_at=timezone.now())
        except Refused as refused:
            messages.error(request, " ".join(problem.message for problem in refused.problems))
        else:
            acts.tell("mailing", by=request.user, wave=wave, note=str(MailKind.INVITATION.label), now=timezone.now())
            messages.success(
                request,
                _("The invitations are on their way.")
                if wave.is_open
                else _("The invitations go out when the wave opens."),
            )
        return redirect("desk:wave", slug=wave.slug)
    context = {"wave": wave, "form": form, "letters": letters_of(wave)}
    return render(request, "desk/invitations.html", context)


def _told(counts: dict[str, int]) -> str:
    new = ngettext("%(count)d person is invited", "%(count)d people are invited", counts["invited"])
    told = new % {"count": counts["invited"]}
    if counts["updated"]:
        told += _("; %(count)d were invited already and are brought up to date") % {"count": counts["updated"]}
    return f"{told}."


@cache_control(private=True, no_store=True)
def contacts(request: HttpRequest, wave: Wave) -> HttpResponse:
    """Who asked to go on record, for those who know who was invited; readers of comments have no way here."""
    rows: list[tuple[str, str, str]] = []
    found: list[Problem] = []
    try:
        for each in contacts_of(wave):
            assert each.person is not None
            rows.append((each.person.name, each.person.email, wave.role_labels.get(each.role, each.role)))
    except Refused as refused:
        found = refused.problems
    context = {"wave": wave, "contacts": rows, "problems": found}
    return render(request, "desk/contacts.html", context, status=409 if found else 200)


def _permissions(request: HttpRequest, wave: Wave) -> dict[str, bool]:
    """Which links and buttons to show; the guards decide by the same tables."""
    rules = {**access.ACCESS, **ACCESS}
    wanted = {name: rule.get("POST", rule.get("GET", frozenset())) for name, rule in rules.items()}
    wanted["results"] = wanted["dry_run"] = access.READERS
    return {name: access.may(request.user, roles, wave) for name, roles in wanted.items()}
