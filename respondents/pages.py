"""A page of the journey as one crispy form: its questions' fields, the revision it was read at, the last-field marker.

`PageForm` is what a respondent answers and what an editor previews; the templates are the same. The marker ``end`` is
the last field of the body: a request that was cut off on its way lacks it and is refused whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.template import Context
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from surveys.instrument.journey import Page
from surveys.instrument.questionnaire import Question
from surveys.markdown import block_html, inline_html
from surveys.question_types import REGISTRY, QuestionType

MOST_POINTS = 7
"""A battery's points stand side by side, where there is room, up to this many."""

END = "end"


class QuestionBlock:
    """The layout object of one question: renders the template of its type with its bound fields."""

    def __init__(self, question: Question, *, main: bool = True) -> None:
        self.question = question
        self.main = main

    def render(self, form: forms.Form, context: Context, template_pack: str = "", **kwargs: Any) -> SafeString:
        """The question as HTML; its fields count as rendered, so that crispy does not repeat them."""
        names = [variable.name for variable in self.question.variables]
        form.rendered_fields.update(names)
        return get_template(type_of(self.question).template).render(
            {
                "form_show_errors": True,
                "form_show_labels": True,
                "fields": [form[name] for name in names],
                "as_heading": self.main,
                "mark_optional": True,
                **question_context(self.question),
            }
        )


class TemplateBlock:
    """A layout object that is a template, given the form and the surrounding context."""

    def __init__(self, template: str) -> None:
        self.template = template

    def render(self, form: forms.Form, context: Context, template_pack: str = "", **kwargs: Any) -> SafeString:
        """The template as HTML."""
        return get_template(self.template).render({**context.flatten(), "form": form})


class PageForm(forms.Form):
    """The questions of one page of the journey.

    `revision` is the response's revision the page was rendered from. `is_whole` says whether the body arrived to its
    end. Field names are variable names.
    """

    use_required_attribute = False

    def __init__(
        self,
        page: Page,
        *,
        answers: Mapping[str, list[Any]],
        revision: int = 0,
        data: Mapping[str, Any] | None = None,
        prefix: str | None = None,
    ) -> None:
        self.page = page
        self.revision = revision
        initial: dict[str, Any] = {}
        for question in page.questions:
            initial |= type_of(question).initial(question, answers)
        super().__init__(data, initial=initial, label_suffix="", prefix=prefix)
        for question in page.questions:
            self.fields.update(_fields(question))

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

    def answers(self) -> dict[str, list[Any]]:
        """The answers in this valid form, every variable of the page present."""
        found: dict[str, list[Any]] = {}
        for question in self.page.questions:
            found |= type_of(question).answers_from(question, self.cleaned_data)
        return found

    def _blocks(self) -> Iterator[QuestionBlock]:
        last = self.page.questions[-1]
        for question in self.page.questions:
            yield QuestionBlock(question, main=question is last)


def type_of(question: Question) -> QuestionType:
    """The type of a question, from the registry."""
    return REGISTRY[question.type]


def question_context(question: Question) -> dict[str, Any]:
    """What a question's template is told about it, apart from its fields."""
    codes = question.variables[0].codes if question.variables else ()
    substantive = [code for code in codes if not code.kind]
    exclusive = question.variables and question.variables[0].holds == "many"
    return {
        "question": question,
        "settings": question.settings,
        "text_html": mark_safe(inline_html(question.text)),  # noqa: S308 - cleaned by nh3
        "block_html": mark_safe(block_html(question.text)),  # noqa: S308 - cleaned by nh3
        "apart": {str(code.code) for code in codes if code.kind or (exclusive and code.exclusive)},
        "exclusive": {str(code.code) for code in codes if code.kind or code.exclusive} if exclusive else set(),
        "row_class": "points" if len(codes) <= MOST_POINTS else "",
        "first_code": substantive[0] if substantive else None,
        "last_code": substantive[-1] if substantive else None,
    }


def _fields(question: Question) -> dict[str, forms.Field]:
    fields = type_of(question).form_fields(question)
    for variable in question.variables:
        if not variable.row:
            fields[variable.name].help_text = question.hint
    return fields
