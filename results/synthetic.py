"""Made-up answers to a questionnaire: seeded, on the path, and shaped enough for a page to look like itself. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Questionnaire
from surveys.instrument.routing import holds

Answers = dict[str, list[Any]]

BLANK = 0.04
"""The share of questions left blank; of comments far more are."""

BLANK_COMMENT = 0.6
NO_ANSWER_IN_WORDS = 0.06
"""How often a don't know, a refusal or "none of these" is chosen, each."""

COMMENT = "Made-up comment for a dry run."


class Synthesiser:
    """Answers as one imagined population would give them: each variable has its own leaning, fixed by the seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = Random(seed)  # noqa: S311 - nothing is kept secret by it
        self._leanings: dict[str, list[float]] = {}

    def reply(self, questionnaire: Questionnaire) -> Answers:
        """The answers of one more person, for exactly the questions that their answers lead to."""
        given: Answers = {}
        for question in questionnaire.questions:
            if question.show_if is None or holds(question.show_if, given):
                for variable in question.variables:
                    if variable.asked_if is None or holds(variable.asked_if, given):
                        given[variable.name] = self._answer(variable, required=question.required)
        return given

    def _answer(self, variable: Variable, *, required: bool) -> list[Any]:
        blank = BLANK_COMMENT if variable.holds == "text" else BLANK
        if not required and self._random.random() < blank:
            return []
        return _ANSWERS[variable.holds](self, variable)

    def _one(self, variable: Variable) -> list[Any]:
        codes = [code.code for code in variable.codes]
        return self._random.choices(codes, self._leaning(variable))

    def _many(self, variable: Variable) -> list[Any]:
        alone = [code.code for code in variable.codes if code.exclusive or code.kind]
        if alone and self._random.random() < NO_ANSWER_IN_WORDS * len(alone):
            return [self._random.choice(alone)]
        leaning = self._leaning(variable)
        chosen = [
            code.code
            for code, weight in zip(variable.codes, leaning, strict=True)
            if code.code not in alone and self._random.random() < min(0.9, weight * len(leaning) / 2)
        ]
        return chosen or [next(code.code for code in variable.codes if code.code not in alone)]

    def _order(self, variable: Variable) -> list[Any]:
        left = dict(zip((code.code for code in variable.codes), self._leaning(variable), strict=True))
        order = []
        while left:
            (first,) = self._random.choices(list(left), list(left.values()))
            order.append(first)
            del left[first]
        return order

    def _number(self, variable: Variable) -> list[Any]:
        low = 0 if variable.minimum is None else variable.minimum
        high = low + 100 if variable.maximum is None else variable.maximum
        return [round(self._random.triangular(low, max(low, high)))] if high - low >= 1 else [low]

    def _text(self, variable: Variable) -> list[Any]:
        return [COMMENT]

    def _leaning(self, variable: Variable) -> list[float]:
        """How likely each code is: real answers by a draw of their own, the others seldom."""
        if variable.name not in self._leanings:
            own = Random(f"{self._seed}/{variable.name}")  # noqa: S311
            drawn = [own.gammavariate(1.5, 1) if not (c.kind or c.exclusive) else 0.0 for c in variable.codes]
            others = NO_ANSWER_IN_WORDS * sum(drawn) or 1.0
            self._leanings[variable.name] = [weight or others for weight in drawn]
        total = sum(self._leanings[variable.name])
        return [weight / total for weight in self._leanings[variable.name]]


_ANSWERS: Mapping[str, Callable[[Synthesiser, Variable], list[Any]]] = {
    "one": Synthesiser._one,
    "many": Synthesiser._many,
    "order": Synthesiser._order,
    "number": Synthesiser._number,
    "text": Synthesiser._text,
}
