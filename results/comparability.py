"""Whether two waves may be compared on one question: the verdict of `surveys.comparing`, with who was asked and how.

Wording, answers, roles and routing are compared by `surveys.comparing`, as on the editors' desk. What only two whole
waves can show is added here: the population, and the wording of the questions that a routing condition rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from results.analysis.trend import BREAKS, SAME, Comparison
from surveys import comparing
from surveys.codebook import Variable
from surveys.instrument.questionnaire import Instrument, Question
from surveys.instrument.routing import in_words, names
from surveys.models.wave import Mode
from surveys.wording import as_fielded

WEIGHT = comparing.ORDER_OF_WEIGHT


@dataclass(frozen=True, eq=False)
class Asked:
    """One variable as a wave put it: its question (None for an attribute), questionnaire, population and mode."""

    variable: Variable
    question: Question | None
    instrument: Instrument
    frame_kind: str | None
    mode: str = Mode.ONLINE

    @classmethod
    def of(
        cls, variable: Variable, instrument: Instrument, *, frame_kind: str | None, mode: str = Mode.ONLINE
    ) -> Asked:
        """How a variable of this instrument was put."""
        found = (each for each in instrument.questions if any(v.name == variable.name for v in each.variables))
        return cls(variable, next(found, None), instrument, frame_kind, mode)

    @property
    def row(self) -> str:
        """The name of the statement, for one of a battery."""
        return self.variable.name[len(self.variable.item) + 1 :] if self.variable.row else ""

    @property
    def roles(self) -> list[str]:
        """The codes of the roles it was put to, all of the wave's where the question names none."""
        everyone = [role["code"] for role in self.instrument.roles]
        named = self.question.roles if self.question else ()
        return [code for code in everyone if not named or code in named]

    @property
    def definition(self) -> dict[str, Any]:
        """The flat definition that wordings are compared by."""
        flat = as_fielded(self.question) if self.question else _attribute(self.variable)
        return {**flat, "roles": self.roles}

    @property
    def rests_on(self) -> set[str]:
        """The variables that its condition asks about."""
        rule = self.question.show_if if self.question else None
        return names(rule) if rule else set()

    def base_in_words(self) -> str:
        """Who was asked: ``CCG chair, Accountable officer; GRIP is ‘…too much grip’``."""
        labels = {role["code"]: role["label"] for role in self.instrument.roles}
        words = ", ".join(labels[code] for code in self.roles)
        rule = self.question.show_if if self.question else None
        return f"{words}; {in_words(rule, self._variables())}" if rule else words

    def put_before(self, name: str) -> Asked | None:
        """How another variable of the same wave was put; None when there is none of that name."""
        variable = self._variables().get(name)
        if variable is None:
            return None
        return Asked.of(variable, self.instrument, frame_kind=self.frame_kind, mode=self.mode)

    def _variables(self) -> dict[str, Variable]:
        return {variable.name: variable for question in self.instrument.questions for variable in question.variables}


def compared(earlier: Asked, later: Asked) -> Comparison:
    """Whether the answers may be compared, and every reason why they differ, the weightiest kind first."""
    found = sorted(_reasons(earlier, later), key=lambda each: -WEIGHT.index(each[0]))
    kind = found[0][0] if found else SAME
    return Comparison(kind, tuple(dict.fromkeys(words for _, words in found)))


def trail_of(variable: Variable) -> str:
    """The name of the variable's line over the waves: its question's `track`, with the statement of a battery."""
    if not variable.track:
        return variable.name
    return variable.track + (variable.name[len(variable.item) :] if variable.row else "")


def _reasons(earlier: Asked, later: Asked) -> Iterator[tuple[str, str]]:
    made = comparing.verdict(earlier.definition, later.definition)
    yield from ((each.kind, each.words) for each in made.reasons if each.row in ("", later.row))
    if earlier.frame_kind != later.frame_kind:
        yield BREAKS, _("Another population was asked.")
    if earlier.mode != later.mode:
        words = _("Answers were collected in another way: %(before)s, then %(after)s.")
        yield BREAKS, words % {"before": Mode(earlier.mode).label.lower(), "after": Mode(later.mode).label.lower()}
    for name in sorted(earlier.rests_on & later.rests_on):
        one, two = earlier.put_before(name), later.put_before(name)
        if one and two and compared(one, two).kind == BREAKS:
            words = _("Whether it is asked rests on %(name)s, which was put differently; its base is another.")
            yield BREAKS, words % {"name": name}


def _attribute(variable: Variable) -> Mapping[str, Any]:
    """What is known of a respondent, as if it had been asked as one choice."""
    options = [{"code": code.code, "label": code.label} for code in variable.codes]
    return {"name": variable.name, "type": "single", "text": variable.text, "options": options}
