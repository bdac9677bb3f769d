"""The rows of a table: their masks, what stands at their head, and which counted rows each adds up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from results.analysis.frame import Frame
from surveys.codebook import Variable

TOP = 3

Head = tuple[dict[str, Any], list[int]]


@dataclass(frozen=True, eq=False)
class Rows:
    """The masks that must be counted, and how all rows are added up from them: `recipe` ``[rows, masks]`` or None."""

    masks: bits.Matrix
    recipe: NDArray[np.int64] | None = None

    def add_up(self, counted: NDArray[np.int64]) -> NDArray[np.int64]:
        """All rows' counts ``[rows, columns]`` from those of the masks."""
        return counted if self.recipe is None else self.recipe @ counted


def counted_rows(frame: Frame, name: str) -> Rows:
    """The rows of a variable for counting: where codes exclude each other, the base and the nets are their sums."""
    variable = frame.codebook[name]
    if variable.holds != "one" or not variable.codes:
        return Rows(row_masks(frame, name))
    nets = [[code.code in net.codes for code in variable.codes] for net in variable.nets]
    codes = len(variable.codes)
    recipe = np.concatenate([np.ones((1, codes)), np.eye(codes), np.array(nets).reshape(-1, codes)])
    return Rows(frame.codes[name], recipe.astype(np.int64))


def row_masks(frame: Frame, name: str) -> bits.Matrix:
    """The rows of a variable as masks: those who answered, each code, each net, and for a ranking each place."""
    variable = frame.codebook[name]
    rows = [frame.answered[name][None]]
    if variable.closed:
        rows.append(frame.codes[name])
        rows.extend(frame.mask(name, net.codes)[None] for net in variable.nets)
    if name in frame.positions:
        rows.extend(_places(frame.positions[name], place_count(variable)))
    return np.concatenate(rows)


def heads(variable: Variable) -> Iterator[Head]:
    """The rows in order: codes, nets, then for a ranking first choices and top places.

    The numbers are rows of `row_masks`: 0 the base, then codes, nets and places, code by code.
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


def _places(positions: NDArray[np.int8], places: int) -> Iterator[bits.Matrix]:
    for given in positions:
        yield bits.pack(given == np.arange(1, places + 1, dtype=np.int8)[:, None])
