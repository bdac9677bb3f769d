"""A form field that is a small table: each row a mapping, as the wave file lists answers, nets, statements or roles.

Without scripts, too, rows are added, moved and taken away: a button sends the form, `rearranged` does what it asks,
and the form comes back with nothing lost and nothing stored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.texts import clean

MOST_ROWS = 1000
SPARE = 2
"""Empty rows below the filled ones, to go on writing in."""

AS_TEXT = 150
"""More rows are shown as text, a line each: a form may have a thousand fields, and nobody scrolls through so many."""

_ASKED = re.compile(r"([a-z]+)\.(add|up|down|remove)(?:\.([0-9]{1,4}))?")

Row = dict[str, Any]


class Words(forms.CharField):
    """Text as the wave file can keep it: Unix line ends, no character that cannot be stored."""

    def to_python(self, value: Any) -> str:
        return clean(super().to_python(value) or "").strip()


class WholeNumber(forms.IntegerField):
    """An integer of 32 bits, typed into a plain box, so that what cannot be read comes back as typed."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}))
        kwargs.setdefault("error_messages", {"invalid": gettext_lazy("write a whole number")})
        super().__init__(min_value=-(2**31), max_value=2**31 - 1, **kwargs)


class Figure(forms.DecimalField):
    """A number that the wave file writes as short as it can: 3 and not 3.0."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        kwargs.setdefault("error_messages", {"invalid": gettext_lazy("write a number such as 3 or 2.5")})
        super().__init__(min_value=1 - 2**31, max_value=2**31 - 1, max_digits=16, decimal_places=6, **kwargs)

    def clean(self, value: Any) -> int | float | None:
        """The number as an integer where it is one."""
        number = super().clean(value)
        if number is None:
            return None
        return int(number) if number == number.to_integral_value() else float(number)


class Codes(forms.CharField):
    """Whole numbers with commas between them."""

    def clean(self, value: Any) -> list[int]:
        """The numbers. Raises ValidationError."""
        text = super().clean(value)
        try:
            return [int(part) for part in re.split(r"[,;\s]+", text.strip()) if part]
        except ValueError:
            raise ValidationError(_("write codes with commas between them, such as 4, 5")) from None

    def prepare_value(self, value: Any) -> Any:
        """A list of codes as it is typed."""
        return ", ".join(str(code) for code in value) if isinstance(value, list) else value


def is_unset(value: Any) -> bool:
    """Whether a value is one that the wave file leaves out. Nought is not: it is a number.

    >>> is_unset(""), is_unset(False), is_unset(0)
    (True, True, False)
    """
    return value is None or value is False or value == "" or value == []


@dataclass(frozen=True)
class Column:
    """One column: the key in the row, its heading, the field that cleans a cell, and how wide it wants to be.

    A row in which every column but the `idle` ones is blank is left out.
    """

    name: str
    label: Any
    field: forms.Field
    width: str = ""
    idle: bool = False


def is_tick(column: Column) -> bool:
    """Whether a cell of the column is a box to tick."""
    return isinstance(column.field.widget, forms.CheckboxInput)


class RowsWidget(forms.Widget):
    """Reads ``options-0-code``, ``options-0-label`` … into a list of rows in the order of their numbers."""

    def __init__(self, columns: Sequence[Column]) -> None:
        super().__init__()
        self.columns = columns

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> list[Row]:
        """The rows as they were typed, blank ones included."""
        if (lines := data.get(f"{name}-lines")) is not None:
            return [self._row_of(line) for line in lines.splitlines()]
        keys = re.compile(rf"{re.escape(name)}-([0-9]{{1,4}})-[a-z_]+")
        numbers = sorted({int(found[1]) for key in data if (found := keys.fullmatch(key))})
        return [
            {
                column.name: column.field.widget.value_from_datadict(data, files, f"{name}-{number}-{column.name}")
                for column in self.columns
            }
            for number in numbers
        ]

    def _row_of(self, line: str) -> Row:
        """A line of cells with tabs between them, as spreadsheets copy them; anything but no in a box is a tick."""
        cells = [*line.split("\t"), *[""] * len(self.columns)]
        return {
            column.name: cell.strip().casefold() not in ("", "no") if is_tick(column) else cell.strip()
            for column, cell in zip(self.columns, cells, strict=False)
        }

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        """Never: a table without rows is empty."""
        return False

    def id_for_label(self, id_: str) -> str:
        """The table itself takes the focus."""
        return id_


class RowsBoundField(BoundField):
    """The table as the template writes it: rows of cells, each with its label, its control and what is wrong."""

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """Every row, at the end some to spare."""
        field: RowsField = self.field  # type: ignore[assignment]
        values: list[Row] = list(self.value() or [])
        spare = len(list(takewhile(field.is_blank, reversed(values))))
        values += [{} for _more in range(field.spare - spare)]
        wrong = self._wrong()
        for number, row in enumerate(values):
            yield {
                "number": number,
                "counted": number + 1,
                "filled": not field.is_blank(row),
                "cells": [self._cell(column, number, row.get(column.name), wrong) for column in field.columns],
            }

    @property
    def lines(self) -> str:
        """The rows as text where they are too many for boxes; nothing where they are not."""
        values: list[Row] = list(self.value() or [])
        return "\n".join(map(self._line, values)) if len(values) > AS_TEXT else ""

    def _line(self, row: Row) -> str:
        shown = [(column, column.field.prepare_value(row.get(column.name))) for column in self.columns]
        cells = [("yes" if value else "") if is_tick(column) else value for column, value in shown]
        return "\t".join("" if cell is None else " ".join(str(cell).split()) for cell in cells).rstrip("\t")

    @property
    def columns(self) -> Sequence[Column]:
        """The columns in order."""
        return self.field.columns  # type: ignore[attr-defined]

    def _wrong(self) -> set[str]:
        found = self.form.errors.as_data().get(self.name, []) if self.form.is_bound else []
        return {str(error.code) for each in found for error in each.error_list}

    def _cell(self, column: Column, number: int, value: Any, wrong: set[str]) -> dict[str, Any]:
        name = f"{self.html_name}-{number}-{column.name}"
        attributes = {
            "id": f"id_{name}",
            "class": "" if is_tick(column) else "input",
            "aria-label": _("%(column)s, row %(number)d") % {"column": column.label, "number": number + 1},
        }
        if f"{number}-{column.name}" in wrong:
            attributes |= {"aria-invalid": "true", "aria-describedby": f"{self.auto_id}_error"}
        shown = column.field.prepare_value(value)
        return {"column": column, "control": column.field.widget.render(name, shown, attributes)}


class RowsField(forms.Field):
    """A table of rows; cleaned into the list of mappings that the wave file wants, blank cells left out.

    `noun` names a row in messages ("Answer 3: …").
    """

    bound_field_class = RowsBoundField

    def __init__(self, columns: Sequence[Column], *, noun: Any, add: Any, spare: int = SPARE, **kwargs: Any) -> None:
        self.columns, self.noun, self.add, self.spare = columns, noun, add, spare
        super().__init__(widget=RowsWidget(columns), required=kwargs.pop("required", False), **kwargs)

    def is_blank(self, row: Mapping[str, Any]) -> bool:
        """Whether nothing stands in a row that would make it one."""
        return all(is_unset(row.get(column.name)) for column in self.columns if not column.idle)

    def clean(self, value: Any) -> list[Row]:
        """The filled rows, each cell cleaned. Raises ValidationError with every cell's trouble."""
        found: list[ValidationError] = []
        rows = []
        for number, typed in enumerate(value or []):
            if not self.is_blank(typed):
                rows.append(self._cleaned(typed, number, found))
        if len(rows) > MOST_ROWS:
            found.append(ValidationError(_("There are more than %d rows.") % MOST_ROWS))
        if found:
            raise ValidationError(found)
        return rows

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Not asked here."""
        return True

    def _cleaned(self, typed: Row, number: int, found: list[ValidationError]) -> Row:
        row: Row = {}
        for column in self.columns:
            try:
                value = column.field.clean(typed.get(column.name))
            except ValidationError as error:
                blank = getattr(error, "code", "") == "required"
                words = _("%(noun)s %(number)d, %(column)s: %(what)s") % {
                    "noun": self.noun,
                    "number": number + 1,
                    "column": str(column.label).lower(),
                    "what": _("fill it in") if blank else " ".join(error.messages).rstrip("."),
                }
                found.append(ValidationError(words + ".", code=f"{number}-{column.name}"))
                continue
            if not is_unset(value):
                row[column.name] = value
        return row


def rearranged(asked: str, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The values of a form after a button of one of its tables (``options.up.2``); None when it is none of them.

    Pure: `values` are what was typed, by field; a table is a list of rows.
    """
    found = _ASKED.fullmatch(asked)
    if not found or not isinstance(values.get(found[1]), list):
        return None
    rows, place = list(values[found[1]]), int(found[3] or 0)
    if found[2] == "add":
        rows += [{}] * SPARE
    elif place < len(rows):
        row = rows.pop(place)
        if found[2] != "remove":
            rows.insert(max(0, place + (-1 if found[2] == "up" else 1)), row)
    return {**values, found[1]: rows}
