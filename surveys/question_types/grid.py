"""A battery: several statements answered on one scale."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from surveys.codebook import Variable
from surveys.problems import Problem
from surveys.question_types.closed import OneOf


class Grid(OneOf):
    """Several statements on one scale; each is a variable of its own, ``NAME_ROW``."""

    key = "grid"
    label = "Battery of statements"
    keys = OneOf.keys | {"rows"}

    def problems(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> Iterator[Problem]:
        yield from super().problems(definition, settings)
        if not definition.get("rows"):
            yield Problem("rows", "give at least one statement")
        names = [row["name"] for row in definition.get("rows", ())]
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Problem(f"rows[{index}].name", f"{name} is used twice")

    def variables(self, definition: Mapping[str, Any], settings: Mapping[str, Any]) -> tuple[Variable, ...]:
        return tuple(
            self.variable(definition, settings, name=f"{definition['name']}_{row['name']}", row=row["text"])
            for row in definition.get("rows", ())
        )
