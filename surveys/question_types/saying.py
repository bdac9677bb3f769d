"""Own words to an option that asks for them ("other, please say")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question
from surveys.problems import Problem
from surveys.question_types.accompanied import Accompanied
from surveys.question_types.closed import ClosedType
from surveys.question_types.text import SHORT, Words


class Specifying(Accompanied, ClosedType):
    """A type with codes of which some ask for own words; each of them has a text variable ``NAME_SAY_CODE``."""

    companion = Words()
    may_specify = True

    def variables(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Variable, ...]:
        asking = (option for option in settings.get("options", ()) if option.get("specify"))
        return (*super().variables(definition, settings), *(_saying(definition, option) for option in asking))

    def form_fields(self, question: Question) -> dict[str, forms.Field]:
        fields = super().form_fields(question)
        for variable in question.variables[1:]:
            fields[variable.name].label = self.label_of(question, variable)
        return fields

    def label_of(self, question: Question, variable: Variable) -> str:
        if variable.asked_if is None:
            return super().label_of(question, variable)
        return _("In your own words: %(option)s") % {"option": option_of(question, variable)}

    def problems_of_page(self, question: Question, answers: Mapping[str, list[Any]]) -> Iterator[Problem]:
        """Words for an option, while no option at all is chosen, are not sent: the writer is told."""
        own = question.variables[0]
        if answers.get(own.name):
            return
        for variable in question.variables[1:]:
            if answers.get(variable.name):
                chosen = {"option": option_of(question, variable)}
                yield Problem(variable.name, _("Choose ‘%(option)s’ as well, or clear what you wrote") % chosen)


def option_of(question: Question, variable: Variable) -> str:
    """The label of the option that own words belong to."""
    assert variable.asked_if is not None
    return question.variables[0].code(variable.asked_if[2]).label


def _saying(definition: Mapping[str, Any], option: Mapping[str, Any]) -> Variable:
    code = str(option["code"]).replace("-", "M")
    return Variable(
        name=f"{definition['name']}_SAY_{code}",
        text=f"{definition['text']} ({option['label']})",
        holds="text",
        item=definition["name"],
        maximum=SHORT,
        sensitive=definition.get("sensitive", False),
        track=f"{definition.get('track', definition['name'])}_SAY_{code}",
        asked_if=["any_of", definition["name"], option["code"]],
    )
