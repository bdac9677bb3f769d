"""The codebook: what every variable and code means, how missing answers are told apart, what was withheld."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from results.exporters.base import Exporter, Material, Sheet
from results.exporters.withholding import LEAST, withhold
from surveys.codebook import Variable

COLUMNS = (
    "variable", "source", "holds", "question", "statement", "unit", "minimum", "maximum", "sensitive",
    "code", "label", "score", "kind", "exclusive", "codes", "wave", "snapshot", "notes",
)  # fmt: skip

CONVENTIONS = {
    "cells": "Codes as in this codebook; several are joined by a semicolon, a ranking in its order.",
    "empty": "Asked and left blank, unless the row's column not_asked or withheld names the variable. "
    "For an attribute: not known.",
    "not_asked": "The variables that this respondent's role or routing left out, joined by semicolons.",
    "withheld": f"What would have made this row one of fewer than {LEAST} alike, joined by semicolons.",
    "order": "Rows stand in an order made from what they show; their numbers lead to nobody.",
    "left_out": "Names, organisations, comments and their permitted use are in no file with one row per respondent.",
    "notes": "What was corrected in a question's wording while people were answering.",
    "quote": "A cell of words that begins like a spreadsheet formula has an apostrophe before it.",
}


class CodebookCsv(Exporter):
    """One line per code and net, and one per variable that has none."""

    key, label = "codebook", _("Codebook (CSV)")
    extension, content_type = "csv", "text/csv; charset=utf-8"

    def write(self, material: Material, file: BinaryIO) -> None:
        """Write a header and the lines of every variable, then those of the columns that are not variables."""
        with Sheet(file, for_spreadsheets=True) as sheet:
            sheet.row(COLUMNS)
            for line in self._lines(material):
                line |= {"wave": material.wave, "snapshot": material.digest}
                sheet.row(line.get(name) for name in COLUMNS)

    def _lines(self, material: Material) -> Iterator[dict[str, Any]]:
        for variable in material.codebook:
            notes = " ".join(material.notes.get(variable.name, ()))
            yield from (line | {"notes": notes} for line in _variable_lines(variable))
        for name in ("not_asked", "withheld"):
            yield {"variable": name, "source": "file", "holds": "text", "question": CONVENTIONS[name]}


class CodebookJson(Exporter):
    """All of the codebook, the conventions of the files and the count of what was withheld, as data."""

    key, label = "codebook-json", _("Codebook (JSON)")
    extension, content_type = "json", "application/json"

    def write(self, material: Material, file: BinaryIO) -> None:
        """Write one JSON object."""
        hidden = withhold(material.frame).hidden
        names = Counter(name for each in hidden for name in each)
        document = {
            "format": "barometer.codebook/1",
            "survey": material.survey,
            "wave": material.wave,
            "title": material.title,
            "snapshot": material.digest,
            "synthetic": material.synthetic,
            "respondents": material.frame.size,
            "conventions": CONVENTIONS,
            "withheld": {"least": LEAST, "rows": sum(map(bool, hidden)), "cells": dict(sorted(names.items()))},
            "variables": material.codebook.as_list(),
            "notes": dict(material.notes),
        }
        file.write(json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")


def _variable_lines(variable: Variable) -> Iterator[dict[str, Any]]:
    about = {
        "variable": variable.name,
        "source": "attribute" if variable.attribute else "question",
        "holds": variable.holds,
        "question": variable.text,
        "statement": variable.row,
        "unit": variable.unit,
        "minimum": variable.minimum,
        "maximum": variable.maximum,
        "sensitive": variable.sensitive,
    }
    for code in variable.codes:
        yield about | {
            "code": code.code,
            "label": code.label,
            "score": code.score,
            "kind": code.kind,
            "exclusive": code.exclusive,
        }
    for net in variable.nets:
        yield about | {"code": f"net:{net.name}", "label": net.label, "codes": ";".join(map(str, net.codes))}
    if not variable.codes:
        yield about
