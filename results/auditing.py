"""The audit of a wave: everything that is or was visible of it, attacked together, and what can be worked out of it.

The attacker is `results.analysis.disclosure`. Here he is given all he can have: the stored tables, everything in the
ledger over all formats and snapshots, tables within filters as columns of a break in which they stand, and files with
a row for each respondent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from results.analysis import bits
from results.analysis.disclosure import attack
from results.analysis.frame import Frame
from results.analysis.suppression import PUBLIC, STAFF
from results.exporters.withholding import LEAST, withhold
from results.models import Release, Table
from results.tables import Results, results_of
from surveys.codebook import Codebook
from surveys.models import Wave

Document = Mapping[str, Any]
Known = dict[tuple[str, str, str], int]

THRESHOLDS = {Release.Audience.STAFF: STAFF.people, Release.Audience.PUBLIC: PUBLIC.people}

ROLE = "role"
"""The attribute that everybody has, as everybody knows."""

INSIDE, OUTSIDE = "in", "out"

SHOWN, WORKED_OUT, BETWEEN, ROWS = "shown", "worked out", "between snapshots", "respondents"
"""How a group leaks: its column is shown, it follows from others, two snapshots differ by it, it is in a file."""


@dataclass(frozen=True, slots=True)
class Leaked:
    """A small group that an audience can know the answers of, and how; between which sizes it must lie."""

    audience: str
    snapshot: str
    variable: str
    by: str
    group: tuple[str, ...]
    low: float
    high: float
    how: str

    def __str__(self) -> str:
        group = " and ".join(each or "those of whom it is not known" for each in self.group)
        size = f"{self.low:.0f}" if round(self.low) == round(self.high) else f"{self.low:.0f} to {self.high:.0f}"
        where = f"{self.variable} by {self.by}" if self.by else self.variable
        return f"{where}: {group} ({size} people), {self.how}, {self.audience}, snapshot {self.snapshot[:12]}"


@dataclass(frozen=True)
class Audit:
    """What an audit found, and how much it looked at."""

    wave: str
    snapshot: str
    releases: int
    tables: int
    leaks: list[Leaked] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether no small group leaks."""
        return not self.leaks


@dataclass(frozen=True)
class Seen:
    """What one audience has seen of one snapshot: tables with their filters."""

    audience: str
    snapshot: str
    tables: Sequence[tuple[Document, Mapping[str, Sequence[str]]]]

    @property
    def threshold(self) -> int:
        """The least a group must be for this audience."""
        return THRESHOLDS[Release.Audience(self.audience)]


def audit(wave: Wave) -> Audit:
    """Attack everything that staff, and what of it everybody, has seen of a closed wave.

    Staff see the stored tables and all that was ever released; everybody sees what was released to everybody. Writes
    nothing. Raises Refused while there are no results.
    """
    results = results_of(wave)
    views = list(_views(results))
    leaks = [leak for seen in views for leak in _leaks(seen, results.codebook)]
    leaks += _leaks_between(views)
    if wave.releases.filter(respondent_level=True).exists():
        leaks += _leaks_of_rows(results)
    tables = sum(len(seen.tables) for seen in views if seen.audience == Release.Audience.STAFF)
    return Audit(wave.slug, results.digest, wave.releases.count(), tables, leaks)


def _views(results: Results) -> Iterator[Seen]:
    """What each audience has seen of each snapshot; what everybody has seen, staff have too."""
    found: dict[tuple[str, str], dict[str, tuple[Document, Any]]] = defaultdict(dict)
    for release in results.wave.releases.prefetch_related("tables"):
        for audience in {Release.Audience.STAFF.value, release.audience}:
            shown = found[audience, release.snapshot_digest]
            shown |= {table.mark: (table.document, table.where) for table in release.tables.all()}
    stored = Table.objects.filter(snapshot__wave=results.wave, snapshot__digest=results.digest)
    now = found[Release.Audience.STAFF.value, results.digest]
    released = [document for document, where in now.values() if not where]
    now |= {f"stored {row.pk}": (row.document, {}) for row in stored if row.document not in released}
    now |= {f"panel {table['variable']}": (table, where) for table, where in _panel_tables(results)}
    for (audience, snapshot), shown in sorted(found.items()):
        yield Seen(audience, snapshot, list(shown.values()))


