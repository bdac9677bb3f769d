"""A whole questionnaire on one page, to read beforehand, to print, or for an editor to look through."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from respondents.pages import question_context
from surveys.instrument.questionnaire import Question, Questionnaire
from surveys.instrument.routing import Rule

Places = Mapping[str, tuple[int, Question]]


def paper_sections(questionnaire: Questionnaire) -> list[dict[str, Any]]:
    """The sections with their questions numbered as they would come, each with the words of its condition."""
    places: dict[str, tuple[int, Question]] = {}
    sections = []
    number = 0
    for section in questionnaire.sections:
        entries = []
        for question in section.questions:
            number += bool(question.variables)
            places |= {variable.name: (number, question) for variable in question.variables}
            entries.append(_entry(question, number, places))
        sections.append({"title": section.title, "questions": entries})
    return sections


def condition_in_words(rule: Rule, places: Places) -> str:
    """A rule as a respondent reads it: "you chose ‘Too much grip’ in question 2"."""
    word, *rest = rule
    if word == "any_of":
        number, question = places[rest[0]]
        variable = next(each for each in question.variables if each.name == rest[0])
        labels = _(" or ").join(f"‘{variable.code(code).label}’" for code in rest[1:])
        return _("you chose %(labels)s in question %(number)d") % {"labels": labels, "number": number}
    if word == "answered":
        return _("you answered question %(number)d") % {"number": places[rest[0]][0]}
    if word == "not":
        return _("it is not so that %(condition)s") % {"condition": condition_in_words(rest[0], places)}
    joint = _(" and ") if word == "all" else _(" or ")
    return joint.join(condition_in_words(each, places) for each in rest)


def _entry(question: Question, number: int, places: Places) -> dict[str, Any]:
    battery = any(variable.row for variable in question.variables)
    return {
        **question_context(question),
        "number": number if question.variables else None,
        "battery": battery,
        "codes": question.variables[0].codes if question.variables else (),
        "variables": question.variables,
        "condition": condition_in_words(question.show_if, places) if question.show_if is not None else "",
    }
