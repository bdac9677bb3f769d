"""Respondents as codes: the columns of a responses file, so that what reads one reads the other."""

from __future__ import annotations

from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from results.exporters.base import Exporter, Material, Sheet
from results.exporters.rows import NOT_ASKED, WITHHELD, Absence, Respondent, exported_variables, joined, respondents
from surveys.codebook import Variable


class CsvCodes(Exporter):
    """One column per variable, codes as integers, several joined by ``;``, a ranking in its order.

    An empty cell is *asked and left blank* unless ``not_asked`` or ``withheld``, at the end of the row, names it.
    """

    key, label = "csv", _("Answers as codes (CSV)")
    extension, content_type = "csv", "text/csv; charset=utf-8"
    respondent_level = True

    def write(self, material: Material, file: BinaryIO) -> None:
        """Write a header and one row per respondent."""
        frame = material.frame
        variables = exported_variables(frame)
        with Sheet(file) as sheet:
            weight = ["weight"] if frame.weighted else []
            sheet.row(["response", *(variable.name for variable in variables), *weight, "not_asked", "withheld"])
            for respondent in respondents(frame):
                sheet.row(self._cells(respondent, variables, weighted=frame.weighted))

    def _cells(self, respondent: Respondent, variables: tuple[Variable, ...], *, weighted: bool) -> list[object]:
        return [
            respondent.number,
            *(joined(cell, lambda value: value, by=";") for cell in respondent.cells),
            *([respondent.weight] if weighted else []),
            _names(respondent, variables, NOT_ASKED),
            _names(respondent, variables, WITHHELD),
        ]


def _names(respondent: Respondent, variables: tuple[Variable, ...], absence: Absence) -> str:
    pairs = zip(variables, respondent.cells, strict=True)
    return ";".join(variable.name for variable, cell in pairs if cell is absence)
