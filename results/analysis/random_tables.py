"""Random tables with given margins, scored by how unlikely they are: the draws behind an exact test too wide to count.

A table with given margins is two rows of labels laid beside each other, one of them shuffled. Here both are shuffled:
`SHUFFLES` orders of the respondents for one side, as many for the other, and every order of one with every order of
the other makes a table. Any two of these tables are independent of each other, even when they share an order, so their
share of rare ones is as exact as that of as many tables drawn apart; and all of them together are one product of two
matrices of noughts and ones, whose whole numbers come out the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEED = 20121107
SHUFFLES, AT_ONCE = 100, 10
MOST_SHUFFLED = 1000
"""Beyond so many respondents Patefield's algorithm, whose work grows with the cells alone, is the faster."""

MOST_CELLS = 2_000_000
"""Cells of random tables in memory at once."""


def rarities(table: Ints) -> Iterator[Floats]:
    """Batches of 10,000 random tables with the margins of `table`: of each Σ log(n_ij!), higher the less likely it is.

    Always the same for the same margins.
    """
    people = int(table.sum())
    scores = special.gammaln(np.arange(people + 1) + 1.0)
    if people > MOST_SHUFFLED:
        return _drawn(table, scores)
    few, many = sorted((table.sum(axis=0), table.sum(axis=1)), key=len)
    return _shuffled(few, many, scores)


def _shuffled(few: Ints, many: Ints, scores: Floats) -> Iterator[Floats]:
    """The tables of each order of one side with each of the other; the side with fewer labels is laid out whole."""
    orders = _orders(int(few.sum()))
    fixed = _flags(orders[0], few).reshape(SHUFFLES * len(few), -1)
    step = max(1, min(AT_ONCE, MOST_CELLS // (SHUFFLES * len(few) * len(many))))
    for start in range(0, SHUFFLES, step):
        turned = _flags(orders[1, start : start + step], many).reshape(-1, fixed.shape[1])
        counts = (fixed @ turned.T).astype(np.intp)
        yield scores[counts].reshape(SHUFFLES, len(few), -1, len(many)).sum(axis=1).sum(axis=-1).ravel()


def _flags(orders: NDArray[np.int16], margin: Ints) -> NDArray[np.float32]:
    """Which label each respondent has in each order: ``[orders, labels, respondents]``, 1 or 0."""
    labels = np.repeat(np.arange(len(margin)), margin)[orders]
    return (labels[:, None, :] == np.arange(len(margin))[None, :, None]).astype(np.float32)


@lru_cache(maxsize=128)
def _orders(people: int) -> NDArray[np.int16]:
    """`SHUFFLES` random orders of so many respondents for either side ``[2, orders, respondents]``."""
    chance = np.random.default_rng(SEED).random((2, SHUFFLES, people))
    return np.argsort(chance, axis=-1).astype(np.int16)


def _drawn(table: Ints, scores: Floats) -> Iterator[Floats]:
    tables, chance = stats.random_table(table.sum(axis=1), table.sum(axis=0)), np.random.default_rng(SEED)
    size = max(1, min(SHUFFLES * AT_ONCE, MOST_CELLS // table.size))
    for start in range(0, SHUFFLES**2, size):
        batch = tables.rvs(min(size, SHUFFLES**2 - start), random_state=chance)
        yield scores[batch].sum(axis=(1, 2))
