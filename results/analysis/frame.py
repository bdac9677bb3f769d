"""The frame: a closed wave as sets of respondents, from which every figure is counted.

A frame holds, for each closed variable and code, who gave it, as packed bits; who was asked and who answered; the
numbers, rankings, texts and weights. Respondents stand in an order made from their answers alone, so that two stores
of the same answers give the same frame and the same digest whatever order they are read in.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from results.analysis.encoding import ENCODERS, Cell, Encoder, Parts
from results.analysis.exact import UNIT_BITS
from surveys.codebook import Codebook, CodeValue, Variable

Row = tuple[Mapping[str, Any], Mapping[str, Sequence[Any]], float | None]

MOST_DECIMALS = 9
CHUNK = 256  # small enough that a chunk of responses stays in the cache while its columns are read
_MIX = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F], dtype=np.uint64)
_FOLD = np.array([0xBF58476D1CE4E5B9, 0x94D049BB133111EB], dtype=np.uint64)


@dataclass(frozen=True, eq=False)
class Frame:
    """A closed wave. Masks are ``uint8`` of `bits.width(size)` bytes, most significant bit first.

    `codes` holds ``[codes, bytes]`` per closed variable in the codebook's order; `positions` ``[codes, n]`` per
    ranking (1 first, 0 not ranked); `numbers` ``[n]`` with NaN where there is none; `weights` ``[n]`` or None; `scale`
    what weights are summed on (`scale_of`; shards of one frame share it).
    """

    codebook: Codebook
    size: int
    codes: Mapping[str, bits.Matrix]
    asked: Mapping[str, bits.Mask]
    answered: Mapping[str, bits.Mask]
    numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    positions: Mapping[str, NDArray[np.int8]] = field(default_factory=dict)
    texts: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    weights: NDArray[np.float64] | None = None
    scale: float = 1.0

    @property
    def weighted(self) -> bool:
        """Whether the respondents carry weights."""
        return self.weights is not None

    @cached_property
    def everybody(self) -> bits.Mask:
        """The mask of all respondents."""
        return bits.everybody(self.size)

    def mask(self, name: str, codes: Iterable[CodeValue]) -> bits.Mask:
        """Who gave any of these codes. Raises ValueError on a code that is not offered."""
        places = [place_of(self.codebook[name], code) for code in codes]
        return bits.union(self.codes[name][places]) if places else bits.nobody(self.size)

    def shards(self, parts: int) -> list[Frame]:
        """The frame cut by respondent into `parts` frames whose counts add up to its own."""
        edges = [self.size * part // parts for part in range(parts + 1)]
        return [self._cut(start, stop) for start, stop in pairwise(edges)]

    def with_weights(self, weights: NDArray[np.float64] | None) -> Frame:
        """The same answers with other weights. Raises ValueError if they are not finite and non-negative."""
        checked = None if weights is None else check_weights(np.asarray(weights, dtype=np.float64), self.size)
        return Frame(**{**_fields(self), "weights": checked, "scale": scale_of(checked)})

    def to_bytes(self) -> bytes:
        """The frame as one deterministic, versioned run of bytes; `Frame.from_bytes` reads it back."""
        from results.analysis.frame_file import dump

        return dump(self)

    @classmethod
    def from_bytes(cls, data: bytes, codebook: Codebook) -> Frame:
        """The frame that `to_bytes` wrote. Raises ValueError if it is damaged or of another codebook."""
        from results.analysis.frame_file import load

        return load(data, codebook)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the frame's bytes, in hexadecimal."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def _cut(self, start: int, stop: int) -> Frame:
        def masks(matrix: bits.Matrix) -> bits.Matrix:
            return bits.pack(bits.unpack(matrix, self.size)[..., start:stop])

        return Frame(
            codebook=self.codebook,
            size=stop - start,
            codes={name: masks(matrix) for name, matrix in self.codes.items()},
            asked={name: masks(mask) for name, mask in self.asked.items()},
            answered={name: masks(mask) for name, mask in self.answered.items()},
            numbers={name: values[start:stop] for name, values in self.numbers.items()},
            positions={name: places[:, start:stop] for name, places in self.positions.items()},
            texts={name: texts[start:stop] for name, texts in self.texts.items()},
            weights=None if self.weights is None else self.weights[start:stop],
            scale=self.scale,
        )


def build_frame(codebook: Codebook, rows: Iterable[Row], *, weighted: bool = False) -> Frame:
    """The frame of `rows`, read once: ``(attributes, answers, weight)`` each; weights are ignored unless `weighted`.

    Raises ValueError on a code that is not offered, a variable that is not in the codebook, or a bad weight.
    """
    frame, _ = build_frame_with_payloads(codebook, ((*row[:3], None) for row in rows), weighted=weighted)
    return frame


def build_frame_with_payloads(
    codebook: Codebook, rows: Iterable[tuple[Any, ...]], *, weighted: bool = False
) -> tuple[Frame, list[Any]]:
    """As `build_frame`, with a fourth element in each row that is carried along: the frame, and those in its order."""
    encoders = [ENCODERS[variable.holds](variable) for variable in codebook]
    keys, weights = [np.empty((2, 0), np.uint64)], [np.empty(0)]
    payloads: list[Any] = []
    for chunk in _chunks(rows):
        chunk_weights = _weights(chunk) if weighted else np.zeros(len(chunk))
        keys.append(_keys(encoders, chunk, chunk_weights))
        weights.append(chunk_weights)
        payloads.extend(row[3] for row in chunk)
    both = np.concatenate(keys, axis=1)
    order = np.lexsort(both[::-1])
    frame = _written(codebook, encoders, order, np.concatenate(weights)[order] if weighted else None)
    return frame, [payloads[place] for place in order]


def place_of(variable: Variable, code: Any) -> int:
    """Where a code stands among the variable's codes; its text will do. Raises ValueError when it is not offered."""
    for place, offered in enumerate(variable.codes):
        if offered.code == code or str(offered.code) == str(code):
            return place
    raise ValueError(f"{variable.name}: {code!r} is not one of its codes")


