"""How a user's mistakes are told: where, and what to do. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: `place` is a key (``sections[1].items[0].show_if``) or ``line 4, column role``."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


class Refused(Exception):
    """What was asked for cannot be done; nothing was written. Carries every problem that was found.

    Where several files came in, `source` says which one the problems are in (``successions``).
    """

    def __init__(self, problems: Iterable[Problem] | Problem, *, source: str = "") -> None:
        self.problems: list[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        self.source = source
        super().__init__("\n".join(str(problem) for problem in self.problems))


def refuse_if(problems: Iterable[Problem]) -> None:
    """Raise `Refused` when there is any problem."""
    found = list(problems)
    if found:
        raise Refused(found)
