"""The contract of an importer: a file in, a wave document out, and every part of the file that was not understood.

Nothing is written here. A document whose `problems` are empty is sound and may go to `surveys.copying.create`, or
through `surveys.changes.ReplaceAll` to an existing draft.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.problems import Problem, Refused
from surveys.wave_checks import items_of

Document = dict[str, Any]

MOST_BYTES = 8 * 1024 * 1024
"""The largest file that is read at all; a questionnaire of a thousand questions has a tenth of it."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something in the file that is not in the document, or not as it was: where it stands, and what became of it."""

    place: str
    message: str

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass(frozen=True, slots=True)
class Understood:
    """What was read: the wave document (None if nothing could be), what was left out or changed, and what is wrong."""

    document: Document | None
    notes: tuple[Note, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether a wave can be made of it."""
        return self.document is not None and not self.problems

    @property
    def questions(self) -> int:
        """How many items were understood."""
        return sum(1 for _item in items_of(self.document)) if self.document else 0


class Importer:
    """One format; one instance of each subclass stands in the registry."""

    key: str
    label: str
    suffixes: tuple[str, ...]

    def recognises(self, name: str, data: bytes) -> bool:
        """Whether a file of this name and content is of this format."""
        return name.lower().endswith(self.suffixes)

    def understand(self, data: bytes, *, into: Mapping[str, Any] | None = None) -> Understood:
        """What the file says, as the sections of `into`, an otherwise empty wave document (`blank_document`).

        Without it the wave is named after the file's own title. Never raises for what a file may hold.
        """
        if len(data) > MOST_BYTES:
            return Understood(None, problems=(Problem("", f"is larger than {MOST_BYTES // 1024 // 1024} MB"),))
        try:
            return self.read(data, into)
        except Refused as refused:
            return Understood(None, problems=tuple(refused.problems))

    def read(self, data: bytes, into: Mapping[str, Any] | None) -> Understood:
        """The format's own part of `understand`. May raise Refused when nothing can be made of the file."""
        raise NotImplementedError
