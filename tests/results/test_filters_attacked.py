"""What filters show beside the breaks by their own variables gives away no small group, as the audit attacks them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from results.analysis.filtering import FilterBreak
from results.analysis.frame import Frame
from results.analysis.suppression import STAFF
from results.analysis.tabulate import tabulate
from results.auditing import Leaked, Seen, _leaks
from tests.results.analysis.test_disclosure import random_wave

WAVES = 40


def shown(frame: Frame, chance: random.Random) -> Iterator[tuple[dict[str, Any], dict[str, list[str]]]]:
    """Tables of one question: in all, by two variables, and within one code or two of the first of them."""
    question, other = chance.sample(["GRIP", "STEPS"], 2)
    filtered, beside = chance.sample([other, "gp"], 2)
    for by in (None, filtered, beside):
        yield tabulate(frame, question, by=by, thresholds=STAFF), {}
    codes = [code.code for code in frame.codebook[filtered].codes]
    where = {filtered: chance.sample(codes, chance.randint(1, min(2, len(codes))))}
    for by in (None, beside):
        table = tabulate(frame, question, by=by, where=where, thresholds=STAFF)
        yield table, {name: [str(code) for code in chosen] for name, chosen in where.items()}


def leaks(*, seed: int) -> list[Leaked]:
    chance = random.Random(seed)
    found: list[Leaked] = []
    for _ in range(WAVES):
        frame = random_wave(chance)
        found += _leaks(Seen("staff", "", list(shown(frame, chance))), frame.codebook)
    return found


def test_nobody_is_found_through_filters() -> None:
    assert leaks(seed=2013) == []


def test_without_a_look_at_the_break_beside_it_somebody_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FilterBreak, "hides", lambda *_, **__: False)
    assert len(leaks(seed=2013)) > 3
