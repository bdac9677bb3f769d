"""Respondents in words: the same rows as the codes, every code written as its label."""

from __future__ import annotations

from typing import Any, BinaryIO

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from results.exporters.base import Exporter, Material, Sheet
from results.exporters.rows import (
    NO_ANSWER,
    NOT_ASKED,
    WITHHELD,
    Absence,
    Cell,
    exported_variables,
    joined,
    respondents,
)
from surveys.codebook import Variable


class CsvLabels(Exporter):
    """One column per variable; what is missing says in brackets why."""

    key, label = "csv-labels", gettext_lazy("Answers in words (CSV)")
    extension, content_type = "csv", "text/csv; charset=utf-8"
    respondent_level = True

    def write(self, material: Material, file: BinaryIO) -> None:
        """Write a header and one row per respondent."""
        frame = material.frame
        variables = exported_variables(frame)
        wording = [_wording(variable) for variable in variables]
        with Sheet(file, for_spreadsheets=True) as sheet:
            weight = ["weight"] if frame.weighted else []
            sheet.row(["response", *(variable.name for variable in variables), *weight])
            for respondent in respondents(frame):
                words = (_words(cell, own) for cell, own in zip(respondent.cells, wording, strict=True))
                sheet.row([respondent.number, *words, *([respondent.weight] if weight else [])])


def _wording(variable: Variable) -> dict[Any, str]:
    """What is written for each code of a variable and for each reason why there is none."""
    blank = _("(not known)") if variable.attribute else _("(no answer)")
    reasons = {NOT_ASKED: _("(not asked)"), NO_ANSWER: blank, WITHHELD: _("(withheld)")}
    return {**{code.code: code.label for code in variable.codes}, **reasons}


def _words(cell: Cell, wording: dict[Any, str]) -> Any:
    if isinstance(cell, Absence):
        return wording[cell]
    return joined(cell, lambda value: wording.get(value, value), by="; ")
