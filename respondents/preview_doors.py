"""The pages around the questions in a preview: the start, the check before sending, the thank-you, and the promise.

They are made of what respondents' own pages are made of. The link behind them is pretended: nothing is read by it and
nothing is stored.
"""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from respondents.closing_rule import GRACE_MINUTES
from respondents.models import Invitation, Response
from respondents.previewing import CHECK, DONE, PROMISE, START, Walk
from respondents.promise import promise_of
from respondents.responses import OPEN, Incomplete, Standing, unanswered
from respondents.views.confirming import ConfirmForm
from respondents.views.link import Link
from respondents.views.opening import start_words
from respondents.views.sending import check_words, incomplete_words, received_words
from surveys.instrument.questionnaire import Instrument
from surveys.models import Wave

RECEIPT = "7QF2-M0ZK-9TAB-X3CD"
"""A receipt that belongs to nobody, for show."""

TEMPLATES = {START: "start", CHECK: "check", DONE: "received", PROMISE: "promise"}


class PretendedLink(Link):
    """The link of somebody who is asked in one role, gave the pretended answers, and may see all of them."""

    def __init__(self, request: HttpRequest, wave: Wave, instrument: Instrument, *, role: str, walk: Walk) -> None:
        self.walk = walk
        invitation, given = Invitation(wave=wave, role=role), dict(walk.answers)
        response = Response(wave=wave, answers=given, revision=1) if given else None
        super().__init__(request, "", Standing(OPEN, "", invitation, response, instrument))

    def url(self, view: str, *args: str) -> str:
        """The preview itself; the promise is a page of it."""
        return f"{self.walk.address}&page={PROMISE}" if view == PROMISE else self.walk.address

    def concealed(self) -> set[str]:
        """Nothing: who looks made the answers up."""
        return set()


class SendForm(ConfirmForm):
    """The button that would send."""

    address: str

    @property
    def helper(self) -> FormHelper:
        """As on the real page, with the whole window as its target."""
        made = super().helper
        made.form_id, made.form_action, made.attrs = "page-form", self.address, {"target": "_parent"}
        return made


def door(request: HttpRequest, wave: Wave, instrument: Instrument, *, role: str, walk: Walk) -> str:
    """One of these pages as a document of its own."""
    link = PretendedLink(request, wave, instrument, role=role, walk=walk)
    page: dict[str, Any] = {
        "survey_title": wave.survey.title,
        "wave_title": wave.title,
        "wave": wave,
        "grace_minutes": GRACE_MINUTES,
        "promise_url": link.url(PROMISE),
        "paper_url": reverse("desk:paper", args=[wave.slug, role]),
        "in_tow": render_to_string("desk/preview_tow.html", {"walk": walk}, request),
        **_WORDS[walk.stage](link),
    }
    return render_to_string(f"desk/preview_{TEMPLATES[walk.stage]}.html", page, request)


def _start(link: PretendedLink) -> dict[str, Any]:
    words = start_words(link.standing)
    own = _("as in your list of people")
    words["facts"] += [(_("GP"), own), (_("Organisation"), own)]
    return {**words, "page_title": _("Start"), "begin_url": link.walk.address, "leave_url": link.walk.address}


def _check(link: PretendedLink) -> dict[str, Any]:
    found, problem = link.standing, ""
    missing = unanswered(found.questionnaire, found.answers)
    if link.walk.refused:
        problem = incomplete_words(Incomplete(missing))
    form = SendForm("", None, actions="respond/send_actions.html")
    form.address = link.walk.address
    words = check_words(link, missing=missing)
    return {**words, "page_title": _("Check your answers"), "form": form, "problem": problem, "has_errors": problem}


def _done(link: PretendedLink) -> dict[str, Any]:
    words = received_words(link, link.walk.answers, receipt=RECEIPT, at=timezone.now())
    return {**words, "page_title": _("We have your answers")}


def _promise(link: PretendedLink) -> dict[str, Any]:
    promised = promise_of(link.standing.wave)
    return {"page_title": _("What we promise"), "promise": promised, "back_url": link.walk.address}


_WORDS = {START: _start, CHECK: _check, DONE: _done, PROMISE: _promise}
