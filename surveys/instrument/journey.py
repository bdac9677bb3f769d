"""The way one respondent takes through a questionnaire, decided by the answers so far. Pure.

Routing looks only at what was asked on the way: an answer left behind on a path no longer taken decides nothing and is
not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.instrument.questionnaire import Question, Questionnaire, Section
from surveys.instrument.routing import holds, names

Answers = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown at once: one question or battery, with the notes that lead up to it."""

    name: str
    section: Section
    questions: tuple[Question, ...]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the variables this page asks for."""
        return tuple(variable.name for question in self.questions for variable in question.variables)


def path(questionnaire: Questionnaire, answers: Answers) -> list[Question]:
    """The questions and notes a respondent with these answers is shown, in order.

    One pass: each `show_if` sees the answers to the questions already on the path, nothing else.
    """
    taken: list[Question] = []
    seen: dict[str, list[Any]] = {}
    for question in questionnaire.questions:
        if question.show_if is not None and not holds(question.show_if, seen):
            continue
        taken.append(question)
        for variable in question.variables:
            seen[variable.name] = answers.get(variable.name, [])
    return taken


def on_path_answers(questionnaire: Questionnaire, answers: Answers) -> dict[str, list[Any]]:
    """What is sent: every variable on the path, blank ones as an empty list; nothing that was not asked."""
    return {
        variable.name: list(answers.get(variable.name, []))
        for question in path(questionnaire, answers)
        for variable in question.variables
    }


def pages(questionnaire: Questionnaire, answers: Answers) -> list[Page]:
    """The path cut into pages: notes stand above the next question of their section, else alone."""
    found: list[Page] = []
    waiting: list[Question] = []
    for question in path(questionnaire, answers):
        if waiting and waiting[0].section != question.section:
            found.append(_page(questionnaire, waiting))
            waiting = []
        waiting.append(question)
        if question.variables:
            found.append(_page(questionnaire, waiting))
            waiting = []
    if waiting:
        found.append(_page(questionnaire, waiting))
    return found


def _page(questionnaire: Questionnaire, questions: list[Question]) -> Page:
    return Page(questions[-1].name, questionnaire.section_of(questions[-1]), tuple(questions))


def total_is_certain(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Whether "Question 4 of 18" can be said: no answer still to be given can change how many pages there are."""
    unanswered = {name for name in questionnaire.variables if not answers.get(name)}
    return not any(_depends(question, unanswered) for question in questionnaire.questions)


def _depends(question: Question, unanswered: set[str]) -> bool:
    return question.show_if is not None and bool(names(question.show_if) & unanswered)
