"""The link somebody has come with: what it opens now, what this browser may see, and how its pages are rendered.

The link is the authority (docs/decisions/0020): no sign-in, no cookie and no CSRF token is needed, so nothing can
expire under somebody who is typing. Signed cookies only show *more* to the browser that has them, or ask it less.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from respondents.closing_rule import GRACE_MINUTES
from respondents.consent import without_wishes
from respondents.responses import CLOSED, EARLY, GRACE_PERIOD, UNKNOWN, Standing, standing
from surveys.markdown import block_html
from surveys.models.wave import State
from surveys.templatetags.moments import moment

COPY_SECONDS = 45 * 60
"""How long the browser that sent the answers is shown a copy of them."""

HERE, WROTE, SENT, BEGAN = "here", "wrote", "sent", "began"
"""The signed cookies: has continued in this browser, has changed an answer in it, has sent from it; when it began."""


class Link:
    """One request with a link. `standing` is replaced when a save gives a newer one."""

    def __init__(self, request: HttpRequest, token: str, found: Standing) -> None:
        self.request = request
        self.token = token
        self.standing = found

    def reread(self) -> None:
        """Read again what the link opens, after somebody else has changed it."""
        self.standing = standing(self.token)

    def url(self, view: str, *args: str) -> str:
        """The address of a page under this link."""
        return reverse(f"respondents:{view}", args=[self.token, *args])

    def go(self, view: str, *args: str, query: str = "") -> HttpResponse:
        """Send the browser to another page under this link."""
        return _private(HttpResponseRedirect(self.url(view, *args) + query, status=303))

    def render(self, template: str, *, title: str, status: int = 200, **context: Any) -> HttpResponse:
        """A page in respondents' dress. `title` goes before the survey's name in the browser's title."""
        dressed = {**self._dress(), "page_title": title, **context}
        return _private(render(self.request, template, dressed, status=status))

    def seen(self, name: str) -> bool:
        """Whether this browser carries the signed cookie `name` for this very link."""
        return self.seen_since(name) is not None

    def seen_since(self, name: str) -> datetime | None:
        """When this browser was given the signed cookie `name` for this very link; None when it holds none."""
        lasting = COPY_SECONDS if name == SENT else None
        try:
            given = signing.TimestampSigner(salt=self._salt(name)).unsign(
                self.request.COOKIES.get(name, ""), max_age=lasting
            )
        except signing.BadSignature:
            return None
        return datetime.fromtimestamp(int(given), tz=UTC)

    def remember(self, response: HttpResponse, name: str) -> HttpResponse:
        """Give this browser the signed cookie `name`, good for this link only."""
        response.set_cookie(
            name,
            signing.TimestampSigner(salt=self._salt(name)).sign(str(int(time.time()))),
            max_age=COPY_SECONDS if name == SENT else None,
            path=self.url("start"),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def forget(self, response: HttpResponse, name: str) -> HttpResponse:
        """Take the signed cookie `name` away."""
        response.delete_cookie(name, path=self.url("start"), samesite="Lax")
        return response

    def concealed(self) -> set[str]:
        """The variables whose answers this browser may not be shown.

        After sending: every sent answer, except for 45 minutes in the browser that sent it. Before: comments, until
        the person continues in this browser.
        """
        if self.standing.response is None or self.seen(SENT):
            return set()
        variables, sent = self.standing.questionnaire.variables, self.standing.response.sent
        answers = without_wishes(variables, self.standing.answers)
        hidden = {name for name, values in answers.items() if values and sent is not None and sent.get(name) == values}
        if not self.seen(HERE):
            hidden |= {name for name, values in answers.items() if values and variables[name].holds == "text"}
        return hidden

    def _salt(self, name: str) -> str:
        return f"respondents.{name}.{self.token}"

    def _dress(self) -> dict[str, Any]:
        wave, frozen = self.standing.wave, self.standing.instrument
        dress: dict[str, Any] = {"grace_minutes": GRACE_MINUTES}
        if wave is None:
            return {**dress, "survey_title": "Barometer"}
        return {
            **dress,
            "wave": wave,
            "survey_title": frozen.survey["title"] if frozen else wave.survey.title,
            "wave_title": wave.title,
            "promise_url": self.url("promise"),
            "paper_url": self.url("paper") if self.standing.accepting else "",
            "leave_url": self.url("leave") if self.standing.accepting else "",
            "ends_at": self.standing.ends_at,
            "in_grace": self.standing.kind == GRACE_PERIOD,
        }


def by_link(*methods: str, any_time: bool = False) -> Callable[..., Callable[..., HttpResponse]]:
    """Make a view of ``view(link, …)``. `any_time`: also before the opening and after the close.

    A link that opens nothing now gives its calm page: unknown and revoked ones the same.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @wraps(view)
        def handle(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
            if request.method not in (*methods, *(("HEAD",) if "GET" in methods else ())):
                return HttpResponseNotAllowed(methods)
            link = Link(request, token, standing(token))
            if link.standing.accepting or (any_time and link.standing.kind != UNKNOWN):
                return view(link, **kwargs)
            return calm(link)

        return handle

    return decorate


def own_words(found: Standing, key: str) -> str:
    """The wave's own introduction or thank-you as HTML, as it was frozen; empty where it has none."""
    words = found.instrument.wave.get(key) if found.instrument else ""
    return mark_safe(block_html(words)) if words else ""  # noqa: S308 - block_html makes it safe


def calm(link: Link, *, entered: list[tuple[str, str]] | None = None) -> HttpResponse:
    """The one quiet page for a link that takes no answers now. `entered` is what could not be saved, to copy."""
    title, lines, status = _CALM[link.standing.kind](link)
    out = bool(link.standing.wave and link.standing.wave.state in (State.PUBLISHED, State.ARCHIVED))
    return link.render(
        "respond/calm.html",
        title=title,
        lines=lines,
        entered=entered,
        results_are_out=out,
        code_url=reverse("respondents:code") if link.standing.kind == UNKNOWN else "",
        status=status,
    )


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _unknown(_link: Link) -> tuple[str, list[str], int]:
    lines = [
        _("Please check that you have copied the whole link from your mail."),
        _("If it still does not open, answer the mail and we will send you a new one."),
        _("A link also ends when it is passed to a colleague, or its owner leaves the post."),
    ]
    return _("This link does not open a survey"), lines, 404


def _early(link: Link) -> tuple[str, list[str], int]:
    wave = link.standing.wave
    opens = wave.opens_at if wave else None
    when = _("It opens at %(moment)s.") % {"moment": moment(opens)} if opens else _("It will open soon.")
    return _("This survey is not open yet"), [when, _("The same link will work then; keep the mail.")], 200


def _closed(link: Link) -> tuple[str, list[str], int]:
    wave, invitation = link.standing.wave, link.standing.invitation
    lines = [_("It closed at %(moment)s.") % {"moment": moment(wave.closes_at if wave else None)}]
    if invitation and invitation.responded:
        lines.append(_("We have your answers, and they are counted. Thank you."))
    return _("This survey has closed"), lines, 200


_CALM: dict[str, Callable[[Link], tuple[str, list[str], int]]] = {UNKNOWN: _unknown, EARLY: _early, CLOSED: _closed}
