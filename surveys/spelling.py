"""Whether one wording is another with a misspelt word put right, and if not, why not. Pure.

The rule is strict, because it decides what may still be corrected while people are answering. Word by word: what stood
there is no English word; what is to stand there is one, begins and ends with the same letters and is one slip of the
pen away (two in a long word); neither could be taken for a number, a negation, a comparison or the other's opposite.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from django.utils.translation import gettext as _
from spellchecker import SpellChecker

from surveys.wording import signs, tokens, words_in

SHORTEST, LONG = 3, 8
"""Letters a word must have to be corrected at all, and to be corrected in two places."""

RARER = 3
"""How many times rarer any other reading of a misspelling must be than the word it is taken for."""

_MEANING = """
    not no nor non none never neither nobody nothing nowhere cannot without hardly barely scarcely except unless yes
    more less fewer most least much many few little better worse best worst higher lower greater smaller larger
    over under above below before after since until between within outside inside up down
    all any some every each both either only always often sometimes rarely seldom usually
    can could may might must shall should will would
    zero one two three four five six seven eight nine ten eleven twelve dozen thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion
    half third quarter once twice double triple first second last daily weekly monthly quarterly yearly annually
"""
NEVER_TOUCHED = frozenset(_MEANING.split())
"""Words that carry the meaning of a question. None is put in, taken out, or put right."""

_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "mis", "anti", "de", "over", "under", "re", "pre", "post")
_SUFFIXES = ("less", "ful")
_ONE_TO_A_READER = ({"its", "it's"},)
_VARIANTS = (("isation", "ization"), ("ise", "ize"), ("ising", "izing"), ("yse", "yze"), ("our", "or"))
_BRITISH = (
    *_VARIANTS, ("ysing", "yzing"),
    ("tre", "ter"), ("mme", "m"), ("lled", "led"), ("lling", "ling"), ("ller", "ler"), ("ogue", "og"),
    ("ence", "ense"), ("paed", "ped"), ("anaesth", "anesth"), ("haem", "hem"),
    ("gynaec", "gynec"), ("rrhoea", "rrhea"), ("foet", "fet"), ("oestr", "estr"), ("oedem", "edem"),
    ("judgement", "judgment"), ("wilful", "willful"), ("lment", "llment"),
)  # fmt: skip
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def is_spelling(old: str, new: str) -> bool:
    """Whether `new` is `old` with misspelt words put right and nothing else, case and punctuation aside.

    >>> is_spelling("Were sevices comissioned?", "Were services commissioned?")
    True
    >>> is_spelling("How likely is this?", "How unlikely is this?")
    False
    """
    return next(spelling_faults(old, new), None) is None


def spelling_faults(old: str, new: str) -> Iterator[str]:
    """In sentences, why `new` is more than `old` with misspelt words put right; nothing when it is not."""
    before, after = words_in(old), words_in(new)
    if len(before) != len(after) or signs(old) != signs(new):
        yield _("Words or signs were added, left out, joined or parted.")
        return
    for was, now in zip(before, after, strict=True):
        if tokens(was) != tokens(now):
            yield from _faults(was, now)


def respelled(old: str, new: str) -> list[tuple[str, str]]:
    """The words that are spelled differently, then and now; for two wordings between which `is_spelling` holds."""
    pairs = zip(words_in(old), words_in(new), strict=True)
    return [(was, now) for was, now in pairs if tokens(was) != tokens(now)]


def is_word(word: str) -> bool:
    """Whether a dictionary of English knows `word`, in British or American spelling.

    >>> is_word("organisation"), is_word("organistion")
    (True, False)
    """
    return _frequency(word) > 0


def _frequency(word: str) -> int:
    """How often `word` was met in the texts that the dictionary was made from, in the spelling it has there."""
    american = (word.replace(british, own) for british, own in _BRITISH if british in word)
    return max(_dictionary()[each] for each in (word, *american))


@cache
def _dictionary() -> SpellChecker:
    """The words that are known, read at the first question; some 160,000."""
    return SpellChecker(language="en")


def _faults(was: str, now: str) -> Iterator[str]:
    """Why one word is not another put right; the weightiest reason alone."""
    old, new = was.casefold(), now.casefold()
    told = {"old": was, "new": now}
    if old in NEVER_TOUCHED or new in NEVER_TOUCHED:
        yield _("“%(old)s” or “%(new)s” carries the meaning of the question; it stays as it is.") % told
    elif {old, new} in _ONE_TO_A_READER or _are_variants(old, new):
        return
    elif not (old.isalpha() and new.isalpha() and old.isascii() and new.isascii()) or _is_abbreviation(was, now):
        yield _("“%(old)s” and “%(new)s” are not two spellings of an English word.") % told
    elif not _is_one_slip_away(old, new):
        yield _("“%(new)s” is not near enough to “%(old)s” to be what every reader took it for.") % told
    elif is_word(old):
        yield _("“%(old)s” is a word of its own, so people may have understood it.") % told
    elif not is_word(new):
        yield _("“%(new)s” is not in the dictionary.") % told
    elif _could_be_read(old, new):
        yield _("“%(old)s” could be read as a word that carries the meaning of the question.") % told
    elif other := _another_reading(old, new):
        yield _("“%(old)s” could just as well be read as “%(other)s”.") % {**told, "other": other}
    elif _is_the_opposite(old, new):
        yield _("“%(old)s” could be read as the opposite of “%(new)s”.") % told


def _are_variants(old: str, new: str) -> bool:
    """Whether one is the British and one the American spelling of a word: ``organised`` and ``organized``."""
    if min(len(old), len(new)) < 5 or not (is_word(old) and is_word(new)):
        return False
    for british, american in _VARIANTS:
        old, new = old.replace(british, american), new.replace(british, american)
    return old == new


def _is_abbreviation(*words: str) -> bool:
    return any(sum(letter.isupper() for letter in word) > 1 for word in words)


def _could_be_read(old: str, new: str) -> bool:
    """Whether a word that must not be touched is one slip away, and not just two letters of `new` are swapped."""
    return not _is_swap(old, new) and any(each in NEVER_TOUCHED for each in _slips(old))


def _another_reading(old: str, new: str) -> str | None:
    """The likeliest other word one slip away, between the same letters, unless it is so rare that nobody reads it."""
    if _is_swap(old, new):
        return None
    found = {each for each in _slips(old) if each not in ("", new) and (each[0], each[-1]) == (old[0], old[-1])}
    known = _dictionary()
    likeliest = max(found, key=lambda each: known[each], default="")
    return likeliest if likeliest and known[likeliest] * RARER > _frequency(new) else None


def _slips(word: str) -> Iterator[str]:
    """All that one letter left out, put in, changed for another or swapped with the next makes of `word`."""
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
            yield from (head + letter + tail[1:] for letter in _LETTERS)
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        yield from (head + letter + tail for letter in _LETTERS)


def _is_one_slip_away(old: str, new: str) -> bool:
    """One letter in the middle, two neighbours swapped behind the first, or two such slips in a long word."""
    if min(len(old), len(new)) < SHORTEST or old[0] != new[0]:
        return False
    if _is_swap(old, new):
        return True
    if min(len(old), len(new)) == SHORTEST or old[-1] != new[-1]:
        return False
    return distance(old, new) <= (2 if min(len(old), len(new)) >= LONG else 1)


def _is_swap(old: str, new: str) -> bool:
    if len(old) != len(new):
        return False
    places = [place for place in range(len(old)) if old[place] != new[place]]
    return len(places) == 2 and places[1] == places[0] + 1 and sorted(old) == sorted(new)


def distance(old: str, new: str) -> int:
    """How many letters must be left out, put in, changed or swapped with the next (Damerau 1964, without overlaps).

    >>> distance("comission", "commission"), distance("hosptial", "hospital"), distance("likely", "unlikely")
    (1, 1, 2)
    """
    before: list[int] = []
    line = list(range(len(new) + 1))
    for i, letter in enumerate(old, start=1):
        above, line = line, [i]
        for j, other in enumerate(new, start=1):
            least = min(above[j] + 1, line[j - 1] + 1, above[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == new[j - 2] and old[i - 2] == other:
                least = min(least, before[j - 2] + 1)
            line.append(least)
        before = above
    return line[-1]


def _is_the_opposite(old: str, new: str) -> bool:
    """Whether one of the two alone has a syllable that turns the meaning, before a word that stands without it."""
    for word, other in ((old, new), (new, old)):
        for prefix in _PREFIXES:
            if word.startswith(prefix) and not other.startswith(prefix) and is_word(word.removeprefix(prefix)):
                return True
        if any(word.endswith(suffix) and not other.endswith(suffix) for suffix in _SUFFIXES):
            return True
    return False
