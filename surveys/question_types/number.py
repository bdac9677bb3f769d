"""A number with a unit."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question
from surveys.problems import Problem
from surveys.question_types.base import Answers, QuestionType
from surveys.texts import shortened

_NUMBER = re.compile(r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,6})?")

LIMIT = 2_147_483_647
"""Beyond 32 bits a figure is a slip of the finger, and no longer exact everywhere."""


class Number(QuestionType):
    """A number, whole or with decimals, optionally within bounds."""

    key = "number"
    label = "Number"
    keys = frozenset({"min", "max", "unit"})

    def problems(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Problem]:
        yield from super().problems(definition, settings)
        low, high = definition.get("min"), definition.get("max")
        if low is not None and high is not None and low > high:
            yield Problem("max", f"{high} is less than min ({low})")

    def variables(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Variable, ...]:
        return (
            Variable(
                name=definition["name"],
                text=definition["text"],
                holds="number",
                item=definition["name"],
                unit=definition.get("unit", ""),
                minimum=definition.get("min"),
                maximum=definition.get("max"),
                sensitive=definition.get("sensitive", False),
                track=definition.get("track", definition["name"]),
            ),
        )

    def form_fields(self, question: Question) -> dict[str, forms.Field]:
        (variable,) = question.variables
        low, high = _bounds(variable)
        field = forms.DecimalField(
            label=variable.label,
            required=question.required,
            min_value=low,
            max_value=high,
            max_digits=16,
            decimal_places=6,
            # Not type="number": browsers throw away what they cannot read, and the answer must come back as typed.
            widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
            error_messages={"required": _("Enter a number"), "invalid": _("Enter a number, such as 12 or 12.5")},
        )
        return {variable.name: field}

    def initial(self, question: Question, answers: Mapping[str, list[Any]]) -> dict[str, Any]:
        return {v.name: _plain(answers[v.name][0]) for v in question.variables if answers.get(v.name)}

    def answers_from(self, question: Question, cleaned: Mapping[str, Any]) -> Answers:
        (variable,) = question.variables
        value = cleaned.get(variable.name)
        return {variable.name: [] if value is None else [_number(value)]}

    def words(self, variable: Variable, values: list[Any]) -> str:
        return " ".join(part for part in (_plain(values[0]), variable.unit) if part) if values else ""

    def problems_of_answer(self, variable: Variable, values: list[Any]) -> Iterator[str]:
        low, high = _bounds(variable)
        for value in values:
            if not low <= value <= high:
                yield f"{_plain(value)} is not between {_plain(low)} and {_plain(high)}"

    def from_cell(self, variable: Variable, cell: str) -> list[Any]:
        if not cell.strip():
            return []
        if not _NUMBER.fullmatch(cell.strip()):
            raise ValueError(f"{shortened(cell)!r} is not a number")
        value = Decimal(cell.strip())
        low, high = _bounds(variable)
        if not low <= value <= high:
            raise ValueError(f"{shortened(cell.strip())} is not between {_plain(low)} and {_plain(high)}")
        return [_number(value)]

    def to_cell(self, variable: Variable, values: list[Any], *, labels: bool = False) -> str:
        return _plain(values[0]) if values else ""


def _bounds(variable: Variable) -> tuple[Any, Any]:
    low = -LIMIT if variable.minimum is None else variable.minimum
    high = LIMIT if variable.maximum is None else variable.maximum
    return Decimal(str(low)), Decimal(str(high))


def _number(value: Decimal) -> int | float:
    # Adding zero unmakes the minus of a minus nothing, which not every database keeps.
    return int(value) if value == value.to_integral_value() else float(value) + 0.0


def _plain(value: Any) -> str:
    return format(Decimal(str(value)).normalize(), "f")
