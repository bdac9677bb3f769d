"""Packed bits: one bit a respondent, eight respondents a byte, rows padded to whole 64-bit words.

A *mask* is a ``uint8`` array of `width(n)` bytes; a *matrix* stacks masks ``[rows, width(n)]``. Padding bits are zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.uint8]
Matrix = NDArray[np.uint8]

BLOCK_WORDS = 2048
PARALLEL_FROM = 1 << 20


def width(size: int) -> int:
    """Bytes of a mask over `size` respondents: whole 64-bit words, at least one."""
    return 8 * max(1, -(-size // 64))


def pack(flags: NDArray[np.bool_]) -> Matrix:
    """Pack booleans ``[..., n]`` into bits ``[..., width(n)]``."""
    size = flags.shape[-1]
    packed = np.zeros((*flags.shape[:-1], width(size)), dtype=np.uint8)
    packed[..., : -(-size // 8)] = np.packbits(flags, axis=-1)
    return packed


def unpack(masks: Matrix, size: int) -> NDArray[np.bool_]:
    """The booleans ``[..., size]`` that `pack` packed."""
    return np.unpackbits(masks, axis=-1, count=size).view(np.bool_)


def everybody(size: int) -> Mask:
    """The mask with every one of `size` respondents in it."""
    return pack(np.ones(size, dtype=np.bool_))


def nobody(size: int) -> Mask:
    """The empty mask."""
    return np.zeros(width(size), dtype=np.uint8)


def union(masks: Matrix) -> Mask:
    """Those in any of the masks ``[rows, bytes]``; of no masks, nobody."""
    return np.bitwise_or.reduce(masks, axis=0)


def count(masks: Matrix) -> NDArray[np.int64]:
    """How many respondents each mask holds: ``[..., bytes]`` gives ``[...]``."""
    return np.bitwise_count(masks.view(np.uint64)).sum(axis=-1, dtype=np.int64)


def cross_count(rows: Matrix, columns: Matrix) -> NDArray[np.int64]:
    """How many respondents each row shares with each column: ``[r, bytes]`` and ``[c, bytes]`` give ``[r, c]``."""
    row_words, column_words = _words(rows), _words(columns)
    words = row_words.shape[1]
    total = np.zeros((len(row_words), len(column_words)), dtype=np.int64)
    for start in range(0, words, BLOCK_WORDS):
        stop = min(words, start + BLOCK_WORDS)
        _add_block(total, row_words[:, start:stop], column_words[:, start:stop])
    return total


def cross_counts(many_rows: Iterable[Matrix], columns: Matrix) -> list[NDArray[np.int64]]:
    """`cross_count` of several row matrices with the same columns, on all cores when there is enough to do."""
    matrices = list(many_rows)
    if sum(rows.size for rows in matrices) * len(columns) < PARALLEL_FROM:
        return [cross_count(rows, columns) for rows in matrices]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda rows: cross_count(rows, columns), matrices))


def _words(masks: Matrix) -> NDArray[np.uint64]:
    return np.ascontiguousarray(masks).view(np.uint64)


def _add_block(total: NDArray[np.int64], rows: NDArray[np.uint64], columns: NDArray[np.uint64]) -> None:
    for index, row in enumerate(rows):
        total[index] += np.bitwise_count(row & columns).sum(axis=1, dtype=np.int64)
