"""Dots with intervals: the same figure for several groups, one under the other, so that they can be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from results.charts.drawing import (
    BOLD,
    LEADING,
    NARROW,
    WIDE,
    Drawing,
    Shape,
    dot,
    line,
    lines_of_text,
    text,
    text_width,
    wrap,
)
from results.charts.layout import GAP, finish, label_width

STEP = 26


@dataclass(frozen=True, slots=True)
class Mark:
    """One group's figure. `value` may be absent where it cannot be said; `printed` then says why."""

    label: str
    value: float | None
    printed: str
    low: float | None = None
    high: float | None = None
    css: str = "grey"


@dataclass(frozen=True, slots=True)
class Group:
    """The marks of one answer, under its words (none where the whole chart is one group)."""

    label: str
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """From `low` to `high`; its ends are written out where the figures alone do not tell how long it is."""

    low: float
    high: float
    written: bool = False


def draw_dots(groups: Sequence[Group], *, axis: Axis, caption: Sequence[str], size: str) -> Drawing:
    """The groups from top to bottom on one axis."""
    width = WIDE if size == "wide" else NARROW
    marks = [mark for group in groups for mark in group.marks]
    room = max((text_width(mark.printed, bold=True) for mark in marks if mark.value is not None), default=0) + GAP
    if size == "wide":
        labels = label_width([mark.label for mark in marks], size=size)
        plot, one_mark = _Plot(x=labels + GAP, width=width - labels - GAP - room, axis=axis), _mark_in_line
    else:
        labels = width - room
        plot, one_mark = _Plot(x=5, width=width - 10, axis=axis), _mark_above_line
    shapes = list(plot.ends())
    y = 4.0 + (LEADING if shapes else 0)
    for group in groups:
        if group.label:
            words = wrap(group.label, width=width / BOLD)
            shapes += lines_of_text(words, x=0, y=y + 14, css="label strong")
            y += len(words) * LEADING + 2
        for mark in group.marks:
            drawn, height = one_mark(mark, plot=plot, y=y, labels=labels)
            shapes += drawn
            y += height
        y += 12
    return finish(shapes, y=y - 4, caption=caption, size=size)


@dataclass(frozen=True, slots=True)
class _Plot:
    x: float
    width: float
    axis: Axis

    def ends(self) -> Iterator[Shape]:
        """The two ends of the axis in figures."""
        if self.axis.written:
            for value, anchor in ((self.axis.low, "start"), (self.axis.high, "end")):
                yield text(self.at(value), 14, f"{value:g}", "caption", anchor=anchor)

    def at(self, value: float) -> float:
        """Where a value lies, ends of intervals beyond the axis being cut at it."""
        low, high = self.axis.low, self.axis.high
        return self.x + (min(max(value, low), high) - low) / (high - low) * self.width


def _mark_in_line(mark: Mark, *, plot: _Plot, y: float, labels: float) -> tuple[list[Shape], float]:
    """Label, track and figure beside each other, and the height they take."""
    words = wrap(mark.label, width=labels)
    height = max(STEP, len(words) * LEADING + 4)
    middle = y + height / 2
    top = middle - (len(words) - 1) * LEADING / 2 + 5
    shapes = list(lines_of_text(words, x=labels, y=top, css="label", anchor="end"))
    if mark.value is None:
        shapes.append(text(plot.x, middle + 5, mark.printed, "caption"))
    else:
        shapes += _track(mark, plot=plot, y=middle)
        shapes.append(text(plot.x + plot.width + GAP, middle + 5, mark.printed, f"value {mark.css}"))
    return shapes, height


def _mark_above_line(mark: Mark, *, plot: _Plot, y: float, labels: float) -> tuple[list[Shape], float]:
    """Label and figure above the track, for narrow pictures, and the height they take."""
    words = wrap(mark.label, width=labels)
    height = len(words) * LEADING
    shapes = list(lines_of_text(words, x=0, y=y + 14, css="label"))
    css = "caption" if mark.value is None else f"value {mark.css}"
    shapes.append(text(plot.x + plot.width + 5, y + 14, mark.printed, css, anchor="end"))
    if mark.value is not None:
        shapes += _track(mark, plot=plot, y=y + height + 6)
        height += 18
    return shapes, height + 4


def _track(mark: Mark, *, plot: _Plot, y: float) -> Iterator[Shape]:
    """The axis, the interval and the dot of one mark."""
    yield line(plot.x, y, "track", to=(plot.x + plot.width, y))
    if mark.low is not None and mark.high is not None:
        yield line(plot.at(mark.low), y, "interval", to=(plot.at(mark.high), y))
    if mark.value is not None:
        yield dot(plot.at(mark.value), y, f"dot {mark.css}")
