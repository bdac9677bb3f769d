"""An answer in the respondent's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question
from surveys.problems import Problem
from surveys.question_types.accompanied import Accompanied
from surveys.question_types.base import Answers, QuestionType
from surveys.question_types.permission import Permission, permission_of
from surveys.texts import clean, forbidden_character

SHORT, LONG = 500, 10_000
"""The longest answer kept, in characters."""


class TextField(forms.CharField):
    """Own words, kept as they were typed: only line ends are made alike and unprintable characters left out.

    Blanks alone are no answer.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, **kwargs)

    def to_python(self, value: Any) -> str:
        words = clean(super().to_python(value or "") or "")
        return words if words.strip() else ""


class Words(QuestionType):
    """How variables that hold own words are asked, read and written."""

    key = "words"
    label = "Own words"

    def form_fields(self, question: Question) -> dict[str, forms.Field]:
        return {variable.name: self.form_field(question, variable) for variable in question.variables}

    def form_field(self, question: Question, variable: Variable) -> forms.Field:
        """The field of one variable: a line, or a box where there is much to say."""
        long = (variable.maximum or SHORT) > SHORT
        return TextField(
            label=variable.label,
            required=question.required,
            max_length=variable.maximum,
            widget=forms.Textarea(attrs={"rows": 6}) if long else forms.TextInput(),
            error_messages={
                "required": _("Enter an answer"),
                "max_length": _("Shorten your answer to %(limit_value)d characters; it has %(show_value)d"),
            },
        )

    def initial(self, question: Question, answers: Mapping[str, list[Any]]) -> dict[str, Any]:
        return {v.name: answers[v.name][0] for v in question.variables if answers.get(v.name)}

    def answers_from(self, question: Question, cleaned: Mapping[str, Any]) -> Answers:
        given = {variable.name: cleaned.get(variable.name) or "" for variable in question.variables}
        return {name: [words] if words.strip() else [] for name, words in given.items()}

    def words(self, variable: Variable, values: list[Any]) -> str:
        return values[0] if values else ""

    def problems_of_answer(self, variable: Variable, values: list[Any]) -> Iterator[str]:
        for value in values:
            if len(value) > (variable.maximum or LONG):
                yield f"longer than {variable.maximum} characters"
            character = forbidden_character(value)
            if character:
                yield f"contains {character}, which cannot be kept; remove it"

    def from_cell(self, variable: Variable, cell: str) -> list[Any]:
        values = [cell] if cell.strip() else []
        for problem in self.problems_of_answer(variable, values):
            raise ValueError(problem)
        return values

    def to_cell(self, variable: Variable, values: list[Any], *, labels: bool = False) -> str:
        return self.words(variable, values)


class Text(Accompanied, Words):
    """Own words; `long` gives a larger box, and asks how the comment may be used unless `consent` is false."""

    key = "text"
    label = "Own words"
    keys = frozenset({"long", "consent"})
    companion = Permission()

    def problems(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Problem]:
        yield from super().problems(definition, settings)
        if definition.get("consent") and not definition.get("long"):
            yield Problem("consent", "only a long comment asks how it may be used")

    def variables(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Variable, ...]:
        words = Variable(
            name=definition["name"],
            text=definition["text"],
            holds="text",
            item=definition["name"],
            maximum=LONG if settings.get("long") else SHORT,
            sensitive=definition.get("sensitive", False),
            track=definition.get("track", definition["name"]),
        )
        asks = settings.get("long") and settings.get("consent", True)
        return (words, permission_of(definition)) if asks else (words,)
