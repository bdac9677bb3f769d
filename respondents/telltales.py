"""Names of people and organisations in a comment, pointed out to its writer before sending. Nothing is kept of it.

Only the respondent's own request reads this: it is the one place where somebody's name and somebody's words meet, in
memory, on the way to that person's own screen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from respondents.models import Invitation, Organisation
from respondents.standing import Standing

_TITLES = frozenset(
    {"dr", "prof", "professor", "mr", "mrs", "ms", "miss", "sir", "dame", "lord", "lady", "rev", "the"}
)
_KINDS = re.compile(r"\b(NHS|CCG|ICB|Clinical Commissioning Group|Integrated Care Board|Foundation|Trust)\b")
_ORDINARY = frozenset({"bath", "bury", "coast", "deal", "forest", "hull", "lakes", "reading", "vale", "wells"})
"""Parts of organisations' names that are words as well: they count only as names are written."""
_COMMON = frozenset({"north", "south", "east", "west", "central", "greater", "valley", "city", "and", "the", "of"})
SHORTEST = 3


def telltales(found: Standing, texts: Iterable[str]) -> list[str]:
    """What in these comments might tell who wrote them, as it stands there; three queries, none without comments."""
    texts = [text for text in texts if text.strip()]
    if not texts or found.invitation is None:
        return []
    own = list(found.invitation.places.values_list("organisation__name", flat=True))
    others = Organisation.objects.values_list("name", flat=True)
    patterns = [*_people(_name_of(found.invitation)), *_own_places(own), *(_whole(name) for name in others)]
    joined = re.compile("|".join(pattern for pattern in patterns if pattern))
    return list(dict.fromkeys(match.group() for text in texts for match in joined.finditer(text)))


def _name_of(invitation: Invitation) -> str:
    return invitation.person.name if invitation.person else ""


def _people(name: str) -> list[str]:
    """Each part of a person's name, titles aside, in any case."""
    parts = re.findall(r"[^\W\d_]{3,}", name)
    return [rf"(?i:\b{re.escape(part)}\b)" for part in parts if part.lower() not in _TITLES]


def _own_places(names: Iterable[str]) -> list[str]:
    """Each telling word of one's own organisations, in any case: "Sedgefield" and "sedgefield", not "and"."""
    words = {word for name in names for word in re.findall(r"[^\W\d_]{4,}", _KINDS.sub("", name))}
    return [_place(word) for word in sorted(words, key=len, reverse=True) if word.lower() not in _COMMON]


def _place(word: str) -> str:
    """One word of a name, as typed with a thumb: in any case, unless it is an ordinary word in small letters."""
    return rf"\b{re.escape(word)}\b" if word.lower() in _ORDINARY else rf"(?i:\b{re.escape(word)}\b)"


def _whole(name: str) -> str:
    """An organisation's whole name without "NHS" and "CCG", as it is written."""
    core = _KINDS.sub("", name).strip(" ,")
    return rf"\b{re.escape(core)}\b" if len(core) >= SHORTEST else ""
