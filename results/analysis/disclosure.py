"""The attacker: what can be worked out about small groups from everything that is visible of a wave.

For each question it takes all released tables together as linear equations on the counts that were hidden, and solves
for the smallest and the largest each could be. A small group whose answers come out exactly has leaked.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from results.analysis.suppression import TOTAL
from surveys.codebook import Codebook, Variable

REST = ""
BASE = ""
EXACT = 0.5
MERGED_REST = "?"
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
    points: list[NDArray[np.float64]] = field(default_factory=list)

    def add(self, terms: Terms, value: float = 0.0) -> None:
        """Something adds up to `value`."""
        self._know(terms)
        self.equal.append((terms, value))

    def bound(self, terms: Terms, value: float = 0.0) -> None:
        """Something is at most `value`."""
        self._know(terms)
        self.at_most.append((terms, value))

    def least(self, terms: Terms) -> float:
        """The least that a sum of counts can be; minus infinity without bound."""
        return self._extreme(terms, 1.0)

    def most(self, terms: Terms) -> float:
        """The most that a sum of counts can be; infinity without bound."""
        return self._extreme(terms, -1.0)

    def interval(self, terms: Terms) -> tuple[float, float]:
        """The least and the most that a sum of counts can be."""
        return self.least(terms), self.most(terms)

    def seen(self, terms: Terms) -> NDArray[np.float64]:
        """What a sum of counts was in the solutions found so far: each lies between its least and its most."""
        goal = self._goal(terms)
        return np.array([point @ goal for point in self.points])

    def check(self) -> None:
        """Raise ValueError if no counts at all agree with what is known."""
        self._extreme({}, 1.0)

    def _know(self, terms: Terms) -> None:
        self.solved = None
        self.points = []
        for key in terms:
            self.keys.setdefault(key, len(self.keys))

    def _extreme(self, terms: Terms, sign: float) -> float:
        goal = sign * self._goal(terms)
        if self.solved is None:
            self.solved = (*self._matrix(self.at_most), *self._matrix(self.equal))
        made = linprog(goal, *self.solved, bounds=(0, None), method="highs")
        if made.status == UNBOUNDED:
            return -sign * np.inf
        if made.status != 0:
            raise ValueError(f"the released tables contradict each other: {made.message}")
        self.points.append(made.x)
        return float(sign * made.fun)

    def _goal(self, terms: Terms) -> NDArray[np.float64]:
        goal = np.zeros(len(self.keys))
        for key, factor in terms.items():
            goal[self.keys[key]] += factor
        return goal

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


@dataclass(frozen=True)
class View:
    """All released tables of one question by one break: its parts, and the sets of parts whose counts are shown.

    A merged column is the set of its parts; the part "" stands for those in no column.
    """

    by: str
    tables: tuple[Table, ...]
    overlapping: frozenset[str]

    @property
    def parts(self) -> list[str]:
        """The break's columns, unmerged, and those in none of them."""
        columns = (part for table in self.tables for column in table["columns"][1:] for part in parts_of(column["id"]))
        return list(dict.fromkeys([*columns, REST])) if self.by else []

    @property
    def shown(self) -> list[frozenset[str]]:
        """The sets of parts whose counts some table shows."""
        columns = [column for table in self.tables for column in table["columns"][1:]]
        return [frozenset(parts_of(column["id"])) for column in columns if column["base"] is not None]

    @property
    def rows(self) -> list[str]:
        """The base and the rows that count people."""
        return [BASE, *(row["id"] for row in _counted(self.tables[0]))]

    @classmethod
    def of(cls, by: str, tables: Sequence[Table]) -> View:
        """The view of these tables, all by the same break."""
        return cls(by, tuple(tables), frozenset(tables[0]["overlapping"]))


def parts_of(column: str) -> list[str]:
    """The parts a column was merged from; one for a column as it is."""
    return [REST if part == MERGED_REST else part for part in column.split("+")]


def system_of(variable: Variable, views: Sequence[View]) -> System:
    """All that the released tables of one question say about its counts."""
    system = System()
    for view in views:
        _say_visible(system, view)
        _say_structure(system, variable, view)
    _say_crossings(system, variable, views)
    return system


def _attack_question(
    variable: Variable, tables: Sequence[Table], threshold: int, known: Mapping[Key, int]
) -> list[Leak]:
    if not variable.closed or all(table["columns"][0]["base"] is None for table in tables):
        return []
    names = dict.fromkeys(table["by"] or "" for table in tables)
    views = [View.of(by, [table for table in tables if (table["by"] or "") == by]) for by in names]
    system = system_of(variable, views)
    for (name, by, column), base in known.items():
        if name == variable.name and (by, column, BASE) in system.keys:
            system.add({(by, column, BASE): 1.0}, float(base))
    system.check()
    return [leak for view in views for leak in _leaks(variable.name, view, system, threshold)]


def _leaks(name: str, view: View, system: System, threshold: int) -> Iterable[Leak]:
    for group, share in _candidates(view, system):
        if _is_recovered(view, system, share, threshold):
            low, high = system.interval(_terms(view.by, share, BASE))
            yield Leak(name, view.by, group, low, high)


