"""Numbers in bands: rows of round widths over the range that a question allows or its answers span."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from results.analysis.figures import Figures
from results.analysis.rows import Head
from surveys.codebook import Variable

MOST_BANDS = 8
ROUND_STEPS = tuple(map(Decimal, ("1", "2", "2.5", "5", "10")))


def band_edges(variable: Variable, values: NDArray[np.float64]) -> list[float]:
    """Lower edges of at most eight bands, and the upper edge of the last: multiples of 1, 2, 2.5 or 5 times ten.

    Bands hold their lower edge and not their upper, but for the last, which holds both. Edges are worked out in
    decimals, so that an answer of 0.3 stands in the band that begins at 0.3.

    >>> band_edges(Variable("AGE", "", "number", minimum=18, maximum=90), np.array([]))
    [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0]
    """
    if variable.minimum is None and not len(values):
        return []
    low = _exact(variable.minimum if variable.minimum is not None else values[0])
    high = _exact(variable.maximum) if variable.maximum is not None else _exact(values[-1]) if len(values) else low
    step = _round_step((high - low) / MOST_BANDS) if high > low else Decimal(1)
    first = math.floor(low / step)
    last = max(first + 1, math.ceil(high / step))
    if last - first > MOST_BANDS:
        step = _round_step(step * Decimal("1.01"))
        first, last = math.floor(low / step), math.ceil(high / step)
    return [float(place * step) for place in range(first, last + 1)]


def banded(figures: Figures) -> tuple[Figures, list[Head]]:
    """The figures with a row for each band in place of codes, and the heads of those rows."""
    spread = figures.counts.numbers
    assert spread is not None
    edges = band_edges(figures.variable, spread.values)
    if not edges:
        return figures, []
    belongs = np.clip(np.searchsorted(edges, spread.values, side="right") - 1, 0, len(edges) - 2)
    recipe = (belongs[None, :] == np.arange(len(edges) - 1)[:, None]).astype(np.int64)
    return figures.with_rows(recipe), [_head(edges, place) for place in range(len(edges) - 1)]


def _head(edges: list[float], place: int) -> Head:
    low, high = edges[place], edges[place + 1]
    words = f"{_plain(low)} {'to' if place == len(edges) - 2 else 'to under'} {_plain(high)}"
    head = {"id": f"band:{_plain(low)}", "label": words, "kind": "band", "code_kind": "", "low": low, "high": high}
    return head, [1 + place]


def _plain(value: float) -> str:
    """The number in full, as short as it can be: no exponent, no point without anything after it."""
    return format(_exact(value).normalize(), "f")


def _exact(value: float) -> Decimal:
    """The decimal that was typed: 0.3, not the nearest that a computer can hold."""
    return Decimal(repr(float(value)))


def _round_step(least: Decimal) -> Decimal:
    """The smallest round step that is not less than `least`.

    >>> _round_step(Decimal("0.03"))
    Decimal('0.05')
    """
    power = Decimal(1).scaleb(least.adjusted())
    return next(step * power for step in ROUND_STEPS if step * power >= least)
