"""Sentences about change since the last comparable wave: rose and fell when that is real, else little changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from results import printing
from results.analysis.significance import benjamini_hochberg, holm
from results.analysis.suppression import TOTAL
from results.analysis.trend import BREAKS, FELL, LITTLE_CHANGED, ROSE
from results.story.answers import mean_words
from results.story.figures import FigureId
from results.story.finding import CHANGE, SAME, Finding
from results.story.material import Material, is_long_scale, leading_row, said, telling_rows
from results.story.wording import TESTS, Group, chance, number, per_cent, points, sentence, share
from surveys.codebook import Variable

TEMPTING = 4.0
"""Points of change from which somebody may want to print a rise or a fall that is none."""

Point = Mapping[str, Any]
Change = Mapping[str, Any]


def changes(material: Material, variable: Variable, trend: Mapping[str, Any]) -> Iterator[Finding]:
    """What changed since the last comparable wave, what did not, and what must not be said of it.

    `trend` is the question's trend up to this wave.
    """
    *before, now = trend["points"]
    if before and now["comparable"] == BREAKS:
        yield _broken(material, variable, before[-1], now)
    earlier = next((point for point in before if point["wave"] == now["compared_with"]), None)
    if earlier is None or now["base"] is None:
        return
    if is_long_scale(variable):
        yield from _mean_change(material, variable, earlier, now)
    else:
        yield from _row_change(material, variable, earlier, now)


def among_questions(findings: Iterable[Finding], trends: Mapping[str, Mapping[str, Any]]) -> Iterator[Finding]:
    """The findings of a wave, each change with what becomes of it among all questions that could be compared.

    p of a question is that of its mean, or the least of its rows after Holm; then after Benjamini and Hochberg over
    the questions.
    """
    own = {name: p for name, trend in trends.items() if (p := _of_question(trend["points"][-1])) is not None}
    adjusted = dict(zip(own, benjamini_hochberg(np.array(list(own.values()))).tolist(), strict=True))
    for finding in findings:
        is_change = finding.kind == CHANGE and finding.p is not None
        yield finding.among(len(own), adjusted.get(finding.variable)) if is_change else finding


def _of_question(point: Point) -> float | None:
    tested = [each["p"] for each in point["changes"] if each["p"] is not None]
    mean = point["mean_change"]
    if mean is not None:
        return float(mean["p"])
    return float(holm(np.array(tested)).min()) if tested else None


def _row_change(material: Material, variable: Variable, earlier: Point, now: Point) -> Iterator[Finding]:
    table = material.table(variable)
    leading = leading_row(table, variable) if table else None
    if table is None or leading is None:
        return
    tested = [each for each in now["changes"] if each["p"] is not None]
    telling = {row["id"] for row in telling_rows(table, variable)}
    real = [each for each in tested if each["verdict"] in (ROSE, FELL)]
    if real:
        yield _moved(
            material, variable, earlier, now, min(real, key=lambda each: (each["row"] not in telling, each["p"]))
        )
    else:
        yield from (_stayed(material, variable, earlier, now, each) for each in tested if each["row"] == leading["id"])
    for each in tested:
        if each["verdict"] == LITTLE_CHANGED and abs(each["difference"]) >= TEMPTING:
            yield _no_change(material, variable, earlier, now, each)


def _moved(material: Material, variable: Variable, earlier: Point, now: Point, change: Change) -> Finding:
    """``asked “…?”, 12 per cent of the 205 who answered said “…”, down from 19 per cent of 232 in …, a fall of …``."""
    rose = change["verdict"] == ROSE
    words = _("%(now)s, %(way)s from %(before)s in %(wave)s, %(move)s of %(points)s%(rounded)s") % {
        "now": _now(material, variable, now, change["row"]),
        "way": _("up") if rose else _("down"),
        "before": _before(variable, earlier, change["row"]),
        "wave": earlier["title"],
        "move": _("a rise") if rose else _("a fall"),
        "points": points(change["difference"]),
        "rounded": _(" (figures are rounded)") if change["figures_are_rounded"] else "",
    }
    return _finding(CHANGE, material, variable, earlier, sentence(words), change)


def _stayed(material: Material, variable: Variable, earlier: Point, now: Point, change: Change) -> Finding:
    words = _("%(now)s, little changed from %(before)s in %(wave)s") % {
        "now": _now(material, variable, now, change["row"]),
        "before": _before(variable, earlier, change["row"]),
        "wave": earlier["title"],
    }
    return _finding(SAME, material, variable, earlier, sentence(words), change)


def _no_change(material: Material, variable: Variable, earlier: Point, now: Point, change: Change) -> Finding:
    """The rise or fall that the figures seem to show and the test does not."""
    rose = change["difference"] > 0
    words = _("%(lead)s, “%(answer)s” %(way)s %(points)s since %(wave)s") % {
        "lead": material.lead(variable),
        "answer": _row(now, change["row"])["label"],
        "way": _("rose by") if rose else _("fell by"),
        "points": points(change["difference"]),
        "wave": earlier["title"],
    }
    reason = _("not distinguishable from no change (%(test)s, %(chance)s): say “little changed”") % {
        "test": TESTS[change["method"]],
        "chance": chance(change["p"]),
    }
    return _finding(CHANGE, material, variable, earlier, sentence(words), change, reason=reason)


def _mean_change(material: Material, variable: Variable, earlier: Point, now: Point) -> Iterator[Finding]:
    change = now["mean_change"]
    if change is None:
        return
    way = {ROSE: _("up from"), FELL: _("down from"), LITTLE_CHANGED: _("little changed from")}.get(change["verdict"])
    if way is None:
        return
    words = _(
        "%(lead)s, the %(base)s who gave a figure averaged %(mean)s, %(way)s %(before)s among %(first)s in %(wave)s"
    )
    told = words % {
        "lead": material.lead(variable),
        "base": number(now["mean"]["base"]),
        "mean": mean_words(variable, now["mean"]["value"]),
        "way": way,
        "before": mean_words(variable, earlier["mean"]["value"]),
        "first": number(earlier["mean"]["base"]),
        "wave": earlier["title"],
    }
    kind = SAME if change["verdict"] == LITTLE_CHANGED else CHANGE
    yield _finding(kind, material, variable, earlier, sentence(told), {**change, "row": "mean"})


def _broken(material: Material, variable: Variable, earlier: Point, now: Point) -> Finding:
    words = _("any comparison of the answers when %(lead)s with %(wave)s")
    told = words % {"lead": material.lead(variable), "wave": earlier["title"]}
    reason = _("the line breaks: %(reasons)s") % {"reasons": " ".join(now["reasons"])}
    return Finding(CHANGE, variable.name, sentence(told), (), reason=reason)


def _now(material: Material, variable: Variable, now: Point, row: str) -> str:
    held = _row(now, row)
    told = share(held["cell"], Group(now["base"], _("who answered")), sensitive=variable.sensitive, goes_on=True)
    table = material.table(variable)
    assert table is not None
    verb = said(next(each for each in table["rows"] if each["id"] == row))
    return f"{material.lead(variable)}, {told} {verb} “{held['label']}”"


def _before(variable: Variable, earlier: Point, row: str) -> str:
    """``73 per cent of 85``; ``31 per cent, nine of 29,``."""
    cell, group = _row(earlier, row)["cell"], Group(earlier["base"], "")
    percent = per_cent(cell, group, sensitive=variable.sensitive)
    count = printing.people_in(cell)
    if group.is_small and 0 < count < group.base:
        return _("%(percent)s, %(count)s of %(base)s,") % {
            "percent": percent,
            "count": number(count),
            "base": number(group.base),
        }
    return _("%(percent)s of %(base)s") % {"percent": percent, "base": number(group.base)}


def _finding(
    kind: str,
    material: Material,
    variable: Variable,
    earlier: Point,
    words: str,
    change: Change,
    *,
    reason: str = "",
) -> Finding:
    figures = (material.figure(variable, row=change["row"]), _figure(earlier, change["row"]))
    strength = abs(change["difference"]) if kind == CHANGE else 0.0
    return Finding(
        kind, variable.name, words, figures, strength=strength, p=change["p"], method=change["method"], reason=reason
    )


def _figure(point: Point, row: str) -> str:
    return str(FigureId(point["wave"], point["variable"], "", TOTAL, row))


def _row(point: Point, row: str) -> Mapping[str, Any]:
    return next(each for each in point["rows"] if each["id"] == row)
