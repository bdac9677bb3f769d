"""One row per respondent: the cells of a frame as values, with what must be withheld left out.

Rows stand in an order that what stands in them decides, and nothing else. The frame's own order rests on everything it
holds: whoever can guess what is withheld, or has read the comments, could tell by a row's place whose they are
(docs/decisions/0079). Names, organisations and words written by respondents are never here: the first two are not in a
frame, the last are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from results.analysis import bits
from results.analysis.frame import Frame
from results.exporters.withholding import Withholding, withhold
from surveys.codebook import CodeValue, Variable

CHUNK = 20_000


class Absence:
    """Why a cell holds no answer."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


NOT_ASKED, NO_ANSWER, WITHHELD = Absence("not asked"), Absence("no answer"), Absence("withheld")

Cell = tuple[CodeValue | float, ...] | Absence
Column = list[Cell]


@dataclass(frozen=True, slots=True)
class Respondent:
    """One row: its number in the file, its cells in the order of `exported_variables`, its weight if it has one."""

    number: int
    cells: tuple[Cell, ...]
    weight: float | None


def exported_variables(frame: Frame) -> tuple[Variable, ...]:
    """The variables that stand in respondent-level files: all but the comments, and what may be done with them.

    The latter would stand beside a role here, as the names of those who want to be contacted stand beside theirs in a
    list: where one chair's comment is background only and one chair is in the list, the row would have a name.
    """
    return tuple(variable for variable in frame.codebook if variable.holds != "text" and not variable.permission)


def respondents(frame: Frame, *, withholding: Withholding | None = None) -> Iterator[Respondent]:
    """Every respondent, ordered by what the cells show. A weight goes with any attribute, which it could give away."""
    withholding = withholding or withhold(frame)
    marks = [_mark_of(each) for each in _in_frame_order(frame, withholding)]
    order = sorted(range(frame.size), key=marks.__getitem__)
    hidden = tuple(withholding.hidden[place] for place in order)
    yield from _in_frame_order(_taken(frame, order), replace(withholding, hidden=hidden))


def _mark_of(respondent: Respondent) -> bytes:
    """A digest of all that the row shows."""
    return blake2b(repr((respondent.cells, respondent.weight)).encode(), digest_size=16).digest()


def _taken(frame: Frame, order: Sequence[int]) -> Frame:
    """The same respondents in another order, without their words."""

    def masks(matrix: bits.Matrix) -> bits.Matrix:
        return bits.pack(bits.unpack(matrix, frame.size)[..., order])

    return replace(
        frame,
        codes={name: masks(matrix) for name, matrix in frame.codes.items()},
        asked={name: masks(mask) for name, mask in frame.asked.items()},
        answered={name: masks(mask) for name, mask in frame.answered.items()},
        numbers={name: values[order] for name, values in frame.numbers.items()},
        positions={name: places[:, order] for name, places in frame.positions.items()},
        texts={},
        weights=None if frame.weights is None else frame.weights[order],
    )


def _in_frame_order(frame: Frame, withholding: Withholding) -> Iterator[Respondent]:
    variables = exported_variables(frame)
    start = 0
    for shard in frame.shards(max(1, -(-frame.size // CHUNK))):
        columns = [_READERS[variable.holds](shard, variable) for variable in variables]
        for place in range(shard.size):
            yield _respondent(start + place, place, columns, variables, withholding, shard)
        start += shard.size


def _respondent(
    row: int,
    place: int,
    columns: Sequence[Column],
    variables: Sequence[Variable],
    withholding: Withholding,
    shard: Frame,
) -> Respondent:
    hidden = withholding.hidden[row]
    weight = None if shard.weights is None or hidden else float(shard.weights[place])
    cells = (
        WITHHELD if variable.name in hidden else column[place]
        for variable, column in zip(variables, columns, strict=True)
    )
    return Respondent(row + 1, tuple(cells), weight)


def _blank(frame: Frame, variable: Variable) -> Column:
    """The column before any answer: who was asked and who was not."""
    asked = bits.unpack(frame.asked[variable.name], frame.size).tolist()
    return [NO_ANSWER if each else NOT_ASKED for each in asked]


def _coded(frame: Frame, variable: Variable) -> Column:
    column = _blank(frame, variable)
    for code, mask in zip(variable.codes, bits.unpack(frame.codes[variable.name], frame.size), strict=True):
        for place in mask.nonzero()[0].tolist():
            before = column[place]
            column[place] = (code.code,) if isinstance(before, Absence) else (*before, code.code)
    return column


def _ranked(frame: Frame, variable: Variable) -> Column:
    column = _blank(frame, variable)
    positions = frame.positions[variable.name]
    codes = [code.code for code in variable.codes]
    for place in np.flatnonzero((positions > 0).any(axis=0)).tolist():
        mine = positions[:, place]
        column[place] = tuple(
            codes[index] for index in sorted(np.flatnonzero(mine).tolist(), key=lambda i: int(mine[i]))
        )
    return column


def _numbers(frame: Frame, variable: Variable) -> Column:
    column = _blank(frame, variable)
    answered = bits.unpack(frame.answered[variable.name], frame.size)
    for place in answered.nonzero()[0].tolist():
        column[place] = (float(frame.numbers[variable.name][place]),)
    return column


_READERS: dict[str, Callable[[Frame, Variable], Column]] = {
    "one": _coded,
    "many": _coded,
    "order": _ranked,
    "number": _numbers,
}


def joined(cell: Cell, write: Callable[[Any], Any], *, by: str) -> Any:
    """A cell's values as one: the value itself where there is one, else written and joined. Absences give None."""
    if isinstance(cell, Absence):
        return None
    if len(cell) == 1:
        return write(cell[0])
    return by.join(str(write(value)) for value in cell)