def _panel_tables(results: Results) -> Iterator[tuple[Document, Mapping[str, Sequence[str]]]]:
    """What the matched panel shows: tables of those alone who answered the earlier wave as well."""
    panel = results.summary.get("panel")
    if panel:
        asked = (question["table"] for question in panel["questions"])
        yield from ((table, {f"in {panel['wave']}": ["yes"]}) for table in asked if table)


def _leaks(seen: Seen, codebook: Codebook) -> Iterator[Leaked]:
    """What leaks out of one snapshot. Tables of people with different bases are attacked apart."""
    people = [(table, where) for table, where in seen.tables if table["denominator"] == "people"]
    for aside in (False, True):
        listed = [(table, where) for table, where in people if bool(table.get("set_aside")) == aside]
        yield from _small_columns(seen, listed)
        tables, known = _together(listed, codebook)
        for leak in attack(tables, codebook, threshold=seen.threshold, known=known):
            head = (seen.audience, seen.snapshot, leak.variable, leak.by, leak.group)
            yield Leaked(*head, leak.low, leak.high, WORKED_OUT)


def _small_columns(seen: Seen, tables: Iterable[tuple[Document, Any]]) -> Iterator[Leaked]:
    """Columns of fewer than the threshold that are simply shown."""
    for table, where in tables:
        by = "; ".join(filter(None, [table["by"] or "", _name_of(where) if where else ""]))
        for column in table["columns"]:
            if column["base"] and column["base"] < seen.threshold:
                head = (seen.audience, seen.snapshot, table["variable"], by, (column["id"],))
                yield Leaked(*head, column["base"], column["base"], SHOWN)


def _together(tables: Sequence[tuple[Document, Any]], codebook: Codebook) -> tuple[list[Document], Known]:
    """Unfiltered tables as they are, filtered ones as parts of the whole table; and what follows of unknowns."""
    plain = [table for table, where in tables if not where]
    totals = {table["variable"]: table for table in plain if not table["by"] and table["columns"][0]["base"]}
    made = list(plain)
    known: Known = {(table["variable"], ROLE, ""): 0 for table in plain if table["by"] == ROLE}
    for table, where in tables:
        if where and table["variable"] in totals:
            slices, nobody = _sliced(table, where, totals[table["variable"]], codebook)
            made += slices
            known |= nobody
    return made, known


def _sliced(
    table: Document, where: Mapping[str, Sequence[str]], whole: Document, codebook: Codebook
) -> tuple[list[Document], Known]:
    """A filtered table as a break into those inside the filter and outside it, crossed with its own break.

    Everybody is inside or outside, and of who is inside the filtered attribute is known: those are the unknowns that
    are none. A filter is tied to the break by its own variable, whose columns make up the inside.
    """
    name, variable = _name_of(where), table["variable"]
    made = [_part(whole, by=name, columns={INSIDE: (table, 0), OUTSIDE: None})]
    known: Known = {(variable, name, ""): 0}
    if table["by"]:
        crossed = {f"{INSIDE}|{each['id']}": (table, i) for i, each in enumerate(table["columns"]) if i}
        hidden = {f"{OUTSIDE}|{each['id']}": None for each in table["columns"][1:]}
        overlapping = [f"{side}|{each}" for side in (INSIDE, OUTSIDE) for each in table["overlapping"]]
        made.append(_part(whole, by=f"{name}|{table['by']}", columns={**crossed, **hidden}, overlapping=overlapping))
        known |= {(variable, f"{name}|{table['by']}", f"|1|{each['id']}"): 0 for each in table["columns"][1:]}
    for attribute, codes in where.items():
        if attribute not in codebook or attribute in (variable, table["by"]):
            continue
        if codebook[attribute].holds == "one":
            made.append(_tied(whole, name, attribute, codes, codebook, alone=len(where) == 1))
            both = f"{name}|{attribute}"
            known |= {(variable, both, f"|1|{code.code}"): 0 for code in codebook[attribute].codes}
            known[variable, both, f"|0|{INSIDE}"] = 0
    return made, known


