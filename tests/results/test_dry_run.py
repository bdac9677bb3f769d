"""The dry run: made-up answers on the path, honest limits, nothing stored."""

from __future__ import annotations

import time
from typing import Any

import pytest

from respondents.sample import load_sample
from results.analysis.detectable import detectable_difference
from results.dry_run import dry_run
from results.synthetic import Synthesiser
from surveys.codebook import Code, Variable
from surveys.compiling import draft_instrument
from surveys.copying import blank_wave
from surveys.instrument.journey import on_path_answers
from surveys.problems import Refused
from surveys.question_types import REGISTRY
from tests.building import SAMPLE_WAVES, counts, csv, document, draft, organisation, register, sample_wave

pytestmark = pytest.mark.django_db


def people(count: int, *, role: str = "chair", codes: int = 10, start: int = 0) -> list[str]:
    return [f"P{n},p{n}@example.org,{role},{n % 2},C{n % codes:02}" for n in range(start, start + count)]


@pytest.fixture
def asked() -> Any:
    """A draft with sixty chairs of ten CCGs and eight officers of two, in two regions."""
    for place in range(10):
        organisation(f"C{place:02}", region="Y54" if place < 8 else "Y55")
    data = document()
    data["banners"] += [
        {"name": "region", "title": "By region", "by": "region"},
        {"name": "grip", "title": "G", "by": "GRIP"},
    ]
    wave = draft(data)
    load_sample(wave, csv("name,email,role,gp,organisations", *people(60), *people(8, role="ao", codes=2, start=60)))
    return wave


# --- Made-up answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SAMPLE_WAVES)
def test_made_up_answers_are_on_the_path_and_valid(slug):
    instrument = draft_instrument(sample_wave(slug))
    synthesiser = Synthesiser(7)
    types = {variable.name: REGISTRY[q.type] for q in instrument.questions for variable in q.variables}
    for role in instrument.roles:
        questionnaire = instrument.for_role(role["code"])
        for _person in range(60):
            answers = synthesiser.reply(questionnaire)
            assert on_path_answers(questionnaire, answers) == answers
            for name, values in answers.items():
                assert not list(types[name].problems_of_answer(questionnaire.variables[name], values))


def test_the_same_seed_gives_the_same_answers_and_another_seed_others():
    questionnaire = draft_instrument(draft()).for_role("ao")
    runs = [[Synthesiser(seed).reply(questionnaire) for _person in range(1)] for seed in (1, 1, 2, 3)]
    assert runs[0] == runs[1]
    assert any(run != runs[0] for run in runs[2:])


def test_required_questions_are_answered_and_exclusive_answers_stand_alone():
    questionnaire = draft_instrument(draft()).for_role("chair")
    synthesiser = Synthesiser(1)
    everybody = [synthesiser.reply(questionnaire) for _person in range(400)]
    assert all(answers["GRIP"] for answers in everybody)
    assert any(answers["WAYS"] == [8] for answers in everybody)
    assert any(not answers["WAYS"] for answers in everybody)
    assert not any(8 in answers["WAYS"] and len(answers["WAYS"]) > 1 for answers in everybody)


def test_numbers_and_rankings_stay_within_what_is_offered():
    synthesiser = Synthesiser(1)
    codes = (Code(1, "A"), Code(2, "B"), Code(3, "C"))
    order = Variable("R", "R", "order", codes=codes)
    tight = Variable("T", "T", "number", minimum=0.2, maximum=0.4)
    for _time in range(50):
        assert sorted(synthesiser._answer(order, required=True)) == [1, 2, 3]
        assert synthesiser._answer(tight, required=True) == [0.2]


# --- The outlook -----------------------------------------------------------------------------------------------


def test_a_dry_run_stores_nothing_and_is_the_same_twice(asked):
    before = counts()
    first, second = dry_run(asked, rate=0.5), dry_run(asked, rate=0.5)
    assert counts() == before
    assert first.results.frame.digest == second.results.frame.digest
    assert (first.breakdowns, first.questions, first.minutes) == (second.breakdowns, second.questions, second.minutes)
    assert dry_run(asked, rate=0.5, seed=2).results.frame.digest != first.results.frame.digest


def test_it_reckons_with_the_sample_that_was_loaded(asked):
    run = dry_run(asked, rate=0.5)
    assert (run.invited, run.people, run.assumed) == (68, 34, ())
    role = next(each for each in run.breakdowns if each.name == "role")
    assert [(column.id, column.invited) for column in role.columns] == [("chair", 60), ("ao", 8)]
    assert sum(column.expected for column in role.columns) == pytest.approx(34)


def test_a_column_too_small_to_print_is_told_beforehand(asked):
    run = dry_run(asked, rate=0.5)
    role = next(each for each in run.breakdowns if each.name == "role")
    assert [column.id for column in role.hidden] == ["chair", "ao"]  # two columns: one would give the other away
    region = next(each for each in run.breakdowns if each.name == "region")
    assert {column.id for column in region.hidden} == {"Y54", "Y55"}


def test_a_column_of_two_organisations_is_not_publishable_however_many_answer():
    for place in range(6):
        organisation(f"C{place:02}", region="Y54" if place < 4 else "Y55")
    data = document()
    data["banners"] = [{"name": "region", "title": "By region", "by": "region"}]
    wave = draft(data)
    load_sample(wave, csv("name,email,role,gp,organisations", *people(120, codes=6)))
    (region,) = dry_run(wave, rate=1.0).breakdowns
    assert {column.id: column.publishable for column in region.columns} == {"Y54": 0, "Y55": 0}


