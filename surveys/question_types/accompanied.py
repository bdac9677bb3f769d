"""Types some of whose variables go with another's answer: own words to "other", the use of a comment.

Such a variable has a rule of its own (`Variable.asked_if`), is never required, and is asked, read and written by
another type, the `companion`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django import forms

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question
from surveys.question_types.base import Answers, QuestionType


class Accompanied(QuestionType):
    """A type that leaves the variables with a rule of their own to its companion."""

    companion: QuestionType

    def form_fields(self, question: Question) -> dict[str, forms.Field]:
        own, beside = _parts(question)
        return super().form_fields(own) | (self.companion.form_fields(beside) if beside else {})

    def initial(self, question: Question, answers: Mapping[str, list[Any]]) -> dict[str, Any]:
        own, beside = _parts(question)
        return super().initial(own, answers) | (self.companion.initial(beside, answers) if beside else {})

    def answers_from(self, question: Question, cleaned: Mapping[str, Any]) -> Answers:
        own, beside = _parts(question)
        return super().answers_from(own, cleaned) | (self.companion.answers_from(beside, cleaned) if beside else {})

    def words(self, variable: Variable, values: list[Any]) -> str:
        return super().words(variable, values) if _is_own(variable) else self.companion.words(variable, values)

    def problems_of_answer(self, variable: Variable, values: list[Any]) -> Iterator[str]:
        if _is_own(variable):
            return super().problems_of_answer(variable, values)
        return self.companion.problems_of_answer(variable, values)

    def from_cell(self, variable: Variable, cell: str) -> list[Any]:
        return super().from_cell(variable, cell) if _is_own(variable) else self.companion.from_cell(variable, cell)

    def to_cell(self, variable: Variable, values: list[Any], *, labels: bool = False) -> str:
        if _is_own(variable):
            return super().to_cell(variable, values, labels=labels)
        return self.companion.to_cell(variable, values, labels=labels)


def _is_own(variable: Variable) -> bool:
    return variable.asked_if is None


@lru_cache(maxsize=2048)
def _parts(question: Question) -> tuple[Question, Question | None]:
    """The question with its own variables, and with those of the companion; None where it has none."""
    beside = tuple(variable for variable in question.variables if not _is_own(variable))
    if not beside:
        return question, None
    own = tuple(variable for variable in question.variables if _is_own(variable))
    return replace(question, variables=own), replace(question, variables=beside, required=False)
