"""Organisations behind the answers: counted while the wave closes, the last moment anybody knows who belonged where.

`tally_organisations` keeps results only: how many organisations stand behind a column, whether they suffice to publish
it, and the shares when each organisation has one vote. Columns too small to show leave nothing at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from results.analysis.banner import Banner, Break, Column, break_of
from results.analysis.counting import count_table
from results.analysis.figures import Figures, figures_of, hidden_of
from results.analysis.frame import Frame
from results.analysis.measures import moments
from results.analysis.merging import merged
from results.analysis.rows import heads, row_masks
from results.analysis.suppression import PUBLIC, STAFF, TOTAL, Thresholds
from results.analysis.tallies import ColumnTally, source_of
from surveys.codebook import Variable

FORMAT = "barometer.organisations/1"

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Membership:
    """Who belongs to which organisation, as pairs of a respondent's place and an organisation's number."""

    people: int
    organisations: int
    person: NDArray[np.intp]
    organisation: NDArray[np.intp]

    @classmethod
    def of(cls, memberships: Sequence[Iterable[str]]) -> Membership:
        """From one collection of organisation codes a respondent, in the frame's order."""
        pairs = [(place, code) for place, codes in enumerate(memberships) for code in sorted(set(codes))]
        numbers = {code: number for number, code in enumerate(sorted({code for _, code in pairs}))}
        person = np.array([place for place, _ in pairs], dtype=np.intp)
        organisation = np.array([numbers[code] for _, code in pairs], dtype=np.intp)
        return cls(len(memberships), len(numbers), person, organisation)

    def sizes(self, members: Flags) -> NDArray[np.int64]:
        """How many of `members` each organisation has."""
        return np.bincount(self.organisation[members[self.person]], minlength=self.organisations)

    def voters(self, members: Flags) -> Voters:
        """Those of `members` who vote, once for each of their organisations."""
        voting, sizes = members[self.person], self.sizes(members)
        return Voters(self.person[voting], sizes[self.organisation[voting]], sizes)


