"""The differences of a wave worth looking at, with the false ones among them kept to one in twenty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from results.analysis.significance import benjamini_hochberg

FALSE_DISCOVERIES = 0.05


def notable(tables: Iterable[Mapping[str, Any]], *, rate: float = FALSE_DISCOVERIES) -> list[dict[str, Any]]:
    """The tables and rows whose answer depends on the column, most certain first (Benjamini–Hochberg at `rate`).

    A question with one answer counts as one test a break, a question with several as one a row.
    """
    found = [test for test in tested(tables) if test["adjusted"] < rate]
    return sorted(found, key=lambda test: (test["p"], test["variable"], test["by"], test["row"] or ""))


def tested(tables: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every test of these tables, with p adjusted for all of them (Benjamini–Hochberg)."""
    tests = [found for table in tables for found in _tests(table)]
    adjusted = benjamini_hochberg(np.array([test["p"] for test in tests], dtype=np.float64))
    return [{**test, "adjusted": float(p)} for test, p in zip(tests, adjusted, strict=True)]


def _tests(table: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    head = {"variable": table["variable"], "by": table["by"]}
    if table.get("test"):
        yield {**head, "row": None, "p": table["test"]["p"], "method": table["test"]["method"]}
    for row in table["rows"]:
        if row.get("test"):
            yield {**head, "row": row["id"], "p": row["test"]["p"], "method": row["test"]["method"]}
