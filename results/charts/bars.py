"""Horizontal bars: a share per answer, label in full at the left, value at the end, interval through the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from results.charts.drawing import (
    LEADING,
    NARROW,
    WIDE,
    Drawing,
    Shape,
    line,
    lines_of_text,
    rect,
    text,
    text_width,
    wrap,
)
from results.charts.layout import GAP, finish, label_width, scale_top

THICK = 20


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar. `value`, `low` and `high` are per cent; `css` is ``accent``, ``grey`` or ``faint``."""

    label: str
    value: float
    printed: str
    low: float | None = None
    high: float | None = None
    css: str = "grey"


def draw_bars(bars: Sequence[Bar], *, caption: Sequence[str], size: str) -> Drawing:
    """The bars from top to bottom in the order given, the caption beneath."""
    width = WIDE if size == "wide" else NARROW
    labels = label_width([bar.label for bar in bars], size=size)
    left = labels + GAP if size == "wide" else 0
    room = max(text_width(bar.printed, bold=True) for bar in bars) + GAP
    unit = (width - left - room) / scale_top(bars)
    shapes: list[Shape] = []
    y = 4.0
    for bar in bars:
        words = wrap(bar.label, width=labels)
        if size == "wide":
            height = max(len(words) * LEADING, THICK)
            shapes += lines_of_text(words, x=left - GAP, y=y + _centred(words, height), css="label", anchor="end")
            shapes += _one_bar(bar, x=left, y=y + (height - THICK) / 2, unit=unit)
        else:
            height = len(words) * LEADING + THICK + 4
            shapes += lines_of_text(words, x=0, y=y + 14, css="label")
            shapes += _one_bar(bar, x=left, y=y + height - THICK, unit=unit)
        y += height + 10
    if size == "wide":
        shapes.append(line(left, 0, "axis", to=(left, y - 6)))
    return finish(shapes, y=y, caption=caption, size=size)


def _centred(words: Sequence[str], height: float) -> float:
    """Where the first baseline goes so that the lines stand in the middle of `height`."""
    return (height - len(words) * LEADING) / 2 + 14


def _one_bar(bar: Bar, *, x: float, y: float, unit: float) -> Iterator[Shape]:
    end = x + bar.value * unit
    if bar.value:
        yield rect(x, y, max(end - x, 1), THICK, f"bar {bar.css}")
    if bar.low is not None and bar.high is not None and bar.value:
        middle = y + THICK / 2
        yield line(x + bar.low * unit, middle, "inside", to=(end, middle))
        yield line(end, middle, "interval", to=(x + bar.high * unit, middle))
        end = max(end, x + bar.high * unit)
    yield text(end + 6, y + 15, bar.printed, f"value {bar.css}")
