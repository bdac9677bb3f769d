"""The contract of a question type: every moment in the life of a question and of an answer has a method here.

A definition is an item of the wave file; `settings` is its part that the type needs, with the scale written out; a
`Question` is the frozen form of both. Answers are lists (`surveys.codebook`). The harmless defaults below describe an
item that asks nothing, so a new type says only what is its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question
from surveys.problems import Problem

Answers = dict[str, list[Any]]

COMMON_KEYS = frozenset({"name", "type", "text", "hint", "roles", "required", "show_if", "sensitive", "track"})


class QuestionType:
    """What all types have in common; one instance of each subclass stands in the registry."""

    key: str
    label: str
    keys: frozenset[str] = frozenset()
    may_specify = False
    """Whether an option may ask for own words (`surveys.question_types.saying`)."""
    """Keys of the wave file's item that this type knows, beside `COMMON_KEYS`."""

    @property
    def template(self) -> str:
        """The template that shows a question of this type to a respondent."""
        return f"questions/{self.key}.html"

    # Defining

    @property
    def asks(self) -> bool:
        """Whether an item of this type makes variables, so that somebody answers it."""
        return type(self).variables is not QuestionType.variables

    def problems(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Problem]:
        """What is wrong with a definition beyond its form; places are keys inside the item."""
        for key in sorted(definition.keys() - COMMON_KEYS - self.keys):
            yield Problem(key, f'a question of type "{self.key}" has no "{key}"')

    def settings(self, definition: Mapping[str, Any], scales: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The type's own part of a definition, a named scale written out. An unknown scale gives no options."""
        own = {key: definition[key] for key in sorted(self.keys) if key in definition and key != "scale"}
        scale = scales.get(definition.get("scale", ""), {})
        for key in ("options", "low", "high"):
            if key in scale:
                own[key] = scale[key]
        if scale.get("nets") or own.get("nets"):
            own["nets"] = [*scale.get("nets", ()), *own.get("nets", ())]
        return own

    def variables(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Variable, ...]:
        """The variables an item of this type makes, in order; none for a note."""
        return ()

    # Asking

    def form_fields(self, question: Question) -> dict[str, forms.Field]:
        """One Django form field a variable, keyed by the variable's name."""
        return {}

    def initial(self, question: Question, answers: Mapping[str, list[Any]]) -> dict[str, Any]:
        """What the form fields show for answers given before."""
        return {}

    def answers_from(self, question: Question, cleaned: Mapping[str, Any]) -> Answers:
        """The answers in a valid form; every variable of the question is present, blank ones as an empty list."""
        return {}

    def problems_of_page(self, question: Question, answers: Mapping[str, list[Any]]) -> Iterator[Problem]:
        """What is wrong with answers that are sound one by one; places are names of variables."""
        yield from ()

    # Reading and writing

    def describe(self, question: Question, answers: Mapping[str, list[Any]]) -> list[tuple[str, str]]:
        """Each variable's label and its answer in words (empty when blank), for checking before sending."""
        return [
            (self.label_of(question, variable), self.words(variable, answers.get(variable.name, [])))
            for variable in question.variables
        ]

    def label_of(self, question: Question, variable: Variable) -> str:
        """The words that name a variable beside its answer: its statement, or the question."""
        return variable.row or (question.text if variable.asked_if is None else variable.text)

    def words(self, variable: Variable, values: list[Any]) -> str:
        """One variable's answer as a person reads it."""
        return ""

    def problems_of_answer(self, variable: Variable, values: list[Any]) -> Iterator[str]:
        """What is wrong with an answer that did not come through the form (from a file), in words."""
        yield from ()

    def from_cell(self, variable: Variable, cell: str) -> list[Any]:
        """The answer in one cell of a responses file; an empty cell is an empty list.

        Raises ValueError with a sentence saying what is wrong.
        """
        raise ValueError("a note has no answers")

    def to_cell(self, variable: Variable, values: list[Any], *, labels: bool = False) -> str:
        """The answer as one cell: what `from_cell` reads, or with `labels` what a person reads."""
        return self.words(variable, values) if labels else ";".join(str(value) for value in values)
