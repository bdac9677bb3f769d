"""The questionnaire as a tagged PDF, to print and fill in by hand: every role's questions, each with who is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import typst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.codebook import Variable
from surveys.compiling import compile_document
from surveys.exports.base import Exporter
from surveys.instrument.questionnaire import Instrument, Question
from surveys.markdown import plain_text
from surveys.paper_words import Places, condition_in_words

SHORT, LONG = 1, 5
"""Lines to write on, for a few words and for a comment."""


class Printed(Exporter):
    """A PDF that a screen reader finds its way in, set by typst."""

    key = "pdf"
    label = "PDF, to print"
    suffix = ".questionnaire.pdf"
    content_type = "application/pdf"

    def write(self, document: Mapping[str, Any]) -> bytes:
        data = json.dumps(on_paper(document), ensure_ascii=False)
        source = resources.files("surveys.exports").joinpath("questionnaire.typ").read_bytes()
        made: bytes = typst.compile(source, format="pdf", sys_inputs={"data": data}, ignore_system_fonts=True)
        return made


def on_paper(document: Mapping[str, Any]) -> dict[str, Any]:
    """What the page says, as plain data."""
    instrument = Instrument.from_document(compile_document(document))
    places: dict[str, tuple[int, Question]] = {}
    sections = []
    number = 0
    for section in instrument.sections:
        entries = []
        for question in section.questions:
            number += bool(question.variables)
            places |= {variable.name: (number, question) for variable in question.variables}
            entries.append(_entry(question, number, places, instrument))
        sections.append({"title": section.title, "entries": entries})
    roles = ", ".join(role["label"] for role in instrument.roles)
    return {
        "title": instrument.survey["title"],
        "wave": instrument.wave["title"],
        "about": _("Every question of the questionnaire, as asked of: %s.") % roles,
        "language": (get_language() or "en").partition("-")[0],
        "sections": sections,
    }


def _entry(question: Question, number: int, places: Places, instrument: Instrument) -> dict[str, Any]:
    first = question.variables[0] if question.variables else None
    condition = condition_in_words(question.show_if, places) if question.show_if is not None else ""
    labels = {role["code"]: role["label"] for role in instrument.roles}
    asked = ", ".join(labels[code] for code in question.roles if code in labels)
    return {
        "number": number if first else None,
        "text": plain_text(question.text),
        "hint": question.hint,
        "asked": _("Asked of: %s") % asked if asked else "",
        "condition": _("Only if %(condition)s:") % {"condition": condition} if condition else "",
        "answers": [code.label for code in first.codes] if first else [],
        "rows": [plain_text(variable.row) for variable in question.variables if variable.row],
        "ends": _ends(question, first),
        "unit": question.settings.get("unit", ""),
        "lines": LONG if question.settings.get("long") else SHORT,
    }


def _ends(question: Question, first: Variable | None) -> str:
    """What the ends of a numbered scale mean."""
    low, high = (question.settings.get(key, "") for key in ("low", "high"))
    real = [code.label for code in first.codes if not code.kind] if first else []
    return f"{real[0]} {low} – {real[-1]} {high}" if real and (low or high) else ""
