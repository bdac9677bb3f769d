"""A list of questions as CSV: one a row, for those who write questionnaires in a spreadsheet.

Columns: ``name`` and ``text``, and as needed ``type`` (single), ``section``, ``hint``, ``options`` and ``rows``
(joined by ``|``, each ``code=words`` or words alone), ``required`` (yes), ``show_if`` (``GRIP = 1 and WAYS != ''``),
``roles`` (joined by ``;``), ``min``, ``max``, ``unit``, ``low``, ``high``, ``long``, ``sensitive``, ``track``.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping
from typing import Any

from surveys.imports.answers import answers_from
from surveys.imports.base import Importer, Understood
from surveys.imports.building import Builder
from surveys.imports.conditions import Symbol
from surveys.imports.own_columns import known_keys
from surveys.problems import Problem, Refused
from surveys.question_types import REGISTRY
from surveys.texts import decode, shortened

MOST_ROWS = 2000

_REQUIRED = ("name", "text")
_FLAGS = ("required", "long", "sensitive")
_NUMBERS = ("min", "max")
_WORDS = ("hint", "unit", "low", "high", "track")
_KNOWN = (*_REQUIRED, "type", "section", "options", "rows", "show_if", "roles", *_FLAGS, *_NUMBERS, *_WORDS)
_YES = frozenset(("yes", "y", "true", "1", "x"))

Cells = Mapping[str, str]


class CsvQuestions(Importer):
    """A CSV list of questions."""

    key = "csv"
    label = "CSV list of questions"
    suffixes = (".csv",)

    def read(self, data: bytes, into: Mapping[str, Any] | None) -> Understood:
        builder, problems = Builder(), []
        for number, cells in _rows(decode(data)):
            try:
                _read(builder, cells, f"line {number}")
            except ValueError as error:
                problems.append(Problem(f"line {number}", str(error)))
        if problems:
            return Understood(None, tuple(builder.notes), tuple(problems))
        return builder.finished(into, title="")


def _read(builder: Builder, cells: Cells, place: str) -> None:
    """Add the question of one line. Raises ValueError with a sentence."""
    section = cells.get("section", "")
    if section and (not builder.sections or builder.sections[-1]["title"] != section):
        builder.section(section, section)
    kind = cells.get("type") or "single"
    if kind not in REGISTRY:
        raise ValueError(f"type {kind!r} is not one of {', '.join(REGISTRY)}")
    name = builder.name(cells["name"], place)
    item = {"name": name, "type": kind, "text": cells["text"] or name, **_plain(cells)}
    answers = answers_from(_pairs(cells.get("options", "")), several=kind == "multiple")
    if answers.options:
        item["options"] = builder.answered_with(answers, place)
    if cells.get("rows"):
        item["rows"] = [{"name": code, "text": words} for code, words in _pairs(cells["rows"].upper(), cells["rows"])]
    builder.item(known_keys(item), place=place, condition=cells.get("show_if", ""))
    for variable in builder.variables_of(item):
        builder.symbols[variable] = Symbol(variable, answers.codes)


def _plain(cells: Cells) -> dict[str, Any]:
    """What is taken as it stands: words, numbers, yes and no, roles."""
    made: dict[str, Any] = {key: cells[key] for key in _WORDS if cells.get(key)}
    made |= {key: True for key in _FLAGS if cells.get(key, "").lower() in _YES}
    for key in _NUMBERS:
        if cells.get(key):
            made[key] = _number(key, cells[key])
    roles = [role.strip() for role in cells.get("roles", "").split(";") if role.strip()]
    return {**made, "roles": roles} if roles else made


def _number(key: str, cell: str) -> float:
    if not re.fullmatch(r"-?\d{1,10}(\.\d+)?", cell):
        raise ValueError(f"{key} {shortened(cell)!r} is not a number")
    value = float(cell)
    return int(value) if value.is_integer() else value


def _pairs(names: str, words: str | None = None) -> list[tuple[str, str]]:
    """Code and words of ``1=Yes|2=No``; words alone are numbered. Codes are read from `names`, words from `words`."""
    pairs = []
    for place, (coded, said) in enumerate(zip(names.split("|"), (words or names).split("|"), strict=True), 1):
        if said.strip():
            code, sign, _rest = coded.partition("=")
            pairs.append(
                (code.strip() if sign else str(place), said.partition("=")[2].strip() if sign else said.strip())
            )
    return pairs


def _rows(text: str) -> list[tuple[int, Cells]]:
    """Each line that is not empty, by column. Raises Refused for a header that cannot be used, and for too many."""
    reader = csv.reader(io.StringIO(text), strict=True)
    try:
        lines = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise Refused(Problem(f"line {reader.line_num}", f"is not CSV: {error}")) from None
    if len(lines) > MOST_ROWS:
        raise Refused(Problem("", f"has more than {MOST_ROWS} lines"))
    header = [title.strip().lower() for title in lines[0][1]]
    _check_header(header)
    return [
        (number, dict(zip(header, (cell.strip() for cell in row), strict=False)))
        for number, row in lines[1:]
        if any(cell.strip() for cell in row)
    ]


def _check_header(header: list[str]) -> None:
    problems = [Problem("line 1", f"the column {title} is missing") for title in _REQUIRED if title not in header]
    problems += [
        Problem("line 1", f"the column {title!r} is not known; use {', '.join(_KNOWN)}")
        for title in header
        if title not in _KNOWN
    ]
    problems += [
        Problem("line 1", f"the column {title} stands twice") for title in set(header) if header.count(title) > 1
    ]
    if problems:
        raise Refused(problems)
