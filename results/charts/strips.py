"""Diverging strips: a scored scale from its low end (brown, left) to its high end (violet, right) about one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from results.charts.drawing import (
    LEADING,
    NARROW,
    ROOM,
    SMALL,
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
from results.charts.layout import GAP, finish, label_width

THICK, HAIR = 26, 1
# The tones of a scale by its length, from low to high; `None` stands for no such chart.
TONES = {3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}


@dataclass(frozen=True, slots=True)
class Segment:
    """One answer of a scale within a strip: its share in per cent and what is written on it."""

    value: float
    printed: str


@dataclass(frozen=True, slots=True)
class Strip:
    """One strip, its segments from low to high. `figure` and `aside` stand at its right (net, don't know)."""

    label: str
    note: str
    segments: tuple[Segment, ...]
    figure: str = ""
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Legend:
    """The words of a chart of strips: one per tone, and the heads of the columns at the right."""

    tones: tuple[str, ...]
    figure: str = ""
    aside: str = ""


def draw_strips(strips: Sequence[Strip], *, legend: Legend, caption: Sequence[str], size: str) -> Drawing:
    """The strips from top to bottom on one zero line, under a key in the order of the scale."""
    width = WIDE if size == "wide" else NARROW
    labels = label_width([words for strip in strips for words in (strip.label, strip.note)], size=size)
    left = labels + GAP if size == "wide" and labels else 0
    columns = _columns(strips, legend=legend, width=width)
    shapes, y = _key(legend, size=size)
    shapes, y = shapes + list(_heads(columns, y=y)), y + _heads_height(columns)
    plot = _Plot.fitting(strips, x=left, width=columns.start - GAP - left)
    for strip in strips:
        drawn, height = _row(strip, plot=plot, columns=columns, y=y, labels=labels, size=size)
        shapes += drawn
        y += height + 10
    return finish(shapes, y=y, caption=caption, size=size)


@dataclass(frozen=True, slots=True)
class _Plot:
    zero: float
    unit: float

    @classmethod
    def fitting(cls, strips: Sequence[Strip], *, x: float, width: float) -> _Plot:
        """The zero line and the units per cent with which every strip just fits."""
        lows = max(_low_side(strip) for strip in strips)
        highs = max(sum(segment.value for segment in strip.segments) - _low_side(strip) for strip in strips)
        unit = width / max(lows + highs, 1)
        return cls(zero=x + lows * unit, unit=unit)


def _low_side(strip: Strip) -> float:
    """How much of a strip lies left of zero: its lower half, with half of the middle answer of an odd scale."""
    if not strip.segments:
        return 0
    half, odd = divmod(len(strip.segments), 2)
    below = sum(segment.value for segment in strip.segments[:half])
    return below + (strip.segments[half].value / 2 if odd else 0)


@dataclass(frozen=True, slots=True)
class _Columns:
    start: float
    figure: float
    aside: float
    figure_words: tuple[str, ...]
    aside_words: tuple[str, ...]


def _columns(strips: Sequence[Strip], *, legend: Legend, width: float) -> _Columns:
    """The right-hand columns: where each ends, and its head wrapped to the width it has."""
    narrow = width == NARROW
    widest = 66 if narrow else 116
    aside = _column_width([strip.aside for strip in strips], legend.aside, widest=54 if narrow else 80)
    figure = _column_width([strip.figure for strip in strips], legend.figure, widest=widest)
    start = width - aside - figure - (GAP if aside and figure else 0)
    return _Columns(
        start=start,
        figure=width - aside - (GAP if aside else 0),
        aside=width,
        figure_words=tuple(wrap(legend.figure, width=figure, size=SMALL)) if figure else (),
        aside_words=tuple(wrap(legend.aside, width=aside, size=SMALL)) if aside else (),
    )


def _column_width(printed: Sequence[str], head: str, *, widest: float) -> float:
    if not any(printed):
        return 0
    words = max((text_width(word, size=SMALL) for word in head.split()), default=0)
    return max(
        *(text_width(each, bold=True) for each in printed), min(widest, max(words, text_width(head, size=SMALL) / 2))
    )


def _key(legend: Legend, *, size: str) -> tuple[list[Shape], float]:
    """The swatches of the scale in its order, flowing over as many lines as they need."""
    width = WIDE if size == "wide" else NARROW
    shapes: list[Shape] = []
    x, y = 0.0, 2.0
    for tone, words in zip(TONES[len(legend.tones)], legend.tones, strict=True):
        wide = 18 + text_width(words, size=SMALL)
        if x and x + wide > width:
            x, y = 0.0, y + LEADING + 3
        shapes += [rect(x, y, 13, 13, f"tone{tone}"), text(x + 18, y + 11, words, "key")]
        x += wide + GAP
    return shapes, y + LEADING + 12


def _heads_height(columns: _Columns) -> float:
    return max(len(columns.figure_words), len(columns.aside_words)) * 16 + 4


def _heads(columns: _Columns, *, y: float) -> Iterator[Shape]:
    """The heads of the right-hand columns, standing on one line."""
    bottom = y + _heads_height(columns) - 12
    figure = (columns.figure_words, columns.figure, "key accent")
    for words, x, css in (figure, (columns.aside_words, columns.aside, "key")):
        for number, each in enumerate(reversed(words)):
            yield text(x, bottom - number * 16, each, css, anchor="end")


def _row(
    strip: Strip, *, plot: _Plot, columns: _Columns, y: float, labels: float, size: str
) -> tuple[list[Shape], float]:
    """One strip with its label and columns, and the height it takes."""
    words = wrap(strip.label, width=labels) if strip.label else []
    notes = wrap(strip.note, width=labels, size=SMALL) if strip.note else []
    tall = (len(words) + len(notes)) * LEADING
    if size == "wide":
        height = max(tall, THICK)
        x, start, bar = labels, y + (height - tall) / 2 + 14, y + (height - THICK) / 2
    else:
        height = tall + THICK + 6
        x, start, bar = 0.0, y + 14, y + tall + 4
    anchor = "end" if size == "wide" else "start"
    shapes = list(lines_of_text(words, x=x, y=start, css="label", anchor=anchor))
    shapes += lines_of_text(notes, x=x, y=start + len(words) * LEADING, css="caption", anchor=anchor)
    if strip.segments:
        shapes.append(line(plot.zero, bar - 4, "zero", to=(plot.zero, bar + THICK + 4)))
        shapes += _segments(strip, plot=plot, y=bar)
    shapes.append(text(columns.figure, bar + 18, strip.figure, "value accent", anchor="end"))
    shapes.append(text(columns.aside, bar + 18, strip.aside, "value faint", anchor="end"))
    return [shape for shape in shapes if shape.kind != "text" or shape.words], height


def _segments(strip: Strip, *, plot: _Plot, y: float) -> Iterator[Shape]:
    x = plot.zero - _low_side(strip) * plot.unit
    for tone, segment in zip(TONES[len(strip.segments)], strip.segments, strict=True):
        wide = segment.value * plot.unit
        if wide > HAIR:
            yield rect(x, y, wide - HAIR, THICK, f"tone{tone}")
        if wide > text_width(segment.printed, size=SMALL, bold=True) / ROOM:
            yield text(x + (wide - HAIR) / 2, y + 18, segment.printed, f"on{tone}", anchor="middle")
        x += wide
