"""The first pages: who asks and what is promised, what is known already, and every question on one sheet."""

from __future__ import annotations

from math import ceil
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from respondents.paper import paper_sections
from respondents.progress import Progress
from respondents.promise import promise_of
from respondents.responses import Standing
from respondents.timing import measured_minutes
from respondents.views.link import BEGAN, HERE, Link, by_link, own_words
from surveys.duration import minutes_for


@by_link("GET")
def start(link: Link) -> HttpResponse:
    """The page the mail's link opens. Looking at it changes nothing."""
    found = link.standing
    if found.sent and not found.changed_since_sent:
        return link.go("received")
    return link.render(
        "respond/start.html",
        title=_("Start"),
        has_draft=found.response is not None,
        is_sent=found.sent,
        begin_url=link.url("begin"),
        withdraw_url=link.url("withdraw"),
        **start_words(found),
    )


def start_words(found: Standing) -> dict[str, Any]:
    """What the first page says: who asks and why, how long it takes, what is known already, what is promised."""
    return {
        "standfirst": _standfirst(found),
        "introduction": own_words(found, "introduction"),
        "length_line": _length_line(found),
        "facts": _facts(found),
        "promise": promise_of(found.wave),
    }


@by_link("GET", "POST")
def begin(link: Link) -> HttpResponse:
    """Go to where the person left off, at most to the last question, or to the list of what was sent, to change it.

    Nothing is stored before the first answer. Who comes here without pressing the button, as a phone does that opens
    its last address again, gets the first page.
    """
    found = link.standing
    if link.request.method != "POST":
        return link.go("start")
    if found.sent:
        return link.remember(link.go("check"), HERE)
    way = Progress.of(found.questionnaire, found.answers)
    name = way.resume_at() or way.names[-1]
    reply = link.remember(link.go("page", name, query="?resumed" if found.response else ""), HERE)
    return link.remember(reply, BEGAN) if found.response is None and not link.seen(BEGAN) else reply


@by_link("GET", any_time=True)
def promise(link: Link) -> HttpResponse:
    """What is promised, sentence by sentence, with the test that proves each."""
    return link.render(
        "respond/promise.html",
        title=_("What we promise"),
        promise=promise_of(link.standing.wave),
        back_url=link.url("start"),
    )


@by_link("GET")
def paper(link: Link) -> HttpResponse:
    """The whole questionnaire of this person's role on one page that prints."""
    found = link.standing
    return link.render(
        "respond/paper.html",
        title=_("All questions"),
        sections=paper_sections(found.questionnaire),
        role_label=_role_label(found),
    )


def _standfirst(found: Standing) -> str:
    assert found.wave
    partner = (found.wave.partner or {}).get("name")
    if partner:
        asks = _("HSJ, with %(partner)s, asks for your candid view.") % {"partner": partner}
    else:
        asks = _("HSJ asks for your candid view.")
    return asks + " " + _("Figures about all who answered are published after the survey closes.")


def _role_label(found: Standing) -> str:
    assert found.instrument is not None
    assert found.invitation is not None
    return next(each["label"] for each in found.instrument.roles if each["code"] == found.invitation.role)


def _length_line(found: Standing) -> str:
    assert found.wave
    measured = measured_minutes(found.wave)
    minutes = measured or ceil(minutes_for(found.questionnaire))
    count = sum(1 for question in found.questionnaire.questions if question.variables)
    asked = ngettext("%(count)d question", "%(count)d questions", count) % {"count": count}
    took = ngettext("about a minute", "about %(minutes)d minutes", minutes) % {"minutes": minutes}
    if measured:
        took = ngettext(
            "last time half of those who answered took no more than a minute",
            "last time half of those who answered took no more than %(minutes)d minutes",
            minutes,
        ) % {"minutes": minutes}
    return _("%(questions)s; %(minutes)s. You can stop at any time and come back by the same link.") % {
        "questions": asked,
        "minutes": took,
    }


def _facts(found: Standing) -> list[tuple[str, str]]:
    assert found.invitation is not None
    invitation = found.invitation
    facts = [(_("Role"), _role_label(found))]
    if invitation.gp is not None:
        facts.append((_("GP"), _("Yes") if invitation.gp else _("No")))
    names = invitation.places.values_list("organisation__name", flat=True)
    if names:
        facts.append((ngettext("Organisation", "Organisations", len(names)), "; ".join(names)))
    return facts
