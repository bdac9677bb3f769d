"""A question's wording as one flat definition, and its words: what comparing, lint and lengths all start from.

A flat definition is an item of the wave file with its named scale written out: ``options``, ``nets``, ``low`` and
``high`` stand in it, whether they came from a scale or from the item itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question
from surveys.question_types import REGISTRY

Definition = Mapping[str, Any]

_SAME_CHARACTERS = str.maketrans(
    {"‘": "'", "’": "'", "‛": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-", "−": "-", "‑": "-"}
)
_TOKEN = re.compile(r"(?<!\w)-?\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:'[^\W\d_]+)*|\d+|[%£$€+<>=≤≥&/]")
_TURNING = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
_GROUPED = re.compile(r"(?<=\d),(?=\d)")


def written_out(
    item: Definition, scales: Mapping[str, Mapping[str, Any]] | None = None, *, everyone: Iterable[str] = ()
) -> dict[str, Any]:
    """The flat definition of an item of the wave file; `everyone` are the roles that an item without roles is put to.

    Raises KeyError for a type that is not registered.
    """
    flat = {key: value for key, value in item.items() if key != "scale"}
    flat |= REGISTRY[item["type"]].settings(item, scales or {})
    asked = list(item.get("roles") or everyone)
    return {**flat, "roles": asked} if asked else flat


def as_fielded(question: Question) -> dict[str, Any]:
    """The flat definition of a question of a frozen instrument, to compare it with another wave's."""
    flat = {"name": question.name, "type": question.type, "text": question.text, **question.settings}
    kept = {"hint": question.hint, "required": question.required, "show_if": question.show_if}
    flat |= {key: value for key, value in kept.items() if value}
    return {**flat, "roles": list(question.roles)} if question.roles else flat


def variables_in(definition: Definition) -> tuple[Variable, ...]:
    """The variables a flat definition makes."""
    return REGISTRY[definition["type"]].variables(definition, definition)


def folded(text: str) -> str:
    """`text` without case, accents, typographic quotes and runs of spaces, for searching.

    >>> folded("  The Trust’s  CAFÉ ")
    "the trust's cafe"
    """
    plain = unicodedata.normalize("NFKD", text.translate(_SAME_CHARACTERS)).casefold()
    return " ".join("".join(each for each in plain if not unicodedata.combining(each)).split())


def tokens(text: str) -> list[str]:
    """The words and figures of `text`: no case, no punctuation, one kind of quote; signs of quantity are words.

    Marks and symbols that are neither (vowel signs, emoji, arrows, what turns the direction of writing) stand together
    at the end, so that two texts which differ in one of them are not the same.

    >>> tokens("How much: £1,500 – or ‘more’?")
    ['how', 'much', '£', '1500', 'or', 'more']
    >>> tokens("🙂 Good") == tokens("🙁 Good")
    False
    """
    words = [word.casefold() for word in words_in(text)]
    found = signs(text)
    return [*words, found] if found else words


def words_in(text: str) -> list[str]:
    """The words and figures of `text` in its own case, without punctuation."""
    plain = unicodedata.normalize("NFKC", text).translate(_SAME_CHARACTERS)
    return _TOKEN.findall(_GROUPED.sub("", plain))


def signs(text: str) -> str:
    """The marks and symbols of `text` that no word holds, in their order; those that only choose a glyph left out."""
    plain = unicodedata.normalize("NFKC", text).translate(_SAME_CHARACTERS)
    return "".join(each for each in plain if _is_sign(each))


@cache
def _is_sign(character: str) -> bool:
    if character.isascii() or character in "£€≤≥\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}":
        return False
    return unicodedata.category(character)[0] in "MS" or unicodedata.bidirectional(character) in _TURNING


def word_count(text: str) -> int:
    """How many words a reader has before them."""
    return len(text.split())