def _candidates(view: View, system: System) -> list[tuple[tuple[str, ...], dict[str, float]]]:
    """Groups to go for, as sums and differences of parts."""
    single = [(part,) for part in view.parts if frozenset([part]) not in view.shown]
    if view.overlapping:
        outside = [((TOTAL, *parts), {TOTAL: 1.0, **dict.fromkeys(parts, -1.0)}) for parts in view.shown]
        return [*((group, dict.fromkeys(group, 1.0)) for group in single if group != (REST,)), *outside]
    seen = frozenset().union(*view.shown)
    unseen = tuple(part for part in view.parts if part not in seen)
    between = [tuple(more - less) for more in view.shown for less in view.shown if less < more]
    groups = dict.fromkeys([*single, unseen, *between, *_line_groups(view, unseen, system)])
    return [(group, dict.fromkeys(group, 1.0)) for group in groups if group]


def _line_groups(view: View, unseen: Sequence[str], system: System) -> Iterable[tuple[str, ...]]:
    """In a crossed break, what is hidden in each line together with those of whom the other part is unknown."""
    found = dict.fromkeys(key[1] for key in system.keys if key[0] == view.by and key[1].startswith(f"{REST}|"))
    for rest in found:
        _, place, column = rest.split("|", 2)
        yield (*(name for name in unseen if name and name.split("|")[int(place)] == column), rest)


def _is_recovered(view: View, system: System, share: dict[str, float], threshold: int) -> bool:
    """Whether a group must be small but not empty, and each answer's count in it comes out exactly.

    Answers that all or none of the whole table gave are known without any arithmetic, and do not count. Most groups
    are cleared by a solution that was found for another: in it they are none, or many, or answered otherwise.
    """
    base = _terms(view.by, share, BASE)
    table = view.tables[0]
    telling = [
        _terms(view.by, share, row["id"]) for row in _counted(table) if row["kind"] == "code" and _varies(row, table)
    ]
    sizes = system.seen(base)
    if ((sizes < EXACT) | (sizes > threshold - EXACT)).any() or any(
        np.ptp(system.seen(row)) >= EXACT for row in telling
    ):
        return False
    if not telling or system.least(base) < EXACT or system.most(base) > threshold - EXACT:
        return False
    return all(most - least < EXACT for least, most in map(system.interval, telling))


def _varies(row: Mapping[str, Any], table: Table) -> bool:
    return row["cells"][0] is not None and 0 < row["cells"][0]["count"] < table["columns"][0]["base"]


def _counted(table: Table) -> list[Mapping[str, Any]]:
    return [row for row in table["rows"] if row["kind"] in ("code", "net")]


def _terms(by: str, share: Mapping[str, float], row: str) -> Terms:
    return {_key(by, column, row): factor for column, factor in share.items()}


def _key(by: str, column: str, row: str) -> Key:
    """The unknown of a cell; the total is the same in all tables of a question."""
    return ("", TOTAL, row) if column == TOTAL else (by, column, row)


def _say_visible(system: System, view: View) -> None:
    for table in view.tables:
        for place, column in enumerate(table["columns"]):
            if column["base"] is None:
                continue
            parts = [TOTAL] if column["id"] == TOTAL else parts_of(column["id"])
            system.add({_key(view.by, part, BASE): 1.0 for part in parts}, float(column["base"]))
            for row in _counted(table):
                cell = row["cells"][place]
                people = float(cell.get("people", cell["count"]))
                system.add({_key(view.by, part, row["id"]): 1.0 for part in parts}, people)


def _say_structure(system: System, variable: Variable, view: View) -> None:
    """What follows from what the columns, the codes and the nets are."""
    for row in view.rows:
        if view.overlapping:
            _say_overlap(system, view, row)
        elif view.parts:
            system.add({**_terms(view.by, dict.fromkeys(view.parts, 1.0), row), _key("", TOTAL, row): -1.0})
    for column in [TOTAL, *view.parts]:
        _say_rows(system, variable, view.by, column)


def _say_overlap(system: System, view: View, row: str) -> None:
    """Overlapping columns hold at most the total, together at least; each with those apart from all at most it."""
    total = _key("", TOTAL, row)
    apart = {_key(view.by, part, row): 1.0 for part in view.parts if part not in view.overlapping}
    for part in view.overlapping:
        system.bound({**apart, _key(view.by, part, row): 1.0, total: -1.0})
    system.bound({**{_key(view.by, part, row): -1.0 for part in view.parts}, total: 1.0})


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


def _say_crossings(system: System, variable: Variable, views: Sequence[View]) -> None:
    """Columns of a crossed break add up, with those of whom the other is unknown, to those of the simpler break."""
    simple = {view.by: view for view in views if view.by and not view.overlapping}
    for view in views:
        names = view.by.split("|")
        if len(names) < 2 or view.overlapping:
            continue
        for place, name in enumerate(names):
            if name in simple:
                _say_crossing(system, variable, view, simple[name], place)


def _say_crossing(system: System, variable: Variable, crossed: View, simple: View, place: int) -> None:
    for column in simple.parts[:-1]:
        _say_rows(system, variable, crossed.by, f"{REST}|{place}|{column}")
        inside = [part for part in crossed.parts if part and part.split("|")[place] == column]
        for row in crossed.rows:
            terms = _terms(crossed.by, dict.fromkeys([*inside, f"{REST}|{place}|{column}"], 1.0), row)
            system.add({**terms, _key(simple.by, column, row): -1.0})
