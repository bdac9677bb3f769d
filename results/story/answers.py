"""Sentences about one question alone: what most said, what divided them, the mean, and who did not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from django.utils.translation import gettext as _
from scipy import special

from results import printing
from results.analysis.comparisons import CERTAIN
from results.story.finding import DIVIDED, DONT_KNOW, MEAN, TOPLINE, Finding
from results.story.material import (
    Document,
    Material,
    Row,
    cell_in,
    dont_know_rows,
    is_long_scale,
    leading_row,
    said,
    scale_ends,
    telling_rows,
)
from results.story.wording import HALF, listed, number, per_cent, sentence, share
from surveys.codebook import Variable

MOST_LISTED = 3
"""Answers of a question with several that one sentence names."""
WHOLE_LIST = 5
"""A question of so few answers is told whole."""
EACH_SIDE, BOTH_SIDES = 25.0, 60.0
"""The least share of each side and of both together for which opinion is divided and not scattered."""


def topline(material: Material, variable: Variable) -> Iterator[Finding]:
    """What most said; the mean of a long scale; a second, unsafe sentence where "more than half" asks too much."""
    table = material.table(variable)
    if table is None:
        return
    if is_long_scale(variable):
        yield from _mean(material, variable, table)
        return
    row = leading_row(table, variable)
    if row is None:
        return
    told = _told_rows(table, variable, row)
    cell = cell_in(table, row)
    yield Finding(
        TOPLINE,
        variable.name,
        sentence(f"{material.lead(variable)}, {_shares(material, table, variable, told)}"),
        tuple(material.figure(variable, row=each["id"]) for each in told),
        strength=abs(cell["exact"] - HALF),
    )
    yield from _overstated(material, variable, table, row)


def divided(material: Material, variable: Variable) -> Iterator[Finding]:
    """That opinion is divided: two sides that exclude each other, both large, neither really larger."""
    table = material.table(variable)
    if table is None or variable.holds != "one" or is_long_scale(variable) or material.group(table).is_small:
        return
    rows = sorted(telling_rows(table, variable), key=lambda row: -row["cells"][0]["exact"])
    for one, two in combinations(rows, 2):
        p = _sides_p(table, one, two) if _are_sides(variable, one, two) else None
        if p is not None and p >= CERTAIN:
            yield _divided(material, variable, table, (one, two), p)
            return


def most_dont_know(material: Material) -> Iterator[Finding]:
    """The question to which most answered that they did not know."""
    found = [
        (cell_in(table, row)["exact"], variable, table, row)
        for variable in material.variables
        if (table := material.table(variable))
        for row in dont_know_rows(table, variable)
    ]
    if not found:
        return
    exact, variable, table, row = max(found, key=lambda each: each[0])
    if exact:
        words = _("“%(label)s” was said most often %(when)s: by %(share)s")
        told = share(cell_in(table, row), material.group(table), sensitive=variable.sensitive)
        when = material.lead(variable) if variable.row else _("when %(lead)s") % {"lead": material.lead(variable)}
        made = words % {"label": row["label"], "when": when, "share": told}
        yield Finding(DONT_KNOW, variable.name, sentence(made), (material.figure(variable, row=row["id"]),), exact)


def _mean(material: Material, variable: Variable, table: Document) -> Iterator[Finding]:
    mean = table["mean"][0] if table["mean"] else None
    if mean is None or mean["value"] is None:
        return
    words = _("%(lead)s, the %(base)s who gave a figure averaged %(mean)s%(scale)s") % {
        "lead": material.lead(variable),
        "base": number(mean["base"]),
        "mean": mean_words(variable, mean["value"]),
        "scale": _scale(material, variable),
    }
    yield Finding(MEAN, variable.name, sentence(words), (material.figure(variable, row="mean"),))


def mean_words(variable: Variable, value: float) -> str:
    """A mean with its unit."""
    return f"{printing.mean(value)} {variable.unit}".strip()


def _scale(material: Material, variable: Variable) -> str:
    """The ends of the scale: ``, from 1, “No confidence”, to 10, “Entirely confident”``."""
    codes = scale_ends(variable) if variable.holds == "one" else None
    if codes is None:
        return ""
    low, high = (
        f"{code.score:g}" + (f", “{name}”," if name and name != f"{code.score:g}" else "")
        for code, name in zip(codes, material.ends(variable), strict=True)
    )
    return _(", on a scale from %(low)s to %(high)s") % {"low": low, "high": high.rstrip(",")}


def _told_rows(table: Document, variable: Variable, leading: Row) -> list[Row]:
    """The rows one sentence tells: the whole of a short list, the top of a long one, one side of a scale."""
    if variable.holds == "one" and leading["kind"] == "code" and len(variable.codes) <= WHOLE_LIST:
        return [row for row in table["rows"] if row["kind"] == "code"]
    if variable.holds == "one" or leading["kind"] == "net":
        return [leading]
    rows = sorted(telling_rows(table, variable), key=lambda row: -row["cells"][0]["exact"])
    return [row for row in rows[:MOST_LISTED] if row["cells"][0]["count"]]


def _shares(material: Material, table: Document, variable: Variable, rows: Sequence[Row]) -> str:
    """``half of the 80 who answered (50 per cent) said “…”, 40 per cent “…” and none “…”``."""
    group = material.group(table)
    rows = sorted(rows, key=lambda row: (-row["cells"][0]["exact"], rows.index(row)))
    first, *others = rows
    told = share(cell_in(table, first), group, sensitive=variable.sensitive, glossed=True, goes_on=True)
    further = [f"{_briefly(table, row, material, variable)} “{row['label']}”" for row in others]
    return listed([f"{told} {said(first)} “{first['label']}”", *further])


def _briefly(table: Document, row: Row, material: Material, variable: Variable) -> str:
    """A further share of the same group: with its count again where the base is small."""
    cell, group = cell_in(table, row), material.group(table)
    words = per_cent(cell, group, sensitive=variable.sensitive)
    if (
        not group.is_small
        or not cell["count"]
        or printing.is_veiled(cell, base=group.base, sensitive=variable.sensitive)
    ):
        return words
    return f"{words} ({number(printing.people_in(cell))})"


def _overstated(material: Material, variable: Variable, table: Document, row: Row) -> Iterator[Finding]:
    """That "more than half of all" does not follow where the interval reaches below a half."""
    cell = cell_in(table, row)
    if not cell["exact"] > HALF or cell["low"] is None or cell["low"] > HALF:
        return
    words = _("%(lead)s, more than half of all those who could have been asked would say “%(label)s”")
    reason = _("true of those who answered only: the 95 per cent interval is %(low).0f to %(high).0f per cent")
    yield Finding(
        TOPLINE,
        variable.name,
        sentence(words % {"lead": material.lead(variable), "label": row["label"]}),
        (material.figure(variable, row=row["id"]),),
        reason=reason % {"low": cell["low"], "high": cell["high"]},
    )


def _are_sides(variable: Variable, one: Row, two: Row) -> bool:
    """Whether two rows exclude each other and are both large."""
    codes = [_codes(variable, row) for row in (one, two)]
    shares = [row["cells"][0]["exact"] for row in (one, two)]
    return not codes[0] & codes[1] and min(shares) >= EACH_SIDE and sum(shares) >= BOTH_SIDES


def _codes(variable: Variable, row: Row) -> set[str]:
    nets = {f"net:{net.name}": {str(code) for code in net.codes} for net in variable.nets}
    return nets.get(row["id"], {row["id"]})


def _sides_p(table: Document, one: Row, two: Row) -> float | None:
    """Whether two shares of one column differ: z = (p₁−p₂)/√((p₁+p₂−(p₁−p₂)²)/n), on the effective base.

    Two cells of one multinomial (Scott and Seber 1983, The American Statistician 37:319). 32 and 40 of 80: p = .34.
    """
    column = table["columns"][0]
    base = column.get("effective_base") or column["base"]
    shares = [row["cells"][0]["exact"] / 100 for row in (one, two)]
    difference = shares[0] - shares[1]
    variance = (sum(shares) - difference**2) / base
    return 2 * float(special.ndtr(-abs(difference) / variance**0.5)) if variance > 0 else None


def _divided(material: Material, variable: Variable, table: Document, rows: tuple[Row, Row], p: float) -> Finding:
    group = material.group(table)
    words = _("opinion was divided: %(lead)s, %(one)s said “%(first)s” and %(two)s “%(second)s”") % {
        "lead": material.lead(variable),
        "one": share(cell_in(table, rows[0]), group, sensitive=variable.sensitive, goes_on=True),
        "first": rows[0]["label"],
        "two": _briefly(table, rows[1], material, variable),
        "second": rows[1]["label"],
    }
    figures = tuple(material.figure(variable, row=row["id"]) for row in rows)
    difference = abs(rows[0]["cells"][0]["exact"] - rows[1]["cells"][0]["exact"])
    return Finding(DIVIDED, variable.name, sentence(words), figures, strength=-difference, p=p, method="z")
