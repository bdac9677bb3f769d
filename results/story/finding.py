"""A finding: one sentence with the figures it rests on, and the reason if it must not be printed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

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
    of the test behind it, where there is one.
    """

    kind: str
    variable: str
    sentence: str
    figures: tuple[str, ...]
    strength: float = 0.0
    p: float | None = None
    method: str | None = None
    reason: str = ""

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
        return made | ({"reason": self.reason} if self.reason else {})


def ranked(findings: list[Finding]) -> list[Finding]:
    """The findings by kind, then by strength; ties in the order of the questionnaire."""
    return sorted(findings, key=lambda finding: (ORDER.index(finding.kind), -round(finding.strength, 6)))
