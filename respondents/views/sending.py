"""Checking the answers, sending them, the receipt, and taking everything back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from respondents.merging import ANOTHER_DRAFT
from respondents.pages import END, type_of
from respondents.progress import Progress, mark_of_all
from respondents.responses import Answers, Incomplete, NotTaken, StaleRevision, submit, unanswered, withdraw
from respondents.telltales import telltales
from respondents.timing import note_minutes
from respondents.views.answering import RETURN, revision_of
from respondents.views.confirming import ConfirmForm, ask, is_confirmed
from respondents.views.link import BEGAN, COPY_SECONDS, HERE, SENT, WROTE, Link, by_link, calm, own_words
from surveys.instrument.journey import Page, asked_of
from surveys.instrument.questionnaire import Question
from surveys.markdown import plain_text

WHOLLY, PARTLY = "wholly", "partly"


@by_link("GET", "POST")
def check(link: Link) -> HttpResponse:
    """All answers before they are sent, with links that change one and come straight back."""
    if link.request.method == "POST":
        return _send(link)
    return _show(link)


@by_link("GET")
def received(link: Link) -> HttpResponse:
    """What was sent is here; with receipt and copy for 45 minutes in the browser that sent it."""
    found = link.standing
    if not found.sent or found.response is None:
        return link.go("start")
    words = received_words(link, found.response.sent or {}, receipt=found.response.receipt, at=link.seen_since(SENT))
    return link.render("respond/received.html", title=_("We have your answers"), **words)


def received_words(link: Link, answers: Answers, *, receipt: str, at: datetime | None) -> dict[str, Any]:
    """What the last page says; the receipt and the copy where these answers were sent `at` some time from here."""
    return {
        "just_sent": at is not None,
        "thank_you": own_words(link.standing, "thank_you"),
        "receipt": receipt if at else "",
        "sections": answer_sections(link, answers) if at else None,
        "erase_url": link.request.build_absolute_uri(reverse("respondents:erase")),
        "copy_until": at and at + timedelta(seconds=COPY_SECONDS),
        "begin_url": link.url("begin"),
        "withdraw_url": link.url("withdraw"),
    }


@by_link("GET", "POST")
def take_back(link: Link) -> HttpResponse:
    """Withdraw: everything said so far is removed, after one more question."""
    if not is_confirmed(link):
        return ask(
            link,
            title=_("Withdraw your answers"),
            lines=[
                _("Everything you have answered in this survey is deleted, sent or not."),
                _("Your link goes on working until the survey closes, should you change your mind."),
            ],
            sure=_("Yes, I want my answers deleted"),
            button=_("Delete my answers"),
        )
    try:
        withdraw(link.token)
    except NotTaken as refused:
        link.standing = refused.standing
        return calm(link)
    link.reread()
    done = link.render(
        "respond/calm.html",
        title=_("Your answers are deleted"),
        lines=[_("Nothing you said is kept."), _("If you change your mind, your link works until the survey closes.")],
    )
    return link.forget(link.forget(link.forget(done, SENT), HERE), WROTE)


def answer_sections(
    link: Link, answers: Answers, *, concealed: set[str] | frozenset[str] = frozenset(), change: bool = False
) -> list[dict[str, Any]]:
    """The answers on the path by section, as `respond/answers.html` shows them."""
    sections: dict[str, dict[str, Any]] = {}
    for page in Progress.of(link.standing.questionnaire, answers).pages:
        part = sections.setdefault(page.section.name, {"title": page.section.title, "rows": []})
        part["rows"].extend(_rows(link, page, answers, concealed=concealed, change=change))
    return [part for part in sections.values() if part["rows"]]


def _rows(
    link: Link, page: Page, answers: Answers, *, concealed: set[str] | frozenset[str], change: bool
) -> Iterator[dict[str, Any]]:
    for question in page.questions:
        if not question.variables:
            continue
        described = type_of(question).describe(question, answers)
        battery = any(variable.row for variable in question.variables)
        put = {variable.name for variable in asked_of(question, answers)}
        pairs = zip(question.variables, described, strict=True)
        beside = [
            (plain_text(label), words, variable.name in concealed)
            for variable, (label, words) in pairs
            if variable.asked_if is not None and variable.name in put
        ]
        yield {
            "question": plain_text(question.text),
            "page": page.name,
            "url": link.url("page", page.name) + RETURN if change else "",
            "hidden": any(each.name in concealed for each in question.variables if each.asked_if is None),
            "statements": [(plain_text(label), words) for label, words in described] if battery else None,
            "words": "" if battery else described[0][1],
            "beside": beside,
        }


def _show(
    link: Link,
    *,
    problem: str = "",
    missing: list[str] | None = None,
    data: QueryDict | None = None,
    status: int = 200,
) -> HttpResponse:
    found = link.standing
    missing = unanswered(found.questionnaire, found.answers) if missing is None else missing
    return link.render(
        "respond/check.html",
        title=_("Check your answers"),
        status=status,
        problem=problem,
        form=_send_form(link, data),
        has_errors=bool(problem or data is not None),
        revision=found.revision,
        mark=mark_of_all(found.answers, token=link.token),
        telltales=_telltales(link),
        **check_words(link, missing=missing),
    )


def check_words(link: Link, *, missing: list[str]) -> dict[str, Any]:
    """What the page before sending shows: the answers by section, what was left blank, what is `missing` by name."""
    found = link.standing
    way = Progress.of(found.questionnaire, found.answers)
    blank = Counter(_left_blank(question, found.answers) for page in way.pages for question in page.questions)
    return {
        "sections": answer_sections(link, found.answers, concealed=link.concealed(), change=True),
        "has_answers": any(found.answers.values()),
        "blank_count": blank[WHOLLY],
        "partly_count": blank[PARTLY],
        "missing": [(link.url("page", name) + RETURN, _title(way, name)) for name in missing],
        "is_sent": found.sent,
        "is_changed": found.changed_since_sent,
        "received_url": link.url("received"),
        "back_url": link.url("page", way.names[-1]) if way.names else link.url("start"),
    }


def _left_blank(question: Question, answers: Answers) -> str:
    """Whether a question was left blank, WHOLLY or PARTLY, or ("") not at all."""
    given = [bool(answers.get(variable.name)) for variable in question.variables if variable.asked_if is None]
    if all(given):
        return ""
    return PARTLY if any(given) else WHOLLY


def _telltales(link: Link) -> list[str]:
    """Names in the comments that this browser may see."""
    hidden = link.concealed()
    texts = (
        values[0]
        for page in Progress.of(link.standing.questionnaire, link.standing.answers).pages
        for question in page.questions
        for variable in question.variables
        if variable.holds == "text" and variable.name not in hidden
        for values in [link.standing.answers.get(variable.name)]
        if values
    )
    return telltales(link.standing, texts)


def _send_form(link: Link, data: QueryDict | None = None) -> ConfirmForm:
    """The button that sends; where nothing was answered in this browser, with a box to tick."""
    tick = "" if link.seen(WROTE) else _("Yes, these are the answers I want to send")
    unticked = _("Tick the box if you want to send these answers")
    return ConfirmForm(tick, data, actions="respond/send_actions.html", unticked=unticked)


def _send(link: Link) -> HttpResponse:
    post = link.request.POST
    if END not in post:
        return _show(link, problem=_("Not everything arrived. Nothing was sent; please press Send again."), status=400)
    if not _send_form(link, post).is_valid():
        return _show(link, data=post, status=422)
    try:
        submit(link.token, revision=_revision(link))
    except NotTaken as refused:
        link.standing = refused.standing
        return calm(link)
    except StaleRevision:
        link.reread()
        changed = _("Your answers have changed since you opened this page. Please look at them again, then send.")
        return _show(link, problem=changed, status=409)
    except Incomplete as incomplete:
        return _show(link, problem=incomplete_words(incomplete), missing=incomplete.names, status=422)
    _count_minutes(link)
    return link.forget(link.remember(link.remember(link.go("received"), SENT), HERE), BEGAN)


def _count_minutes(link: Link) -> None:
    """Count how long it took, where this browser also began, and the answers were sent for the first time."""
    began = link.seen_since(BEGAN)
    if began and link.standing.wave and not link.standing.sent:
        note_minutes(link.standing.wave, began=began, ended=timezone.now())


def _revision(link: Link) -> int:
    """The revision that this browser was shown; `ANOTHER_DRAFT` when it was shown other answers or names none."""
    post, mark = link.request.POST, mark_of_all(link.standing.answers, token=link.token)
    return revision_of(post) if post.get("mark", mark) == mark else ANOTHER_DRAFT


def incomplete_words(refusal: Incomplete) -> str:
    """Why these answers cannot be sent yet."""
    if not refusal.names:
        return _("You have not answered anything yet. Answer at least one question, then send.")
    return ngettext(
        "One question still needs an answer.", "%(count)d questions still need an answer.", len(refusal.names)
    ) % {"count": len(refusal.names)}


def _title(way: Progress, name: str) -> str:
    return next(plain_text(question.text) for question in way.questionnaire.questions if question.name == name)
