"""A page of the journey as one crispy form: its questions' fields, the revision it was read at, the last-field marker.

`PageForm` is what a respondent answers and what an editor previews; the templates are the same. The marker ``end`` is
the last field of the body: a request that was cut off on its way lacks it and is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy, deepcopy
from functools import lru_cache
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.http import QueryDict
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from respondents.progress import mark_of
from surveys.codebook import Code, Variable
from surveys.instrument.journey import Page
from surveys.instrument.questionnaire import Question, Section
from surveys.markdown import block_html, inline_html, plain_text
from surveys.question_types import REGISTRY, QuestionType

Answers = Mapping[str, list[Any]]

MOST_POINTS = 7
"""A battery's points stand side by side, where there is room, up to this many."""

END = "end"


class QuestionBlock:
    """The layout object of one question: renders the template of its type with its bound fields."""

    def __init__(self, question: Question, *, heading: str = "h1") -> None:
        self.question = question
        self.heading = heading

    def render(self, form: PageForm, context: Context, template_pack: str = "", **kwargs: Any) -> str:
        """The question as HTML; its fields count as rendered, so that crispy does not repeat them."""
        names = [variable.name for variable in self.question.variables]
        form.rendered_fields.update(names)
        if not form.is_bound and not any(name in form.kept or name in form.initial for name in names):
            return _blank(self.question, self.heading, get_language())
        return _rendered(form, self.question, self.heading)


class TemplateBlock:
    """A layout object that is a template, given the form and the surrounding context."""

    def __init__(self, template: str) -> None:
        self.template = template

    def render(self, form: forms.Form, context: Context, template_pack: str = "", **kwargs: Any) -> str:
        """The template as HTML."""
        surroundings: dict[str, Any] = context.flatten()  # type: ignore[assignment]
        return get_template(self.template).render({**surroundings, "form": form})


class PageForm(forms.Form):
    """The questions of one page of the journey. Field names are variable names.

    `answers` are what is stored behind `token`; `revision` and `mark` say at what state of the response the page was
    read. `concealed` are variables whose stored answer this browser may not see: their fields come empty, and left
    empty they keep it. `lenient` lets required questions stay blank, for going back and for saving in between.
    """

    use_required_attribute = False
    data: QueryDict
    rendered_fields: set[str]
    """What crispy has rendered so far."""

    def __init__(
        self,
        page: Page,
        *,
        answers: Answers,
        token: str = "",
        revision: int = 0,
        data: QueryDict | None = None,
        concealed: set[str] | frozenset[str] = frozenset(),
        lenient: bool = False,
    ) -> None:
        self.page = page
        self.stored = answers
        self.lenient = lenient
        self.revision = revision
        self.mark = mark_of(page, answers, token=token)
        self.kept = self._kept(data, concealed)
        shown = {name: values for name, values in answers.items() if name not in self.kept}
        super().__init__(data, initial=_initial(page, shown), label_suffix="")
        for question in page.questions:
            self.fields.update(_fields(question))
        for name, field in self.fields.items():
            field.required = field.required and not lenient and name not in self.kept

    @property
    def helper(self) -> FormHelper:
        """How the page is laid out: the questions, what one can do, the marker last."""
        helper = FormHelper(self)
        helper.disable_csrf = True
        helper.form_class = "page-form"
        helper.form_id = "page-form"
        helper.layout = Layout(*self._blocks(), TemplateBlock("respond/actions.html"))
        return helper

    @property
    def is_whole(self) -> bool:
        """Whether the marker that ends every body has arrived."""
        return END in self.data

    @property
    def asked(self) -> list[str]:
        """The questions on a page of several, which travel with it; none for a page of one."""
        several = sum(bool(question.variables) for question in self.page.questions) > 1
        return [question.name for question in self.page.questions] if several else []

    @property
    def can_clear(self) -> bool:
        """Whether the page shows a single choice that cannot be unmade by hand."""
        return any(variable.name in self.initial for variable in self._single_choices())

    def _single_choices(self) -> Iterator[Variable]:
        variables = (variable for question in self.page.questions for variable in question.variables)
        return (each for each in variables if each.holds == "one" and not each.permission)

    def answers(self) -> dict[str, list[Any]]:
        """The answers in this valid form, every variable of the page present; kept ones as they are stored."""
        found: dict[str, list[Any]] = {}
        for question in self.page.questions:
            found |= type_of(question).answers_from(question, self.cleaned_data)
        return {
            name: list(self.stored.get(name, [])) if name in self.kept and not values else values
            for name, values in found.items()
        }

    def clean(self) -> dict[str, Any]:
        """What belongs together on the page fits together; not asked of a page that is left half done."""
        cleaned = super().clean() or self.cleaned_data
        if not self.lenient:
            for question in self.page.questions:
                kind = type_of(question)
                for problem in kind.problems_of_page(question, kind.answers_from(question, cleaned)):
                    self.add_error(problem.place, problem.message)
        return cleaned

    def clear(self) -> None:
        """Take back the single choices of this valid form; comments and the rest stay as they came."""
        choices = {variable.name for variable in self._single_choices()}
        self.cleaned_data.update(dict.fromkeys(choices, ""))
        self.kept -= choices

    def described(self) -> list[tuple[str, str]]:
        """What is stored, in words."""
        return [
            (plain_text(label), words)
            for question in self.page.questions
            for label, words in type_of(question).describe(question, self.stored)
        ]

    def entered(self) -> list[tuple[str, str]]:
        """What was typed or chosen: in words where it is valid, as it came where it is not."""
        self.is_valid()
        valid = {name: value for name, value in self.cleaned_data.items() if name not in self.errors}
        rows: list[tuple[str, str]] = []
        for question in self.page.questions:
            kind = type_of(question)
            found = kind.describe(question, kind.answers_from(question, valid))
            for variable, (label, words) in zip(question.variables, found, strict=True):
                raw = "; ".join(self.data.getlist(variable.name)) if variable.name in self.errors else ""
                rows.append((plain_text(label), words or raw))
        return rows

    def _kept(self, data: QueryDict | None, concealed: set[str] | frozenset[str]) -> set[str]:
        if data is not None:
            return {name for name in self.page.variables if name in data.getlist("keep")}
        return {name for name in self.page.variables if name in concealed}

    def _blocks(self) -> Iterator[QuestionBlock]:
        sole = sole_question(self.page)
        for question in self.page.questions:
            yield QuestionBlock(question, heading="h1" if question is sole else "h2")


