"""The table behind a chart, and by itself: every figure with its base, flagged where the base is small.

A `Grid` is what ``templates/charts/table.html`` sets. There are three: the answers of everybody with counts and
intervals, the answers by the columns of a break, and the statements of a battery by their answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from results import printing
from results.charts.choosing import hidden_words, is_crowded
from surveys.codebook import Variable

Table = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one column: its words, its base with flag (empty where columns have none), its letter in tests."""

    label: str
    base: str = ""
    letter: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Figures:
    """One cell as printed: the share, the count where it must be given, the letters of columns that differ."""

    main: str
    count: str = ""
    letters: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One row: an answer, a net, a mean or a statement."""

    label: str
    kind: str
    cells: tuple[Figures, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A whole table with its notes in words. `corner` stands above the rows' words."""

    caption: str
    corner: str
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...]

    @property
    def has_bases(self) -> bool:
        """Whether the columns have bases of their own."""
        return any(head.base or head.hidden for head in self.heads)

    @property
    def has_letters(self) -> bool:
        """Whether some cell names the columns it differs from, so that the heads must show their letters."""
        return any(cell.letters for line in self.lines for cell in line.cells)


def grid_for(table: Table, *, variable: Variable) -> Grid:
    """The table of the Results JSON: by its columns, or for everybody with counts and intervals."""
    if len(table["columns"]) == 1:
        return _plain(table, variable=variable)
    grid = _broken(table, variable=variable)
    return _turned(grid) if is_crowded(table) else grid


def grid_of_battery(tables: Sequence[Table], *, variables: Sequence[Variable]) -> Grid:
    """The statements of a battery as rows, their answers and nets as columns, everybody, each with its own base."""
    rows = [row for row in tables[0]["rows"] if row["kind"] in ("code", "net")]
    lines = (
        _statement(table, variable=variable, ids=[row["id"] for row in rows])
        for table, variable in zip(tables, variables, strict=True)
    )
    return Grid(
        caption=variables[0].text,
        corner=_("Per cent"),
        heads=(*(Head(row["label"]) for row in rows), Head(_("Base"))),
        lines=tuple(lines),
        notes=tuple(dict.fromkeys(note for table in tables for note in _notes(table))),
    )


def hidden_columns(table: Table) -> set[str]:
    """The ids of the columns that are suppressed."""
    return set(table.get("suppressed", ()))


def _plain(table: Table, *, variable: Variable) -> Grid:
    base = table["columns"][0]["base"]
    lines = [
        Line(_row_words(row), row["kind"], _plain_cells(row["cells"][0], base=base, sensitive=variable.sensitive))
        for row in table["rows"]
    ]
    mean = (table.get("mean") or [None])[0]
    if mean and mean["value"] is not None:
        low, high = printing.mean_interval(mean)
        cells = (printing.mean(mean["value"]), str(mean["base"]), _between(printing.mean(low), printing.mean(high)))
        lines.append(Line(_("Mean"), "mean", tuple(map(Figures, cells))))
    heads = (Head(_("Per cent")), Head(_("People")), Head(_("95% interval")))
    return Grid(variable.label, _("Answer"), heads, tuple(lines), tuple(_notes(table)))


def _plain_cells(cell: Mapping[str, Any] | None, *, base: int, sensitive: bool) -> tuple[Figures, ...]:
    if cell is None:
        return (Figures(_("not shown"), hidden=True),) * 3
    if printing.is_veiled(cell, base=base, sensitive=sensitive):
        return Figures(printing.percent(cell, base=base, sensitive=True)), Figures("–"), Figures("–")
    shown = printing.percent(cell, base=base)
    between = "" if cell["low"] is None else _between(f"{cell['low']:.0f}", f"{cell['high']:.0f}")
    return Figures(shown), Figures(str(printing.people_in(cell))), Figures(between)


def _between(low: str, high: str) -> str:
    return _("%(low)s to %(high)s") % {"low": low, "high": high}


def _broken(table: Table, *, variable: Variable) -> Grid:
    hidden = hidden_columns(table)
    return Grid(
        caption=variable.label,
        corner=_("Per cent"),
        heads=tuple(_head(column, hidden=hidden) for column in table["columns"]),
        lines=(*_shares(table, variable=variable), *_means(table)),
        notes=tuple(_notes(table)),
    )


