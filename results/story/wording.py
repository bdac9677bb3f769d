"""Figures in British newspaper English: one to nine in words, "per cent", fractions where they are near enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from results import printing
from results.analysis.rounding import FLOAT_DECIMALS

Cell = Mapping[str, Any]

IN_WORDS = (
    gettext_lazy("none"),
    gettext_lazy("one"),
    gettext_lazy("two"),
    gettext_lazy("three"),
    gettext_lazy("four"),
    gettext_lazy("five"),
    gettext_lazy("six"),
    gettext_lazy("seven"),
    gettext_lazy("eight"),
    gettext_lazy("nine"),
)

FRACTIONS = (
    (10.0, gettext_lazy("one in 10")),
    (20.0, gettext_lazy("one in five")),
    (25.0, gettext_lazy("one in four")),
    (100 / 3, gettext_lazy("one in three")),
    (40.0, gettext_lazy("two in five")),
    (60.0, gettext_lazy("three in five")),
    (200 / 3, gettext_lazy("two in three")),
    (75.0, gettext_lazy("three in four")),
    (80.0, gettext_lazy("four in five")),
    (90.0, gettext_lazy("nine in 10")),
)
NEAR = 1.0
"""How many points a share may be off a fraction that it is called by."""
HALF, MOST = 50.0, 200 / 3 - NEAR

TESTS = {
    "t": gettext_lazy("t test"),
    "fisher": gettext_lazy("Fisher's exact test"),
    "welch": gettext_lazy("Welch's test"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Those a share is of: how many, and the words that follow the number ("who answered", "GPs")."""

    base: int
    words: str

    @property
    def is_small(self) -> bool:
        """Whether a percentage of them must not stand without its count."""
        return self.base < printing.SMALL_BASE


def number(count: int) -> str:
    """A count as it stands in a sentence: ``nine``, ``29``, ``1,204``, ``none``."""
    return str(IN_WORDS[count]) if 0 <= count < len(IN_WORDS) else f"{count:,}"


def points(difference: float) -> str:
    """A difference in percentage points without its sign, from the unrounded value: ``five points``, ``20 points``."""
    whole = _half_up(abs(difference))
    if not whole:
        return _("less than one point")
    return ngettext("%(count)s point", "%(count)s points", whole) % {"count": number(whole)}


def gloss(percent: float) -> str:
    """The words for a share that are near enough to it, or none.

    "One in four" within one point; "half" when it is, "about half" within one point; "more than half" to two thirds.

    >>> gloss(50.0), gloss(26.0), gloss(58.0), gloss(47.0)
    ('half', 'one in four', 'more than half', '')
    """
    if percent == HALF:
        return _("half")
    if abs(percent - HALF) <= NEAR:
        return _("about half")
    near = [(abs(percent - value), words) for value, words in FRACTIONS if abs(percent - value) <= NEAR]
    if near:
        return str(min(near, key=lambda each: each[0])[1])
    return _("more than half") if HALF < percent < MOST else ""


def share(cell: Cell, group: Group, *, sensitive: bool = False, glossed: bool = False, goes_on: bool = False) -> str:
    """A share of a group, never of fewer than thirty without its count; with `goes_on` a verb will follow.

    ``61 per cent of the 51 GPs``; ``31 per cent, nine of the 29 others``; ``half of the 80 GPs (50 per cent)``.
    """
    count, of = printing.people_in(cell), {"base": number(group.base), "words": group.words}
    if printing.is_veiled(cell, base=group.base, sensitive=sensitive):
        return _("%(percent)s of the %(base)s %(words)s") % {"percent": per_cent(cell, group, sensitive=True), **of}
    if count == 0:
        return _("none of the %(base)s %(words)s") % of
    if count == group.base:
        return _("all %(base)s %(words)s") % of
    if group.is_small:
        words = _("%(percent)s, %(count)s of the %(base)s %(words)s") + ("," if goes_on else "")
        return words % {"percent": per_cent(cell, group), "count": number(count), **of}
    if glossed and (near := gloss(cell["exact"])):
        words = _("%(near)s of the %(base)s %(words)s (%(percent)s)")
        return words % {"near": near, "percent": per_cent(cell, group), **of}
    return _("%(percent)s of the %(base)s %(words)s") % {"percent": per_cent(cell, group), **of}


def per_cent(cell: Cell, group: Group, *, sensitive: bool = False) -> str:
    """The bare percentage: ``47 per cent``, ``under 0.5 per cent``; only beside its base and count."""
    digits = printing.percent(cell, base=group.base, sensitive=sensitive)
    if digits == printing.TRACE:
        return _("under 0.5 per cent")
    return _("none") if digits == printing.NONE else _("%(digits)s per cent") % {"digits": digits}


def chance(p: float) -> str:
    """A p value as it is printed: ``p = .019``, ``p < .001``."""
    return "p < .001" if p < 0.0005 else f"p = {p:.3f}".replace("0.", ".")


def listed(words: Sequence[str]) -> str:
    """``a, b and c``."""
    if len(words) < 2:
        return "".join(words)
    return _("%(most)s and %(last)s") % {"most": ", ".join(words[:-1]), "last": words[-1]}


def sentence(words: str) -> str:
    """The words with a capital and a full stop."""
    return f"{words[:1].upper()}{words[1:]}" + ("" if words.endswith((".", "?”")) else ".")


def _half_up(value: float) -> int:
    return int(round(value, FLOAT_DECIMALS) + 0.5)
