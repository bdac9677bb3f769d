"""A battery in one table: its statements as rows, each with its own base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from results.analysis.suppression import TOTAL


def summary(tables: Sequence[Mapping[str, Any]], *, column: str = TOTAL) -> dict[str, Any]:
    """The statements' tables side by side for one column: codes and nets across, statements down, means at the end.

    Each row keeps its own base, for statements may be asked of different people. A hidden column gives empty rows.
    Raises ValueError when the tables do not share their codes or have no such column.
    """
    heads = [[(row["id"], row["label"]) for row in table["rows"]] for table in tables]
    if any(head != heads[0] for head in heads):
        raise ValueError("the statements of a battery must share their answers")
    places = [_place(table, column) for table in tables]
    return {
        "text": tables[0]["text"] if tables else "",
        "column": column,
        "columns": [{"id": row, "label": label} for row, label in (heads[0] if heads else [])],
        "rows": [_row(table, place) for table, place in zip(tables, places, strict=True)],
    }


def _row(table: Mapping[str, Any], place: int) -> dict[str, Any]:
    column = table["columns"][place]
    return {
        "variable": table["variable"],
        "text": table["row_text"],
        "base": column["base"],
        "organisations": column["organisations"],
        "cells": [row["cells"][place] for row in table["rows"]],
        "mean": table["mean"][place] if table["mean"] else None,
    }


def _place(table: Mapping[str, Any], column: str) -> int:
    for place, each in enumerate(table["columns"]):
        if each["id"] == column:
            return place
    raise ValueError(f"{table['variable']}: there is no column {column!r}")
