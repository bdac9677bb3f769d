"""Conditions as they stand on paper, where a question is known by its number."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from surveys.instrument.questionnaire import Question
from surveys.instrument.routing import Rule

Places = Mapping[str, tuple[int, Question]]
"""The number of the question that makes a variable, and the question, by the variable's name."""


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