def test_large_columns_are_publishable_and_their_detectable_difference_shrinks_with_them():
    for place in range(20):
        organisation(f"C{place:02}", region="Y54" if place % 2 else "Y55")
    data = document()
    data["banners"] = [{"name": "region", "title": "By region", "by": "region"}]
    wave = draft(data)
    load_sample(wave, csv("name,email,role,gp,organisations", *people(400, codes=20)))
    small, large = dry_run(wave, rate=0.2), dry_run(wave, rate=0.9)
    assert [column.publishable for column in large.breakdowns[0].columns] == [100, 100]
    assert large.breakdowns[0].columns[0].detectable < small.breakdowns[0].columns[0].detectable
    assert large.change == pytest.approx(100 * detectable_difference(360, 360))


def test_the_made_up_results_are_tabulated_like_real_ones(asked):
    run = dry_run(asked, rate=1.0)
    table = run.results.table("GRIP", by="role")
    assert table["columns"][0]["base"] == 68
    assert (run.results.head["invited"], run.results.head["organisations"]) == (68, 10)
    names = [table["variable"] for table in run.results.tables(by="GRIP")]
    assert names == ["WHY", "WAYS", "PLANS_POOL", "PLANS_SPLIT", "SPEND"]


def test_questions_that_few_or_none_reach_are_named(asked):
    data = document()
    data["sections"][0]["items"][2]["show_if"] = ["all", ["any_of", "GRIP", 1], ["any_of", "GRIP", 2]]
    wave = draft(data)
    questions = {question.name: question for question in dry_run(wave, rate=0.5).questions}
    assert questions["WHY"].unreached
    assert not questions["GRIP"].unreached
    assert questions["SPEND"].thin
    assert not questions["GRIP"].thin
    assert "INTRO" not in questions


def test_minutes_follow_the_path_of_each_role(asked):
    minutes = dry_run(asked, rate=0.5).minutes
    assert set(minutes) == {"chair", "ao"}
    assert all(1 < value < 5 for value in minutes.values())


# --- What is assumed -------------------------------------------------------------------------------------------


def test_without_a_sample_everybody_of_the_register_is_asked():
    register()
    wave = sample_wave("2013-winter")
    run = dry_run(wave)
    assert run.invited == 211 * 3
    assert run.people == round(633 * run.rate)
    assert len(run.assumed) == 2
    gp = next(each for each in run.breakdowns if each.name == "gp")
    assert [column.publishable for column in gp.columns] == [100, 100]


def test_a_survey_of_people_without_organisations_needs_ten_people_a_column():
    wave = draft(frame_kind=None, frame_date=None)
    run = dry_run(wave, rate=0.08)
    assert (run.invited, run.people) == (200, 16)
    assert run.results.organisations is None
    assert {column.publishable < 50 for column in run.breakdowns[0].columns} == {True}


def test_the_last_wave_tells_how_many_answer(asked):
    from results.models import Snapshot
    from tests.building import NOW

    last = draft(slug="before", number=2)
    summary = {"people": 30, "invited": 120, "invited_responded": 30}
    Snapshot.objects.create(wave=last, digest="x", codebook=[], summary=summary, frame=b"", built_at=NOW)
    run = dry_run(asked)
    assert (run.rate, run.people) == (0.25, 17)
    assert "Spring 2026" in run.assumed[0]


def test_what_cannot_be_run_dry_is_refused():
    empty = blank_wave({"slug": "new", "title": "New"}, slug="one", title="One")
    with pytest.raises(Refused, match="asks nothing"):
        dry_run(empty)
    with pytest.raises(Refused, match="nobody to ask"):
        dry_run(draft())
    with pytest.raises(Refused, match="response rate"):
        dry_run(draft(slug="b", frame_kind=None, frame_date=None), rate=1.5)


# --- Detectable differences ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("base", "share", "points"), [(387.338, 0.55, 10), (199.043, 0.5, 14), (81.224, 0.3, 20)])
def test_detectable_differences_agree_with_sample_sizes_worked_by_hand(base, share, points):
    """43 against 57 per cent: (1.95996·√.5 + .84162·√(2·.43·.57))²/.14² = (1.38590 + .58926)²/.0196 = 199.04 each."""
    assert 100 * detectable_difference(base, base, share=share) == pytest.approx(points, abs=0.001)


def test_no_difference_is_detectable_between_almost_nobody():
    assert detectable_difference(4, 400) is None
    assert detectable_difference(8, 8, share=0.02) is None
    assert detectable_difference(0, 50) is None


def test_the_power_is_what_it_says():
    import numpy as np

    from results.analysis.significance import proportion_test

    difference = detectable_difference(150, 90)
    chance = np.random.default_rng(5)
    first = chance.binomial(150, 0.5 - difference / 2, 20_000) / 150
    second = chance.binomial(90, 0.5 + difference / 2, 20_000) / 90
    _t, _df, p = proportion_test(first, np.full(20_000, 150.0), second, np.full(20_000, 90.0))
    assert (p < 0.05).mean() == pytest.approx(0.8, abs=0.02)


def test_a_dry_run_of_a_real_wave_takes_no_longer_than_a_page_may():
    register()
    wave = sample_wave("2012-autumn")
    dry_run(wave)
    began = time.process_time()
    dry_run(wave)
    assert time.process_time() - began < 2.5
