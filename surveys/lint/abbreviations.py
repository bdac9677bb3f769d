"""Abbreviations: which a reader can be expected to know, and which a text explains. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

COMMON = frozenset(
    "NHS GP UK EU US USA IT HR TV PC CEO VAT ID OK FAQ PDF AM PM MP UN BBC AND OR NOT ALL ANY ONE ONLY NO".split()  # noqa: SIM905
)
"""What every reader knows, and the little words that writers set in capitals."""

_SHORT = re.compile(r"\b(?=[A-Z0-9]*[A-Z][A-Z0-9]*[A-Z])([A-Z][A-Z0-9]{1,6})s?\b")
_WORD = re.compile(r"[^\W\d_]+")
_SMALL = frozenset(("and", "of", "the", "for", "in", "on", "to", "a", "an"))


def abbreviations_in(text: str) -> list[str]:
    """Runs of capitals that stand for something, in order, each once; text all in capitals is shouting, not short.

    >>> abbreviations_in("Will STPs and the CCG agree?")
    ['STP', 'CCG']
    """
    words = _WORD.findall(text)
    if len(words) > 2 and all(word.isupper() for word in words):
        return []
    return list(dict.fromkeys(_SHORT.findall(text)))


@lru_cache(maxsize=8192)
def explained_in(text: str) -> frozenset[str]:
    """The abbreviations whose full words stand in `text`: by their initials, small words left out or counted.

    >>> sorted(explained_in("Sustainability and transformation plans"))
    ['SATP', 'STP']
    """
    words = [word.lower() for word in _WORD.findall(text)]
    return frozenset(_initials(words)) | frozenset(_initials([word for word in words if word not in _SMALL]))


def known_from_the_start(document: Mapping[str, Any]) -> set[str]:
    """What those who are asked know because they are it: abbreviations in their roles, their organisations' kind."""
    texts = [role["label"] for role in document["roles"]]
    texts += [document["survey"]["title"], document["wave"].get("frame_kind") or ""]
    return {word for text in texts for word in _SHORT.findall(text)}


def _initials(words: list[str]) -> Iterator[str]:
    for start in range(len(words)):
        for stop in range(start + 2, min(start + 7, len(words)) + 1):
            yield "".join(word[0] for word in words[start:stop]).upper()
