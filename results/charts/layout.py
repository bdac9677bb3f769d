"""What every chart shares: the room for labels, the length of the axis, and base and source inside the picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from results.charts.drawing import LEADING, NARROW, SMALL, WIDE, Drawing, Shape, lines_of_text, text_width, wrap

GAP = 12
WIDEST_LABEL = 270


class Spread(Protocol):
    """Anything with a value in per cent and perhaps the upper end of its interval."""

    @property
    def value(self) -> float:
        """The share."""

    @property
    def high(self) -> float | None:
        """The upper end of its interval."""


def label_width(labels: Iterable[str], *, size: str) -> float:
    """The width of the column of labels: no wider than needed, the whole picture where it is narrow."""
    if size != "wide":
        return NARROW
    widest = max((text_width(label) for label in labels), default=0)
    return min(WIDEST_LABEL, widest + 2) if widest else 0


def scale_top(marks: Iterable[Spread]) -> float:
    """Where the axis ends: the first of 25, 50, 75 and 100 per cent that holds every value and interval."""
    longest = max((max(mark.value, mark.high or 0) for mark in marks), default=0)
    return next((top for top in (25, 50, 75) if longest <= top), 100)


def finish(shapes: Sequence[Shape], *, y: float, caption: Sequence[str], size: str) -> Drawing:
    """The drawing with its caption set beneath `y`."""
    width = WIDE if size == "wide" else NARROW
    y += 14
    written = list(shapes)
    for paragraph in caption:
        lines = wrap(paragraph, width=width, size=SMALL)
        written += lines_of_text(lines, x=0, y=y, css="caption")
        y += len(lines) * LEADING
    return Drawing(size=size, width=width, height=round(y - LEADING + 8), shapes=tuple(written))
