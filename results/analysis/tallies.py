"""What was kept about organisations when the wave closed, read back column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from results.analysis.banner import Banner, By


@dataclass(frozen=True, slots=True)
class ColumnTally:
    """One column: its organisations, whether they suffice to publish, votes by row, and the mean of one vote each."""

    organisations: int
    publishable: bool
    votes: Mapping[str, Fraction]
    mean: Mapping[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Plain data; votes as exact fractions ("61/2")."""
        return {
            "organisations": self.organisations,
            "publishable": self.publishable,
            "votes": {row: str(votes) for row, votes in self.votes.items()},
            "mean": self.mean,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ColumnTally:
        """The column that `as_dict` wrote."""
        votes = {row: Fraction(text) for row, text in data["votes"].items()}
        return cls(data["organisations"], data["publishable"], votes, data["mean"])


def tallies_of(organisations: Mapping[str, Any] | None, name: str, *, by: By = None) -> dict[str, ColumnTally] | None:
    """The tallies of a table's columns by id, none of a hidden one; None where the break was not counted."""
    if organisations is None or name not in organisations["variables"]:
        return None
    variable = organisations["variables"][name]
    if by is not None and source_of(by) not in variable:
        return None
    stored = {**variable.get("", {}), **(variable.get(source_of(by), {}) if by is not None else {})}
    return {column: ColumnTally.from_dict(data) for column, data in stored.items() if data is not None}


def source_of(by: By) -> str:
    """The variable that a break is made of."""
    parts = [by] if isinstance(by, (str, Banner)) else by or []
    return "|".join(part.variable if isinstance(part, Banner) else part for part in parts)
