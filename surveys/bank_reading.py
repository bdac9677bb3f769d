"""A question of the bank as its page reads it: every wording laid out, the verdict on each change, and advice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.comparing import Verdict, verdict
from surveys.lint import Finding, lint_definition
from surveys.models import Question, QuestionVersion
from surveys.question_types import REGISTRY
from surveys.wording import written_out


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording: laid out, and what the step from the wording before means; None for the first.

    `unused` says that no wave puts it, so that another may take its place.
    """

    version: QuestionVersion
    flat: Mapping[str, Any]
    since: Verdict | None
    unused: bool

    @property
    def kind(self) -> str:
        """How it is answered, in words."""
        return str(REGISTRY[self.version.type].label)


def histories(question: Question) -> list[Wording]:
    """Every wording of a question, the latest first; one query for the wordings and one for their uses."""
    versions = list(question.versions.order_by("number").prefetch_related("items"))
    made: list[Wording] = []
    before: Mapping[str, Any] | None = None
    for version in versions:
        flat = flat_of(version)
        since = verdict(before, flat) if before is not None else None
        made.append(Wording(version, flat, since, not version.items.all()))
        before = flat
    return made[::-1]


def flat_of(version: QuestionVersion) -> dict[str, Any]:
    """A wording as one flat definition, its scale written out."""
    return written_out({"name": version.question.name, **version.definition}, version.scales)


def advice(version: QuestionVersion) -> list[Finding]:
    """What the lint says of a wording, each with its source."""
    return lint_definition(flat_of(version))
