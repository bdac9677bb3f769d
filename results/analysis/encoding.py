"""From answers to columns: one encoder for each thing a variable can hold, fed chunk by chunk.

An encoder turns a chunk of cells (``None`` not asked, ``[]`` left blank, else a list of values) into small integer or
float columns, adds their content to the rows' sorting keys, and at the end writes its part of the frame in the order
it is given. Nothing is kept per cell but a few bytes.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from surveys.codebook import CodeValue, Variable

Cell = Sequence[Any] | None
Keys = NDArray[np.uint64]
Order = NDArray[np.intp]

NOT_ASKED, BLANK, FIRST_CODE = 0, 1, 2
CODES_PER_WORD = 62
MOST_RANKED = 127


@dataclass
class Parts:
    """What the encoders write and the frame is made of; all masks are packed bits."""

    codes: dict[str, bits.Matrix] = field(default_factory=dict)
    asked: dict[str, bits.Mask] = field(default_factory=dict)
    answered: dict[str, bits.Mask] = field(default_factory=dict)
    numbers: dict[str, NDArray[np.float64]] = field(default_factory=dict)
    positions: dict[str, NDArray[np.int8]] = field(default_factory=dict)
    texts: dict[str, list[str | None]] = field(default_factory=dict)


class Encoder:
    """The contract: `take` a chunk of cells, then `write` the column in the rows' final order."""

    def __init__(self, variable: Variable) -> None:
        self.variable = variable
        self.chunks: list[NDArray[Any]] = []

    def take(self, cells: list[Cell]) -> Keys:
        """Keep a chunk; give its content as 64-bit words ``[words, rows]``. Raises ValueError on a bad answer."""
        try:
            column = self.column(cells)
        except (KeyError, TypeError, IndexError, OverflowError) as error:
            raise ValueError(self._complaint(cells)) from error
        self.chunks.append(column)
        return self.words(column, cells)

    def column(self, cells: list[Cell]) -> NDArray[Any]:
        """The chunk as an array, rows last. Raises KeyError and the like on a value that is not offered."""
        raise NotImplementedError

    def words(self, column: NDArray[Any], cells: list[Cell]) -> Keys:
        """The chunk's content as words for the sorting key."""
        del cells
        return np.atleast_2d(column).astype(np.uint64)

    def write(self, parts: Parts, order: Order) -> None:
        """Write the whole column into `parts`, rows in `order`."""
        raise NotImplementedError

    def fits(self, cell: Cell) -> bool:
        """Whether one cell can be encoded; used to name the offending answer."""
        try:
            self.column([cell])
        except (KeyError, TypeError, IndexError, ValueError, OverflowError):
            return False
        return True

    def gathered(self, order: Order) -> NDArray[Any]:
        """All chunks as one array in `order`; the chunks are let go."""
        whole = np.concatenate(self.chunks, axis=-1)
        self.chunks = []
        return whole[..., order]

    def _complaint(self, cells: list[Cell]) -> str:
        for cell in cells:
            if not self.fits(cell):
                return f"{self.variable.name}: {cell!r} is not an answer it can hold"
        return f"{self.variable.name}: an answer it cannot hold"


class One(Encoder):
    """One code: a small integer a row."""

    def __init__(self, variable: Variable) -> None:
        super().__init__(variable)
        self.index = {code.code: FIRST_CODE + place for place, code in enumerate(variable.codes)}
        self.dtype = np.uint8 if len(variable.codes) + FIRST_CODE <= 256 else np.uint16

    def column(self, cells: list[Cell]) -> NDArray[Any]:
        index, single = self.index, _single
        return np.array(
            [index[cell[0] if len(cell) == 1 else single(cell)] if cell else (cell is not None) for cell in cells],
            dtype=self.dtype,
        )

    def write(self, parts: Parts, order: Order) -> None:
        column = self.gathered(order)
        name, places = self.variable.name, range(FIRST_CODE, FIRST_CODE + len(self.variable.codes))
        masks = [bits.pack(column == place) for place in places]
        parts.codes[name] = np.stack(masks) if masks else np.zeros((0, bits.width(len(order))), np.uint8)
        parts.asked[name] = bits.pack(column != NOT_ASKED)
        parts.answered[name] = bits.pack(column >= FIRST_CODE)


