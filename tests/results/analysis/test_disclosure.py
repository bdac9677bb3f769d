"""An attacker with every released table of a wave finds no small group; without complementary suppression he does."""

from __future__ import annotations

import random
from typing import Any

import pytest

from results.analysis import suppression
from results.analysis.disclosure import attack
from results.analysis.frame import Frame, build_frame
from results.analysis.suppression import Thresholds
from results.analysis.tabulate import tabulate
from surveys.codebook import Code, Codebook, Net, Variable

ATTACKED_WAVES = 500
PUBLIC_PEOPLE = Thresholds(people=10)


def variable(name: str, holds: str, codes: int, **more: Any) -> Variable:
    made = tuple(
        Code(code, f"{name} {code}", exclusive=holds == "many" and code == codes) for code in range(1, codes + 1)
    )
    return Variable(name, name, holds, codes=made, **more)


def random_wave(chance: random.Random) -> Frame:
    """Uneven roles and a few unknown, so that small columns are common."""
    role, gp = variable("role", "one", chance.randint(2, 4), attribute=True), variable("gp", "one", 2, attribute=True)
    grip = variable("GRIP", "one", 3, nets=(Net("early", "1 or 2", (1, 2)),))
    steps = variable("STEPS", "many", chance.randint(2, 4))
    shares = {each.name: [chance.random() ** 3 for _ in each.codes] for each in (role, gp)}
    rows = [_respondent(chance, (role, gp), shares, len(steps.codes)) for _ in range(chance.randint(12, 90))]
    return build_frame(Codebook((role, gp, grip, steps)), rows)


def _respondent(chance: random.Random, attributes: Any, shares: Any, steps: int) -> Any:
    known = {
        each.name: chance.choices([code.code for code in each.codes], shares[each.name])[0]
        for each in attributes
        if chance.random() > 0.05
    }
    taken = [step for step in range(1, steps) if chance.random() < 0.4] or ([steps] if chance.random() < 0.7 else [])
    grip = [] if chance.random() < 0.05 else [chance.randint(1, 3)]
    return known, {"GRIP": grip, "STEPS": taken}, None


def released(frame: Frame, chance: random.Random) -> list[dict[str, Any]]:
    """All tables of one question, as shown to the public: by each attribute, both crossed, and the other question."""
    question, other = chance.sample(["GRIP", "STEPS"], 2)
    breaks = [None, *chance.sample(["role", "gp", other], 2), *([["role", "gp"]] if chance.random() < 0.3 else [])]
    merge = chance.random() < 0.5
    return [tabulate(frame, question, by=by, thresholds=PUBLIC_PEOPLE, merge=merge) for by in breaks]


def leaks(waves: int, *, seed: int) -> tuple[int, int]:
    """How many of so many random waves leak, and how many columns were hidden or merged in all."""
    chance = random.Random(seed)
    leaking = hidden = 0
    for _ in range(waves):
        frame = random_wave(chance)
        tables = released(frame, chance)
        hidden += sum(bool(table["suppressed"]) or any("+" in c["id"] for c in table["columns"]) for table in tables)
        leaking += bool(attack(tables, frame.codebook, threshold=PUBLIC_PEOPLE.people))
    return leaking, hidden


def test_no_small_group_is_recovered_from_five_hundred_random_waves():
    leaking, hidden = leaks(ATTACKED_WAVES, seed=1)
    assert leaking == 0
    assert hidden > ATTACKED_WAVES / 4


def test_without_complementary_suppression_the_attacker_finds_leaks(monkeypatch):
    monkeypatch.setattr(suppression, "_complement", lambda *_: set())
    monkeypatch.setattr(suppression, "_lines_complement", lambda *_: set())
    monkeypatch.setattr(suppression, "_apart_complement", lambda *_: set())
    monkeypatch.setattr(suppression, "_leaves_few", lambda *_: False)
    leaking, _ = leaks(20, seed=1)
    assert leaking >= 5


def small_wave() -> Frame:
    codebook = Codebook((variable("role", "one", 3, attribute=True), variable("GRIP", "one", 3)))
    counts = {(1, 1): 20, (1, 2): 15, (2, 1): 10, (2, 3): 14, (3, 2): 2, (3, 3): 1}
    rows = [({"role": role}, {"GRIP": [grip]}, None) for (role, grip), count in counts.items() for _ in range(count)]
    return build_frame(codebook, rows)


def test_total_minus_the_rest_is_found():
    frame = small_wave()
    table = tabulate(frame, "GRIP", by="role", thresholds=None)
    table["columns"][3]["base"] = None
    for row in table["rows"]:
        row["cells"][3] = None
    found = attack([table], frame.codebook, threshold=10)
    assert {leak.group for leak in found} == {("3", "")}
    assert all((leak.low, leak.high) == pytest.approx((3, 3)) for leak in found)


def test_what_one_table_hides_another_of_the_same_question_may_show():
    """Hidden by role and safe there, but the same question without its smallest role gives it away."""
    frame = small_wave()
    safe = tabulate(frame, "GRIP", by="role", thresholds=PUBLIC_PEOPLE)
    assert attack([safe], frame.codebook, threshold=10) == []
    careless = tabulate(frame, "GRIP", by="role", thresholds=None)
    for place in (1, 3):
        careless["columns"][place]["base"] = None
        for row in careless["rows"]:
            row["cells"][place] = None
    assert attack([safe, careless], frame.codebook, threshold=10) != []


def test_tables_that_contradict_each_other_are_refused():
    frame = small_wave()
    one, two = (tabulate(frame, "GRIP", thresholds=None) for _ in range(2))
    two["columns"][0]["base"] += 1
    with pytest.raises(ValueError, match="contradict"):
        attack([one, two], frame.codebook, threshold=10)


def test_bases_known_from_elsewhere_do_not_break_what_is_hidden():
    frame = small_wave()
    safe = tabulate(frame, "GRIP", by="role", thresholds=PUBLIC_PEOPLE)
    known = {("GRIP", "role", "2"): 24, ("GRIP", "role", "3"): 3}
    assert attack([safe], frame.codebook, threshold=10, known=known) == []