def _tied(
    whole: Document, name: str, attribute: str, codes: Sequence[str], codebook: Codebook, *, alone: bool
) -> Document:
    """The filter crossed with its own variable: inside are the codes it lets through, and if `alone` all of them."""
    listed = [str(code.code) for code in codebook[attribute].codes]
    inside = [f"{INSIDE}|{code}" for code in listed if code in codes]
    outside = [f"{OUTSIDE}|{code}" for code in listed if code not in codes or not alone]
    return _part(whole, by=f"{name}|{attribute}", columns=dict.fromkeys([*inside, *outside]))


def _part(
    whole: Document,
    *,
    by: str,
    columns: Mapping[str, tuple[Document, int] | None],
    overlapping: Sequence[str] = (),
) -> Document:
    """A table with the total of `whole` and these columns, each a column of another table or hidden."""
    heads = [whole["columns"][0]]
    rows = [{**row, "cells": row["cells"][:1]} for row in whole["rows"]]
    for column, source in columns.items():
        shown = source is not None and source[0]["columns"][source[1]]["base"] is not None
        heads.append({"id": column, "base": source[0]["columns"][source[1]]["base"] if source and shown else None})
        cells = _cells_by_row(*source) if source and shown else {}
        for row in rows:
            row["cells"] = [*row["cells"], cells.get(row["id"])]
    return {**whole, "by": by, "columns": heads, "rows": rows, "overlapping": list(overlapping)}


def _cells_by_row(table: Document, place: int) -> dict[str, Any]:
    return {row["id"]: row["cells"][place] for row in table["rows"]}


def _name_of(where: Mapping[str, Sequence[str]]) -> str:
    """A filter as the name of a break."""
    return " & ".join(f"{name}={','.join(codes)}" for name, codes in sorted(where.items()))


def _leaks_between(views: Sequence[Seen]) -> Iterator[Leaked]:
    """Columns that differ by a few people between two snapshots: who was erased can be worked out by subtraction."""
    bases: dict[tuple[Any, ...], dict[int, str]] = defaultdict(dict)
    for seen in views:
        for table, where in seen.tables:
            for column in table["columns"]:
                key = (
                    seen.audience,
                    seen.threshold,
                    table["variable"],
                    table["by"] or "",
                    _name_of(where),
                    column["id"],
                )
                if column["base"] is not None and not table.get("set_aside") and table["denominator"] == "people":
                    bases[key][column["base"]] = seen.snapshot
    for (audience, threshold, variable, by, filtered, column), found in bases.items():
        sizes = sorted(found)
        for less, more in pairwise(sizes):
            if more - less < threshold:
                split = "; ".join(filter(None, [by, filtered]))
                head = (audience, found[less], variable, split, (column,))
                yield Leaked(*head, more - less, more - less, BETWEEN)


def _leaks_of_rows(results: Results) -> Iterator[Leaked]:
    """Respondents who stand out in a file with a row each, after what the exports withhold."""
    frame, withheld = results.frame, withhold(results.frame)
    keys = [
        _key(frame, withheld.attributes, withheld.role_bound, hidden, row)
        for row, hidden in enumerate(withheld.hidden)
    ]
    for key, people in sorted(Counter(keys).items(), key=str):
        if people < LEAST and frame.size >= LEAST:
            head = (Release.Audience.STAFF.value, results.digest, "", "respondents")
            yield Leaked(*head, tuple(map(str, key)), people, people, ROWS)


def _key(
    frame: Frame, attributes: Sequence[str], role_bound: Sequence[str], hidden: frozenset[str], row: int
) -> tuple[Any, ...]:
    """What a row of the file shows of whose it is."""
    return tuple(
        [None if name in hidden else _code(frame, name, row) for name in attributes]
        + [None if name in hidden else _is_in(frame.asked[name], row) for name in role_bound]
    )


def _code(frame: Frame, name: str, row: int) -> str:
    codes = zip(frame.codebook[name].codes, frame.codes[name], strict=True)
    return next((str(code.code) for code, mask in codes if _is_in(mask, row)), "")


def _is_in(mask: bits.Mask, row: int) -> bool:
    return bool(mask[row // 8] >> (7 - row % 8) & 1)
