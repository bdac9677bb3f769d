"""A whole questionnaire on one page, to read beforehand, to print, or for an editor to look through."""

from __future__ import annotations

from typing import Any

from respondents.pages import question_context
from surveys.instrument.questionnaire import Question, Questionnaire
from surveys.paper_words import Places, condition_in_words


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
