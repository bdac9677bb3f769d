"""Whether a printed percentage can come from its base at all: the granularity test of Brown and Heathers (GRIM, 2017).

Words like "more than half" or "one in four" are claims too; here they are numbers to test.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from results.analysis.rounding import percent_half_up

PERCENT_OF = re.compile(
    r"(?P<percent>\d+(?:\.\d+)?)\s*(?:%|per\s?cent|percent)\s+(?:of|from)\s+(?:all\s+|the\s+)*"
    r"(?P<base>\d[\d,]*)",
    re.IGNORECASE,
)
COUNT_OF = re.compile(r"(?P<count>\d[\d,]*)\s+(?:of|out of)\s+(?:the\s+)?(?P<base>\d[\d,]*)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A percentage of a base as printed; `decimals` says how finely, `text` where it stood."""

    text: str
    percent: Fraction
    base: int
    decimals: int = 0

    @property
    def numerators(self) -> list[int]:
        """The counts that print as this percentage."""
        return feasible_numerators(self.percent, self.base, decimals=self.decimals)


def feasible_numerators(percent: float | str | Fraction, base: int, *, decimals: int = 0) -> list[int]:
    """All counts out of `base` that print as `percent`, rounded half up to `decimals` places; none: it cannot be.

    Raises ValueError for a base under 1.

    >>> feasible_numerators(61, 51), feasible_numerators(61, 29), feasible_numerators("12.5", 184, decimals=1)
    ([31], [], [23])
    """
    return list(feasible_range(percent, base, decimals=decimals))


def feasible_range(percent: float | str | Fraction, base: int, *, decimals: int = 0) -> range:
    """The same counts as a range, whatever their number: those that print as one percentage follow each other."""
    if base < 1:
        raise ValueError("a base must be at least 1")
    unit = Fraction(1, 10**decimals)
    printed = Fraction(str(percent)) if isinstance(percent, float) else Fraction(percent)
    lowest = _ceiling((printed - unit / 2) * base / 100)
    highest = _ceiling((printed + unit / 2) * base / 100) - 1
    return range(max(0, lowest), min(base, highest) + 1)


def feasible_bases(percents: list[int], *, largest: int, total: bool = True) -> list[int]:
    """The bases up to `largest` on which every one of the percentages can be had, and with `total` all together.

    `total` asks that some choice of the counts adds up to the base, as the codes of a single choice do.

    >>> feasible_bases([50, 40, 0, 10], largest=85)[-4:]
    [78, 80, 82, 84]
    """
    return [base for base in range(1, largest + 1) if _fits(percents, base, total=total)]


def claims_in(sentence: str) -> list[Claim]:
    """The claims like "61 % of 51" or "61 per cent of the 51" that a sentence makes, in order."""
    return [_claim(match) for match in PERCENT_OF.finditer(sentence)]


def check_claim(sentence: str) -> list[tuple[Claim, list[int]]]:
    """Each claim with its feasible numerators. Raises ValueError when the sentence holds no percentage of a base.

    >>> [(claim.base, numerators) for claim, numerators in check_claim("61% of 51 and 61 % of 29")]
    [(51, [31]), (29, [])]
    """
    found = claims_in(sentence)
    if not found:
        raise ValueError(f"{sentence!r} holds no percentage of a number, such as “61% of 51”")
    return [(claim, claim.numerators) for claim in found]


def count_claims(sentence: str) -> list[tuple[int, int, int]]:
    """The claims like "31 of 51" in a sentence: count, base, and the percentage they print as.

    >>> count_claims("31 of 51 GPs, 9 out of 29 others")
    [(31, 51, 61), (9, 29, 31)]
    """
    found = [(_number(match["count"]), _number(match["base"])) for match in COUNT_OF.finditer(sentence)]
    return [(count, base, percent) for count, base in found if (percent := percent_half_up(count, base)) is not None]


def _claim(match: re.Match[str]) -> Claim:
    figure = match["percent"]
    return Claim(match.group(0), Fraction(figure), _number(match["base"]), len(figure.partition(".")[2]))


def _fits(percents: list[int], base: int, *, total: bool) -> bool:
    choices = [feasible_numerators(percent, base) for percent in percents]
    if not all(choices):
        return False
    return not total or sum(choice[0] for choice in choices) <= base <= sum(choice[-1] for choice in choices)


def _number(text: str) -> int:
    return int(text.replace(",", ""))


def _ceiling(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
