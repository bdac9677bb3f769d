"""One question over several waves: whether they may be compared, and whether the change is more than chance."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from results.analysis.comparisons import CERTAIN, FISHER, T_TEST, WELCH
from results.analysis.rounding import percent_half_up
from results.analysis.significance import SMALL_BASE, fisher_test, proportion_test, welch_test
from surveys.codebook import Variable

SAME, TRIVIAL, BREAKS = "same", "trivial", "breaks"
ROSE, FELL, LITTLE_CHANGED, NOT_TESTED = "rose", "fell", "little changed", "not tested"


@dataclass(frozen=True, slots=True)
class Point:
    """One wave's answer to the question: its unsuppressed table without a break, who was asked, and how.

    `base` says in words or rules who was asked, `mode` how; both must be the same for waves to be compared.
    `frame` is the number of organisations in the population, which moves as they merge.
    """

    wave: str
    title: str
    closed: str
    variable: Variable
    table: Mapping[str, Any]
    base: str = ""
    mode: str = "online"
    frame: int | None = None


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


def verdict(earlier: Point, later: Point) -> tuple[str, list[str]]:
    """Whether two waves may be compared: "same", "trivial" differences only, or "breaks", with the reasons."""
    checks = [
        _text_verdict(earlier.variable.text, later.variable.text, "the wording"),
        _text_verdict(earlier.variable.row, later.variable.row, "the statement"),
        _codes_verdict(earlier.variable, later.variable),
        (SAME, "") if earlier.base == later.base else (BREAKS, "other people were asked"),
        (SAME, "") if earlier.mode == later.mode else (BREAKS, "it was asked in another way"),
        (SAME, "") if earlier.variable.holds == later.variable.holds else (BREAKS, "it holds another kind of answer"),
    ]
    return _worst(checks)[0], [reason for _, reason in checks if reason]


def trend(points: Sequence[Point], *, links: Mapping[tuple[str, str], Linked] | None = None) -> dict[str, Any]:
    """The waves in order, each compared with the one before; where they cannot be, the line breaks with a note."""
    made = [_first(points[0])] if points else []
    for earlier, later in pairwise(points):
        link = (links or {}).get((earlier.wave, later.wave))
        made.append(_point(later) | _compared(earlier, later, link))
    return {"variable": points[0].variable.name if points else None, "points": made}


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
    return int(np.floor(round(percent, 9) + 0.5))


def _first(point: Point) -> dict[str, Any]:
    return _point(point) | {"comparable": None, "reasons": [], "changes": [], "mean_change": None}


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


def _compared(earlier: Point, later: Point, linked: Linked | None) -> dict[str, Any]:
    found, reasons = verdict(earlier, later)
    if found == BREAKS:
        return {"comparable": found, "reasons": reasons, "changes": [], "mean_change": None}
    rows = [row["id"] for row in later.table["rows"]]
    changes = [change(earlier.table, later.table, row=row, linked=linked) for row in rows]
    mean = change_of_mean(earlier.table, later.table)
    return {"comparable": found, "reasons": reasons, "changes": changes, "mean_change": mean}


def _worst(checks: Sequence[tuple[str, str]]) -> tuple[str, str]:
    return max(checks, key=lambda check: (SAME, TRIVIAL, BREAKS).index(check[0]))


def _text_verdict(one: str, two: str, what: str) -> tuple[str, str]:
    if one == two:
        return SAME, ""
    if _bare(one) == _bare(two):
        return TRIVIAL, f"{what} differs in spelling or punctuation only"
    return BREAKS, f"{what} changed"


def _codes_verdict(one: Variable, two: Variable) -> tuple[str, str]:
    if [(code.code, code.kind, code.score) for code in one.codes] != [
        (code.code, code.kind, code.score) for code in two.codes
    ]:
        return BREAKS, "the answers offered changed"
    pairs = zip(one.codes, two.codes, strict=True)
    return _worst([(SAME, ""), *(_text_verdict(a.label, b.label, f"answer {a.code}") for a, b in pairs)])


def _bare(text: str) -> str:
    return re.sub(r"[\W_]+", " ", text).strip().casefold()
