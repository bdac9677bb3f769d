"""One question over several waves: whether the change from one to the next is more than chance.

Whether two waves may be compared at all is judged elsewhere, by who knows both questionnaires; here the verdict is
obeyed: where it is "breaks", the line breaks and nothing is tested.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from results.analysis.comparisons import CERTAIN, FISHER, T_TEST, WELCH
from results.analysis.rounding import FLOAT_DECIMALS, percent_half_up
from results.analysis.significance import SMALL_BASE, fisher_test, proportion_test, welch_test
from surveys.codebook import Variable

SAME, TRIVIAL, BREAKS = "same", "trivial", "breaks"
ROSE, FELL, LITTLE_CHANGED, NOT_TESTED = "rose", "fell", "little changed", "not tested"


@dataclass(frozen=True, slots=True)
class Point:
    """One wave's answer to the question: its unsuppressed table without a break.

    `frame` is the number of organisations in the population, which moves as they merge.
    """

    wave: str
    title: str
    closed: str
    variable: Variable
    table: Mapping[str, Any]
    frame: int | None = None

    @property
    def base(self) -> int | None:
        """How many answered; None where that is hidden."""
        return self.table["columns"][0]["base"]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Whether two waves may be compared: "same", "trivial" differences only, or "breaks"; and the reasons."""

    kind: str
    reasons: tuple[str, ...] = ()


Judge = Callable[[Point, Point], Comparison]


@dataclass(frozen=True, slots=True)
class Linked:
    """People known to be in two waves: how many, and the correlation φ of their two answers to a row."""

    people: float
    correlation: Mapping[str, float]


def phi(both: int, first: int, second: int, neither: int) -> float:
    """The correlation of two yes-or-no answers of the same people; 0 when one of them never varies.

    (ad − bc)/√((a+b)(c+d)(a+c)(b+d)) with a both, b only the first, c only the second, d neither.

    >>> round(phi(40, 10, 5, 45), 3)
    0.704
    """
    margins = (both + first) * (second + neither) * (both + second) * (first + neither)
    return (both * neither - first * second) / margins**0.5 if margins else 0.0


def trend(
    points: Sequence[Point], *, judge: Judge, links: Mapping[tuple[str, str], Linked] | None = None
) -> dict[str, Any]:
    """The waves in order, each compared with the last that it may be compared with, and the lines they make.

    `judge` gives the verdict on two points. Where a wave may not be compared with the one before, the line breaks with
    the reasons; it is tested against the last earlier wave that the question was put in the same way in, if there is
    one with a base that is shown. Points on bases under 30 stand in no line.
    """
    made = [_compared(points[:place], point, judge, links or {}) for place, point in enumerate(points)]
    return {"variable": points[-1].variable.name if points else None, "points": made, "lines": list(_lines(made))}


def change(
    earlier: Mapping[str, Any], later: Mapping[str, Any], *, row: str, linked: Linked | None = None
) -> dict[str, Any]:
    """The change of one row between two tables' totals, in percentage points from unrounded values, and its test.

    The pooled t test on effective bases with φ for people in both; Fisher's exact test on small unweighted bases.

    62 of 85 and 64 of 94 (73 and 68 per cent): −4.9 points, p = .48, "little changed".
    """
    one, two = _total(earlier, row), _total(later, row)
    if one is None or two is None or not one.base or not two.base:
        return {"row": row, "difference": None, "p": None, "method": None, "verdict": NOT_TESTED}
    p, method = _tested(one, two, row, linked)
    difference = two.percent - one.percent
    printed = _whole(two) - _whole(one)
    return {
        "row": row,
        "from": one.percent,
        "to": two.percent,
        "difference": difference,
        "figures_are_rounded": printed != _half_up(difference),
        "p": p,
        "method": method,
        "verdict": _words(difference, p),
    }


