"""A line over the waves: one figure a wave at its date, with its interval, broken where waves may not be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from results.charts.dots import Axis
from results.charts.drawing import (
    LEADING,
    NARROW,
    SMALL,
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
from results.charts.layout import finish

HEIGHT, TOP, SIDE = 150, 22, 44


@dataclass(frozen=True, slots=True)
class Wave:
    """One wave: its title, its day as a number, its figure and interval as printed; `line` numbers the unbroken run.

    `value` is None where the base is too small or hidden: such a wave is named under the axis and has no dot.
    """

    title: str
    day: int
    value: float | None
    printed: str
    low: float | None
    high: float | None
    line: int | None


def draw_over_waves(waves: Sequence[Wave], *, axis: Axis, caption: Sequence[str], size: str) -> Drawing:
    """The waves from left to right, as far apart as their dates."""
    plot = _Plot.of(waves, axis=axis, width=WIDE if size == "wide" else NARROW)
    shapes: list[Shape] = [line(0, TOP + HEIGHT, "axis", to=(plot.width, TOP + HEIGHT))]
    for before, after in pairwise([wave for wave in waves if wave.value is not None]):
        if before.line == after.line:
            shapes.append(line(*plot.at(before), "trend", to=plot.at(after)))
        else:
            middle = (plot.x(before) + plot.x(after)) / 2
            shapes.append(line(middle, TOP, "break", to=(middle, TOP + HEIGHT)))
    for wave in waves:
        shapes += _mark(wave, plot)
    names, height = _names(waves, plot)
    return finish([*shapes, *names], y=TOP + HEIGHT + height, caption=caption, size=size)


@dataclass(frozen=True, slots=True)
class _Plot:
    width: float
    first: int
    days: int
    axis: Axis

    @classmethod
    def of(cls, waves: Sequence[Wave], *, axis: Axis, width: float) -> _Plot:
        first, last = waves[0].day, waves[-1].day
        return cls(width, first, max(1, last - first), axis)

    def x(self, wave: Wave) -> float:
        return SIDE + (self.width - 2 * SIDE) * (wave.day - self.first) / self.days

    def y(self, value: float) -> float:
        return TOP + HEIGHT * (1 - (value - self.axis.low) / (self.axis.high - self.axis.low))

    def at(self, wave: Wave) -> tuple[float, float]:
        assert wave.value is not None
        return self.x(wave), self.y(wave.value)


def _mark(wave: Wave, plot: _Plot) -> Iterator[Shape]:
    if wave.value is None:
        return
    x, y = plot.at(wave)
    if wave.low is not None and wave.high is not None:
        yield line(x, plot.y(wave.low), "interval", to=(x, plot.y(wave.high)))
    yield dot(x, y, "dot accent")
    is_last = x > plot.width - 2 * SIDE
    yield text(x - 8 if is_last else x + 8, y - 8, wave.printed, "value accent", anchor="end" if is_last else "start")


def _names(waves: Sequence[Wave], plot: _Plot) -> tuple[list[Shape], float]:
    """The titles under the axis, as wide as the distance between waves allows; every second lower if close.

    One that would stick out of the picture begins, or ends, where the picture does.
    """
    apart = min((plot.x(after) - plot.x(before) for before, after in pairwise(waves)), default=plot.width)
    room, rows = max(2 * SIDE, apart - 8), 1 if apart >= 2 * SIDE else 2
    at_the_edge = SIDE + room / 2 - 4
    widths = [at_the_edge if place in (0, len(waves) - 1) else room for place in range(len(waves))]
    wrapped = [wrap(wave.title, width=width, size=SMALL) for wave, width in zip(waves, widths, strict=True)]
    tall = max(map(len, wrapped)) * LEADING
    shapes: list[Shape] = []
    for place, (wave, words) in enumerate(zip(waves, wrapped, strict=True)):
        y = TOP + HEIGHT + LEADING + (place % rows) * tall
        x, anchor = _within(plot.x(wave), max(text_width(each, size=SMALL) for each in words), plot.width)
        shapes += lines_of_text(words, x=x, y=y, css="caption", anchor=anchor)
    return shapes, rows * tall + 8


def _within(x: float, wide: float, width: float) -> tuple[float, str]:
    """Where a text of this width stands and how: about `x`, unless it would stick out."""
    if x < wide / 2:
        return 0, "start"
    return (width, "end") if x + wide / 2 > width else (x, "middle")
