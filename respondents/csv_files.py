"""Reading an uploaded CSV file so that every problem can be named by its line and column."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.problems import Problem, Refused, refuse_if
from surveys.texts import decode, forbidden_character

MOST_PROBLEMS = 1000
"""Where a file is wrong in every row, the first thousand problems say so well enough."""

OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file with the line it starts on."""

    line: int
    cells: dict[str, str]

    def problem(self, column: str, message: str) -> Problem:
        """A problem in this row."""
        return Problem(f"line {self.line}, column {column}", message)

    def too_long(self, limits: Mapping[str, int]) -> Iterator[Problem]:
        """A problem for each cell with more characters than `limits` gives its column."""
        for column, limit in limits.items():
            if len(self.cells.get(column, "").strip()) > limit:
                yield self.problem(column, f"is longer than {limit} characters")


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file: its columns in order and its rows, read once."""

    columns: tuple[str, ...]
    rows: Iterator[Row]

    def read(self) -> tuple[list[Row], list[Problem]]:
        """All rows of sound shape, and what is wrong with the shape of the others."""
        rows: list[Row] = []
        try:
            rows.extend(self.rows)
        except Refused as refused:
            return rows, refused.problems
        return rows, []


def read_csv(data: bytes, *, required: Collection[str], known: Collection[str] | None = None) -> Table:
    """The table in a CSV file with a header line. A byte order mark and Windows line ends are accepted.

    `required` columns must be there; with `known`, no others may. Raises Refused naming line and column for text that
    is not UTF-8, an empty file, a faulty header. What is wrong with the shape of rows (the number of cells, characters
    that cannot be kept, an unclosed quotation mark) is raised at once after the last row; such rows are left out
    before.
    """
    reader = csv.reader(io.StringIO(decode(data)), strict=True)
    try:
        columns = tuple(name.strip() for name in next(reader))
    except csv.Error as error:
        raise Refused(Problem("line 1", str(error))) from None
    separator = next(
        (each for each in OTHER_SEPARATORS if len(columns) == 1 < len(required) and each in columns[0]), ""
    )
    if separator:
        told = f"the columns are separated by {OTHER_SEPARATORS[separator]}; save the file with commas between them"
        raise Refused(Problem("line 1", told))
    refuse_if(_header_problems(columns, required, known))
    return Table(columns, _rows(reader, columns))


def refuse_by_line(problems: Iterable[Problem]) -> None:
    """Raise Refused when there is any problem, with the first `MOST_PROBLEMS` of them in the order of their lines."""
    refuse_if(sorted(problems, key=_line_of)[:MOST_PROBLEMS])


def _line_of(problem: Problem) -> int:
    found = re.match(r"line (\d+)", problem.place)
    return int(found[1]) if found else 0


def _header_problems(
    columns: tuple[str, ...], required: Collection[str], known: Collection[str] | None
) -> Iterator[Problem]:
    for index, name in enumerate(columns):
        place = f"line 1, column {name or index + 1}"
        if not name:
            yield Problem(place, "the column has no name")
        elif name in columns[:index]:
            yield Problem(place, f"the column {name} stands twice")
        elif known is not None and name not in known:
            yield Problem(place, f"the column {name} is not known here; expected are {_listed(known)}")
    for name in required:
        if name not in columns:
            yield Problem("line 1", f"the column {name} is missing")


def _rows(reader: Any, columns: tuple[str, ...]) -> Iterator[Row]:
    problems: list[Problem] = []
    while len(problems) < MOST_PROBLEMS:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            problems.append(Problem(f"line {line}", f"{error}; is a quotation mark left open?"))
            break
        if cells and len(cells) != len(columns):
            problems.append(Problem(f"line {line}", f"{len(cells)} cells, but the header has {len(columns)} columns"))
        elif cells:
            row = Row(line, dict(zip(columns, cells, strict=True)))
            found = list(_cell_problems(row))
            problems += found
            if not found:
                yield row
    refuse_if(problems)


def _cell_problems(row: Row) -> Iterator[Problem]:
    for column, cell in row.cells.items():
        character = None if cell.isascii() and cell.isprintable() else forbidden_character(cell)
        if character:
            yield row.problem(column, f"contains {character}, which cannot be kept")


def _listed(names: Collection[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:30]) + (f" and {len(listed) - 30} more" if len(listed) > 30 else "")
