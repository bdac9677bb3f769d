"""XLSForm: the questionnaire as a workbook that ODK and KoBo read, and that reads back here without loss.

What XLSForm has no word for stands in columns called ``barometer_…``, which other programs pass over. Roles become a
first question, on which the rest depends. Cells are written as text or numbers, never as formulas.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import xlsxwriter

from surveys.canonical import digest
from surveys.codebook import Variable
from surveys.exports.base import Exporter
from surveys.imports.own_columns import FLAG_KEYS, OPTION_KEYS, OWN, OWN_ROLE, TEXT_KEYS, UNASKED
from surveys.wave_checks import scales_of, variables_of
from surveys.wording import variables_in, written_out

Row = dict[str, Any]

_SURVEY = ("type", "name", "label", "hint", "required", "relevant", "constraint", "appearance")
_CHOICES = ("list_name", "name", "label")
_HOLDS = {"one": "select_one", "many": "select_multiple", "order": "rank", "number": "decimal", "text": "text"}


class XlsForm(Exporter):
    """An XLSForm workbook."""

    key = "xlsform"
    label = "XLSForm"
    suffix = ".xlsx"
    content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

    def write(self, document: Mapping[str, Any]) -> bytes:
        made = _Form(document)
        own = tuple(OWN + key for key in (*TEXT_KEYS, *FLAG_KEYS, UNASKED))
        return _workbook(
            {
                "survey": ((*_SURVEY, *own), made.survey),
                "choices": ((*_CHOICES, *(OWN + key for key in OPTION_KEYS)), made.choices),
                "settings": (("form_title", "form_id"), [made.settings]),
                f"{OWN}nets": (("list_name", "name", "label", "codes"), made.nets),
            }
        )


class _Form:
    """The rows of each sheet for one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.scales = scales_of(document)
        self.variables = variables_of(document)
        self.choices: list[Row] = []
        self.nets: list[Row] = []
        self.lists: dict[str, str] = {}
        self.survey = list(self._survey())
        wave = document["wave"]
        self.settings = {"form_title": wave["title"], "form_id": wave["slug"].replace("-", "_")}

    def _survey(self) -> Iterator[Row]:
        if any(item.get("roles") for section in self.document["sections"] for item in section["items"]):
            yield self._role_question()
        for section in self.document["sections"]:
            together = "field-list" if section.get("together") else ""
            yield {"type": "begin_group", "name": section["name"], "label": section["title"], "appearance": together}
            for item in section["items"]:
                yield from self._item(item)
            yield {"type": "end_group"}

    def _role_question(self) -> Row:
        labels = {role["code"]: role["label"] for role in self.document["roles"]}
        for code in self.document["wave"]["roles"]:
            self.choices.append({"list_name": OWN_ROLE, "name": code, "label": labels[code]})
        return {"type": f"select_one {OWN_ROLE}", "name": OWN_ROLE, "label": "What is your role?", "required": "yes"}

    def _item(self, item: Mapping[str, Any]) -> Iterator[Row]:
        definition = written_out(item, self.scales)
        variables = variables_in(definition)
        row = self._common(item, definition)
        if not variables:
            yield {**row, "type": "note", f"{OWN}type": ""}
        elif any(variable.row for variable in variables):
            yield from self._battery(row, definition, variables)
        else:
            yield {**row, "type": self._type(definition, variables[0]), **_number(variables[0])}

    def _common(self, item: Mapping[str, Any], definition: Mapping[str, Any]) -> Row:
        row: Row = {"name": item["name"], "label": item["text"], "hint": item.get("hint", "")}
        row["required"] = "yes" if item.get("required") else ""
        row["relevant"] = self._relevant(item)
        row["appearance"] = "multiline" if item.get("long") else ""
        row |= {OWN + key: definition[key] for key in TEXT_KEYS if key in definition}
        row |= {OWN + UNASKED: "no"} if definition.get(UNASKED) is False else {}
        return row | {OWN + key: "yes" for key in FLAG_KEYS if definition.get(key)}

    def _battery(self, row: Row, definition: Mapping[str, Any], variables: Sequence[Variable]) -> Iterator[Row]:
        kind = self._type(definition, variables[0])
        yield {**row, "type": "begin_group", "appearance": "table-list", "required": ""}
        for variable in variables:
            yield {"type": kind, "name": variable.name, "label": variable.row, "required": row["required"]}
        yield {"type": "end_group"}

    def _type(self, definition: Mapping[str, Any], variable: Variable) -> str:
        kind = _HOLDS[variable.holds]
        return f"{kind} {self._list(definition)}" if variable.closed else kind

    def _list(self, definition: Mapping[str, Any]) -> str:
        """The name of the list of these answers, written once however many questions share it."""
        mark = digest([definition["options"], definition.get("nets", [])])
        if mark not in self.lists:
            name = self.lists[mark] = f"list_{len(self.lists) + 1}"
            for option in definition["options"]:
                own = {OWN + key: option[key] for key in OPTION_KEYS if key in option}
                self.choices.append({"list_name": name, "name": option["code"], "label": option["label"], **own})
            for net in definition.get("nets", ()):
                codes = " ".join(map(str, net["codes"]))
                self.nets.append({"list_name": name, "name": net["name"], "label": net["label"], "codes": codes})
        return self.lists[mark]

    def _relevant(self, item: Mapping[str, Any]) -> str:
        parts = []
        if item.get("roles"):
            parts.append(" or ".join(f"selected(${{{OWN_ROLE}}}, '{role}')" for role in item["roles"]))
        if item.get("show_if"):
            parts.append(self._expression(item["show_if"]))
        return parts[0] if len(parts) == 1 else " and ".join(f"({part})" for part in parts)

    def _expression(self, rule: Sequence[Any]) -> str:
        """A rule in the words of XLSForm."""
        word, *rest = rule
        if word == "any_of":
            return " or ".join(f"selected(${{{rest[0]}}}, '{code}')" for code in rest[1:])
        if word == "answered":
            return f"${{{rest[0]}}} != ''"
        if word == "not":
            return f"not({self._expression(rest[0])})"
        joint = " and " if word == "all" else " or "
        return joint.join(f"({self._expression(each)})" for each in rest)


def _number(variable: Variable) -> Row:
    """The bounds of a number as a check."""
    bounds = ((">=", variable.minimum), ("<=", variable.maximum)) if variable.holds == "number" else ()
    return {"constraint": " and ".join(f". {sign} {value}" for sign, value in bounds if value is not None)}


def _workbook(sheets: Mapping[str, tuple[Sequence[str], Iterable[Row]]]) -> bytes:
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, options) as workbook:
        for name, (columns, rows) in sheets.items():
            sheet = workbook.add_worksheet(name)
            sheet.write_row(0, 0, columns)
            for number, row in enumerate(rows, 1):
                for place, column in enumerate(columns):
                    _write(sheet, number, place, row.get(column, ""))
    return stream.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any) -> None:
    if isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "")
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value:
        sheet.write_string(row, column, str(value))
