"""Walking through a questionnaire as one role without a trace: the page, and why each question is shown or not.

The pretended answers travel with the form, signed; nothing is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _

from respondents.pages import Answers, PageForm, TemplateBlock
from respondents.progress import Progress
from respondents.responses import unanswered
from surveys.instrument.journey import Page, path
from surveys.instrument.questionnaire import Questionnaire
from surveys.instrument.routing import in_words, names
from surveys.markdown import plain_text
from surveys.question_types import REGISTRY

SALT = "respondents.preview"
HERE, ANSWERED, AHEAD, HIDDEN = "here", "answered", "ahead", "hidden"

START, PAGE, CHECK, DONE, PROMISE = "start", "page", "check", "done", "promise"
"""Where a walk can be: before the questions, at some of them, after the last, after sending; reading the promise."""

DOORS = (START, CHECK, DONE, PROMISE)


@dataclass(frozen=True, slots=True)
class Step:
    """One question on the way: its state (``here``, ``answered``, ``ahead``, ``hidden``), and why it is hidden."""

    name: str
    text: str
    state: str
    because: str = ""


class PreviewForm(PageForm):
    """A page as respondents have it, sent to the preview around it."""

    address: str
    carried: str
    returns: bool = False

    @property
    def helper(self) -> FormHelper:
        """As on the real page, with the pretended answers in tow and the whole window as its target."""
        made = super().helper
        made.disable_csrf = False
        made.form_action = self.address
        made.attrs = {"target": "_parent"}
        made.layout = Layout(*made.layout.fields, TemplateBlock("desk/preview_fields.html"))
        return made


@dataclass(frozen=True, slots=True)
class Walk:
    """A walk at some stage: the pretended answers, the page and its form where the stage is a page of questions.

    `refused` says that the answers were to be sent and cannot be.
    """

    questionnaire: Questionnaire
    answers: Answers
    address: str
    stage: str = PAGE
    page: Page | None = None
    form: PreviewForm | None = None
    refused: bool = False

    @property
    def way(self) -> Progress:
        """The pages that the answers so far lead to."""
        return Progress.of(self.questionnaire, self.answers)

    @property
    def steps(self) -> list[Step]:
        """Every question of this role in order, and why it is shown or not."""
        return list(_steps(self))

    @property
    def carried(self) -> str:
        """The pretended answers, signed, as they travel with a form."""
        return signing.dumps(dict(self.answers), salt=SALT, compress=True)


def begin(questionnaire: Questionnaire, *, address: str, at: str = "") -> Walk:
    """The first page, or one of the others, or the page with this question, with nothing answered."""
    page = Progress.of(questionnaire, {}).page(at) if at and at not in DOORS else None
    if page is not None:
        return _at(questionnaire, {}, page, address)
    return Walk(questionnaire, {}, address, stage=at if at in DOORS else START)


def walk_on(questionnaire: Questionnaire, data: QueryDict, *, address: str) -> Walk:
    """Where the form that was sent leads: on, back, or to the same page again, with what is wrong on it."""
    answers = _carried(questionnaire, data.get("carried", ""))
    at, go, way = data.get("at", ""), data.get("go", ""), Progress.of(questionnaire, answers)
    if at == START and way.pages:
        return _at(questionnaire, answers, way.pages[0], address)
    if at == CHECK:
        return _from_check(questionnaire, answers, go, address)
    if at in DOORS:
        return Walk(questionnaire, answers, address, stage=CHECK)
    page = way.page(at, asked=data.getlist("asked"))
    if page is None:
        return begin(questionnaire, address=address)
    form = PreviewForm(page, answers=answers, data=data, lenient=go == "back" or "clear" in data)
    form.address, form.carried, form.returns = address, data.get("carried", ""), "returns" in data
    if not form.is_valid():
        return Walk(questionnaire, answers, address, page=page, form=form)
    if "clear" in data:
        form.clear()
    return _from_page(form, {**answers, **form.answers()}, questionnaire, way, "clear" if "clear" in data else go)


def _from_page(form: PreviewForm, answers: Answers, asked: Questionnaire, before: Progress, go: str) -> Walk:
    """Where a page leads whose answers are sound, as on the real way."""
    way, here = Progress.of(asked, answers), form.page.name
    opened = [name for name in way.names if name not in before.names]
    if go == "clear":
        return _at(asked, answers, form.page, form.address, returns=form.returns)
    if go == "back" and way.before(here) is None:
        return Walk(asked, answers, form.address, stage=START)
    if go != "back" and form.returns and not opened:
        return Walk(asked, answers, form.address, stage=CHECK)
    name = way.before(here) if go == "back" else opened[0] if form.returns else way.after(here)
    page = way.page(name) if name else None
    if page is None:
        return Walk(asked, answers, form.address, stage=CHECK)
    return _at(asked, answers, page, form.address, returns=form.returns and go != "back")


def _from_check(questionnaire: Questionnaire, answers: Answers, go: str, address: str) -> Walk:
    """Send, go back to the last page, or change the answers of the page named."""
    way = Progress.of(questionnaire, answers)
    page = way.pages[-1] if go == "back" and way.pages else way.page(go) if go else None
    if page is not None:
        return _at(questionnaire, answers, page, address, returns=go != "back")
    refused = bool(unanswered(questionnaire, answers)) or not any(answers.values())
    return Walk(questionnaire, answers, address, stage=CHECK if refused else DONE, refused=refused)


def _at(questionnaire: Questionnaire, answers: Answers, page: Page, address: str, *, returns: bool = False) -> Walk:
    form = PreviewForm(page, answers=answers)
    walk = Walk(questionnaire, answers, address, page=page, form=form)
    form.address, form.carried, form.returns = address, walk.carried, returns
    return walk


def _carried(questionnaire: Questionnaire, signed: str) -> dict[str, list[Any]]:
    """The pretended answers so far; none when they were meddled with, or the draft no longer asks them."""
    try:
        answers: dict[str, list[Any]] = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        return {}
    variables = questionnaire.variables
    return {name: values for name, values in answers.items() if name in variables and _fits(variables[name], values)}


def _fits(variable: Any, values: list[Any]) -> bool:
    """Whether every pretended code is still offered; the draft may have changed in between."""
    offered = {code.code for code in variable.codes}
    return not variable.closed or all(value in offered for value in values)


def _steps(walk: Walk) -> Iterator[Step]:
    questionnaire, answers = walk.questionnaire, walk.answers
    shown = {question.name for question in path(questionnaire, answers)}
    here = {question.name for question in walk.page.questions} if walk.page else set()
    passed = walk.stage != START
    for question in questionnaire.questions:
        if question.name in here:
            passed = False
        text = plain_text(question.text)
        if question.name not in shown:
            rule = question.show_if
            because = _because(questionnaire, rule, answers) if rule is not None else ""
            yield Step(question.name, text, HIDDEN, because)
        elif question.name in here:
            yield Step(question.name, text, HERE)
        else:
            yield Step(question.name, text, ANSWERED if passed else AHEAD)


def _because(questionnaire: Questionnaire, rule: list[Any], answers: Answers) -> str:
    """The condition, and what was answered to the questions it rests on."""
    variables = questionnaire.variables
    known = {name: variables[name] for name in names(rule) if name in variables}
    if len(known) < len(names(rule)):
        return _("this role is not asked what it depends on")
    kinds = {each.name: REGISTRY[q.type] for q in questionnaire.questions for each in q.variables}
    given = []
    for name in sorted(known):
        words = kinds[name].words(known[name], list(answers.get(name, [])))
        given.append(
            _("%(name)s is ‘%(words)s’") % {"name": name, "words": words} if words else _("%s is blank") % name
        )
    return _("it is asked only if %(rule)s; %(given)s") % {"rule": in_words(rule, known), "given": ", ".join(given)}
