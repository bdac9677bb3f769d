"""Reading an uploaded CSV file so that every problem can be named by its line and column."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from surveys.problems import Problem, Refused
from surveys.texts import decode, forbidden_character

CELL_LIMIT = 1_000_000
"""Characters in one cell; more than that is a quotation mark that was never closed."""

SHOWN = 50
"""Problems listed in full before the rest are only counted."""


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


def read_csv(data: bytes, *, required: Collection[str], known: Collection[str] | None = None) -> Table:
    """The table in a CSV file with a header line. A byte order mark and Windows line ends are accepted.

    `required` columns must be there; with `known`, no others may. Raises Refused naming line and column for text that
    is not UTF-8, an empty file, a faulty header; rows raise it while they are read (wrong number of cells, a character
    that cannot be kept, an unclosed quotation mark).
    """
    reader = csv.reader(io.StringIO(decode(data)), strict=True)
    try:
        columns = tuple(name.strip() for name in next(reader))
    except csv.Error as error:
        raise Refused(Problem("line 1", str(error))) from None
    problems = list(_header_problems(columns, required, known))
    if problems:
        raise Refused(problems)
    return Table(columns, _rows(reader, columns))


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


def _rows(reader, columns: tuple[str, ...]) -> Iterator[Row]:
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refused(Problem(f"line {line}", f"{error}; is a quotation mark left open?")) from None
        if not cells:
            continue
        if len(cells) != len(columns):
            raise Refused(Problem(f"line {line}", f"{len(cells)} cells, but the header has {len(columns)} columns"))
        row = Row(line, dict(zip(columns, cells, strict=True)))
        for column, cell in row.cells.items():
            character = None if cell.isascii() and cell.isprintable() else forbidden_character(cell)
            if character or len(cell) > CELL_LIMIT:
                raise Refused(row.problem(column, f"contains {character or 'too much text'}, which cannot be kept"))
        yield row


def _listed(names: Collection[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:30]) + (f" and {len(listed) - 30} more" if len(listed) > 30 else "")
