"""LimeSurvey's survey structure, ``.lss``: groups, questions, answers and relevance equations.

The file is a dump of tables as XML. Up to version 3 the words stand in the tables themselves, from version 4 in tables
of their own by language (``question_l10ns``); both are read. What each type becomes is told in `limesurvey_types`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from surveys.imports.base import Importer, Understood
from surveys.imports.building import Builder, line, words
from surveys.imports.limesurvey_types import TYPES, Asked, Type
from surveys.problems import Problem, Refused

Row = dict[str, str]

MOST_ROWS = 50_000

_UNSAID = {
    "array_filter": "its filter by an earlier question was left out, so all answers are offered",
    "array_filter_exclude": "its filter by an earlier question was left out, so all answers are offered",
    "em_validation_q": "its check of the answer was left out",
    "em_validation_sq": "its check of the answer was left out",
    "random_order": "the random order of its answers was left out",
    "random_group": "the random order of its questions was left out",
    "max_answers": "the largest number of answers allowed was left out",
    "min_answers": "the smallest number of answers allowed was left out",
    "default": "its default answer was left out",
}
_NOT_SET = ("", "0", "normal", "N")


class LimeSurvey(Importer):
    """A LimeSurvey survey structure."""

    key = "limesurvey"
    label = "LimeSurvey structure"
    suffixes = (".lss",)

    def recognises(self, name: str, data: bytes) -> bool:
        return b"<LimeSurveyDocType>" in data[:2000] or super().recognises(name, data)

    def read(self, data: bytes, into: Mapping[str, Any] | None) -> Understood:
        return _Reading(_parsed(data), into).understood()


class _Reading:
    """One structure being read."""

    def __init__(self, root: Element, into: Mapping[str, Any] | None) -> None:
        self.into = into
        self.builder = Builder()
        self.tables = {table.tag: _rows(table) for table in root}
        survey = self._first("surveys")
        self.language = survey.get("language") or next((e.text or "" for e in root.iterfind("languages/language")), "")
        self.texts = {
            "questions": self._by_language("question_l10ns", "qid"),
            "groups": self._by_language("group_l10ns", "gid"),
            "answers": self._by_language("answer_l10ns", "aid"),
        }
        self.attributes = self._attributes()
        self.parts = self._grouped("subquestions", "parent_qid", "question_order")
        self.answers = self._grouped("answers", "qid", "sortorder")
        self.sid = survey.get("sid", "")

    def understood(self) -> Understood:
        self._say_what_is_left()
        asked = self._grouped("questions", "gid", "question_order")
        for group in sorted(self._here("groups"), key=lambda row: _order(row, "group_order")):
            self._group(group, asked.get(group.get("gid", ""), []))
        words_of_survey = next(
            iter(self._in_language(self.tables.get("surveys_languagesettings", []), "surveyls_language")), {}
        )
        return self.builder.finished(self.into, title=words(words_of_survey.get("surveyls_title", "")))

    def _group(self, group: Row, questions: list[Row]) -> None:
        title = line(words(self._word("groups", group, "group_name")))
        self.builder.section(title, title)
        self.builder.within(_condition(group.get("grelevance", "")))
        about = words(self._word("groups", group, "description"))
        if about:
            place = f"group “{title}”"
            name = self.builder.name(f"ABOUT_{len(self.builder.sections)}", place)
            self.builder.item({"name": name, "type": "note", "text": about}, place=place)
        for question in questions:
            self._question(question)
        self.builder.leave()

    def _question(self, row: Row) -> None:
        title, kind = row.get("title", ""), row.get("type", "")
        place = f"question {title}"
        condition = _condition(row.get("relevance", ""))
        if self.attributes.get((row.get("qid", ""), "hidden")) == "1" or condition == "0":
            self.builder.note(place, "was left out, because it is hidden from respondents")
            return
        known = TYPES.get(kind, Type(f"of type “{kind}”"))
        if known.read is None:
            self.builder.note(place, f"was left out: there is no question here like LimeSurvey's {known.label}")
            return
        self._say_what_was_left(row.get("qid", ""), place)
        asked = self._asked(row, place)
        for item in known.read(asked, self.builder):
            self.builder.item({**item, "required": row.get("mandatory") == "Y"}, place=place, condition=condition)
        self._name_by_number(row, asked)

    def _asked(self, row: Row, place: str) -> Asked:
        qid = row.get("qid", "")
        return Asked(
            title=row.get("title", ""),
            text=words(self._word("questions", row, "question")),
            hint=words(self._word("questions", row, "help")),
            parts=self._pairs("questions", "question", self.parts.get(qid, []), "title"),
            answers=self._pairs("answers", "answer", self.answers.get(qid, []), "code"),
            other=row.get("other") == "Y",
            attributes={name: value for (owner, name), value in self.attributes.items() if owner == qid},
            place=place,
        )

    def _pairs(self, table: str, column: str, rows: list[Row], code: str) -> list[tuple[str, str]]:
        """Code and words of the rows of the first scale."""
        first = [row for row in rows if row.get("scale_id", "0") in ("", "0")]
        return [(row.get(code, ""), line(words(self._word(table, row, column))) or row.get(code, "")) for row in first]

    def _name_by_number(self, row: Row, asked: Asked) -> None:
        """Let conditions also find the question as ``{sid}X{gid}X{qid}``, the way older versions write them."""
        number = f"{self.sid}X{row.get('gid', '')}X{row.get('qid', '')}"
        for name, symbol in list(self.builder.symbols.items()):
            if name == asked.title:
                self.builder.symbols[number] = symbol
            elif name.startswith(f"{asked.title}_"):
                self.builder.symbols[number + name.removeprefix(f"{asked.title}_")] = symbol

    def _say_what_was_left(self, qid: str, place: str) -> None:
        for name, message in _UNSAID.items():
            if self.attributes.get((qid, name), "") not in _NOT_SET:
                self.builder.note(place, message)

    def _say_what_is_left(self) -> None:
        for table, message in (
            ("quota", "quotas were left out; nobody is turned away here"),
            ("assessments", "assessments were left out; results are made after the close"),
            ("defaultvalues", "default answers were left out"),
        ):
            if self.tables.get(table):
                self.builder.note(table, message)
        ruled = {
            row.get("qid") for row in self.tables.get("questions", []) if row.get("relevance", "") not in ("", "1")
        }
        for row in self.tables.get("conditions", []):
            if row.get("qid") not in ruled:
                place = f"condition of question number {row.get('qid')}"
                self.builder.note(place, "was left out; a newer LimeSurvey saves it as an equation, which can be read")

    def _first(self, table: str) -> Row:
        return next(iter(self.tables.get(table, [])), {})

    def _here(self, table: str) -> list[Row]:
        return self._in_language(self.tables.get(table, []), "language")

    def _in_language(self, rows: list[Row], column: str) -> list[Row]:
        """The rows in the survey's own language; those of a table that knows no language."""
        return [row for row in rows if row.get(column, self.language) in ("", self.language)] or rows

    def _grouped(self, table: str, by: str, order: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in sorted(self._here(table), key=lambda row: _order(row, order)):
            found.setdefault(row.get(by, ""), []).append(row)
        return found

    def _by_language(self, table: str, by: str) -> dict[str, Row]:
        return {row[by]: row for row in self._here(table) if by in row}

    def _attributes(self) -> dict[tuple[str, str], str]:
        return {
            (row.get("qid", ""), row.get("attribute", "")): row.get("value", "")
            for row in self._here("question_attributes")
        }

    def _word(self, table: str, row: Row, column: str) -> str:
        """A text of a row: from the table of words where there is one, else from the row itself."""
        key = {"questions": "qid", "groups": "gid", "answers": "aid"}[table]
        held = self.texts[table].get(row.get(key, ""), {})
        return held.get(column) or row.get(column, "")


def _parsed(data: bytes) -> Element:
    try:
        root = ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Refused(Problem("", f"is not the plain XML of a survey structure: {error}")) from None
    kind = (root.findtext("LimeSurveyDocType") or "").strip()
    if kind != "Survey":
        raise Refused(Problem("", f"is not a LimeSurvey survey structure, but “{kind or root.tag}”"))
    if sum(1 for _row in root.iterfind("*/rows/row")) > MOST_ROWS:
        raise Refused(Problem("", f"has more than {MOST_ROWS} rows, which no questionnaire has"))
    return root


def _rows(table: Element) -> list[Row]:
    return [{cell.tag: (cell.text or "").strip() for cell in row} for row in table.iterfind("rows/row")]


def _order(row: Row, column: str) -> int:
    digits = row.get(column, "")
    return int(digits) if digits.lstrip("-").isdigit() and len(digits) < 10 else 0


def _condition(relevance: str) -> str:
    """The equation, without the braces some versions put around it; empty when it is always true."""
    plain = relevance.strip()
    plain = plain[1:-1].strip() if plain.startswith("{") and plain.endswith("}") else plain
    return "" if plain == "1" else plain
