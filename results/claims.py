"""Checking claims: whether the percentages of a sentence can come from their bases, and whether a wave says so.

The arithmetic is `results.analysis.claims`; here sentences are read, with counts in words ("31 per cent, nine of the
29") and fractions ("one in four of the 52"), and held against the stored, suppressed tables of a wave.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from results import printing
from results.analysis.claims import feasible_range
from results.analysis.rounding import percent_half_up
from results.models import Table
from results.story.figures import FigureId
from results.story.wording import NEAR
from results.tables import Results, results_of
from surveys.models import Wave
from surveys.problems import Problem, Refused, refuse_if

MOST_PEOPLE = 1_000_000
"""Larger bases are not looked at, so that no slip of a finger keeps a machine busy."""

_WORDS = ["none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_NUMBER = rf"\d[\d,]*\b(?!\s*(?:%|per\s?cent))|(?:{'|'.join(_WORDS)})\b"
_COUNT = rf"(?P<count>{_NUMBER})"
_OF = rf"\s+(?:out\s+of|of|from)\s+(?:all\s+|the\s+|those\s+)*(?P<base>{_NUMBER})"
_NOT_OF = r"(?!\s+(?:out\s+of|of|from)\b)"
_PERCENT = r"(?P<percent>\d+(?:\.\d+)?)\s*(?:%|per\s?cent\b)"

_FRACTIONS: dict[str, Callable[[Fraction], bool]] = {
    "more than half": lambda share: share > 50,
    "fewer than half|less than half": lambda share: share < 50,
    "about half": lambda share: abs(share - 50) <= NEAR,
    "half": lambda share: share == 50,
}
_SHARES = {
    "one in 10|one in ten|a tenth": Fraction(10),
    "one in five|a fifth": Fraction(20),
    "one in four|a quarter": Fraction(25),
    "one in three|a third": Fraction(100, 3),
    "two in five|two fifths": Fraction(40),
    "three in five|three fifths": Fraction(60),
    "two in three|two thirds": Fraction(200, 3),
    "three in four|three quarters": Fraction(75),
    "four in five|four fifths": Fraction(80),
    "nine in 10|nine in ten|nine tenths": Fraction(90),
}


@dataclass(frozen=True, slots=True)
class Said:
    """One claim of a sentence: some of a percentage, a count, a base, and words for a share."""

    text: str
    percent: Fraction | None = None
    decimals: int = 0
    count: int | None = None
    base: int | None = None
    fits: Callable[[Fraction], bool] | None = None

    def allows(self, count: int, base: int) -> bool:
        """Whether so many of so many may be told like this."""
        if (
            not base
            or (self.base is not None and base != self.base)
            or (self.count is not None and count != self.count)
        ):
            return False
        if self.fits is not None and not self.fits(Fraction(100 * count, base)):
            return False
        return self.percent is None or count in feasible_range(self.percent, base, decimals=self.decimals)

    @property
    def numerators(self) -> list[int]:
        """The counts out of the base that may be told like this; empty where the sentence gives no base."""
        base = self.base or 0
        if self.count is not None:
            tried = range(self.count, self.count + 1)
        elif self.percent is not None and base:
            tried = feasible_range(self.percent, base, decimals=self.decimals)
        else:
            tried = range(base + 1)
        return [count for count in tried if count <= base and self.allows(count, base)]


@dataclass(frozen=True, slots=True)
class Checked:
    """A claim with what came of it: whether it can be, in words, and the figures of the wave that say it."""

    text: str
    stands: bool
    words: str
    numerators: tuple[int, ...] = ()
    figures: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "claim": self.text,
            "stands": self.stands,
            "words": self.words,
            "numerators": list(self.numerators),
            "figures": list(self.figures),
        }


def check(sentence: str, *, base: int | None = None) -> list[Checked]:
    """Each claim of a sentence with its feasible numerators, in order; `base` is that of percentages without one.

    Raises Refused when the sentence claims no share of a number.

    >>> [(each.text, each.stands, each.numerators) for each in check("61% of 51, 61% of 29")]
    [('61% of 51', True, (31,)), ('61% of 29', False, ())]
    """
    found = [replace(each, base=base) if each.base is None else each for each in claims_of(sentence)]
    _refuse_masses(found)
    checked = [_possible(each) for each in found if each.base is not None]
    if not checked:
        raise Refused(Problem("", f"{sentence!r} claims no share of a number, such as “61% of 51”"))
    return checked


def check_against(wave: Wave, variable: str, sentence: str, *, by: str | None = None) -> list[Checked]:
    """Each claim of a sentence with the figures of one question that say the same, in any break of the wave or `by`.

    A claim without a base is compared by its percentage alone. Raises Refused when there are no results, no such
    variable or break, or no claim.
    """
    results = results_of(wave)
    results.variables([variable])
    only = results.break_variable(by) if by else None
    figures = list(_figures(results, variable, only))
    claims = claims_of(sentence)
    _refuse_masses(claims)
    checked = [_said_by(results, variable, each, figures) for each in claims]
    if not checked:
        raise Refused(Problem("", f"{sentence!r} claims no share, such as “61 per cent”"))
    return checked


def claims_of(sentence: str) -> list[Said]:
    """The claims that a sentence makes, in order, each word of it read once."""
    found: list[tuple[int, Said]] = []
    for pattern, read in _READERS:
        for match in pattern.finditer(sentence):
            found.append((match.start(), read(match)))
            sentence = f"{sentence[: match.start()]}{' ' * len(match[0])}{sentence[match.end() :]}"
    return [said for _place, said in sorted(found, key=lambda each: each[0])]


def _refuse_masses(claims: list[Said]) -> None:
    refuse_if(
        Problem("", f"“{each.text}” is of more than {MOST_PEOPLE:,}; no wave has so many, and most counts would do")
        for each in claims
        if max(each.base or 0, each.count or 0) > MOST_PEOPLE
    )


def _possible(said: Said) -> Checked:
    numerators = said.numerators
    assert said.base is not None
    if numerators:
        return Checked(said.text, True, _could_be(numerators, said.base), tuple(numerators))
    return Checked(said.text, False, _("cannot be: %(near)s") % {"near": _nearest(said)})


def _could_be(numerators: list[int], base: int) -> str:
    if len(numerators) > 2 and numerators[-1] - numerators[0] == len(numerators) - 1:
        return _("%(low)d to %(high)d of %(base)d") % {"low": numerators[0], "high": numerators[-1], "base": base}
    return _(" or ").join(_("%(count)d of %(base)d") % {"count": count, "base": base} for count in numerators)


def _nearest(said: Said) -> str:
    """What the neighbouring counts print as: ``17 of 29 is 59 per cent, 18 of 29 is 62``."""
    base = said.base or 0
    if not base:
        return _("nothing is a share of none")
    wanted = said.percent * base / 100 if said.percent is not None else Fraction(base, 2)
    near = [int(wanted), int(wanted) + 1] if said.count is None else [said.count]
    words = [_told(count, base, said.decimals) for count in near if 0 <= count <= base]
    return ", ".join(words) or _("%(count)d is more than %(base)d") % {"count": near[0], "base": base}


def _told(count: int, base: int, decimals: int) -> str:
    unit = 10**decimals
    whole = percent_half_up(count * unit, base)
    assert whole is not None
    percent = f"{whole / unit:.{decimals}f}"
    return _("%(count)d of %(base)d is %(percent)s per cent") % {"count": count, "base": base, "percent": percent}


def _figures(results: Results, variable: str, by: str | None) -> Iterator[tuple[FigureId, int, int, int | None]]:
    """Every figure of the question that is shown: its id, its base, its count, and its printed percentage."""
    stored = Table.objects.filter(snapshot__wave=results.wave, snapshot__digest=results.digest, denominator="people")
    stored = stored.filter(variable=variable, **({"by__in": ["", by]} if by else {}))
    for table in stored:
        for place, column in enumerate(table.document["columns"]):
            for row in table.document["rows"]:
                cell = row["cells"][place]
                if cell is not None and (place or not table.by):
                    figure = FigureId(results.wave.slug, variable, table.by, column["id"], row["id"])
                    yield figure, column["base"], printing.people_in(cell), cell["percent"]


def _said_by(
    results: Results, variable: str, said: Said, figures: list[tuple[FigureId, int, int, int | None]]
) -> Checked:
    if said.base is not None and not said.numerators:
        return _possible(said)
    weighted = results.frame.weighted
    found = [
        (figure, base, count)
        for figure, base, count, percent in figures
        if (_says_weighted(said, base, percent) if weighted else said.allows(count, base))
    ]
    names = tuple(str(figure) for figure, _base, _count in found)
    if found:
        words = ", ".join(_("%(count)d of %(base)d") % {"count": count, "base": base} for _id, base, count in found)
        return Checked(said.text, True, words, tuple(count for _id, _base, count in found), names)
    return Checked(said.text, False, _not_said(results, variable, said, figures))


def _says_weighted(said: Said, base: int, percent: int | None) -> bool:
    """Whether a weighted figure prints as claimed; its count is of people, and does not make its percentage."""
    if said.base is not None and said.base != base:
        return False
    return said.percent is not None and percent is not None and said.decimals == 0 and said.percent == percent


def _not_said(
    results: Results, variable: str, said: Said, figures: list[tuple[FigureId, int, int, int | None]]
) -> str:
    """Why no figure fits: the percentages on that base, or the bases there are."""
    on_base = sorted({percent for _id, base, _count, percent in figures if base == said.base and percent is not None})
    head = _("no figure of %(variable)s in %(wave)s is that") % {"variable": variable, "wave": results.wave.slug}
    if on_base:
        percents = ", ".join(map(str, on_base))
        return _("%(head)s; on a base of %(base)d it has %(percents)s per cent") % {
            "head": head,
            "base": said.base,
            "percents": percents,
        }
    bases = sorted({base for _id, base, _count, _percent in figures if base})
    words = ngettext("%(head)s; its base is %(bases)s", "%(head)s; its bases are %(bases)s", len(bases))
    return words % {"head": head, "bases": ", ".join(map(str, bases))}


def _number(text: str) -> int:
    word = text.casefold()
    return _WORDS.index(word) if word in _WORDS else int(text.replace(",", ""))


def _read(match: re.Match[str]) -> Said:
    """A claim from the named groups of a pattern."""
    groups = match.groupdict()
    percent, count, base = (groups.get(name) for name in ("percent", "count", "base"))
    return Said(
        text=match[0].strip(" ,(;"),
        percent=Fraction(percent) if percent else None,
        decimals=len(percent.partition(".")[2]) if percent else 0,
        count=_number(count) if count else None,
        base=_number(base) if base else None,
    )


def _reader_of(fits: Callable[[Fraction], bool]) -> Callable[[re.Match[str]], Said]:
    return lambda match: replace(_read(match), fits=fits)


def _near(share: Fraction) -> Callable[[Fraction], bool]:
    return lambda found: abs(found - share) <= NEAR


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


def _readers() -> Iterator[tuple[re.Pattern[str], Callable[[re.Match[str]], Said]]]:
    """How claims are read, the most telling first: fractions, percentages with counts, then either alone."""
    in_figures = rf"(?:(?:\s+\w+){{0,4}}\s*\(\s*{_PERCENT})?"
    for words, fits in _FRACTIONS.items():
        yield _pattern(rf"\b(?:{words}){_OF}{in_figures}"), _reader_of(fits)
    for words, share in _SHARES.items():
        yield _pattern(rf"\b(?:{words}){_OF}{in_figures}"), _reader_of(_near(share))
    group = r"(?:\s+of(?:\s+[^\W\d]\w*){1,4})?"
    yield _pattern(rf"{_PERCENT}{group}\s*[,;:(–-]\s*(?:or\s+)?{_COUNT}{_OF}"), _read
    yield _pattern(rf"\b{_COUNT}{_OF}(?:\s+\w+){{0,3}}\s*[,;:(–-]\s*(?:or\s+)?{_PERCENT}{_NOT_OF}"), _read
    yield _pattern(rf"{_PERCENT}{_OF}"), _read
    yield _pattern(rf"\b{_COUNT}{_OF}"), _read
    yield _pattern(_PERCENT), _read


_READERS = tuple(_readers())
