"""A draft as the wave desk lays it out: sections and items with everything an editor wants beside each. No writing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from surveys.canonical import canonical_json
from surveys.codebook import Variable
from surveys.comparing import Verdict
from surveys.compiling import compile_document
from surveys.duration import minutes_for, seconds_for
from surveys.instrument.questionnaire import Instrument
from surveys.instrument.routing import in_words
from surveys.lint import Finding, lint_document
from surveys.models import ItemComment
from surveys.question_types import REGISTRY, QuestionType
from surveys.wave_checks import items_of, scales_of, variables_of

Document = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One item: its definition, its type, its answers, when and of whom it is asked, how long it takes, what is said
    of it. `seconds` is 0 for a note, `roles` the labels of those it is put to when not everybody, `comments` how many
    want something done.
    """

    item: Document
    kind: QuestionType
    answers: tuple[Document, ...]
    condition: str
    roles: tuple[str, ...]
    seconds: int
    findings: tuple[Finding, ...]
    comments: int
    verdict: Verdict | None = None

    @property
    def mark(self) -> str:
        """All that stands here as one text: entries with the same mark look the same."""
        said = [str(finding) for finding in self.findings]
        found = [self.verdict.kind, *map(str, self.verdict.reasons)] if self.verdict else []
        return canonical_json(
            [self.item, self.answers, self.condition, self.roles, self.seconds, self.comments, said, found]
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A section and its items."""

    section: Document
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole draft. `minutes` is by the code of the role; `orphans` are comments on items that are not there."""

    parts: tuple[Part, ...]
    minutes: Mapping[str, float]
    orphans: Mapping[str, tuple[ItemComment, ...]]

    @property
    def count(self) -> int:
        """How many items there are."""
        return sum(len(part.entries) for part in self.parts)

    @property
    def findings(self) -> int:
        """How many things there are to think about."""
        return sum(len(entry.findings) for part in self.parts for entry in part.entries)


def outline_of(
    document: Document,
    comments: Mapping[str, Iterable[ItemComment]],
    verdicts: Mapping[str, Verdict] | None = None,
) -> Outline:
    """The outline of a sound document, with what is said of its items and the verdicts on their trends."""
    instrument = instrument_for(document)
    seconds = {question.name: round(seconds_for(question)) for question in instrument.questions if question.variables}
    findings: dict[str, list[Finding]] = {}
    for finding in lint_document(document):
        findings.setdefault(finding.item, []).append(finding)
    variables, scales = variables_of(document), scales_of(document)
    labels = {role["code"]: role["label"] for role in document["roles"]}

    def entry(item: Document) -> Entry:
        name, kind = item["name"], REGISTRY[item["type"]]
        return Entry(
            item=item,
            kind=kind,
            answers=tuple(kind.settings(item, scales).get("options", ())),
            condition=condition(item, variables),
            roles=tuple(labels.get(code, code) for code in item.get("roles", ())),
            seconds=seconds.get(name, 0),
            findings=tuple(findings.get(name, ())),
            comments=sum(comment.resolved_at is None for comment in comments.get(name, ())),
            verdict=(verdicts or {}).get(name),
        )

    there = {item["name"] for _place, item in items_of(document)}
    return Outline(
        parts=tuple(Part(each, tuple(entry(item) for item in each["items"])) for each in document["sections"]),
        minutes={role["code"]: minutes_for(instrument.for_role(role["code"])) for role in instrument.roles},
        orphans={name: tuple(said) for name, said in comments.items() if name not in there},
    )


def instrument_for(document: Document) -> Instrument:
    """What a sound document would be frozen into."""
    return Instrument.from_document(compile_document(document))


def condition(item: Document, variables: Mapping[str, Variable]) -> str:
    """The words of an item's condition; empty when everybody is asked."""
    return in_words(item["show_if"], variables) if item.get("show_if") else ""


def earlier_than(document: Document, name: str) -> dict[str, Variable]:
    """The variables that the condition of this item may speak of: those of the items before it."""
    before: set[str] = set()
    for _place, item in items_of(document):
        if item["name"] == name:
            break
        before.add(item["name"])
    return {key: variable for key, variable in variables_of(document).items() if variable.item in before}
