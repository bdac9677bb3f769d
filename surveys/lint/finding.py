"""What the lint says, and what it reads: a finding with its source, and a question laid out for the rules. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from surveys.codebook import Code, Variable
from surveys.wording import variables_in

_MARKUP = re.compile(r"[*_`#>]+|\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to think about: a code for the rule, its place, the reason in a sentence, and whose advice it is.

    `item` is the question's name; `words` are those the rule tripped over.
    """

    code: str
    place: str
    message: str
    source: str
    item: str = ""
    words: tuple[str, ...] = ()

    def at(self, place: str, item: str) -> Finding:
        """The same finding, placed in a whole document."""
        return replace(self, place=f"{place}.{self.place}" if self.place else place, item=item)

    def __str__(self) -> str:
        return f"{self.item or self.place}: {self.message} ({self.source})"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the rules see it: plain text, the variables it makes, and the abbreviations readers know."""

    definition: Mapping[str, Any]
    variables: tuple[Variable, ...]
    known: frozenset[str]

    @classmethod
    def of(cls, definition: Mapping[str, Any], *, known: Iterable[str] = ()) -> Asked:
        """A flat definition, laid out."""
        return cls(definition, variables_in(definition), frozenset(known))

    @property
    def text(self) -> str:
        """The question without its markup."""
        return plain(self.definition["text"])

    @property
    def statements(self) -> list[tuple[str, str]]:
        """Place and text of each statement of a battery."""
        rows = self.definition.get("rows", ())
        return [(f"rows[{index}].text", plain(row["text"])) for index, row in enumerate(rows)]

    @property
    def answered(self) -> bool:
        """Whether it asks anything at all."""
        return bool(self.variables)

    @property
    def closed(self) -> Variable | None:
        """A variable with codes, if it makes any; those of a battery share theirs."""
        own = (variable for variable in self.variables if variable.asked_if is None)
        return next((variable for variable in own if variable.closed), None)

    @property
    def real(self) -> list[Code]:
        """The answers that say something: no don't know, no refusal, nothing that excludes the others."""
        return [code for code in (self.closed.codes if self.closed else ()) if not code.kind and not code.exclusive]

    @property
    def labels(self) -> list[str]:
        """The words of the real answers, in lower case."""
        return [code.label.lower() for code in self.real]

    def offers(self, *kinds: str) -> bool:
        """Whether an answer of one of these kinds (``dont_know`` …) is offered."""
        return any(code.kind in kinds for code in (self.closed.codes if self.closed else ()))

    def put(self) -> Iterator[tuple[str, str]]:
        """Place and text of all that people are asked to judge: the question, or else its statements as well."""
        yield "text", self.text
        yield from self.statements


def plain(text: str) -> str:
    """`text` without Markdown marks."""
    return _MARKUP.sub(lambda found: found.group(1) or "", text)
