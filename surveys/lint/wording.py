"""The rules about words: what a question should not say, or not in this way. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _

from surveys.lint.abbreviations import COMMON, abbreviations_in
from surveys.lint.finding import Asked, Finding
from surveys.lint.sources import DILLMAN, GOVUK_PLAIN, GOVUK_QUESTIONS, KROSNICK, TOURANGEAU
from surveys.wording import word_count

MOST_WORDS = 25

Rule = Callable[[Asked], Iterator[Finding]]

_AND = re.compile(r"([\w'’%-]+)(?:\s+|\s*,\s*)(and|as well as|and/or)\s+([\w'’%-]+)(?:\s+[\w'’-]+)?", re.IGNORECASE)
_ONE_THING = frozenset(
    """accident and emergency, bread and butter, costs and benefits, england and wales, for and against, give and take,
    health and care, health and safety, health and social, health and wellbeing, hopes and fears, law and order,
    men and women, more and more, profit and loss, pros and cons, questions and answers,
    research and development, strengths and weaknesses, terms and conditions, time and again, trial and error,
    up and down, women and men""".replace("\n    ", " ").split(", ")
)
_TOGETHER = re.compile(r"\b(between|both|combin\w+|balance of|mix of|jointly|together)\b", re.IGNORECASE)
_WITHOUT = re.compile(r"\bwithout\b[^?.,;]*\bor\b[^?.,;]*", re.IGNORECASE)

_LEADING = re.compile(
    "|".join(
        rf"\b(?:{words})\b"
        for words in (
            "(?:do|would|is|are|should)(?:n['’]t| not) (?:you|it|they|we)",
            "do you agree that",
            "surely|obviously|clearly|undoubtedly|of course|needless to say",
            "as (?:you know|everyone knows|we all know)",
            "(?:most|many) (?:people|leaders|colleagues|experts) (?:say|think|believe|agree|feel)",
            "experts (?:say|agree|believe)",
            r"so-called|disastrous|outrageous|scandal\w*|absurd|unfair(?:ly)?|wonderful|damaging|excessive(?:ly)?",
        )
    ),
    re.IGNORECASE,
)
_ONE_SIDED = (
    (re.compile(r"\bagree\b", re.IGNORECASE), "disagree"),
    (re.compile(r"\bhow satisfied\b", re.IGNORECASE), "dissatisfied"),
    (re.compile(r"\bdo you (support|favour)\b", re.IGNORECASE), "oppose"),
)

_HARMLESS_NOT = re.compile(
    r"\b(whether or not|or not|if not|not only|not at all|yes or no|or no|no one else|not applicable)\b", re.IGNORECASE
)
_DENIAL = re.compile(r"\b(not|never|no|none|nor|cannot|no longer)\b|n['’]t\b", re.IGNORECASE)
_DENIAL_INSIDE = re.compile(
    r"\b(un(able|aware|certain|clear|fair|happy|helpful|important|likely|necessary|willing|satisf\w+)|dis(agree|satisf)\w*"
    r"|impossible|prevent\w*|avoid\w*|oppos\w+|against|lack\w*|fail\w*|forbid\w*|without|not|never|no)\b",
    re.IGNORECASE,
)

_NOT_A_LENGTH = r"(?!\s+(?:to|or)\s+\d)(?!\s+of\b)"
_UNDATED = re.compile(
    "|".join(
        rf"\b(?:{words})\b{_NOT_A_LENGTH}"
        for words in (
            "recent(?:ly)?|lately|nowadays|these days|soon|so far|until now",
            "in the (?:recent |near )?(?:past|future)",
            "(?:in|over|for|during|within) (?:the )?(?:next|last|past|coming|previous) (?:few )?(?:year|month|week)s?",
            "(?:the|this) (?:coming|past) (?:year|month)|(?:next|last) year",
        )
    ),
    re.IGNORECASE,
)
_ANCHOR = re.compile(
    r"\b((19|20)\d\d|\d+\s+(days|weeks|months|years)|since|financial year|calendar year|january|february|march|april"
    r"|(?-i:May)|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_COMPARED = re.compile(r"\bcompared (with|to)\b[^,]*,?", re.IGNORECASE)

_JARGON = {
    "empower": "enable, let",
    "facilitate": "help, run",
    "going forward": "from now on",
    "holistic": "whole",
    "incentivise": "encourage",
    "learnings": "lessons",
    "leverage": "use",
    "operationalise": "carry out",
    "overarching": "main",
    "paradigm": "pattern",
    "robust": "thorough, strong",
    "stakeholder": "say who they are",
    "synergy": "working together",
    "utilise": "use",
}


def double_barrelled(asked: Asked) -> Iterator[Finding]:
    """Two things asked at once; open questions may name as many as they like."""
    message = _("Asks about two things at once (“%s”): somebody may think differently of each. Ask one at a time.")
    if not asked.closed:
        return
    if asked.text.count("?") > 1:
        yield Finding("double_barrelled", "text", message % asked.text, DILLMAN)
        return
    for place, text in asked.put():
        for words in _joined(text)[:1]:
            yield Finding("double_barrelled", place, message % words, DILLMAN, words=(words,))


def leading(asked: Asked) -> Iterator[Finding]:
    """Words that suggest which answer is expected."""
    message = _("“%s” suggests which answer is expected; put it neutrally.")
    for place, text in asked.put() if asked.answered else ():
        for found in list(_LEADING.finditer(text))[:1]:
            yield Finding("leading", place, message % found.group(), KROSNICK, words=(found.group(),))


def one_sided(asked: Asked) -> Iterator[Finding]:
    """One side of a question named without the other."""
    message = _("Names one side alone: say “%(said)s or %(other)s”, so that neither is the answer expected.")
    for pattern, other in _ONE_SIDED if asked.closed else ():
        found = pattern.search(asked.text)
        if found and other not in asked.text.lower() and not _LEADING.search(asked.text):
            said = found.group().split()[-1].lower()
            yield Finding("one_sided", "text", message % {"said": said, "other": other}, DILLMAN)


def negative(asked: Asked) -> Iterator[Finding]:
    """A question put in the negative, and a denial that has to be denied."""
    once = _("Put in the negative (“%s”), which quick readers miss; ask it the other way round.")
    twice = _("Saying no to “%s” takes a double negative; put it the other way round.")
    if not asked.closed:
        return
    denials = _denials(asked.text)
    if len(denials) > 1 or (denials and len(_DENIAL_INSIDE.findall(_unharmed(asked.text))) > 1):
        yield Finding("double_negative", "text", twice % asked.text, DILLMAN)
    elif denials:
        yield Finding("negative", "text", once % denials[0], DILLMAN, words=(denials[0],))
    denied = any(_DENIAL_INSIDE.search(label) for label in asked.labels)
    for place, text in asked.statements:
        if denied and _denials(text):
            yield Finding("double_negative", place, twice % text, KROSNICK)


def undated(asked: Asked) -> Iterator[Finding]:
    """A time without a date: people mean different stretches by it, and it moves from wave to wave."""
    message = _("“%s” means another stretch of time to each reader and in each wave; name the dates or the months.")
    for place, text in asked.put() if asked.answered else ():
        kept = _COMPARED.sub("", text)
        found = _UNDATED.search(kept)
        if found and not _ANCHOR.search(kept):
            yield Finding("undated", place, message % found.group(), TOURANGEAU, words=(found.group(),))


def too_long(asked: Asked) -> Iterator[Finding]:
    """More than twenty-five words: the longest of its sentences counts."""
    message = _("%(count)d words in one sentence; over %(most)d, readers lose the thread.")
    for place, text in asked.put() if asked.answered else ():
        longest = max(map(word_count, re.split(r"(?<=[.?!])\s+", text)))
        if longest > MOST_WORDS:
            yield Finding("long", place, message % {"count": longest, "most": MOST_WORDS}, GOVUK_PLAIN)


def abbreviation(asked: Asked) -> Iterator[Finding]:
    """Letters that nobody has explained, on their first appearance."""
    message = _("“%s” is not explained here or before; write it out once.")
    said: set[str] = set()
    for place, text in [*asked.put(), *((f"options[{c.code}]", c.label) for c in asked.real)]:
        for word in abbreviations_in(text):
            if word not in COMMON and word not in asked.known and word not in said:
                said.add(word)
                yield Finding("abbreviation", place, message % word, GOVUK_QUESTIONS, words=(word,))


def jargon(asked: Asked) -> Iterator[Finding]:
    """Office words for which there is a plain one."""
    message = _("“%(word)s” is jargon; a plain word says more (%(plain)s).")
    for place, text in asked.put():
        for word, better in _JARGON.items():
            if re.search(rf"\b{word}", text, re.IGNORECASE):
                yield Finding("jargon", place, message % {"word": word, "plain": better}, GOVUK_PLAIN, words=(word,))


def _joined(text: str) -> list[str]:
    """The pairs of things that a text joins by “and”, as they stand; what is one thing in two words is left out."""
    if _TOGETHER.search(text):
        return []
    pairs = []
    for found in _AND.finditer(text):
        left, _joint, right = found.groups()
        names = left[0].isupper() and right[0].isupper()
        fixed = f"{left} and {right}".lower() in _ONE_THING
        if not (names or fixed or left.lower() in ("you", "now") or left[0].isdigit() or right[0].isdigit()):
            pairs.append(found.group())
    return pairs + [found.group() for found in _WITHOUT.finditer(text)]


def _unharmed(text: str) -> str:
    return _HARMLESS_NOT.sub("", text)


def _denials(text: str) -> list[str]:
    """The denials in a text; those the writer has set in capitals have been seen."""
    found = [each.group() for each in _DENIAL.finditer(_unharmed(text))]
    return [word for word in found if not (word.isupper() and len(word) > 1)]


RULES_OF_WORDING: tuple[Rule, ...] = (
    double_barrelled,
    leading,
    one_sided,
    negative,
    undated,
    too_long,
    abbreviation,
    jargon,
)
