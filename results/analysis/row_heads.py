"""What stands at the head of each row of a table, and which counted rows it adds up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from surveys.codebook import Variable

TOP = 3

Head = tuple[dict[str, Any], list[int]]


def heads(variable: Variable) -> Iterator[Head]:
    """The rows in order: codes, nets, then for a ranking first choices and top places.

    The numbers are rows of `counting.row_masks`: 0 the base, then codes, nets and places, code by code.
    """
    codes = variable.codes
    for place, code in enumerate(codes, start=1):
        yield {"id": str(code.code), "label": code.label, "kind": "code", "code_kind": code.kind}, [place]
    for place, net in enumerate(variable.nets, start=1 + len(codes)):
        yield {"id": f"net:{net.name}", "label": net.label, "kind": "net", "code_kind": ""}, [place]
    yield from _ranking_heads(variable, "first", 1)
    yield from _ranking_heads(variable, "top", min(TOP, len(codes)))


def place_count(variable: Variable) -> int:
    """How many places a ranking can have; none for what is not ranked."""
    return len(variable.codes) if variable.holds == "order" else 0


def first_places(variable: Variable) -> list[int]:
    """The counted row of each ranked code's first place."""
    places = place_count(variable)
    start = 1 + len(variable.codes) + len(variable.nets)
    return [start + places * index for index in range(places)]


def _ranking_heads(variable: Variable, kind: str, top: int) -> Iterator[Head]:
    prefix = kind if top == 1 and kind == "first" else f"{kind}{top}"
    for code, first in zip(variable.codes, first_places(variable), strict=False):
        head = {"id": f"{prefix}:{code.code}", "label": code.label, "kind": kind, "top": top, "code_kind": code.kind}
        yield head, list(range(first, first + top))
