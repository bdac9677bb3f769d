"""Ranges of numbers in the labels of answers: whether they overlap or leave a gap. Pure."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_NUMBER = r"[£$€]?\s*(-?\d[\d,]*(?:\.\d+)?)\s*(k|m|bn|million|billion|thousand|%)?"
_BETWEEN = re.compile(
    rf"^\D*?{_NUMBER}\s*(?:-|–|—|to|and)\s*((?:but )?(?:under|below|less than))?\s*{_NUMBER}\b", re.IGNORECASE
)
_UNDER = re.compile(rf"\b(?:under|below|less than|fewer than)\s+{_NUMBER}", re.IGNORECASE)
_UP_TO = re.compile(
    rf"\b(?:up to|at most|no more than)\s+{_NUMBER}|{_NUMBER}\s+or (?:less|fewer|under)\b", re.IGNORECASE
)
_OVER = re.compile(rf"\b(?:over|above|more than)\s+{_NUMBER}", re.IGNORECASE)
_FROM = re.compile(
    rf"\b(?:at least)\s+{_NUMBER}|{_NUMBER}\s*(?:\+|or (?:more|over|above)|and (?:over|above))", re.IGNORECASE
)
_SINGLE = re.compile(rf"^{_NUMBER}\s*\w*$", re.IGNORECASE)
_TIMES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}


@dataclass(frozen=True, slots=True)
class Band:
    """The numbers an answer stands for; `open_low` and `open_high` say that the bound itself is not among them."""

    label: str
    low: float
    high: float
    open_low: bool = False
    open_high: bool = False

    def first(self, step: float) -> float:
        """The smallest number in it, where numbers go by `step` (0: any number, so the bound itself)."""
        return self.low + step if self.open_low else self.low

    def last(self, step: float) -> float:
        """The largest number in it."""
        return self.high - step if self.open_high else self.high


@dataclass(frozen=True, slots=True)
class Fault:
    """Two neighbouring answers that overlap, or leave a gap between them."""

    kind: str
    first: str
    second: str


def gap_or_overlap(labels: Sequence[str]) -> Fault | None:
    """The first fault among labels that are ranges; None where fewer than two are, or single figures are listed.

    >>> gap_or_overlap(["0-5", "5-10"]).kind, gap_or_overlap(["1-4", "6 or more"]).kind
    ('overlap', 'gap')
    """
    read = [band_of(label) for label in labels]
    bands = sorted((band for band in read if band), key=lambda band: (band.low, band.high))
    if len(bands) < 2 or sum(band.low != band.high for band in bands) < 2:
        return None
    step = _step(bands)
    for first, second in pairwise(bands):
        ends, begins = first.last(step), second.first(step)
        if begins < ends or (begins == ends and (step or not (first.open_high or second.open_low))):
            return Fault("overlap", first.label, second.label)
        if begins - ends > step or (begins == ends and first.open_high and second.open_low):
            return Fault("gap", first.label, second.label)
    return None


def band_of(label: str) -> Band | None:
    """The range a label stands for: ``10 to 19``, ``under 5``, ``£1m or more``, ``7``; None if it is none."""
    if found := _BETWEEN.search(label):
        first, unit, under, second, last_unit = found.groups()
        return Band(label, _value(first, unit or last_unit), _value(second, last_unit), open_high=bool(under))
    if found := _UNDER.search(label):
        return Band(label, -math.inf, _value(*found.groups()), open_high=True)
    if found := _UP_TO.search(label):
        return Band(label, -math.inf, _first(found))
    if found := _OVER.search(label):
        return Band(label, _value(*found.groups()), math.inf, open_low=True)
    if found := _FROM.search(label):
        return Band(label, _first(found), math.inf)
    if found := _SINGLE.search(label):
        return Band(label, _value(*found.groups()), _value(*found.groups()))
    return None


def _step(bands: Sequence[Band]) -> float:
    """How far apart two neighbours may be without a number between: 1 in the unit of whole figures, 0 for others."""
    ends = [abs(each) for band in bands for each in (band.low, band.high) if math.isfinite(each) and each]
    return next((size for size in (1e9, 1e6, 1e3, 1.0) if ends and all(end % size == 0 for end in ends)), 0.0)


def _value(digits: str, unit: str | None) -> float:
    return float(digits.replace(",", "")) * _TIMES.get((unit or "").lower(), 1.0)


def _first(found: re.Match[str]) -> float:
    digits, unit, *others = found.groups()
    return _value(digits, unit) if digits else _value(others[0], others[1])
