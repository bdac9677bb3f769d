"""The attacker: what can be worked out about small groups from everything that is visible of a wave.

For each question it takes all released tables together as linear equations on the counts that were hidden, and solves
for the smallest and the largest each could be. A small group whose answers come out exactly has leaked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from results.analysis.suppression import TOTAL
from surveys.codebook import Codebook, Variable

REST = ""
BASE = ""
EXACT = 0.5
UNBOUNDED = 3

Key = tuple[str, str, str]
Terms = dict[Key, float]
Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Leak:
    """A group of 1 to threshold−1 people whose answers can be worked out, and between which sizes it must lie."""

    variable: str
    by: str
    group: tuple[str, ...]
    low: float
    high: float


@dataclass
class System:
    """Linear knowledge of the counts of one question: unknowns are (break, column, row), rows "" for the base."""

    keys: dict[Key, int] = field(default_factory=dict)
    equal: list[tuple[Terms, float]] = field(default_factory=list)
    at_most: list[tuple[Terms, float]] = field(default_factory=list)
    solved: tuple[Any, ...] | None = None

    def add(self, terms: Terms, value: float = 0.0) -> None:
        """Something adds up to `value`."""
        self._know(terms)
        self.equal.append((terms, value))

    def bound(self, terms: Terms, value: float = 0.0) -> None:
        """Something is at most `value`."""
        self._know(terms)
        self.at_most.append((terms, value))

    def interval(self, terms: Terms) -> tuple[float, float]:
        """The least and the most that a sum of counts can be; minus and plus infinity without bound."""
        low, high = (self._extreme(terms, sign) for sign in (1.0, -1.0))
        return low, high

    def _know(self, terms: Terms) -> None:
        self.solved = None
        for key in terms:
            self.keys.setdefault(key, len(self.keys))

    def _extreme(self, terms: Terms, sign: float) -> float:
        goal = np.zeros(len(self.keys))
        for key, factor in terms.items():
            goal[self.keys[key]] += sign * factor
        if self.solved is None:
            self.solved = (*self._matrix(self.at_most), *self._matrix(self.equal))
        made = linprog(goal, *self.solved, bounds=(0, None), method="highs")
        if made.status == UNBOUNDED:
            return -sign * np.inf
        if made.status != 0:
            raise ValueError(f"the released tables contradict each other: {made.message}")
        return float(sign * made.fun)

    def _matrix(self, listed: list[tuple[Terms, float]]) -> tuple[Any, Any]:
        """The terms as a sparse matrix, and the values."""
        if not listed:
            return None, None
        entries = [(row, self.keys[key], by) for row, (terms, _) in enumerate(listed) for key, by in terms.items()]
        rows, columns, factors = zip(*entries, strict=True)
        matrix = csr_matrix((factors, (rows, columns)), shape=(len(listed), len(self.keys)))
        return matrix, np.array([value for _, value in listed])


def attack(
    tables: Iterable[Table], codebook: Codebook, *, threshold: int, known: Mapping[Key, int] | None = None
) -> list[Leak]:
    """Every small group that all the released tables of a wave together give away; empty if they are safe.

    `tables` are unfiltered tables of people as released, several of one question taken together. `known` are bases the
    attacker has from elsewhere, as ``(variable, break, column)``; the column "" are those in no column.
    """
    by_variable: dict[str, list[Table]] = {}
    for table in tables:
        by_variable.setdefault(table["variable"], []).append(table)
    return [
        leak
        for name, listed in by_variable.items()
        for leak in _attack_question(codebook[name], listed, threshold, known or {})
    ]


def _attack_question(
    variable: Variable, tables: Sequence[Table], threshold: int, known: Mapping[Key, int]
) -> list[Leak]:
    if not variable.closed or all(table["columns"][0]["base"] is None for table in tables):
        return []
    system = system_of(variable, tables)
    for (name, by, column), base in known.items():
        if name == variable.name and (by, column, BASE) in system.keys:
            system.add({(by, column, BASE): 1.0}, float(base))
    return [leak for table in tables for leak in _leaks(variable, table, system, threshold)]


def system_of(variable: Variable, tables: Sequence[Table]) -> System:
    """All that the tables of one question say about its counts."""
    system = System()
    for table in tables:
        _say_visible(system, table)
        _say_structure(system, variable, table)
    _say_crossings(system, tables)
    return system


def _leaks(variable: Variable, table: Table, system: System, threshold: int) -> Iterable[Leak]:
    by = table["by"] or ""
    for group, share in _candidates(table, system):
        if _is_recovered(by, table, system, share, threshold):
            low, high = system.interval(_terms(by, share, BASE))
            yield Leak(variable.name, by, group, low, high)


def _candidates(table: Table, system: System) -> list[tuple[tuple[str, ...], dict[str, float]]]:
    """Groups to go for, as sums and differences of columns: each hidden one, all of them, what a column leaves out."""
    hidden = [column["id"] for column in table["columns"] if column["base"] is None]
    shown = [column["id"] for column in table["columns"][1:] if column["base"] is not None]
    if not table["by"]:
        return []
    if table["overlapping"]:
        outside = [((TOTAL, name), {TOTAL: 1.0, name: -1.0}) for name in shown]
        return [*(((name,), {name: 1.0}) for name in hidden), *outside]
    groups = [*((name,) for name in [*hidden, REST]), (*hidden, REST), *_line_groups(table, hidden, system)]
    return [(group, dict.fromkeys(group, 1.0)) for group in dict.fromkeys(groups)]


def _line_groups(table: Table, hidden: Sequence[str], system: System) -> Iterable[tuple[str, ...]]:
    """In a crossed table, what is hidden in each line together with those of whom the other attribute is unknown."""
    found = dict.fromkeys(key[1] for key in system.keys if key[0] == table["by"] and key[1].startswith(f"{REST}|"))
    for rest in found:
        _, place, column = rest.split("|", 2)
        yield (*(name for name in hidden if name.split("|")[int(place)] == column), rest)


def _is_recovered(by: str, table: Table, system: System, share: dict[str, float], threshold: int) -> bool:
    """Whether a group must be small but not empty, and each answer's count in it comes out exactly.

    Answers that all or none of the whole table gave are known without any arithmetic, and do not count.
    """
    low, high = system.interval(_terms(by, share, BASE))
    if low < EXACT or high > threshold - EXACT:
        return False
    telling = [row["id"] for row in table["rows"] if row["kind"] == "code" and _varies(row, table)]
    intervals = (system.interval(_terms(by, share, row)) for row in telling)
    return bool(telling) and all(most - least < EXACT for least, most in intervals)


def _varies(row: Mapping[str, Any], table: Table) -> bool:
    return row["cells"][0] is not None and 0 < row["cells"][0]["count"] < table["columns"][0]["base"]


def _terms(by: str, share: Mapping[str, float], row: str) -> Terms:
    return {_key(by, column, row): factor for column, factor in share.items()}


def _key(by: str, column: str, row: str) -> Key:
    """The unknown of a cell; the total is the same in all tables of a question."""
    return ("", TOTAL, row) if column == TOTAL else (by, column, row)


def _say_visible(system: System, table: Table) -> None:
    by = table["by"] or ""
    for place, column in enumerate(table["columns"]):
        if column["base"] is None:
            continue
        system.add({_key(by, column["id"], BASE): 1.0}, float(column["base"]))
        for row in table["rows"]:
            if row["kind"] in ("code", "net"):
                cell = row["cells"][place]
                system.add({_key(by, column["id"], row["id"]): 1.0}, float(cell.get("people", cell["count"])))


def _say_structure(system: System, variable: Variable, table: Table) -> None:
    """What follows from what the columns, the codes and the nets are."""
    by = table["by"] or ""
    columns = [column["id"] for column in table["columns"][1:]]
    rows = [BASE, *(row["id"] for row in table["rows"] if row["kind"] in ("code", "net"))]
    inside = [*columns, REST] if table["by"] else []
    for row in rows:
        parts = {_key(by, column, row): 1.0 for column in inside}
        if parts and not table["overlapping"]:
            system.add({**parts, _key(by, TOTAL, row): -1.0})
        elif parts:
            _say_overlap(system, table, by, row)
    for column in [TOTAL, *inside]:
        _say_rows(system, variable, by, column)


def _say_overlap(system: System, table: Table, by: str, row: str) -> None:
    """Overlapping columns hold at most the total, together at least; each with those apart from all at most it."""
    total = _key(by, TOTAL, row)
    columns = [column["id"] for column in table["columns"][1:]]
    apart = {_key(by, column, row): 1.0 for column in [*columns, REST] if column not in table["overlapping"]}
    for column in table["overlapping"]:
        system.bound({**apart, _key(by, column, row): 1.0, total: -1.0})
    system.bound({**{_key(by, column, row): -1.0 for column in [*columns, REST]}, total: 1.0})


def _say_rows(system: System, variable: Variable, by: str, column: str) -> None:
    base = _key(by, column, BASE)
    codes = {code.code: _key(by, column, str(code.code)) for code in variable.codes}
    if variable.holds == "one":
        system.add({**dict.fromkeys(codes.values(), 1.0), base: -1.0})
    for key in codes.values():
        system.bound({key: 1.0, base: -1.0})
    for net in variable.nets:
        whole = _key(by, column, f"net:{net.name}")
        parts = {codes[code]: -1.0 for code in net.codes}
        if variable.holds == "one":
            system.add({whole: 1.0, **parts})
        else:
            system.bound({whole: 1.0, **parts})
            system.bound({whole: 1.0, base: -1.0})


def _say_crossings(system: System, tables: Sequence[Table]) -> None:
    """Columns of a crossed break add up, with those of whom the other is unknown, to those of the simpler break."""
    simple = {table["by"]: table for table in tables if table["by"] and not table["overlapping"]}
    for table in tables:
        names = (table["by"] or "").split("|")
        if len(names) < 2 or table["overlapping"]:
            continue
        for place, name in enumerate(names):
            if name in simple:
                _say_crossing(system, table, simple[name], place)


def _say_crossing(system: System, crossed: Table, simple: Table, place: int) -> None:
    rows = [BASE, *(row["id"] for row in crossed["rows"] if row["kind"] in ("code", "net"))]
    for column in simple["columns"][1:]:
        parts = [each["id"] for each in crossed["columns"][1:] if each["id"].split("|")[place] == column["id"]]
        for row in rows:
            unknown = (crossed["by"], f"{REST}|{place}|{column['id']}", row)
            terms = {(crossed["by"], part, row): 1.0 for part in parts}
            system.add({**terms, unknown: 1.0, (simple["by"], column["id"], row): -1.0})
