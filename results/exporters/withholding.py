"""Local suppression: which facts of which respondents an export leaves out, so that nobody stands alone in it.

A respondent is recognised by what others can know: role, GP or not, region, area team, STP footprint, and which
questions only some roles were asked. Wherever fewer than five share all of these, the most identifying fact is
withheld in their rows, then the next, until at least five look the same. Every group left is of five or more, the one
from which everything is withheld included, so that what was left out cannot be worked out from what was not.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from results.analysis import bits
from results.analysis.frame import Frame
from surveys.codebook import CodeValue, Variable

LEAST = 5
# The most identifying first; an attribute that is not named here counts as more identifying than all of these.
ORDER = ("area_team", "stp", "region", "gp", "role")

Key = tuple[Any, ...]


class _Withheld:
    def __repr__(self) -> str:
        return "WITHHELD"


WITHHELD = _Withheld()


@dataclass(frozen=True, slots=True)
class Withholding:
    """What to leave out: for each respondent the names of attributes, and whether role-bound questions go too."""

    attributes: tuple[str, ...]
    role_bound: tuple[str, ...]
    hidden: tuple[frozenset[str], ...]

    def hides(self, row: int, name: str) -> bool:
        """Whether this variable of this respondent is withheld."""
        return name in self.hidden[row]


def withhold(frame: Frame, *, least: int = LEAST) -> Withholding:
    """What an export of this frame must leave out.

    With fewer than `least` respondents in all, all that could tell them apart is withheld from all.
    """
    attributes = tuple(variable.name for variable in _by_identification(frame.codebook.attributes))
    role_bound = role_bound_variables(frame)
    columns = [_attribute_column(frame, frame.codebook[name]) for name in attributes]
    patterns = _patterns(frame, role_bound)
    keys = safe_keys([(*row, pattern) for *row, pattern in zip(*columns, patterns, strict=True)], least=least)
    return Withholding(attributes, role_bound, tuple(_names(key, attributes, role_bound) for key in keys))


def safe_keys(keys: Sequence[Key], *, least: int = LEAST) -> list[Key]:
    """The keys with parts `WITHHELD`, from the first part on, until every key that is left is shared by `least`.

    >>> safe_keys([("Y54", "chair")] * 5 + [("Y55", "chair")] * 5 + [("Y56", "chair")] * 5) [-1]
    ('Y56', 'chair')
    """
    made = list(keys)
    for part in range(len(made[0]) if made else 0):
        sizes = Counter(made)
        made = [_without(key, part) if sizes[key] < least else key for key in made]
    return _fill_last_group(made, least=least)


def _fill_last_group(keys: list[Key], *, least: int) -> list[Key]:
    """Where the group with everything withheld is too small, the smallest other groups join it."""
    members: dict[Key, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        members[key].append(place)
    bare = next((key for key in members if all(part is WITHHELD for part in key)), None)
    if bare is None:
        return keys
    together = members.pop(bare)
    for places in sorted(members.values(), key=lambda places: (len(places), places)):
        if len(together) >= least:
            break
        together = [*together, *places]
    joined = set(together)
    return [bare if place in joined else key for place, key in enumerate(keys)]


def _without(key: Key, part: int) -> Key:
    return (*key[:part], WITHHELD, *key[part + 1 :])


def _by_identification(attributes: Sequence[Variable]) -> list[Variable]:
    return sorted(attributes, key=lambda variable: ORDER.index(variable.name) if variable.name in ORDER else -1)


def _attribute_column(frame: Frame, variable: Variable) -> list[CodeValue | None]:
    """Each respondent's code, None where it is not known."""
    column: list[CodeValue | None] = [None] * frame.size
    for code, mask in zip(variable.codes, bits.unpack(frame.codes[variable.name], frame.size), strict=True):
        for place in mask.nonzero()[0].tolist():
            column[place] = code.code
    return column


def role_bound_variables(frame: Frame) -> tuple[str, ...]:
    """The questions that at least one role present was never asked while others were: they give a role away."""
    if "role" not in frame.codebook:
        return ()
    roles = [mask[None] for mask in frame.codes["role"] if bits.count(mask[None])[0]]
    return tuple(
        variable.name
        for variable in frame.codebook.questions
        if 0 < sum(bool(bits.count(role & frame.asked[variable.name])[0]) for role in roles) < len(roles)
    )


def _patterns(frame: Frame, names: Sequence[str]) -> list[tuple[bool, ...]]:
    """For each respondent which of these questions were asked."""
    columns = [bits.unpack(frame.asked[name], frame.size).tolist() for name in names]
    return list(zip(*columns, strict=True)) if columns else [()] * frame.size


def _names(key: Key, attributes: Sequence[str], role_bound: Sequence[str]) -> frozenset[str]:
    hidden = {name for name, part in zip(attributes, key, strict=False) if part is WITHHELD}
    return frozenset(hidden | set(role_bound if key[-1] is WITHHELD else ()))
