"""Reading the sheets of an .xlsx file that may have been made to harm: sizes are checked before anything is unpacked.

An .xlsx is a zip of XML. A small one can unpack to gigabytes, and a sheet with two cells at its far corners can make a
reader lay out every cell between. So each part is unpacked under a limit, and the cells are counted in a single pass
over the XML, before the file goes to the spreadsheet reader.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from python_calamine import CalamineError, CalamineWorkbook

from surveys.problems import Problem, Refused

MOST_UNPACKED = 40 * 1024 * 1024
MOST_PARTS, MOST_ROWS, MOST_COLUMNS = 500, 5000, 200

_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_BLOCK = 1 << 16

Cells = list[list[str]]


def sheets_of(data: bytes) -> dict[str, Cells]:
    """Every sheet by its name in lower case, cells as text. Raises Refused for what is no workbook, or too large."""
    _check(data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return {
            name.strip().lower(): _cells(workbook.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in workbook.sheet_names
        }
    except (CalamineError, ValueError, OSError) as error:
        raise Refused(Problem("", f"cannot be read as a workbook: {error}")) from None


def _check(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _check_parts(parts)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Refused(Problem("", "is not an .xlsx workbook, or is damaged; save it again as .xlsx")) from None


def _check_parts(parts: zipfile.ZipFile) -> None:
    if len(parts.infolist()) > MOST_PARTS:
        raise Refused(Problem("", f"has more than {MOST_PARTS} parts, which no questionnaire has"))
    left = MOST_UNPACKED
    for part in parts.infolist():
        unpacked = _unpacked(parts, part, left)
        left -= len(unpacked)
        if part.filename.lower().startswith("xl/worksheets/") and part.filename.lower().endswith(".xml"):
            _check_sheet(unpacked, part.filename.rpartition("/")[2])


def _unpacked(parts: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> bytes:
    """One part, unpacked no further than to the limit, whatever size it claims."""
    blocks, size = [], 0
    with parts.open(part) as stream:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > left:
                raise Refused(Problem("", f"unpacks to more than {MOST_UNPACKED // 1024 // 1024} MB"))
            blocks.append(block)
    return b"".join(blocks)


def _check_sheet(xml: bytes, name: str) -> None:
    """Refuse a sheet with cells beyond the limits, or with an XML of entities and the like."""
    row = column = 0
    try:
        for tag, reference in _references(xml):
            row, column = _step(tag, reference, row, column)
            if row > MOST_ROWS or column > MOST_COLUMNS:
                raise Refused(Problem(name, f"has cells beyond row {MOST_ROWS} or column {MOST_COLUMNS}"))
    except (ParseError, DefusedXmlException, ValueError):
        raise Refused(Problem(name, "is not the plain XML of a sheet")) from None


def _references(xml: bytes) -> Iterator[tuple[str, str]]:
    """Tag and reference of every row and cell, in order."""
    for _event, element in ElementTree.iterparse(io.BytesIO(xml), events=("start",)):
        tag = element.tag.rpartition("}")[2]
        if tag in ("row", "c"):
            yield tag, element.get("r", "")


def _step(tag: str, reference: str, row: int, column: int) -> tuple[int, int]:
    """The place of this row or cell; without a reference it follows the one before."""
    if tag == "row":
        return (int(reference) if reference.isdigit() else row + 1), 0
    found = _REFERENCE.fullmatch(reference.upper())
    if not found:
        return row, column + 1
    letters, digits = found.groups()
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return int(digits), place


def _cells(rows: list[list[Any]]) -> Cells:
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell).strip()