@dataclass(frozen=True, eq=False)
class Voters:
    """A column's members and their organisations, as pairs: the person, and how many `of` the members share the vote.

    `sizes` has the members of every organisation.
    """

    person: NDArray[np.intp]
    of: NDArray[np.int64]
    sizes: NDArray[np.int64]

    def votes(self, chosen: Any) -> Fraction:
        """The votes for a row: each organisation's `chosen` members over all its members, added up exactly.

        Organisations of A (3 members, 1 chose) and B (1 member, who chose) give 1/3 + 1 = 4/3 votes of 2.
        """
        by_size = np.bincount(self.of[chosen[self.person]])
        return sum((Fraction(int(number), size) for size, number in enumerate(by_size) if number), Fraction(0))

    def votes_by(self, group: NDArray[np.intp], groups: int) -> NDArray[np.float64]:
        """The votes for each of many groups that a person belongs to one of; the order of people changes no bit."""
        width = int(self.of.max(initial=0)) + 1
        pairs, numbers = np.unique(group[self.person] * width + self.of, return_counts=True)
        shares = numbers / (pairs % width)
        return np.bincount(pairs // width, weights=shares, minlength=groups).astype(np.float64)


def tally_organisations(
    frame: Frame, memberships: Sequence[Iterable[str]], *, banners: Iterable[Banner | str] = ()
) -> dict[str, Any]:
    """Everything about organisations that may outlive the close, as plain data, for each variable and banner.

    `memberships` holds one collection of organisation codes a respondent, in the frame's order. Raises ValueError if
    their number is not the frame's. In a survey of people without organisations only the number of people decides
    what may be published.
    """
    if len(memberships) != frame.size:
        raise ValueError(f"{len(memberships)} memberships for {frame.size} respondents")
    membership = Membership.of(memberships)
    breaks = {"": break_of(frame)} | {source_of(banner): break_of(frame, by=banner) for banner in banners}
    variables = {
        variable.name: {
            source: _break_tally(frame, variable, split, membership=membership) for source, split in breaks.items()
        }
        for variable in frame.codebook
    }
    return {"format": FORMAT, "overall": membership.organisations, "variables": variables}


def _break_tally(frame: Frame, variable: Variable, split: Break, *, membership: Membership) -> dict[str, Any]:
    """The columns of one table, and those they would be merged into; nothing of a column that staff may not see."""
    figures = figures_of(variable, split, count_table(frame, variable.name, split))
    hidden = hidden_of(figures, thresholds=STAFF)
    rows = bits.unpack(row_masks(frame, variable.name), frame.size)

    def tally(column: Column) -> ColumnTally:
        return _column_tally(frame, variable, rows, bits.unpack(column.mask, frame.size), membership)

    wanted = [column for column in split.columns if (column.id == TOTAL) == (split.name is None)]
    found = {column.id: None if column.id in hidden else tally(column) for column in wanted}
    whole = {TOTAL: tally(split.columns[0])} if TOTAL not in hidden else {}
    for column in _merged_columns(figures, found | whole):
        found.setdefault(column.id, tally(column))
    return {name: None if each is None else each.as_dict() for name, each in found.items()}


def _merged_columns(figures: Figures, found: Mapping[str, ColumnTally | None]) -> Iterator[Column]:
    """The columns that staff and the public would see merged, so that their organisations are known as well."""
    known = {name: each for name, each in found.items() if each is not None}
    told = replace(figures, tallies=known)
    for thresholds in (STAFF, PUBLIC):
        hidden = hidden_of(told, thresholds=thresholds)
        joint = merged(replace(told, hidden=hidden), thresholds=Thresholds(thresholds.people))
        if joint is not None:
            yield joint.split.columns[-1]


def _column_tally(frame: Frame, variable: Variable, rows: Flags, column: Flags, membership: Membership) -> ColumnTally:
    members = rows[0] & column
    voters = membership.voters(members)
    sizes = voters.sizes
    votes = {row: voters.votes(rows[places].any(axis=0)) for row, places in _vote_rows(variable)}
    mean = _mean(frame, variable, members, membership)
    publishable = not membership.organisations or _is_publishable(sizes, int(members.sum()))
    return ColumnTally(int((sizes > 0).sum()), publishable, votes, mean)


def _vote_rows(variable: Variable) -> Iterator[tuple[str, list[int]]]:
    return ((head["id"], places) for head, places in heads(variable))


def _is_publishable(sizes: NDArray[np.int64], people: int) -> bool:
    """Whether a column has the organisations to be public: three at least, none with more than half of the people."""
    assert PUBLIC.organisations is not None
    assert PUBLIC.largest_share is not None
    if (sizes > 0).sum() < PUBLIC.organisations:
        return False
    return bool(sizes.max() <= PUBLIC.largest_share * people)


def _mean(frame: Frame, variable: Variable, members: Flags, membership: Membership) -> dict[str, Any] | None:
    """The mean of one vote an organisation: its members with a value share the vote."""
    values = values_of(frame, variable)
    if values is None:
        return None
    known = members & ~np.isnan(values)
    found, places = np.unique(values[known], return_inverse=True)
    value = np.zeros(frame.size, dtype=np.intp)
    value[known] = places
    voters = membership.voters(known)
    votes = voters.votes_by(value, len(found))
    base = int((voters.sizes > 0).sum())
    made = moments(found, np.ones(len(found), dtype=np.int64), votes, votes)
    error = made.sd / base**0.5 if made.sd is not None and base else None
    return {"value": made.value, "sd": made.sd, "base": base, "se": error}


def values_of(frame: Frame, variable: Variable) -> NDArray[np.float64] | None:
    """Each respondent's number or score, NaN where there is none; None for a variable without either."""
    if variable.name in frame.numbers:
        return frame.numbers[variable.name]
    if not variable.scored:
        return None
    values = np.full(frame.size, np.nan)
    for code, mask in zip(variable.codes, frame.codes[variable.name], strict=True):
        if code.score is not None:
            values[bits.unpack(mask, frame.size)] = code.score
    return values
