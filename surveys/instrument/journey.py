"""The way one respondent takes through a questionnaire, decided by the answers so far. Pure.

Routing looks only at what was asked on the way: an answer left behind on a path no longer taken decides nothing and is
not sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question, Questionnaire, Section
from surveys.instrument.routing import holds, names

Answers = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown at once: one question or battery with the notes that lead up to it, or a section that stands
    together.
    """

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
        for variable in asked_of(question, answers):
            seen[variable.name] = answers.get(variable.name, [])
    return taken


def asked_of(question: Question, answers: Answers) -> list[Variable]:
    """The variables of a question that somebody with these answers to it is asked, in order.

    A variable with a condition of its own (own words to "other", the use of a comment) looks at those before it.
    """
    asked: list[Variable] = []
    seen: dict[str, list[Any]] = {}
    for variable in question.variables:
        if variable.asked_if is None or holds(variable.asked_if, seen):
            asked.append(variable)
            seen[variable.name] = answers.get(variable.name, [])
    return asked


def on_path_answers(questionnaire: Questionnaire, answers: Answers) -> dict[str, list[Any]]:
    """What is sent: every variable on the path, blank ones as an empty list; nothing that was not asked."""
    return {
        variable.name: list(answers.get(variable.name, []))
        for question in path(questionnaire, answers)
        for variable in asked_of(question, answers)
    }


def pages(questionnaire: Questionnaire, answers: Answers) -> list[Page]:
    """The path cut into pages: one question or battery each, notes above the next question of their section.

    The questions of a section that stands `together` share a page, except that a question asked only because of an
    answer on that page begins the next.
    """
    found: list[Page] = []
    waiting: list[Question] = []
    for question in path(questionnaire, answers):
        if waiting and _begins_page(questionnaire, waiting, question):
            found.append(_page(questionnaire, waiting))
            waiting = []
        waiting.append(question)
    if waiting:
        found.append(_page(questionnaire, waiting))
    return found


def _begins_page(questionnaire: Questionnaire, waiting: list[Question], question: Question) -> bool:
    if waiting[0].section != question.section:
        return True
    if not any(each.variables for each in waiting):
        return False  # only notes so far
    if not questionnaire.section_of(question).together:
        return True
    asked = {variable.name for each in waiting for variable in each.variables}
    return question.show_if is not None and bool(names(question.show_if) & asked)


def _page(questionnaire: Questionnaire, questions: list[Question]) -> Page:
    first = next((question for question in questions if question.variables), questions[-1])
    return Page(first.name, questionnaire.section_of(first), tuple(questions))


def total_is_certain(questionnaire: Questionnaire, answers: Answers) -> bool:
    """Whether "Question 4 of 18" can be said: no answer still to be given can change how many pages there are."""
    unanswered = {name for name in questionnaire.variables if not answers.get(name)}
    return not any(_depends(question, unanswered) for question in questionnaire.questions)


def _depends(question: Question, unanswered: set[str]) -> bool:
    return question.show_if is not None and bool(names(question.show_if) & unanswered)
