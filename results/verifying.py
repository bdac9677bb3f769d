"""Verifying: every stored figure of a closed wave recomputed from the frozen answers and compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from results.models import Snapshot
from results.snapshot import computed
from surveys.canonical import canonical_json
from surveys.models import Wave
from surveys.problems import Problem, Refused

SAME = 1e-9
"""How far apart fractions may be, relatively, and still be the same figure."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of it: both digests, how many figures were compared, and where they differ."""

    stored: str
    recomputed: str
    figures: int
    differences: list[str]

    @property
    def agrees(self) -> bool:
        """Whether nothing differs."""
        return self.stored == self.recomputed and not self.differences


def verify(wave: Wave) -> Verification:
    """Recompute the wave's snapshot and compare it figure by figure; writes nothing.

    Raises Refused when the wave has no snapshot.
    """
    snapshot = Snapshot.objects.filter(wave=wave).first()
    if snapshot is None:
        raise Refused(Problem(wave.slug, f"is {wave.state} and has no results to verify"))
    made = computed(wave)
    fresh = list(made.tables)
    stored = [table.document for table in snapshot.tables.all()]
    differences = list(_differences(stored, fresh))
    figures = sum(len(row["cells"]) for table in fresh for row in table["rows"])
    return Verification(snapshot.digest, made.digest, figures, differences)


def _differences(stored: list[dict[str, Any]], fresh: list[dict[str, Any]]) -> Iterator[str]:
    before, after = ({_name(table): table for table in tables} for tables in (stored, fresh))
    for name in sorted(before.keys() | after.keys()):
        if name not in after:
            yield f"{name} is stored but no longer made"
        elif name not in before:
            yield f"{name} is not stored"
        else:
            yield from _within(name, before[name], after[name])


def _within(name: str, stored: Any, fresh: Any) -> Iterator[str]:
    if isinstance(stored, dict) and isinstance(fresh, dict):
        for key in sorted(stored.keys() | fresh.keys()):
            yield from _within(f"{name}.{key}", stored.get(key), fresh.get(key))
    elif isinstance(stored, list) and isinstance(fresh, list) and len(stored) == len(fresh):
        for index, (one, other) in enumerate(zip(stored, fresh, strict=True)):
            yield from _within(f"{name}[{index}]", one, other)
    elif not _is_same(stored, fresh):
        yield f"{name}: stored {canonical_json(stored)}, recomputed {canonical_json(fresh)}"


def _is_same(stored: Any, fresh: Any) -> bool:
    """Whether two figures are one: counts and printed percentages exactly, fractions but for their last digits.

    Those differ between processors, and a wave may be verified on another machine than it was closed on.
    """
    if isinstance(stored, float) and isinstance(fresh, float):
        return math.isclose(stored, fresh, rel_tol=SAME, abs_tol=SAME)
    return canonical_json(stored) == canonical_json(fresh)


def _name(table: dict[str, Any]) -> str:
    return f"{table['variable']} by {table['by']}" if table["by"] else table["variable"]
