"""What the types with codes share: options, nets, and cells that hold codes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.codebook import Code, Net, Variable
from surveys.instrument.questionnaire import Question
from surveys.problems import Problem
from surveys.question_types.base import Answers, QuestionType
from surveys.texts import shortened

CHOOSE = _("Choose an answer")

_CODE = re.compile("-?[0-9]{1,10}")


def codes_of(settings: Mapping[str, Any]) -> tuple[Code, ...]:
    """The codes of `options`, in order."""
    return tuple(Code(**option) for option in settings.get("options", ()))


def nets_of(settings: Mapping[str, Any]) -> tuple[Net, ...]:
    """The nets, in order."""
    return tuple(Net(net["name"], net["label"], tuple(net["codes"])) for net in settings.get("nets", ()))


def choices_of(variable: Variable) -> list[tuple[str, str]]:
    """The codes as Django choices."""
    return [(str(code.code), code.label) for code in variable.codes]


class ClosedType(QuestionType):
    """A type whose answers are codes from a list of options."""

    keys = frozenset({"scale", "options", "nets"})
    holds = "one"

    def problems(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Problem]:
        yield from super().problems(definition, settings)
        if ("scale" in definition) == ("options" in definition):
            yield Problem("options", "give either a scale or options")
            return
        if not settings.get("options"):
            return
        if all(option.get("kind") for option in settings["options"]):
            yield Problem("options", "offer at least one answer that is not a don't know or the like")
        if not self.may_specify and any(option.get("specify") for option in settings["options"]):
            yield Problem("options", f'no answer of a question of type "{self.key}" can ask to specify')
        names = [net["name"] for net in settings.get("nets", ())]
        for index, net in enumerate(definition.get("nets", ())):
            if names.count(net["name"]) > 1:
                yield Problem(f"nets[{index}].name", f"{net['name']} is used twice")
            yield from _unknown_codes(net, settings["options"], f"nets[{index}].codes")

    def variables(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Variable, ...]:
        return (self.variable(definition, settings, name=definition["name"]),)

    def variable(
        self, definition: Mapping[str, Any], settings: Mapping[str, Any], *, name: str, row: str = ""
    ) -> Variable:
        """One closed variable of this item."""
        return Variable(
            name=name,
            text=definition["text"],
            holds=self.holds,
            item=definition["name"],
            row=row,
            codes=self.codes(settings),
            nets=nets_of(settings),
            sensitive=definition.get("sensitive", False),
            track=definition.get("track", definition["name"]),
        )

    def codes(self, settings: Mapping[str, Any]) -> tuple[Code, ...]:
        """The codes a variable of this type offers."""
        return codes_of(settings)

    def form_fields(self, question: Question) -> dict[str, forms.Field]:
        return {variable.name: self.form_field(question, variable) for variable in question.variables}

    def form_field(self, question: Question, variable: Variable) -> forms.Field:
        """The field of one variable: native radio buttons."""
        return forms.ChoiceField(
            label=variable.label,
            choices=choices_of(variable),
            required=question.required,
            widget=forms.RadioSelect,
            error_messages={"required": CHOOSE, "invalid_choice": _("Choose one of the answers offered")},
        )

    def initial(self, question: Question, answers: Mapping[str, list[Any]]) -> dict[str, Any]:
        return {
            variable.name: self.initial_value(answers[variable.name])
            for variable in question.variables
            if answers.get(variable.name)
        }

    def initial_value(self, values: list[Any]) -> Any:
        """What the field shows for an answer given before."""
        return str(values[0])

    def answers_from(self, question: Question, cleaned: Mapping[str, Any]) -> Answers:
        return {
            variable.name: self.codes_from(variable, cleaned.get(variable.name)) for variable in question.variables
        }

    def codes_from(self, variable: Variable, value: Any) -> list[Any]:
        """The codes in a cleaned field, in the order they are offered."""
        chosen = {value} if isinstance(value, str) else set(value or ())
        return [code.code for code in variable.codes if str(code.code) in chosen]

    def words(self, variable: Variable, values: list[Any]) -> str:
        return "; ".join(variable.code(value).label for value in values)

    def problems_of_answer(self, variable: Variable, values: list[Any]) -> Iterator[str]:
        offered = [code.code for code in variable.codes]
        for value in values:
            if value not in offered:
                yield f"{value} is not a code of {variable.name}; use {_listed(offered)}"
        if len(set(values)) != len(values):
            yield "a code is given twice"

    def from_cell(self, variable: Variable, cell: str) -> list[Any]:
        values = [_code(variable, part) for part in cell.split(";")] if cell.strip() else []
        for problem in self.problems_of_answer(variable, values):
            raise ValueError(problem)
        return values


class OneOf(ClosedType):
    """A closed type where one code is chosen."""

    def problems_of_answer(self, variable: Variable, values: list[Any]) -> Iterator[str]:
        yield from super().problems_of_answer(variable, values)
        if len(values) > 1:
            yield "one answer is allowed, not several"


def _code(variable: Variable, part: str) -> int:
    if not _CODE.fullmatch(part.strip()):
        offered = _listed(code.code for code in variable.codes)
        raise ValueError(f"{shortened(part)!r} is not a code of {variable.name}; use {offered}")
    return int(part)


def _unknown_codes(net: Mapping[str, Any], options: list[Mapping[str, Any]], place: str) -> Iterator[Problem]:
    offered = {option["code"] for option in options}
    for code in net["codes"]:
        if code not in offered:
            yield Problem(place, f"{code} is not among the options")


def _listed(codes: Any) -> str:
    listed = [str(code) for code in codes]
    return ", ".join(listed[:12]) + (" …" if len(listed) > 12 else "")
