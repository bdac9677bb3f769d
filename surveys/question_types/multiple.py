"""Any number of answers from a list, some of them excluding all others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question
from surveys.question_types.closed import ClosedType, choices_of
from surveys.question_types.saying import Specifying


class SeveralOf(ClosedType):
    """A closed type where any number of codes is chosen."""

    holds = "many"

    def form_field(self, question: Question, variable: Variable) -> forms.Field:
        field = forms.MultipleChoiceField(
            label=variable.label,
            choices=choices_of(variable),
            required=question.required,
            widget=forms.CheckboxSelectMultiple,
            error_messages={
                "required": gettext_lazy("Choose at least one answer"),
                "invalid_choice": gettext_lazy("Choose from the answers offered"),
            },
        )
        field.validators.append(lambda chosen: _refuse_company(variable, chosen))
        return field

    def initial_value(self, values: list[Any]) -> Any:
        return [str(value) for value in values]

    def problems_of_answer(self, variable: Variable, values: list[Any]) -> Iterator[str]:
        yield from super().problems_of_answer(variable, values)
        for alone in exclusive_in(variable, values):
            yield f"{alone.code} ({alone.label}) excludes every other answer"

    def from_cell(self, variable: Variable, cell: str) -> list[Any]:
        values = set(super().from_cell(variable, cell))
        return [code.code for code in variable.codes if code.code in values]


class Multiple(Specifying, SeveralOf):
    """Any number of answers; codes are stored in the order they are offered."""

    key = "multiple"
    label = "Several answers"


def exclusive_in(variable: Variable, values: list[Any]) -> list[Any]:
    """The exclusive codes among `values` when they do not stand alone."""
    if len(values) < 2:
        return []
    chosen = {str(value) for value in values}
    return [code for code in variable.codes if (code.exclusive or code.kind) and str(code.code) in chosen]


def _refuse_company(variable: Variable, chosen: list[str]) -> None:
    for alone in exclusive_in(variable, chosen):
        raise ValidationError(
            _("Choose either ‘%(label)s’ or the other answers, not both") % {"label": alone.label}, code="exclusive"
        )
