"""The lint: what an experienced questionnaire designer would say about a draft, with the reason and its source. Pure.

Nothing here prevents a wave from opening; a finding is advice. A rule is a function from an `Asked` to findings; a new
one is written in `wording` or `answers` and added to its list there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from surveys.canonical import canonical_json
from surveys.lint.abbreviations import abbreviations_in, explained_in, known_from_the_start
from surveys.lint.answers import RULES_OF_ANSWERS
from surveys.lint.finding import Asked, Finding, plain
from surveys.lint.wording import RULES_OF_WORDING
from surveys.wave_checks import scales_of
from surveys.wording import written_out

RULES = (*RULES_OF_WORDING, *RULES_OF_ANSWERS)


def lint_definition(definition: Mapping[str, Any], *, known: Iterable[str] = ()) -> list[Finding]:
    """Everything to think about in one flat definition; `known` are abbreviations the readers know already.

    Places are keys inside the item: ``text``, ``rows[2].text``, ``options``.
    """
    asked = Asked.of(definition, known=known)
    return [finding for rule in RULES for finding in rule(asked)]


def lint_document(document: Mapping[str, Any]) -> list[Finding]:
    """Everything to think about in a sound wave document, in the order of the questions."""
    known = known_from_the_start(document)
    scales = scales_of(document)
    found: list[Finding] = []
    for i, section in enumerate(document["sections"]):
        known |= explained_in(section["title"])
        for j, item in enumerate(section["items"]):
            definition = written_out(item, scales)
            known |= _explained(definition)
            findings = _linted(_Written(canonical_json(definition), definition), _known_of(definition, known))
            found += [each.at(f"sections[{i}].items[{j}]", item["name"]) for each in findings]
            known |= {word for each in findings for word in each.words}
    return found


@dataclass(frozen=True, slots=True)
class _Written:
    """A flat definition that is told from others by its canonical JSON."""

    mark: str
    definition: Mapping[str, Any] = field(compare=False)


@lru_cache(maxsize=8192)
def _linted(written: _Written, known: frozenset[str]) -> tuple[Finding, ...]:
    """What is said of a definition; an editor looks at the same hundred questions again and again."""
    return tuple(lint_definition(written.definition, known=known))


def _known_of(definition: Mapping[str, Any], known: set[str]) -> frozenset[str]:
    """Those known abbreviations that this definition uses: no other matters to what is said of it."""
    texts = (*_texts(definition), *(option["label"] for option in definition.get("options", ())))
    return frozenset(word for text in texts for word in abbreviations_in(plain(text)) if word in known)


def _explained(definition: Mapping[str, Any]) -> set[str]:
    return set().union(*(explained_in(text) for text in _texts(definition)))


def _texts(definition: Mapping[str, Any]) -> Iterator[str]:
    yield from (definition["text"], definition.get("hint", ""))
    yield from (row["text"] for row in definition.get("rows", ()))


__all__ = ["RULES", "Finding", "lint_definition", "lint_document"]
