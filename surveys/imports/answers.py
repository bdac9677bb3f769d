"""Lists of answers from elsewhere: codes that are whole numbers, and answers that are no answers, marked as such."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from surveys.codebook import DONT_KNOW, NOT_APPLICABLE, REFUSED

LARGEST = 2_147_483_647

_KINDS = (
    (
        DONT_KNOW,
        re.compile(r"^(i )?(do ?n[o']t|can ?n[o']t) (know|say)\b|^(not sure|unsure|no opinion)$", re.IGNORECASE),
    ),
    (REFUSED, re.compile(r"^(i('d| would)? )?(prefer not to (say|answer)|rather not say)|^refused?$", re.IGNORECASE)),
    (NOT_APPLICABLE, re.compile(r"^(not applicable|n/?a|does not apply( to me)?)$", re.IGNORECASE)),
)
_NONE = re.compile(r"^none (of (these|the above|them)|apply)\b|^none$", re.IGNORECASE)
_NUMBERED = re.compile(r"^([A-Za-z]*?)[_-]?0*(\d{1,9})$")


@dataclass(frozen=True, slots=True)
class Answers:
    """Options of the wave file, and what each was called in the other program."""

    options: tuple[dict[str, Any], ...]
    codes: Mapping[str, int] = field(default_factory=dict)
    guessed: tuple[str, ...] = ()
    """Labels taken for don't know and the like, or for excluding the others, by their words alone."""

    @property
    def renumbered(self) -> dict[str, int]:
        """Source names that are not simply their number."""
        return {source: code for source, code in self.codes.items() if source != str(code)}


def answers_from(
    pairs: Sequence[tuple[str, str]], *, several: bool = False, more: Mapping[str, Mapping[str, Any]] | None = None
) -> Answers:
    """Options from pairs of name and label. Names that are numbers, or end in one, keep it; else they are numbered.

    With `several`, "none of these" excludes the others. `more` gives further keys of options by name; where it is
    given, nothing is guessed.
    """
    codes = _codes([name for name, _label in pairs])
    told, options, guessed = more or {}, [], []
    for name, label in pairs:
        guess = {} if told else _kind(label, several=several)
        guessed += [label] if guess else []
        options.append({"code": codes[name], "label": label, **guess, **told.get(name, {})})
    return Answers(tuple(options), codes, tuple(guessed))


def with_words(answers: Answers, *, source: str, label: str) -> Answers:
    """The answers and one more that asks who chooses it for words of their own; one called `source` asks them itself.

    >>> with_words(answers_from([("10", "Beds"), ("20", "Staff")]), source="other", label="Other").options[-1]
    {'code': 21, 'label': 'Other', 'specify': True}
    """
    if source in answers.codes:
        own = answers.codes[source]
        options = tuple({**each, "specify": True} if each["code"] == own else each for each in answers.options)
        return replace(answers, options=options)
    code = max((option["code"] for option in answers.options), default=0) + 1
    added = {"code": code, "label": label, "specify": True}
    return replace(answers, options=(*answers.options, added), codes={**answers.codes, source: code})


def _codes(names: Sequence[str]) -> dict[str, int]:
    for read in (_as_number, _by_ending):
        found = {name: read(name) for name in names}
        values = [value for value in found.values() if value is not None]
        if len(set(values)) == len(names) == len(found) and _one_stem(names, read):
            return {name: value for name, value in found.items() if value is not None}
    return {name: place for place, name in enumerate(dict.fromkeys(names), 1)}


def _as_number(name: str) -> int | None:
    return int(name) if re.fullmatch(r"-?\d{1,10}", name) and abs(int(name)) <= LARGEST else None


def _by_ending(name: str) -> int | None:
    found = _NUMBERED.match(name)
    return int(found.group(2)) if found else None


def _one_stem(names: Iterable[str], read: Any) -> bool:
    """Whether names that end in numbers begin alike: A1, A2, A3, but not A1, B2."""
    if read is _as_number:
        return True
    stems = [found.group(1) for found in map(_NUMBERED.match, names) if found]
    return len(set(stems)) == 1


def _kind(label: str, *, several: bool) -> dict[str, Any]:
    plain = label.replace("’", "'").strip(" .()")
    for kind, pattern in _KINDS:
        if pattern.search(plain):
            return {"kind": kind}
    return {"exclusive": True} if several and _NONE.search(plain) else {}
