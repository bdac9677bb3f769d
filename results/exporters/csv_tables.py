"""Every table as figures: one line per cell, counts and bases beside each share, nothing rounded away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from django.utils.translation import gettext_lazy as _

from results.exporters.base import Exporter, Material, Sheet

COLUMNS = (
    "variable", "question", "statement", "by", "denominator",
    "column", "column_label", "base", "organisations",
    "row", "row_kind", "row_label",
    "count", "percent", "exact", "low", "high", "mean", "sd", "letters", "flag", "suppressed", "notes",
)  # fmt: skip


class CsvTables(Exporter):
    """Tidy results. Numbers are numbers, never signs; a suppressed column has empty figures and says so."""

    key, label = "csv-tables", _("Tables (CSV)")
    extension, content_type = "csv", "text/csv; charset=utf-8"

    def write(self, material: Material, file: BinaryIO) -> None:
        """Write a header and one line per cell of every table."""
        with Sheet(file, for_spreadsheets=True) as sheet:
            sheet.row(COLUMNS)
            for table in material.results["tables"]:
                for line in lines_of(table):
                    sheet.row(line.get(name) for name in COLUMNS)


def lines_of(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The cells of a table, column by column, each with all that identifies it; the column's mean last."""
    for index, column in enumerate(table["columns"]):
        place = _place(table, column)
        for row in table["rows"]:
            yield {
                **place,
                "row": row["id"],
                "row_kind": row["kind"],
                "row_label": row["label"],
                **(row["cells"][index] or {}),
            }
        mean = table["mean"][index] if table.get("mean") else None
        if mean:
            yield {**place, "row_kind": "mean", "base": mean["base"], "mean": mean["value"], "sd": mean["sd"]}


def _place(table: Mapping[str, Any], column: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "variable": table["variable"],
        "question": table["text"],
        "statement": table.get("row_text"),
        "by": table["by"],
        "denominator": table["denominator"],
        "column": column["id"],
        "column_label": column["label"],
        "base": column["base"],
        "organisations": column["organisations"],
        "suppressed": int(column["id"] in table["suppressed"]),
        "notes": " ".join(table.get("notes", ())),
    }