def change_of_mean(earlier: Mapping[str, Any], later: Mapping[str, Any]) -> dict[str, Any] | None:
    """The change of the mean between two tables' totals with Welch's test; None when either has none."""
    one, two = (table["mean"][0] if table.get("mean") else None for table in (earlier, later))
    if not one or not two or one["sd"] is None or two["sd"] is None:
        return None
    bases = [mean.get("effective_base", mean["base"]) for mean in (one, two)]
    p = float(welch_test(one["value"], one["sd"], bases[0], two["value"], two["sd"], bases[1])[2])
    difference = two["value"] - one["value"]
    return {"difference": difference, "p": p, "method": WELCH, "verdict": _words(difference, p)}


@dataclass(frozen=True, slots=True)
class _Share:
    """One row of a total column."""

    count: float
    percent: float
    base: int
    effective: float
    weighted: bool


def _total(table: Mapping[str, Any], row: str) -> _Share | None:
    column = table["columns"][0]
    cell = next((each["cells"][0] for each in table["rows"] if each["id"] == row), None)
    if cell is None or cell["exact"] is None:
        return None
    weighted = column.get("effective_base") is not None
    effective = column["effective_base"] if weighted else float(column["base"])
    return _Share(cell["count"], cell["exact"], column["base"], effective, weighted)


def _tested(one: _Share, two: _Share, row: str, linked: Linked | None) -> tuple[float | None, str | None]:
    weighted = one.weighted or two.weighted
    if min(one.effective, two.effective) < SMALL_BASE:
        if weighted or linked:
            return None, None
        return float(fisher_test(one.count, one.base, two.count, two.base)), FISHER
    shared = linked.people if linked else 0.0
    correlation = linked.correlation.get(row, 0.0) if linked else 0.0
    shares = (two.percent / 100, two.effective, one.percent / 100, one.effective)
    p = float(proportion_test(*shares, shared=shared, correlation=correlation)[2])
    return (p, T_TEST) if np.isfinite(p) else (None, None)


def _words(difference: float, p: float | None) -> str:
    if p is None:
        return NOT_TESTED
    if p >= CERTAIN:
        return LITTLE_CHANGED
    return ROSE if difference > 0 else FELL


def _whole(share: _Share) -> int:
    whole = percent_half_up(share.count, share.base) if not share.weighted else _half_up(share.percent)
    assert whole is not None
    return whole


def _half_up(percent: float) -> int:
    return int(np.floor(round(percent, FLOAT_DECIMALS) + 0.5))


def _compared(
    before: Sequence[Point], point: Point, judge: Judge, links: Mapping[tuple[str, str], Linked]
) -> dict[str, Any]:
    """The point with the verdict on the wave before, and its changes since the last comparable one."""
    found = judge(before[-1], point) if before else None
    made = _point(point) | {
        "comparable": found.kind if found else None,
        "reasons": list(found.reasons) if found else [],
        "compared_with": None,
        "changes": [],
        "mean_change": None,
    }
    earlier = next((each for each in reversed(before) if _is_comparable(each, point, judge)), None)
    if earlier is None:
        return made
    linked = links.get((earlier.wave, point.wave))
    return made | {
        "compared_with": earlier.wave,
        "changes": [change(earlier.table, point.table, row=row["id"], linked=linked) for row in point.table["rows"]],
        "mean_change": change_of_mean(earlier.table, point.table),
    }


def _is_comparable(earlier: Point, later: Point, judge: Judge) -> bool:
    return earlier.base is not None and judge(earlier, later).kind != BREAKS


def _lines(points: Sequence[Mapping[str, Any]]) -> Iterator[list[str]]:
    """Runs of waves that may be drawn as one line."""
    line: list[str] = []
    for point in points:
        if point["comparable"] == BREAKS and line:
            yield line
            line = []
        if point["in_line"]:
            line.append(point["wave"])
    if line:
        yield line


def _point(point: Point) -> dict[str, Any]:
    column = point.table["columns"][0]
    return {
        "wave": point.wave,
        "title": point.title,
        "closed": point.closed,
        "base": column["base"],
        "organisations": column["organisations"],
        "frame": point.frame,
        "rows": [{"id": row["id"], "label": row["label"], "cell": row["cells"][0]} for row in point.table["rows"]],
        "mean": point.table["mean"][0] if point.table.get("mean") else None,
        "in_line": column["base"] is not None and column["base"] >= SMALL_BASE,
    }