class Many(Encoder):
    """Several codes: a set of bits a row, in as many words as the codes need."""

    ASKED, ANSWERED, SHIFT = 1, 2, 2

    def __init__(self, variable: Variable) -> None:
        super().__init__(variable)
        self.index = {code.code: place for place, code in enumerate(variable.codes)}
        self.word_count = max(1, -(-len(variable.codes) // CODES_PER_WORD))

    def column(self, cells: list[Cell]) -> NDArray[Any]:
        memo = _Memo(self._members)
        sets = [memo[tuple(cell)] if cell else (cell is not None) for cell in cells]
        return np.array([self._word(sets, place) for place in range(self.word_count)], dtype=np.uint64)

    def write(self, parts: Parts, order: Order) -> None:
        column = self.gathered(order)
        name = self.variable.name
        masks = [bits.pack(self._flag(column, place)) for place in range(len(self.variable.codes))]
        parts.codes[name] = np.stack(masks) if masks else np.zeros((0, bits.width(len(order))), np.uint8)
        parts.asked[name] = bits.pack((column[0] & np.uint64(self.ASKED)) != 0)
        parts.answered[name] = bits.pack((column[0] & np.uint64(self.ANSWERED)) != 0)

    def _members(self, cell: tuple[CodeValue, ...]) -> int:
        members = {self.index[code] for code in cell}
        if len(members) != len(cell):
            raise KeyError(cell)
        return sum(1 << place for place in members) << self.SHIFT | self.ASKED | self.ANSWERED

    def _word(self, sets: list[int], word: int) -> list[int]:
        if self.word_count == 1:
            return sets
        low = (1 << CODES_PER_WORD) - 1
        state = self.ASKED | self.ANSWERED
        return [((each >> self.SHIFT) >> CODES_PER_WORD * word & low) << self.SHIFT | each & state for each in sets]

    def _flag(self, column: NDArray[np.uint64], place: int) -> NDArray[np.bool_]:
        word, within = divmod(place, CODES_PER_WORD)
        return (column[word] >> np.uint64(within + self.SHIFT)) & np.uint64(1) != 0


class Ordered(Encoder):
    """Codes in order: for each code the place it was given, 1 the first, 0 not ranked; the last row is the state."""

    def __init__(self, variable: Variable) -> None:
        super().__init__(variable)
        if len(variable.codes) > MOST_RANKED:
            raise ValueError(f"{variable.name}: more than {MOST_RANKED} codes cannot be ranked")
        self.index = {code.code: place for place, code in enumerate(variable.codes)}

    def column(self, cells: list[Cell]) -> NDArray[Any]:
        memo = _Memo(self._places)
        blank, absent = self._state(BLANK), self._state(NOT_ASKED)
        rows = [memo[tuple(cell)] if cell else (absent if cell is None else blank) for cell in cells]
        return np.frombuffer(b"".join(rows), dtype=np.int8).reshape(len(cells), len(self.index) + 1).T.copy()

    def write(self, parts: Parts, order: Order) -> None:
        column = self.gathered(order)
        name, state = self.variable.name, column[-1]
        parts.positions[name] = np.ascontiguousarray(column[:-1])
        parts.codes[name] = bits.pack(column[:-1] > 0)
        parts.asked[name] = bits.pack(state != NOT_ASKED)
        parts.answered[name] = bits.pack(state == FIRST_CODE)

    def _places(self, cell: tuple[CodeValue, ...]) -> bytes:
        places = bytearray(self._state(FIRST_CODE))
        for rank, code in enumerate(cell, start=1):
            if places[self.index[code]]:
                raise KeyError(cell)
            places[self.index[code]] = rank
        return bytes(places)

    def _state(self, state: int) -> bytes:
        return bytes(len(self.index)) + bytes([state])


class Number(Encoder):
    """A number: its value (NaN where none) and the state in a row of its own."""

    def column(self, cells: list[Cell]) -> NDArray[Any]:
        values = [_finite(cell) if cell else math.nan for cell in cells]
        states = [FIRST_CODE if cell else (cell is not None) for cell in cells]
        return np.array([values, states], dtype=np.float64)

    def words(self, column: NDArray[Any], cells: list[Cell]) -> Keys:
        del cells
        values = np.where(np.isnan(column[0]), 0.0, column[0]) + 0.0
        return np.stack([values.view(np.uint64), column[1].astype(np.uint64)])

    def write(self, parts: Parts, order: Order) -> None:
        column = self.gathered(order)
        name = self.variable.name
        parts.numbers[name] = np.ascontiguousarray(column[0]) + 0.0
        parts.asked[name] = bits.pack(column[1] != NOT_ASKED)
        parts.answered[name] = bits.pack(column[1] == FIRST_CODE)


class Text(Encoder):
    """Words: kept as they are; a digest of each stands for it in the sorting key."""

    def column(self, cells: list[Cell]) -> NDArray[Any]:
        column = np.empty((2, len(cells)), dtype=object)
        column[0] = [_words_of(cell) if cell else None for cell in cells]
        column[1] = [FIRST_CODE if cell else int(cell is not None) for cell in cells]
        return column

    def words(self, column: NDArray[Any], cells: list[Cell]) -> Keys:
        del cells
        digests = [_digest(text) if text is not None else 0 for text in column[0]]
        return np.array([digests, list(column[1])], dtype=np.uint64)

    def write(self, parts: Parts, order: Order) -> None:
        column = self.gathered(order)
        name, states = self.variable.name, column[1].astype(np.uint8)
        parts.texts[name] = column[0].tolist()
        parts.asked[name] = bits.pack(states != NOT_ASKED)
        parts.answered[name] = bits.pack(states == FIRST_CODE)


ENCODERS: dict[str, type[Encoder]] = {"one": One, "many": Many, "order": Ordered, "number": Number, "text": Text}


class _Memo(dict[Any, Any]):
    """Remembers what a function gave within one chunk, so that common combinations are encoded once."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def __missing__(self, key: Any) -> Any:
        value = self[key] = self.function(key)
        return value


def _single(cell: Sequence[Any]) -> Any:
    raise KeyError(cell)


def _finite(cell: Sequence[Any]) -> float:
    if len(cell) != 1 or isinstance(cell[0], str) or not math.isfinite(cell[0]):
        raise KeyError(cell)
    return float(cell[0])


def _words_of(cell: Sequence[Any]) -> str:
    if len(cell) != 1 or not isinstance(cell[0], str):
        raise KeyError(cell)
    return cell[0]


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
