"""A finding: one sentence with the figures it rests on, and the reason if it must not be printed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from results.analysis.comparisons import CERTAIN

CHANGE, GP, GAP, DIVIDED, TOPLINE, MEAN, DONT_KNOW, SAME = (
    "change",
    "gp",
    "gap",
    "divided",
    "topline",
    "mean",
    "dont_know",
    "little_changed",
)
ORDER = (CHANGE, GP, GAP, DIVIDED, TOPLINE, MEAN, DONT_KNOW, SAME)
"""The kinds of finding as they are ranked; within a kind the strongest comes first."""

NOT_PUBLIC = _("not for publication: fewer than 10 people, too few organisations, or it would give another group away")


@dataclass(frozen=True, slots=True)
class Finding:
    """One sentence. `figures` are ids, the figure it is about first; `reason` says why it is not safe, if it is not.

    `strength` ranks findings of a kind: points of difference, or how far a share is from a half. `p` and `method` are
    of the test behind it, where there is one; `adjusted` is p after allowing for the other questions that were looked
    at in the same way, and `note` says so where the difference is real by its own test and might not stand among them.
    """

    kind: str
    variable: str
    sentence: str
    figures: tuple[str, ...]
    strength: float = 0.0
    p: float | None = None
    method: str | None = None
    reason: str = ""
    adjusted: float | None = None
    note: str = ""

    @property
    def is_safe(self) -> bool:
        """Whether it may be printed."""
        return not self.reason

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        made: dict[str, Any] = {
            "kind": self.kind,
            "variable": self.variable,
            "sentence": self.sentence,
            "figures": list(self.figures),
        }
        if self.p is not None:
            made |= {"p": self.p, "method": self.method}
        if self.adjusted is not None:
            made["adjusted"] = self.adjusted
        return made | {key: words for key, words in (("note", self.note), ("reason", self.reason)) if words}

    def among(self, questions: int, adjusted: float | None) -> Finding:
        """The finding as one of so many questions that were looked at in the same way.

        `adjusted` is its p after allowing for all of them, None where the question as a whole could not be tested.
        """
        stands = adjusted is not None and adjusted < CERTAIN
        if questions < 2 or stands or not self.is_safe:
            return replace(self, adjusted=adjusted)
        words = ngettext(
            "Real by its own test; one of %(number)s question looked at, it may be chance.",
            "Real by its own test; one of %(number)s questions looked at, it may be chance among so many.",
            questions,
        )
        return replace(self, adjusted=adjusted, note=words % {"number": questions})


def ranked(findings: list[Finding]) -> list[Finding]:
    """The findings by kind, those that stand among all first, then by strength; ties in the questionnaire's order."""
    return sorted(findings, key=lambda each: (ORDER.index(each.kind), bool(each.note), -round(each.strength, 6)))
