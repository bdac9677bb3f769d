"""The rules about answers: what a list or a scale should offer, and how much of it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.codebook import DONT_KNOW, NOT_APPLICABLE, REFUSED
from surveys.lint.bands import gap_or_overlap
from surveys.lint.finding import Asked, Finding
from surveys.lint.sources import (
    DILLMAN,
    FOWLER,
    GOVUK_EQUALITY,
    HOUSE_DONT_KNOW,
    KROSNICK,
    PEW,
    SARIS,
    SCHAEFFER,
)
from surveys.lint.wording import Rule

MOST_OPTIONS, MOST_RANKED, MOST_STATEMENTS, MOST_WORDS_OF_AN_OPTION = 10, 7, 10, 25

_NEUTRAL = re.compile(
    r"\b(neither|no (different|difference|change)|the same|neutral|mixed|average|nor)\b|^(fair|ok|okay)$"
)
_BELOW = re.compile(
    r"\b(unlikely|dissatisfied|disagree|poor|poorly|bad|badly|worse|worst|worsen\w*|less|fewer|decreas\w+|reduc\w+|unhelpful"
    r"|oppos\w+|negativ\w+|difficult|hard|lower|unsafe|weak\w*|terrible|against|unclear|unfair|unimportant|inadequate)\b"
)
_ABOVE = re.compile(
    r"\b(likely|satisfied|agree|good|well|better|best|improv\w+|more|increas\w+|helpful|support|excellent|outstanding"
    r"|positiv\w+|easy|higher|safe|strong\w*|favou?r|clear|important|adequate)\b"
)
_PRAISE = re.compile(r"\b(excellent|outstanding|good|better|satisfied|positive)\b")
_ZERO = re.compile(r"^(not|no|never|none)\b")
_AGREEMENT = re.compile(r"\b(strongly|tend to|completely|fully|somewhat)?\s*(dis)?agree\b")
_OFTEN = re.compile(r"^(very )?(often|sometimes|rarely|occasionally|regularly|frequently|seldom)$")
_OWN_AFFAIR = re.compile(r"^\s*(are|were|have|did) you\b(?!.*\b(feel|think|believe)\b)", re.IGNORECASE)
_PRIVATE = re.compile(
    r"""\b(ethnic\w*|race|religio\w+|your\ faith|sexual\ orientation|sexuality|gender\ identity|disab(led|ility)
    |(your|you)\ (\w+\ )?(salary|income|earn|pay|health\ condition|mental\ health|political\ party|trade\ union)
    |did\ you\ vote|pregnan\w+|marital\ status|how\ old\ are\ you|your\ age)\b""",
    re.IGNORECASE | re.VERBOSE,
)


def unbalanced(asked: Asked) -> Iterator[Finding]:
    """More answers on one side of the middle than on the other."""
    if not (asked.closed and asked.closed.holds == "one" and len(asked.real) > 2):
        return
    sides = [_side(label) for label in asked.labels]
    above, below, nothing = (sides.count(side) for side in ("above", "below", "nothing"))
    praise = sum(bool(_PRAISE.search(label)) for label in asked.labels)
    if (above and below and above != below) or (praise > 1 and not below and not nothing):
        message = _("%(above)d answers above the middle and %(below)d below: the scale itself favours one side.")
        yield Finding("unbalanced", "options", message % {"above": above, "below": below}, KROSNICK)


def missing_dont_know(asked: Asked) -> Iterator[Finding]:
    """A matter of opinion or knowledge on which nobody may say that they cannot tell."""
    asked_one = asked.closed is not None and asked.closed.holds == "one"
    if not asked_one or asked.offers(DONT_KNOW, NOT_APPLICABLE) or (_is_yes_no(asked) and _is_own_affair(asked)):
        return
    message = _("Offers no “don't know”: who cannot tell must guess or leave a blank, which looks like not caring.")
    yield Finding("missing_dont_know", "options", message, HOUSE_DONT_KNOW)


def bands(asked: Asked) -> Iterator[Finding]:
    """Ranges of numbers that overlap, or leave some number without an answer."""
    fault = gap_or_overlap([code.label for code in asked.real])
    if fault:
        told = {
            "overlap": _("“%(a)s” and “%(b)s” overlap: a number in both has two answers."),
            "gap": _("Between “%(a)s” and “%(b)s” there are numbers without an answer."),
        }
        message = told[fault.kind] % {"a": fault.first, "b": fault.second}
        yield Finding(f"bands_{fault.kind}", "options", message, DILLMAN)


def acquiescence(asked: Asked) -> Iterator[Finding]:
    """Agree or disagree: some agree with whatever is put to them."""
    if sum(bool(_AGREEMENT.search(label)) for label in asked.labels) > 1:
        message = _("Agree–disagree answers draw agreement whatever is said; ask for the thing itself (how likely …).")
        yield Finding("acquiescence", "options", message, SARIS)


def vague_frequency(asked: Asked) -> Iterator[Finding]:
    """“Often” is twice a day to one and twice a year to another."""
    words = [label for label in asked.labels if _OFTEN.match(label)]
    if len(words) > 1:
        message = _("“%s” means different numbers to different people; offer numbers (once a week …).")
        yield Finding("vague_frequency", "options", message % words[0], SCHAEFFER, words=tuple(words))


def too_many(asked: Asked) -> Iterator[Finding]:
    """More to read, rank or judge than anybody keeps in mind."""
    holds = asked.closed.holds if asked.closed else ""
    numbered = all(re.fullmatch(r"-?\d+", label) for label in asked.labels)
    if holds == "order" and len(asked.real) > MOST_RANKED:
        message = _("%(count)d things to put in order; beyond %(most)d people order the first few and guess the rest.")
        yield _counted("many_to_rank", "options", message, len(asked.real), MOST_RANKED, KROSNICK)
    elif holds != "order" and len(asked.real) > MOST_OPTIONS and not numbered:
        message = _("%(count)d answers to choose from; in lists over %(most)d the first are chosen too often.")
        yield _counted("many_options", "options", message, len(asked.real), MOST_OPTIONS, KROSNICK)
    if len(asked.statements) > MOST_STATEMENTS:
        message = _("%(count)d statements in a row; beyond %(most)d people tick the same column down the page.")
        yield _counted("long_battery", "rows", message, len(asked.statements), MOST_STATEMENTS, DILLMAN)


def long_option(asked: Asked) -> Iterator[Finding]:
    """An answer that has to be read twice."""
    for code in asked.real:
        if len(code.label.split()) > MOST_WORDS_OF_AN_OPTION:
            message = _("An answer of %(count)d words; over %(most)d, readers choose by its beginning.")
            count = len(code.label.split())
            yield _counted("long_option", f"options[{code.code}]", message, count, MOST_WORDS_OF_AN_OPTION, PEW)


def missing_none(asked: Asked) -> Iterator[Finding]:
    """Several answers allowed, and none for those to whom nothing applies."""
    variable = asked.closed
    if variable and variable.holds == "many" and not any(code.exclusive or code.kind for code in variable.codes):
        message = _("Offers no “none of these”: nothing ticked may mean none, or not read.")
        yield Finding("missing_none", "options", message, DILLMAN)


def sensitive(asked: Asked) -> Iterator[Finding]:
    """A private matter on which nobody may decline to answer."""
    private = asked.definition.get("sensitive") or _PRIVATE.search(asked.text)
    forced = asked.closed is not None or asked.definition.get("required")
    if asked.answered and private and forced and not asked.offers(REFUSED):
        message = _("A private matter: offer “prefer not to say”.")
        yield Finding("sensitive", "options", message, GOVUK_EQUALITY)


def unlabelled_ends(asked: Asked) -> Iterator[Finding]:
    """Bare figures of which nobody knows which end is which."""
    bare = len(asked.real) > 2 and all(re.fullmatch(r"-?\d+", label) for label in asked.labels)
    if bare and not (asked.definition.get("low") and asked.definition.get("high")):
        message = _("Figures without words at both ends: say what the lowest and the highest mean.")
        yield Finding("unlabelled_ends", "options", message, FOWLER)


def _side(label: str) -> str:
    """Which side of the middle an answer stands on; the words of the middle and of nothing come first."""
    if _NEUTRAL.search(label):
        return "middle"
    if _ZERO.search(label):
        return "nothing"
    if _BELOW.search(label):
        return "below"
    return "above" if _ABOVE.search(label) else ""


def _is_yes_no(asked: Asked) -> bool:
    return set(asked.labels) <= {"yes", "no"}


def _is_own_affair(asked: Asked) -> bool:
    return bool(_OWN_AFFAIR.search(asked.text))


def _counted(code: str, place: str, message: str, count: int, most: int, source: str) -> Finding:
    return Finding(code, place, message % {"count": count, "most": most}, source)


RULES_OF_ANSWERS: tuple[Rule, ...] = (
    unbalanced,
    missing_dont_know,
    bands,
    acquiescence,
    vague_frequency,
    too_many,
    long_option,
    missing_none,
    sensitive,
    unlabelled_ends,
)
