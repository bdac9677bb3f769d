"""Where a respondent is on the way: the page shown, the one before and after, what can be said about how far it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.crypto import salted_hmac

from surveys.canonical import digest
from surveys.instrument.journey import Page, pages, total_is_certain
from surveys.instrument.questionnaire import Questionnaire

Answers = Mapping[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Progress:
    """The pages of one respondent's path at this moment."""

    questionnaire: Questionnaire
    answers: Answers
    pages: tuple[Page, ...]

    @classmethod
    def of(cls, questionnaire: Questionnaire, answers: Answers) -> Progress:
        """The path that these answers open."""
        return cls(questionnaire, answers, tuple(pages(questionnaire, answers)))

    @property
    def names(self) -> list[str]:
        """The pages' names in order."""
        return [page.name for page in self.pages]

    def page(self, name: str, *, asked: Collection[str] = ()) -> Page | None:
        """The page with this question; one that left the path stands alone; None for a name that nobody is asked.

        `asked` names the questions of a page of several as it was shown. An answer given elsewhere may have moved some
        of them since, and what is typed there still belongs to that page.
        """
        question = next((each for each in self.questionnaire.questions if each.name == name), None)
        if question and name in asked:
            section = self.questionnaire.section_of(question)
            return Page(name, section, tuple(each for each in section.questions if each.name in asked))
        for page in self.pages:
            if question in page.questions:
                return page
        return Page(name, self.questionnaire.section_of(question), (question,)) if question else None

    def after(self, name: str) -> str | None:
        """The page that follows; None at the end. From a page off the path: the first without an answer."""
        if name not in self.names:
            return self.resume_at()
        return next(iter(self.names[self.names.index(name) + 1 :]), None)

    def before(self, name: str) -> str | None:
        """The page before; None at the beginning or off the path."""
        index = self.names.index(name) if name in self.names else 0
        return self.names[index - 1] if index else None

    def resume_at(self) -> str | None:
        """The page after the last one with an answer; None when that was the last."""
        answered = [index for index, page in enumerate(self.pages) if self._has_answer(page)]
        return next(iter(self.names[answered[-1] + 1 if answered else 0 :]), None)

    def counted(self, page: Page) -> dict[str, int | None]:
        """What may be said of how far it is: questions `number` to `last` of `total`, section `part` of `parts`.

        `last` is None on a page of one question, `total` while an answer still to come can change it, and `number` on
        a page of notes.
        """
        asking = [question.name for each in self.pages for question in each.questions if question.variables]
        mine = [asking.index(each.name) + 1 for each in page.questions if each.variables and each.name in asking]
        sections = [section.name for section in self.questionnaire.sections]
        certain = total_is_certain(self.questionnaire, self.answers)
        return {
            "number": mine[0] if mine else None,
            "last": mine[-1] if len(mine) > 1 else None,
            "total": len(asking) if certain else None,
            "part": sections.index(page.section.name) + 1,
            "parts": len(sections),
        }

    def _has_answer(self, page: Page) -> bool:
        return any(self.answers.get(name) for name in page.variables)


def mark_of(page: Page, answers: Answers, *, token: str) -> str:
    """A short mark of a page's stored answers: the same mark, the same answers. Travels with the form.

    Keyed, and different under every link, so that nobody can try out which concealed answers give it.
    """
    return _mark({name: answers.get(name, []) for name in page.variables}, token)


def mark_of_all(answers: Answers, *, token: str) -> str:
    """The mark of everything that has been answered, for the page that sends it."""
    return _mark({name: values for name, values in answers.items() if values}, token)


def _mark(answers: Answers, token: str) -> str:
    return salted_hmac("respondents.progress.mark", token + digest(answers), algorithm="sha256").hexdigest()[:20]