def _turned(grid: Grid) -> Grid:
    """The same table with its columns as rows, each with its base at the end."""
    bases = [Figures(_("not shown"), hidden=True) if head.hidden else Figures(head.base) for head in grid.heads]
    lines = (
        Line(_lettered(head), "code", (*(line.cells[index] for line in grid.lines), bases[index]))
        for index, head in enumerate(grid.heads)
    )
    heads = (*(Head(line.label) for line in grid.lines), Head(_("Base")))
    return Grid(grid.caption, grid.corner, heads, tuple(lines), grid.notes)


def _lettered(head: Head) -> str:
    return f"{head.label} ({head.letter})" if head.letter else head.label


def _head(column: Mapping[str, Any], *, hidden: set[str]) -> Head:
    out = column["id"] in hidden or column["base"] is None
    return Head(
        label=column["label"],
        base="" if out else f"{column['base']:,}{printing.base_flag(column['base'])}",
        letter=column.get("letter", ""),
        hidden=out,
    )


def _shares(table: Table, *, variable: Variable) -> Iterable[Line]:
    for row in table["rows"]:
        pairs = zip(row["cells"], table["columns"], strict=True)
        cells = (_figures(cell, base=column["base"], sensitive=variable.sensitive) for cell, column in pairs)
        yield Line(_row_words(row), row["kind"], tuple(cells))


def _row_words(row: Mapping[str, Any]) -> str:
    """The words of a row; those of a ranking say which places they count."""
    if row["kind"] == "first":
        return _("First choice: %(answer)s") % {"answer": row["label"]}
    if row["kind"] == "top":
        return _("Among the first %(places)d: %(answer)s") % {"places": row["top"], "answer": row["label"]}
    return row["label"]


def _figures(cell: Mapping[str, Any] | None, *, base: int, sensitive: bool) -> Figures:
    if cell is None:
        return Figures(_("not shown"), hidden=True)
    small = base < printing.SMALL_BASE and not printing.is_veiled(cell, base=base, sensitive=sensitive)
    return Figures(
        printing.percent(cell, base=base, sensitive=sensitive),
        count=printing.count_of(cell, base=base) if small and cell["count"] else "",
        letters=cell.get("letters", ""),
    )


def _means(table: Table) -> Iterable[Line]:
    if table.get("mean"):
        yield Line(_("Mean"), "mean", tuple(map(_mean_figures, table["mean"])))


def _mean_figures(mean: Mapping[str, Any] | None) -> Figures:
    if mean is None:
        return Figures(_("not shown"), hidden=True)
    flagged = f"{mean['base']}{printing.base_flag(mean['base'])}"
    return Figures(
        printing.mean(mean["value"]), count=_("of %(base)s") % {"base": flagged}, letters=mean.get("letters", "")
    )


def _statement(table: Table, *, variable: Variable, ids: Sequence[str]) -> Line:
    base = table["columns"][0]["base"]
    found = {row["id"]: row["cells"][0] for row in table["rows"]}
    cells = [_figures(found[key], base=base, sensitive=variable.sensitive) for key in ids]
    printed = Figures(_("not shown"), hidden=True) if base is None else Figures(f"{base:,}{printing.base_flag(base)}")
    return Line(variable.label, "code", (*cells, printed))


def _notes(table: Table) -> list[str]:
    """What the signs in this table mean; nothing about signs that do not occur."""
    hidden = hidden_columns(table)
    shown = [column for column in table["columns"] if column["id"] not in hidden]
    bases = [column["base"] for column in shown if column["base"] is not None]
    cells = [cell for row in table["rows"] for cell in row["cells"] if cell is not None]
    labels = [column["label"] for column in table["columns"] if column["id"] in hidden]
    told = [
        (any(0 < base < printing.SMALL_BASE for base in bases), _("** Under 30: give the count with the share.")),
        (any(30 <= base < printing.MODEST_BASE for base in bases), _("* 30 to 49 answers: read with care.")),
        (any(cell["count"] == 0 and cell["percent"] is not None for cell in cells), _("– None.")),
        (
            any(cell["count"] and cell["percent"] == 0 for cell in cells),
            _("* In place of a figure: more than none, under 0.5 per cent."),
        ),
        (
            any(cell.get("letters") for cell in cells),
            _("A letter names a column whose share is really lower: capital at 95 per cent, small at 90."),
        ),
        (bool(labels), f"{', '.join(labels)}: {hidden_words()[0].lower()}{hidden_words()[1:]}."),
    ]
    return [words for applies, words in told if applies]