@lru_cache(maxsize=2048)
def _blank(question: Question, heading: str, language: str | None) -> str:
    """A question nobody has answered yet, which looks the same to everybody and so is rendered once."""
    page = Page(question.name, Section(question.section, "", (question,)), (question,))
    return _rendered(PageForm(page, answers={}), question, heading)


def _rendered(form: PageForm, question: Question, heading: str) -> str:
    names = [variable.name for variable in question.variables]
    own = [variable.name for variable in question.variables if variable.asked_if is None]
    return get_template(type_of(question).template).render(
        {
            "form_show_errors": True,
            "form_show_labels": True,
            "fields": [form[name] for name in own],
            "beside": [form[name] for name in names if name not in own],
            "sayings": _sayings(form, question),
            "as_heading": heading,
            "mark_optional": True,
            "is_kept": any(name in form.kept for name in names),
            **question_context(question),
        }
    )


def _sayings(form: PageForm, question: Question) -> dict[str, forms.BoundField]:
    """The fields for own words, by the option they belong to."""
    return {
        str(variable.asked_if[2]): form[variable.name]
        for variable in question.variables
        if variable.asked_if and variable.holds == "text"
    }


def type_of(question: Question) -> QuestionType:
    """The type of a question, from the registry."""
    return REGISTRY[question.type]


def sole_question(page: Page) -> Question | None:
    """The question whose words are the page's heading; None where several share it, or none is asked."""
    asking = [question for question in page.questions if question.variables]
    return asking[0] if len(asking) == 1 else None


def title_of(page: Page) -> str:
    """What the browser's title says of a page: its question, without marks, or the section."""
    question = sole_question(page)
    return plain_text(question.text) if question else page.section.title


def question_context(question: Question) -> dict[str, Any]:
    """What a question's template is told about it, apart from its fields."""
    codes = question.variables[0].codes if question.variables else ()
    substantive = [code for code in codes if not code.kind]
    several = bool(question.variables) and question.variables[0].holds == "many"
    alone = {str(code.code) for code in codes if code.kind or code.exclusive} if several else set()
    return {
        "question": question,
        "settings": question.settings,
        "text_html": mark_safe(inline_html(question.text)),  # noqa: S308 - cleaned by nh3
        "block_html": mark_safe(block_html(question.text)),  # noqa: S308 - cleaned by nh3
        "apart": {str(code.code) for code in codes if code.kind} | alone,
        "exclusive": alone,
        "row_class": "points" if len(codes) <= MOST_POINTS else "",
        "spoken": _spoken_ends(question, substantive),
        "first_code": substantive[0] if substantive else None,
        "last_code": substantive[-1] if substantive else None,
    }


def _spoken_ends(question: Question, points: list[Code]) -> dict[str, str]:
    """What the first and the last point of a numeric scale mean, by value."""
    ends = ((points[0], "low"), (points[-1], "high")) if points else ()
    return {str(point.code): question.settings[end] for point, end in ends if question.settings.get(end)}


def _initial(page: Page, answers: Answers) -> dict[str, Any]:
    initial: dict[str, Any] = {}
    for question in page.questions:
        initial |= type_of(question).initial(question, answers)
    return initial


def _fields(question: Question) -> dict[str, forms.Field]:
    """Fields of their own for one form."""
    return {name: _copy(field) for name, field in _patterns(question, get_language()).items()}


def _copy(field: forms.Field) -> forms.Field:
    # Choices, messages and validators are shared: no form changes them, and copying them takes longer than all else.
    made = copy(field)
    made.widget = deepcopy(field.widget)
    return made


@lru_cache(maxsize=2048)
def _patterns(question: Question, language: str | None) -> dict[str, forms.Field]:
    """What the fields of a question are copied from; messages are in the language that is active."""
    fields = type_of(question).form_fields(question)
    for variable in question.variables:
        if variable.row:
            fields[variable.name].error_messages["required"] = _("Choose an answer for ‘%(statement)s’") % {
                "statement": plain_text(variable.row)
            }
        elif variable.asked_if is None:
            fields[variable.name].help_text = _hint(question, variable)
    return fields


def _hint(question: Question, variable: Variable) -> str:
    """The question's hint, and for a number the bounds it must keep."""
    parts = [question.hint, _bounds(variable) if variable.holds == "number" else ""]
    return " ".join(part for part in parts if part)


def _bounds(variable: Variable) -> str:
    low, high = (
        None if bound is None else f"{bound:f}".rstrip("0").rstrip(".")
        for bound in (variable.minimum, variable.maximum)
    )
    if low is not None and high is not None:
        return _("From %(low)s to %(high)s.") % {"low": low, "high": high}
    if low is not None:
        return _("%(low)s or more.") % {"low": low}
    return _("%(high)s or less.") % {"high": high} if high is not None else ""
