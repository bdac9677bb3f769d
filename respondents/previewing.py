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
from surveys.instrument.journey import Page, path
from surveys.instrument.questionnaire import Questionnaire
from surveys.instrument.routing import in_words, names
from surveys.markdown import plain_text
from surveys.question_types import REGISTRY

SALT = "respondents.preview"
HERE, ANSWERED, AHEAD, HIDDEN = "here", "answered", "ahead", "hidden"


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
    """A walk at some page: the pretended answers, the page (None at the end), its form, what came of the last one."""

    questionnaire: Questionnaire
    answers: Answers
    page: Page | None
    form: PreviewForm | None

    @property
    def way(self) -> Progress:
        """The pages that the answers so far lead to."""
        return Progress.of(self.questionnaire, self.answers)

    @property
    def steps(self) -> list[Step]:
        """Every question of this role in order, and why it is shown or not."""
        return list(_steps(self.questionnaire, self.answers, self.page))


def begin(questionnaire: Questionnaire, *, address: str, at: str = "") -> Walk:
    """The first page, or the one with this question, with nothing answered."""
    way = Progress.of(questionnaire, {})
    page = way.page(at) if at else None
    return _at(questionnaire, {}, page or next(iter(way.pages), None), address)


def walk_on(questionnaire: Questionnaire, data: QueryDict, *, address: str) -> Walk:
    """Where the form that was sent leads: on, back, or to the same page again, with what is wrong on it."""
    answers = _carried(questionnaire, data.get("carried", ""))
    way = Progress.of(questionnaire, answers)
    page = way.page(data.get("at", ""), asked=data.getlist("asked"))
    if page is None or data.get("go") == "start":
        return begin(questionnaire, address=address)
    back = data.get("go") == "back"
    form = PreviewForm(page, answers=answers, data=data, lenient=back or "clear" in data)
    form.address, form.carried = address, data.get("carried", "")
    if not form.is_valid():
        return Walk(questionnaire, answers, page, form)
    if "clear" in data:
        form.clear()
    answers = {**answers, **form.answers()}
    way = Progress.of(questionnaire, answers)
    name = page.name if "clear" in data else way.before(page.name) or page.name if back else way.after(page.name)
    return _at(questionnaire, answers, way.page(name) if name else None, address)


def described(walk: Walk) -> list[dict[str, str]]:
    """Every question on the way with the pretended answer in words, as on the page before sending."""
    return [
        {"question": plain_text(label), "words": words}
        for question in path(walk.questionnaire, walk.answers)
        for label, words in REGISTRY[question.type].describe(question, walk.answers)
    ]


def _at(questionnaire: Questionnaire, answers: Answers, page: Page | None, address: str) -> Walk:
    form = None
    if page is not None:
        form = PreviewForm(page, answers=answers)
        form.address, form.carried = address, signing.dumps(dict(answers), salt=SALT, compress=True)
    return Walk(questionnaire, answers, page, form)


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


def _steps(questionnaire: Questionnaire, answers: Answers, page: Page | None) -> Iterator[Step]:
    shown = {question.name for question in path(questionnaire, answers)}
    here = {question.name for question in page.questions} if page else set()
    passed = page is not None
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
            yield Step(question.name, text, ANSWERED if passed or page is None else AHEAD)


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
