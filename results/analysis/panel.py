"""The matched panel: what the same people answered in two waves, as tables in which nobody can be made out.

A question is shown when those who answered it twice, and those who answered it only once, are each nobody or a group
that staff may see. The table crosses what they said before with what they say now and is suppressed like any other;
a row's change is told only where the group that gave that answer before is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from results.analysis.comparisons import CERTAIN
from results.analysis.frame import Frame, Row, build_frame
from results.analysis.organisations import values_of
from results.analysis.paired import PAIRED_T, Turnover, mcnemar, paired_interval, paired_t
from results.analysis.rows import heads, row_masks
from results.analysis.suppression import STAFF
from results.analysis.tabulate import tabulate
from results.analysis.trend import FELL, LITTLE_CHANGED, NOT_TESTED, ROSE, phi
from surveys.codebook import Codebook, Variable

BEFORE = "@before"
"""What the name of a variable ends in when it stands for the answer in the earlier wave."""

Pair = tuple[Sequence[Any], Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Bases:
    """How many answered a question in each wave, whoever they are."""

    before: int
    after: int


def matched_question(
    variable: Variable, earlier: Variable, pairs: Sequence[Pair], *, bases: Bases
) -> dict[str, Any] | None:
    """One question of the panel as plain data; None where it cannot be shown.

    `pairs` are the answers (before, now) of everybody who answered it in both waves. Of the variable as it was put
    before, only the codes are needed. Weights play no part.
    """
    rest = (bases.before - len(pairs), bases.after - len(pairs))
    if not pairs or any(map(STAFF.is_small, (len(pairs), *rest))):
        return None
    then = replace(earlier, name=variable.name + BEFORE, attribute=False)
    rows: Iterator[Row] = (({}, {then.name: before, variable.name: now}, None) for before, now in pairs)
    frame = build_frame(Codebook((then, variable)), rows)
    table = tabulate(frame, variable.name, by=then.name) if variable.holds == "one" else None
    hidden = frozenset(table["suppressed"]) if table else frozenset()
    return {
        "variable": variable.name,
        "people": len(pairs),
        "table": table,
        "changes": list(_changes(frame, variable, then, hidden)),
        "mean_change": _mean_change(frame, variable, then),
    }


def correlations(question: Mapping[str, Any]) -> dict[str, float]:
    """φ of the two answers of the same people, row by row, for the test between the waves."""
    return {
        row["row"]: phi(row["both"], row["only_before"], row["only_after"], row["neither"])
        for row in question["changes"]
        if row["both"] is not None
    }


def _changes(frame: Frame, variable: Variable, then: Variable, hidden: frozenset[str]) -> Iterator[dict[str, Any]]:
    now, before = (bits.unpack(row_masks(frame, each.name), frame.size) for each in (variable, then))
    places = {head["id"]: rows for head, rows in heads(then)}
    for head, rows in heads(variable):
        if head["id"] in places:
            said = np.atleast_1d(before[places[head["id"]]].any(axis=0))
            turnover = _turnover(said, np.atleast_1d(now[rows].any(axis=0)))
            told = _is_shown(turnover) and _is_apart(head["id"], variable, hidden)
            yield {"row": head["id"], "label": head["label"], **_change(turnover, told=told)}


def _turnover(before: NDArray[np.bool_], now: NDArray[np.bool_]) -> Turnover:
    cells = ((before & now), (before & ~now), (~before & now), (~before & ~now))
    return Turnover(*(int(each.sum()) for each in cells))


def _is_shown(turnover: Turnover) -> bool:
    """Whether neither those who said it before nor those who did not are a small group."""
    said = turnover.both + turnover.only_before
    return not STAFF.is_small(said) and not STAFF.is_small(turnover.people - said)


def _is_apart(row: str, variable: Variable, hidden: frozenset[str]) -> bool:
    """Whether a row gives away nothing of the hidden columns: it holds none of them, or all together."""
    nets = {f"net:{net.name}": {str(code) for code in net.codes} for net in variable.nets}
    held = nets.get(row, {row}) & hidden
    return not held or held == hidden


def _change(turnover: Turnover, *, told: bool) -> dict[str, Any]:
    people = turnover.people
    share = [
        100 * each / people for each in (turnover.both + turnover.only_before, turnover.both + turnover.only_after)
    ]
    made: dict[str, Any] = {"from": share[0], "to": share[1], "difference": share[1] - share[0]}
    if not told:
        nothing = dict.fromkeys(("both", "only_before", "only_after", "neither", "low", "high", "p", "method"))
        return made | nothing | {"verdict": NOT_TESTED}
    low, high = paired_interval(turnover)
    _, p, method = mcnemar(turnover)
    counts = {name: getattr(turnover, name) for name in ("both", "only_before", "only_after", "neither")}
    return (
        made | counts | {"low": low, "high": high, "p": p, "method": method, "verdict": _words(share[1] - share[0], p)}
    )


def _mean_change(frame: Frame, variable: Variable, then: Variable) -> dict[str, Any] | None:
    """The change of the mean of those with a value both times, by the paired t test."""
    before, now = values_of(frame, then), values_of(frame, variable)
    if before is None or now is None:
        return None
    known = ~np.isnan(before) & ~np.isnan(now)
    people = int(known.sum())
    if STAFF.is_small(people) or STAFF.is_small(frame.size - people) or not people:
        return None
    t, freedom, p = paired_t(before[known], now[known])
    first, second = float(before[known].mean()), float(now[known].mean())
    made = {"people": people, "from": first, "to": second, "difference": second - first}
    return made | {"t": t, "df": freedom, "p": p, "method": PAIRED_T, "verdict": _words(second - first, p)}


def _words(difference: float, p: float | None) -> str:
    if p is None:
        return NOT_TESTED
    if p >= CERTAIN:
        return LITTLE_CHANGED
    return ROSE if difference > 0 else FELL
