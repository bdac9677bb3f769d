"""XLSForm, the spreadsheet of ODK, KoBo and SurveyCTO: sheets ``survey``, ``choices`` and ``settings``.

Groups become sections, a group shown as a ``table-list`` a battery, ``relevant`` a condition. Columns whose names
begin with ``barometer_`` are our own export's, and say what XLSForm has no word for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.imports.answers import Answers, answers_from, with_words
from surveys.imports.base import Document, Importer, Understood
from surveys.imports.building import Builder, words
from surveys.imports.conditions import Symbol
from surveys.imports.own_columns import OWN_ROLE, known_keys, own_keys, own_nets, own_option, take_roles
from surveys.imports.spreadsheets import Cells, sheets_of
from surveys.problems import Problem, Refused
from surveys.question_types import REGISTRY
from surveys.texts import shortened

_SELECTS = {
    "select_one": "single",
    "select1": "single",
    "select_multiple": "multiple",
    "select": "multiple",
    "rank": "ranking",
}
_WRITTEN = {"text": "text", "string": "text", "integer": "number", "int": "number", "decimal": "number"}
_METADATA = frozenset(
    (
        "start",
        "end",
        "today",
        "deviceid",
        "subscriberid",
        "simserial",
        "phonenumber",
        "username",
        "email",
        "audit",
        "start-geopoint",
    )
)
_SPOKEN = re.compile(r"^(select)[ _](one|multiple|all that apply)( from)?\b", re.IGNORECASE)
_BOUND = re.compile(r"\.\s*(<=|>=)\s*(-?\d+(?:\.\d+)?)")
_YES = frozenset(("yes", "true", "true()", "1"))
_UNSAID = {
    "constraint": "its check of the answer was left out",
    "choice_filter": "the filter on its answers was left out, so all are offered",
    "calculation": "its calculation was left out",
    "default": "its default answer was left out",
    "repeat_count": "its repetition was left out",
    "trigger": "its trigger was left out",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a sheet by column name, and its number as the spreadsheet counts."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    @property
    def place(self) -> str:
        """Where a note on this row points."""
        return f"survey, row {self.number}" + (f" ({self['name']})" if self["name"] else "")


@dataclass(slots=True)
class _Battery:
    """The rows of a table-list group, until it ends."""

    row: Row
    children: list[Row] = field(default_factory=list)


class XlsForm(Importer):
    """An XLSForm workbook."""

    key = "xlsform"
    label = "XLSForm"
    suffixes = (".xlsx",)

    def recognises(self, name: str, data: bytes) -> bool:
        return data.startswith(b"PK")

    def read(self, data: bytes, into: Mapping[str, Any] | None) -> Understood:
        sheets = sheets_of(data)
        if "survey" not in sheets:
            raise Refused(Problem("", f"has no sheet called survey; it has {', '.join(sheets) or 'none'}"))
        return _Reading(sheets, into).understood()


class _Reading:
    """One workbook being read."""

    def __init__(self, sheets: Mapping[str, Cells], into: Mapping[str, Any] | None) -> None:
        self.into = into
        self.builder = Builder()
        self.settings = next(iter(_rows(sheets.get("settings", []), "")), Row(0, {}))
        language = self.settings["default_language"]
        self.rows = list(_rows(sheets["survey"], language))
        self.lists = _lists(_rows(sheets.get("choices", []), language))
        self.nets = own_nets([row.cells for row in _rows(sheets.get("barometer_nets", []), "")])
        self.groups: list[Row] = []
        self.battery: _Battery | None = None
        self.skipping = 0

    def understood(self) -> Understood:
        for row in self.rows:
            self._row(row)
        if self.groups or self.battery:
            self.builder.note("survey", "a group is begun and never ended")
        title = self.settings["form_title"] or self.settings["form_id"]
        return self.builder.finished(self.into, title=title, shape=self._take_roles)

    def _take_roles(self, document: Document) -> None:
        choices = [(row["name"], words(row["label"])) for row in self.lists.get(OWN_ROLE, [])]
        take_roles(document, choices, given=self.into is not None)

    def _row(self, row: Row) -> None:
        kind, _space, rest = _type_of(row).partition(" ")
        if kind in ("begin_repeat", "end_repeat"):
            self._repeat(row, begins=kind == "begin_repeat")
        elif self.skipping:
            return
        elif kind in ("begin_group", "end_group"):
            self._group(row, begins=kind == "begin_group")
        elif self.battery:
            self.battery.children.append(row)
        elif kind and kind not in _METADATA:
            self._question(row, kind, rest.strip())

    def _repeat(self, row: Row, *, begins: bool) -> None:
        self.skipping += 1 if begins else -1
        if begins:
            self.builder.note(
                row.place, "a repeated group was left out with its questions; nothing is asked twice here"
            )

    def _group(self, row: Row, *, begins: bool) -> None:
        if self.battery and not begins:
            self._end_battery(self.battery)
            self.battery = None
            return
        if not begins:
            if self.groups:
                self.groups.pop()
                self.builder.leave()
            return
        if "table-list" in row["appearance"]:
            self.battery = _Battery(row)
            return
        if not self.groups:
            self.builder.section(row["name"], words(row["label"]), together="field-list" in row["appearance"])
        elif row["label"]:
            self.builder.note(
                row.place, "a group inside a group has no title of its own here; its questions were kept"
            )
        self.groups.append(row)
        self.builder.within(row["relevant"])

    def _question(self, row: Row, kind: str, rest: str) -> None:
        if row["name"].lower() == OWN_ROLE:
            codes = {each["name"]: place for place, each in enumerate(self.lists.get(OWN_ROLE, []))}
            self.builder.symbols[row["name"]] = Symbol(OWN_ROLE, codes)
            return
        made = self._made(row, kind, rest)
        if made is None:
            self.builder.note(
                row.place, f"a question of type “{row['type']}” was left out; there is no such question here"
            )
            return
        item, answers = made
        name = self.builder.name(row["name"] or "Q", row.place)
        common = {"hint": words(row["hint"]), "required": row["required"].lower() in _YES}
        self._say_what_was_left(row, item)
        placed = self._place({"name": name, "text": words(row["label"]) or name, **item, **common}, row)
        if self.builder.variables_of(placed):
            self.builder.symbols[row["name"]] = Symbol(name, answers.codes if answers else {})

    def _made(self, row: Row, kind: str, rest: str) -> tuple[dict[str, Any], Answers | None] | None:
        """The part of the item that its type decides, with its answers."""
        if kind in _SELECTS:
            return self._select(row, _SELECTS[kind], rest)
        if kind in _WRITTEN:
            bounds = _bounds(row["constraint"]) if _WRITTEN[kind] == "number" else {}
            long = _WRITTEN[kind] == "text" and "multiline" in row["appearance"]
            return {"type": _WRITTEN[kind], **bounds, "long": long}, None
        if kind == "note":
            return {"type": "note"}, None
        if kind == "range":
            return self._range(row)
        return None

    def _select(self, row: Row, kind: str, rest: str) -> tuple[dict[str, Any], Answers | None] | None:
        list_name, *more = rest.split()
        if list_name not in self.lists:
            return None
        answers = self._answers(list_name, several=kind == "multiple")
        if "or_other" in more:
            answers = self._other(answers, row, kind)
        options = self.builder.answered_with(answers, row.place)
        return {"type": kind, "options": options, "nets": self.nets.get(list_name)}, answers

    def _other(self, answers: Answers, row: Row, kind: str) -> Answers:
        """The answers with "Other", which asks to say what, where questions of this type can."""
        if not REGISTRY[kind].may_specify:
            self.builder.note(
                row.place, "“or_other” was left out; this type of question cannot ask for another answer"
            )
            return answers
        self.builder.note(row.place, "“Other” stands among its answers, and asks who chooses it to say what")
        return with_words(answers, source="other", label="Other")

    def _answers(self, list_name: str, *, several: bool = False) -> Answers:
        rows = self.lists[list_name]
        pairs = [(row["name"], words(row["label"]) or row["name"]) for row in rows]
        more = {row["name"]: own for row in rows if (own := own_option(row.cells))}
        return answers_from(pairs, several=several, more=more)

    def _range(self, row: Row) -> tuple[dict[str, Any], Answers | None]:
        given = dict(part.split("=", 1) for part in row["parameters"].split() if "=" in part)
        steps = _steps(given)
        if steps is None:
            self.builder.note(row.place, "became a number, because a range in such steps would have too many answers")
            return {"type": "number"}, None
        answers = answers_from([(str(step), str(step)) for step in steps])
        return {"type": "scale", "options": list(answers.options)}, answers

    def _end_battery(self, battery: _Battery) -> None:
        row = battery.row
        lists = {_type_of(child).partition(" ")[2].strip() for child in battery.children if not _is_note(child)}
        kinds = {_type_of(child).partition(" ")[0] for child in battery.children if not _is_note(child)}
        if len(lists) != 1 or kinds - {"select_one", "select1"} or not lists <= self.lists.keys():
            self.builder.note(
                row.place, "its questions stand one by one, because they do not share one list of answers"
            )
            for child in battery.children:
                self._row_apart(child)
            return
        self._place_battery(battery, lists.pop())

    def _row_apart(self, child: Row) -> None:
        kind, _space, rest = _type_of(child).partition(" ")
        self._question(child, kind, rest.strip())

    def _place_battery(self, battery: _Battery, list_name: str) -> None:
        row, children = battery.row, [child for child in battery.children if not _is_note(child)]
        name = self.builder.name(row["name"] or "GRID", row.place)
        answers = self._answers(list_name)
        statements: list[dict[str, str]] = []
        for child in children:
            source = child["name"].upper().removeprefix(f"{row['name'].upper()}_")
            handle = _row_name(source, [statement["name"] for statement in statements])
            statements.append({"name": handle, "text": words(child["label"]) or handle})
            self.builder.symbols[child["name"]] = Symbol(f"{name}_{handle}", answers.codes)
            if child["relevant"]:
                self.builder.note(
                    child.place, "the condition of a statement was left out; a battery is asked as a whole"
                )
        item = {
            "name": name,
            "type": "grid",
            "text": words(row["label"]) or name,
            "hint": words(row["hint"]),
            "rows": statements,
            "options": self.builder.answered_with(answers, row.place),
            "nets": self.nets.get(list_name),
            "required": all(child["required"].lower() in _YES for child in children),
        }
        self._place(item, row)

    def _place(self, item: dict[str, Any], row: Row) -> Document:
        return self.builder.item(
            known_keys({**item, **own_keys(row.cells)}), place=row.place, condition=row["relevant"]
        )

    def _say_what_was_left(self, row: Row, item: Mapping[str, Any]) -> None:
        for column, message in _UNSAID.items():
            left = row[column]
            if column == "constraint" and ("min" in item or "max" in item):
                left = _BOUND.sub("", left).replace("and", "").strip(" ()")
            if left:
                self.builder.note(row.place, f"{message}: {shortened(left)}")


def _rows(cells: Cells, language: str) -> Iterator[Row]:
    """The rows of a sheet that are not empty, keyed by their column, in one language."""
    if not cells:
        return
    columns = _columns(cells[0], language)
    for number, row in enumerate(cells[1:], 2):
        held = {name: row[place] for name, place in columns.items() if place < len(row) and row[place]}
        if held:
            yield Row(number, held)


def _columns(header: Sequence[str], language: str) -> dict[str, int]:
    """Where each column stands. ``label::English (en)`` is the label if no plain one is there, the default first."""
    found: dict[str, int] = {}
    ranked = sorted(enumerate(header), key=lambda each: ("::" in each[1], language not in each[1], each[0]))
    for place, title in ranked:
        plain = title.partition("::")[0].strip().lower().replace(" ", "_")
        if plain and plain != "media":
            found.setdefault({"relevance": "relevant", "list_name": "list_name"}.get(plain, plain), place)
    return found


def _lists(rows: Iterator[Row]) -> dict[str, list[Row]]:
    lists: dict[str, list[Row]] = {}
    for row in rows:
        lists.setdefault(row["list_name"], []).append(row)
    return lists


def _type_of(row: Row) -> str:
    """The type with its spellings of old made one: ``select one from x`` is ``select_one x``."""
    kind = " ".join(row["type"].split())
    kind = re.sub(r"^(begin|end) (group|repeat)", r"\1_\2", kind, flags=re.IGNORECASE)
    found = _SPOKEN.match(kind)
    if found:
        which = "select_one" if found.group(2).lower() == "one" else "select_multiple"
        kind = which + kind[found.end() :]
    head, space, rest = kind.partition(" ")
    return head.lower() + space + rest


def _is_note(row: Row) -> bool:
    return _type_of(row) == "note"


def _row_name(source: str, taken: Sequence[str]) -> str:
    wished = re.sub(r"[^A-Z0-9_]+", "_", source).strip("_")[:20] or "ROW"
    made, number = wished, 2
    while made in taken:
        made, number = f"{wished}_{number}", number + 1
    return made


def _bounds(constraint: str) -> dict[str, float]:
    """``. >= 0 and . <= 100`` as smallest and largest number."""
    keys = {">=": "min", "<=": "max"}
    found = {keys[sign]: float(number) for sign, number in _BOUND.findall(constraint)}
    return {key: int(value) if value.is_integer() else value for key, value in found.items()}


def _steps(given: Mapping[str, str]) -> list[int] | None:
    """The whole numbers of a range, at most a hundred and one of them; None for any other."""
    try:
        start, end, step = (
            int(given.get(key, default)) for key, default in (("start", "1"), ("end", "10"), ("step", "1"))
        )
    except ValueError:
        return None
    steps = range(start, end + 1, step) if step > 0 else range(0)
    return list(steps) if 2 <= len(steps) <= 101 else None