def check_weights(weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """The weights, if they are `size` finite numbers, none negative and not all zero; else ValueError."""
    if weights.shape != (size,):
        raise ValueError(f"{size} weights are needed, not {weights.shape}")
    if not np.isfinite(weights).all() or (weights < 0).any():
        raise ValueError("a weight must be a finite number, not negative")
    if size and not weights.any():
        raise ValueError("all weights are zero")
    return weights


def scale_of(weights: NDArray[np.float64] | None) -> float:
    """The scale on which exact sums are made: a power of two at or above the largest weight.

    Weights that were typed with up to nine decimals are whole numbers of 10⁻ᵈ, and their scale a power of two of
    those: then every weight is a whole number of units, and sums are without any error.

    >>> scale_of(np.array([0.3, 2.5])), scale_of(np.array([1 / 3, 2.5]))
    (3.2, 4.0)
    """
    largest = float(weights.max()) if weights is not None and weights.size else 1.0
    if not largest:
        return 1.0
    tens = 1.0 if weights is None else _tens(weights)
    return math.ldexp(1.0, math.frexp(largest * tens)[1]) / tens


def _tens(weights: NDArray[np.float64]) -> float:
    """The power of ten that makes all weights whole numbers that fit into units; 1 where there is none."""
    for decimals in range(MOST_DECIMALS + 1):
        tens = 10.0**decimals
        whole = np.rint(weights * tens)
        if whole.max(initial=0) > 2.0**UNIT_BITS:
            break
        if (whole / tens == weights).all():
            return tens
    return 1.0


def _fields(frame: Frame) -> dict[str, Any]:
    return {name: getattr(frame, name) for name in Frame.__dataclass_fields__}


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    stream = iter(rows)
    while chunk := list(islice(stream, CHUNK)):
        yield chunk


def _weights(chunk: list[tuple[Any, ...]]) -> NDArray[np.float64]:
    if any(row[2] is None for row in chunk):
        raise ValueError("a weight is missing")
    return np.array([row[2] for row in chunk], dtype=np.float64)


def _keys(encoders: list[Encoder], chunk: list[tuple[Any, ...]], weights: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Two 64-bit words a row that depend on all its content, mixed as SplitMix64 does, and on nothing else."""
    _refuse_strangers(encoders, chunk)
    state = np.repeat(_MIX[:, None], len(chunk), axis=1)
    for encoder in encoders:
        for word in encoder.take(_cells(encoder.variable, chunk)):
            state = _mixed(state, word)
    return _mixed(state, (weights + 0.0).view(np.uint64))


def _mixed(state: NDArray[np.uint64], word: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ word) * _FOLD[:, None]
    return (state ^ (state >> np.uint64(29))) + _MIX[:, None]


def _cells(variable: Variable, chunk: list[tuple[Any, ...]]) -> list[Cell]:
    name = variable.name
    if not variable.attribute:
        return [row[1].get(name) for row in chunk]
    return [[value] if (value := row[0].get(name)) is not None else [] for row in chunk]


def _refuse_strangers(encoders: list[Encoder], chunk: list[tuple[Any, ...]]) -> None:
    known = {encoder.variable.name for encoder in encoders if not encoder.variable.attribute}
    for row in chunk:
        if not row[1].keys() <= known:
            raise ValueError(f"{min(row[1].keys() - known)} is not a variable of this wave")


def _written(
    codebook: Codebook, encoders: list[Encoder], order: NDArray[np.intp], weights: NDArray[np.float64] | None
) -> Frame:
    checked = None if weights is None else check_weights(weights, len(order))
    parts = Parts()
    if not len(order):
        for encoder in encoders:
            encoder.take([])
    for encoder in encoders:
        encoder.write(parts, order)
    return Frame(codebook=codebook, size=len(order), weights=checked, scale=scale_of(checked), **vars(parts))
