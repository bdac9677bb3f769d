"""Sentences about groups: GPs against the others, other breaks, and the differences that must not be printed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from results import printing
from results.analysis.comparisons import CERTAIN
from results.analysis.notable import notable, tested
from results.analysis.significance import SMALL_BASE
from results.story.answers import mean_words
from results.story.finding import GAP, GP, NOT_PUBLIC, Finding
from results.story.material import (
    Document,
    Material,
    Row,
    cell_in,
    columns_of,
    is_long_scale,
    said,
    telling_rows,
)
from results.story.wording import TESTS, Group, chance, listed, number, per_cent, sentence, share
from surveys.codebook import Variable

TEMPTING = 10.0
"""Points between two groups from which somebody may want to print a difference that is none."""

Difference = Mapping[str, Any]


def contrasts(material: Material, variable: Variable, stands: set[tuple[str, str]]) -> Iterator[Finding]:
    """For each break the most certain difference between two groups, safe or with the reason why it is not.

    GPs against the others is a question asked of every wave, so its own test decides, and a note says where it might
    not stand among the wave's questions. Of all other breaks only those in `stands` count: (variable, break) pairs
    that are notable after allowing for how many were looked at.
    """
    for by in material.banners:
        table = material.table(variable, by)
        if table is None or by == variable.name:
            continue
        kind = GP if by == "gp" else GAP
        found = (_mean_gap if is_long_scale(variable) else _gap)(material, variable, table, kind, stands)
        yield from (_among_questions(material, each) if kind == GP else each for each in found)


def _among_questions(material: Material, finding: Finding) -> Finding:
    """A contrast of GPs and others, with what becomes of it among all questions of the wave."""
    names = {variable.name for variable in material.variables}
    tests = tested(table for (name, by), table in material.documents.items() if by == "gp" and name in names)
    own = [test["adjusted"] for test in tests if test["variable"] == finding.variable]
    return finding.among(len({test["variable"] for test in tests}), min(own, default=None)) if finding.p else finding


def standing(material: Material) -> set[tuple[str, str]]:
    """The (variable, break) pairs on the list of notable differences of the wave."""
    names = {variable.name for variable in material.variables}
    tables = [table for (name, by), table in material.documents.items() if by and name in names]
    return {(found["variable"], found["by"]) for found in notable(tables)}


def hidden_groups(material: Material) -> Iterator[Finding]:
    """The groups of each break of which nothing, or nothing without counts, may be printed: at most two sentences."""
    for by in material.banners:
        bases = {
            code.label: _largest_base(material, by, str(code.code)) for code in material.results.codebook[by].codes
        }
        kept_back = [label for label, base in bases.items() if base == 0]
        small = [label for label, base in bases.items() if base and base < SMALL_BASE]
        if kept_back:
            yield Finding(GAP, "", _figures_for(kept_back), (), reason=str(NOT_PUBLIC))
        if small:
            reason = _("fewer than %(least)d answered each question: print the counts with every percentage")
            yield Finding(GAP, "", _figures_for(small), (), reason=reason % {"least": SMALL_BASE})


def _largest_base(material: Material, by: str, group: str) -> int | None:
    """The most answers of a group to one question: 0 where all are kept back, None where nobody is in it."""
    bases = [
        column["base"] if material.is_public(variable, group, by=by) else 0
        for variable in material.variables
        if (table := material.documents.get((variable.name, by)))
        for column in table["columns"]
        if column["id"] == group and column["base"] != 0
    ]
    return max(bases, default=None)


def _figures_for(labels: list[str]) -> str:
    return sentence(_("figures for %(groups)s") % {"groups": listed([f"“{label}”" for label in labels])})


def _gap(
    material: Material, variable: Variable, table: Document, kind: str, stands: set[tuple[str, str]]
) -> Iterator[Finding]:
    found = [(each, row) for row in telling_rows(table, variable) for each in row["differences"]]
    real = [pair for pair in found if pair[0]["adjusted"] < CERTAIN]
    if real:
        difference, row = min(real, key=lambda pair: (_is_kept_back(material, table, pair[0]), pair[0]["adjusted"]))
        made = _told(material, variable, table, row, difference["higher"], difference["lower"])
        reason = "" if kind == GP or (variable.name, table["by"]) in stands else _many()
        yield _finding(kind, variable, *made, difference=difference, reason=reason)
        yield from _without_count(material, variable, table, row, difference)
    else:
        yield from _tempting(material, variable, table, kind)


def _tempting(material: Material, variable: Variable, table: Document, kind: str) -> Iterator[Finding]:
    """The largest difference of the table when none is real, if it is large enough to be printed by mistake."""
    shown = [column["id"] for column in columns_of(table)]
    columns = [column for column in shown if material.is_public(variable, column, by=table["by"])]
    if len(columns) < 2:
        return
    spreads = []
    for row in telling_rows(table, variable):
        ends = sorted(columns, key=lambda column: -cell_in(table, row, column)["exact"])
        spread = cell_in(table, row, ends[0])["exact"] - cell_in(table, row, ends[-1])["exact"]
        spreads.append((spread, row, ends))
    spread, row, ends = max(spreads, key=lambda each: each[0], default=(0.0, {}, []))
    if spread < TEMPTING:
        return
    known = [each for each in row["differences"] if {each["higher"], each["lower"]} == {ends[0], ends[-1]}]
    made = _told(material, variable, table, row, ends[0], ends[-1])
    yield _finding(kind, variable, *made, difference=known[0] if known else None, reason=_untested(table, ends, known))


def _is_kept_back(material: Material, table: Document, difference: Difference) -> bool:
    """Whether one of the two groups is not for publication."""
    ends = (difference["higher"], difference["lower"])
    return any((table["variable"], table["by"], column) in material.unpublishable for column in ends)


def _untested(table: Document, ends: list[str], known: list[Difference]) -> str:
    """Why a difference is not real."""
    if known:
        words = _("the difference may be chance (%(test)s, %(chance)s after allowing for the other columns)")
        return words % {"test": TESTS[known[0]["method"]], "chance": chance(known[0]["adjusted"])}
    held = [column for column in table["columns"] if column["id"] in (ends[0], ends[-1])]
    if any((column.get("effective_base") or SMALL_BASE) < SMALL_BASE for column in held):
        return _("the groups are too small for a test of weighted figures")
    return _("the difference fails its test: it may be chance")


def _many() -> str:
    return _("it does not stand once one allows for how many differences were looked at")


def _told(
    material: Material, variable: Variable, table: Document, row: Row, higher: str, lower: str
) -> tuple[str, tuple[str, ...], float]:
    """``asked “…?”, 61 per cent of the 51 GPs said “…”, against 31 per cent, nine of the 29 others``."""
    cells = [cell_in(table, row, column) for column in (higher, lower)]
    one, two = (
        share(cell, material.group(table, column), sensitive=variable.sensitive, goes_on=not place)
        for place, (cell, column) in enumerate(zip(cells, (higher, lower), strict=True))
    )
    words = _("%(lead)s, %(one)s %(said)s “%(answer)s”, against %(two)s") % {
        "lead": material.lead(variable),
        "one": one,
        "said": said(row),
        "answer": row["label"],
        "two": two,
    }
    figures = tuple(
        material.figure(variable, by=table["by"], column=column, row=row["id"]) for column in (higher, lower)
    )
    return sentence(words), figures, cells[0]["exact"] - cells[1]["exact"]


def _finding(
    kind: str,
    variable: Variable,
    words: str,
    figures: tuple[str, ...],
    strength: float,
    *,
    difference: Difference | None,
    reason: str = "",
) -> Finding:
    p, method = (difference["p"], difference["method"]) if difference else (None, None)
    return Finding(kind, variable.name, words, figures, strength=strength, p=p, method=method, reason=reason)


def _without_count(
    material: Material, variable: Variable, table: Document, row: Row, difference: Difference
) -> Iterator[Finding]:
    """The same percentage of a small group, bare: what must not be made of the sentence above."""
    for column in (difference["higher"], difference["lower"]):
        group, cell = material.group(table, column), cell_in(table, row, column)
        if not group.is_small or not 0 < printing.people_in(cell) < group.base:
            continue
        words = _("%(percent)s of %(who)s %(said)s “%(answer)s”") % {
            "percent": per_cent(cell, group, sensitive=variable.sensitive),
            "who": group.words,
            "said": said(row),
            "answer": row["label"],
        }
        reason = _("a base of %(base)d is under %(least)d: print the count, %(count)s of the %(base)d") % {
            "base": group.base,
            "least": SMALL_BASE,
            "count": number(printing.people_in(cell)),
        }
        figure = material.figure(variable, by=table["by"], column=column, row=row["id"])
        yield Finding(GP if table["by"] == "gp" else GAP, variable.name, sentence(words), (figure,), reason=reason)


def _mean_gap(
    material: Material, variable: Variable, table: Document, kind: str, stands: set[tuple[str, str]]
) -> Iterator[Finding]:
    real = [each for each in table["mean_differences"] if each["adjusted"] < CERTAIN]
    if not real:
        return
    difference = min(real, key=lambda each: each["adjusted"])
    ends = (difference["higher"], difference["lower"])
    means = [_mean_in(table, column) for column in ends]
    groups = [
        Group(mean["base"], material.group(table, column).words) for mean, column in zip(means, ends, strict=True)
    ]
    words = _(
        "%(lead)s, the %(first)s %(one)s averaged %(higher)s, against %(lower)s among the %(second)s %(two)s"
    ) % {
        "lead": material.lead(variable),
        "first": number(groups[0].base),
        "one": groups[0].words,
        "higher": mean_words(variable, means[0]["value"]),
        "lower": mean_words(variable, means[1]["value"]),
        "second": number(groups[1].base),
        "two": groups[1].words,
    }
    figures = tuple(material.figure(variable, by=table["by"], column=column, row="mean") for column in ends)
    reason = "" if kind == GP or (variable.name, table["by"]) in stands else _many()
    spread = means[0]["value"] - means[1]["value"]
    yield _finding(kind, variable, sentence(words), figures, spread, difference=difference, reason=reason)


def _mean_in(table: Document, column: str) -> Mapping[str, Any]:
    place = next(place for place, each in enumerate(table["columns"]) if each["id"] == column)
    return table["mean"][place]
