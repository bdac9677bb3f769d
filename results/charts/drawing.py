"""A drawing: the shapes of one chart at one width, and the measuring and wrapping of their words.

A server cannot ask a browser how wide a word is. Widths are taken from a table of a common sans serif's letters, with
some room to spare, so that labels wrap early rather than late whatever face the reader's system brings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

NARROW, WIDE = 320, 720
TEXT, SMALL, LEADING = 15, 13, 19
# Letter widths in thousandths of the type size; anything not named is AVERAGE.
AVERAGE, ROOM, BOLD = 572, 1.14, 1.14
_WIDTHS = {
    **dict.fromkeys("ijl.,;:'|!’", 260),
    **dict.fromkeys("ft()[]-– /", 330),
    "r": 380,
    **dict.fromkeys("szJ", 480),
    **dict.fromkeys("mwMW%—", 880),
    **dict.fromkeys("ABCDEGHKNOPQRSUVXYZ&", 705),
}


@dataclass(frozen=True, slots=True)
class Shape:
    """One mark. `kind` is ``rect``, ``line``, ``dot`` or ``text``; places are in the drawing's own units."""

    kind: str
    x: float
    y: float
    css: str
    width: float = 0
    height: float = 0
    anchor: str = "start"
    words: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture of `width` by `height` units."""

    size: str
    width: int
    height: int
    shapes: tuple[Shape, ...]


def rect(x: float, y: float, width: float, height: float, css: str) -> Shape:
    """A filled rectangle."""
    return Shape("rect", round(x, 1), round(y, 1), css, width=round(width, 1), height=round(height, 1))


def line(x: float, y: float, css: str, *, to: tuple[float, float]) -> Shape:
    """A straight line; `to` is its other end."""
    return Shape("line", round(x, 1), round(y, 1), css, width=round(to[0], 1), height=round(to[1], 1))


def dot(x: float, y: float, css: str) -> Shape:
    """A point of a size that the stylesheet leaves alone."""
    return Shape("dot", round(x, 1), round(y, 1), css, width=5)


def text(x: float, y: float, words: str, css: str, *, anchor: str = "start") -> Shape:
    """One line of words with its baseline at `y`."""
    return Shape("text", round(x, 1), round(y, 1), css, anchor=anchor, words=words)


def lines_of_text(lines: Iterable[str], *, x: float, y: float, css: str, anchor: str = "start") -> Iterator[Shape]:
    """Several lines, the first with its baseline at `y`."""
    for number, words in enumerate(lines):
        yield text(x, y + number * LEADING, words, css, anchor=anchor)


def text_width(words: str, *, size: int = TEXT, bold: bool = False) -> float:
    """About how many units wide these words are set; rather too many than too few.

    >>> text_width("ill") < text_width("www")
    True
    """
    return sum(_WIDTHS.get(letter, AVERAGE) for letter in words) * size * ROOM * (BOLD if bold else 1) / 1000


def wrap(words: str, *, width: float, size: int = TEXT) -> list[str]:
    """The words in lines no wider than `width`; a single word that is wider is broken.

    >>> wrap("Too much grip", width=70)
    ['Too much', 'grip']
    """
    lines: list[str] = []
    for word in _breakable(words.split(), width=width, size=size):
        if lines and text_width(f"{lines[-1]} {word}", size=size) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines or [""]


def _breakable(words: Iterable[str], *, width: float, size: int) -> Iterator[str]:
    for word in words:
        while text_width(word, size=size) > width and len(word) > 1:
            fits = max(1, _letters_that_fit(word, width=width, size=size))
            yield word[:fits] + "-"
            word = word[fits:]
        yield word


def _letters_that_fit(word: str, *, width: float, size: int) -> int:
    room = width - text_width("-", size=size)
    return next((count for count in range(len(word), 0, -1) if text_width(word[:count], size=size) <= room), 1)
