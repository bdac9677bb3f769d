"""The question bank: what is found and in which order, where it was used, and what may go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from surveys import bank, library
from surveys.bank import search
from surveys.lifecycle import open_wave
from surveys.models import Item, Question, QuestionVersion, Section, Survey, Wave
from surveys.models.wave import State
from surveys.storing import searched
from surveys.wave_file import document_of
from tests.building import NOW, document, draft, refused, sample_wave

pytestmark = pytest.mark.django_db


@pytest.fixture
def questions() -> Any:
    """The bank of the barometer: three waves of it, and one of another survey."""
    for slug in ("2012-autumn", "2013-winter", "2016-spring", "nhscc-2013"):
        sample_wave(slug)
    return Survey.objects.get(slug="ccg-barometer").questions.all()


def named(found: bank.Found) -> list[str]:
    return [entry.question.name for entry in found.entries]


def question(name: str, survey: str = "leaders") -> Question:
    return Question.objects.get(name=name, survey__slug=survey)


# --- Finding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("GRIP", "GRIP"),
        ("grip", "GRIP"),
        ("budg", "BUDGET"),
        ("too much flexibility", "GRIP"),
        ("confident budget", "BUDGET"),
        ("reducing treatment rates", "IMPORTANCE"),
        ("ENTIRELY Confident", "BUDGET"),
        ("area team’s interactions", "AREATEAM"),
        ("commissioning support unit", "CSU"),
    ],
)
def test_a_question_is_found_by_its_name_its_words_and_its_answers(questions, words, first):
    assert named(search(questions, words))[0] == first


def test_what_has_every_word_comes_alone_and_otherwise_what_has_any(questions):
    assert named(search(questions, "budget confident")) == ["BUDGET"]
    assert "BUDGET" in named(search(questions, "budget zebra"))
    assert named(search(questions, "zebra")) == []


def test_the_question_counts_for_more_than_its_answers(questions):
    found = named(search(questions, "barrier"))
    assert found[0] == "BARRIERS"


def test_without_words_everything_is_listed_by_name(questions):
    found = search(questions, limit=4, offset=2)
    every = sorted(questions.values_list("name", flat=True))
    assert (named(found), found.total) == (every[2:6], len(every))


def test_a_search_stays_in_its_bank(questions):
    assert named(search(questions, "area team")) == ["AREATEAM", "BARRIERS"]
    everywhere = search(Question.objects.all(), "area team").entries
    other = Wave.objects.get(slug="nhscc-2013").survey
    assert [entry.question.name for entry in everywhere if entry.question.survey == other] == ["AREATEAM"]


def test_percent_signs_and_quotes_are_just_characters(questions):
    assert named(search(questions, "100% '_ \\")) == []


def test_an_entry_shows_where_and_when_and_in_which_wording(questions):
    (entry,) = search(questions, "stick to its budget").entries
    assert [(use.wave, use.version, use.opens_at.year) for use in entry.uses] == [
        ("2013-winter", 1, 2013),
        ("2012-autumn", 1, 2012),
    ]
    assert (entry.wordings, entry.fielded) == (1, False)


def test_an_older_wording_is_found_and_the_latest_shown():
    open_wave(draft(), now=NOW)
    data = document(slug="summer", number=4)
    data["sections"][0]["items"][1]["text"] = "Is the hold right?"
    draft(data)
    (entry,) = search(Question.objects.all(), "grip right").entries
    assert (entry.version.text, entry.wordings, entry.fielded) == ("Is the hold right?", 2, True)


def test_topics_are_shelves_that_can_be_searched(questions):
    for name in ("BUDGET", "SUPPORT"):
        bank.put_on_topic(questions.get(name=name), " Money  and help ")
    (topic, count), *others = bank.topics(questions)
    assert (topic.name, count, others) == ("Money and help", 2, [])
    assert named(search(questions, topic=topic)) == ["BUDGET", "SUPPORT"]
    assert set(named(search(questions, "money help"))) == {"BUDGET", "SUPPORT"}
    bank.put_on_topic(questions.get(name="BUDGET"), "")
    assert bank.topics(questions)[0][1] == 1


# --- Retiring, removing, merging -------------------------------------------------------------------------------


def test_a_retired_question_is_offered_no_more_until_it_is_restored():
    wave = draft()
    Wave.objects.filter(pk=wave.pk).update(state=State.CLOSED)
    bank.retire(question("GRIP"), now=NOW)
    assert "GRIP" not in named(search(Question.objects.all()))
    assert "GRIP" in named(search(Question.objects.all(), retired=True))
    bank.restore(question("GRIP"))
    assert "GRIP" in named(search(Question.objects.all()))


@pytest.mark.parametrize("state", [State.DRAFT, State.SCHEDULED, State.OPEN, State.CLOSING])
def test_a_question_in_use_is_not_retired(state):
    Wave.objects.filter(pk=draft().pk).update(state=state)
    with refused() as refusal:
        bank.retire(question("GRIP"), now=NOW)
    assert "spring" in refusal.told[0]
    assert question("GRIP").retired_at is None


def test_only_a_question_that_no_wave_puts_is_removed():
    wave = draft()
    with refused() as refusal:
        bank.remove(question("GRIP"))
    assert refusal.told == ["GRIP: is put in spring; take it out there first"]
    Item.objects.filter(section__wave=wave).delete()
    bank.remove(question("GRIP"))
    assert not Question.objects.filter(name="GRIP").exists()


def two_drafts() -> tuple[Wave, Wave]:
    """A draft that asks HOLD, with a rule and a breakdown on it, and another that asks GRIP."""
    first = draft()
    data = document(slug="summer", number=4)
    data["sections"][0]["items"][1] |= {"name": "HOLD", "text": "Is the hold right?", "roles": ["ao"]}
    data["sections"][0]["items"][2]["show_if"] = ["any_of", "HOLD", 1]
    data["banners"].append({"name": "hold", "title": "Hold", "by": "HOLD"})
    return first, draft(data)


def test_merged_questions_are_one_question_in_every_draft():
    _first, second = two_drafts()
    assert [wave.slug for wave in bank.merge(question("HOLD"), into=question("GRIP"), now=NOW)] == ["summer"]
    items = document_of(Wave.objects.get(pk=second.pk))["sections"][0]["items"]
    assert items[1] == {**document()["sections"][0]["items"][1], "roles": ["ao"]}
    assert items[2]["show_if"] == ["any_of", "GRIP", 1]
    assert Wave.objects.get(pk=second.pk).banners[1]["by"] == "GRIP"
    assert not Question.objects.filter(name="HOLD").exists()
    assert QuestionVersion.objects.filter(question__name="GRIP").count() == 1


def test_a_fielded_question_keeps_its_name():
    _first, second = two_drafts()
    open_wave(second, now=NOW)
    with refused() as refusal:
        bank.merge(question("HOLD"), into=question("GRIP"), now=NOW)
    assert "was put to people in summer" in refusal.told[0]


def test_questions_that_stand_side_by_side_are_not_merged():
    data = document()
    data["sections"][0]["items"].append({**data["sections"][0]["items"][1], "name": "HOLD"})
    draft(data)
    with refused() as refusal:
        bank.merge(question("HOLD"), into=question("GRIP"), now=NOW)
    assert "beside GRIP" in refusal.told[0]
    with refused():
        bank.merge(question("HOLD"), into=question("HOLD"), now=NOW)


def test_a_merge_that_would_break_a_rule_is_refused_whole():
    two_drafts()
    data = document(slug="autumn", number=5)
    data["sections"][0]["items"][1] = {
        **data["sections"][0]["items"][1],
        "name": "HOLD",
        "scale": "other",
    }
    data["scales"].append({"name": "other", "options": [{"code": 7, "label": "Seven"}, {"code": 8, "label": "Eight"}]})
    data["sections"][0]["items"][2]["show_if"] = ["any_of", "HOLD", 7]
    draft(data)
    with refused() as refusal:
        bank.merge(question("HOLD"), into=question("GRIP"), now=NOW)
    assert any("7 is not a code of GRIP" in told for told in refusal.told)


# --- The library -----------------------------------------------------------------------------------------------


def test_the_library_knows_every_scale_a_wave_used_with_its_nets(questions):
    scales = {scale.name: scale for scale in library.scales(questions[0].survey)}
    assert scales["confidence10"].waves == ("2013-winter", "2012-autumn")
    assert scales["likely5"].scale["nets"][0]["codes"] == [4, 5]
    assert not any(scale.conflicts or scale.saved for scale in scales.values())


def test_scales_of_one_name_that_differ_are_told_apart(questions):
    survey = questions[0].survey
    data = document_of(Wave.objects.get(slug="2013-winter"))
    scale = next(each for each in data["scales"] if each["name"] == "confidence10")
    library.save_scale(survey, {**scale, "low": "None at all"})
    found = [each for each in library.scales(survey) if each.name == "confidence10"]
    assert [(each.saved, each.conflicts) for each in found] == [(True, True), (False, True)]


def test_a_scale_is_saved_replaced_and_forgotten():
    survey = draft().survey
    scale = {"name": "far", "options": [{"code": 1, "label": "Near"}, {"code": 2, "label": "Far"}]}
    library.save_scale(survey, scale)
    library.save_scale(survey, scale)
    with refused() as refusal:
        library.save_scale(survey, {**scale, "low": "Here"})
    assert refusal.problems[0].place == "name"
    library.save_scale(survey, {**scale, "low": "Here"}, replace=True)
    assert [each.scale.get("low") for each in library.scales(survey) if each.saved] == ["Here"]
    assert library.forget_scale(survey, "far")
    assert not library.forget_scale(survey, "far")


def test_a_scale_that_is_wrong_is_refused_with_its_places():
    survey = draft().survey
    with refused() as refusal:
        library.save_scale(survey, {"name": "far", "options": [{"code": 1, "label": "A"}, {"code": 1, "label": "B"}]})
    assert refusal.problems[0].place == "options[1].code"
    with refused() as refusal:
        library.save_scale(survey, {"name": "far away", "options": []})
    assert {problem.place for problem in refusal.problems} == {"name", "options"}


def test_lists_of_answers_that_several_questions_share_come_first():
    sample_wave("nhscc-2013")
    lists = library.option_lists(Question.objects.all())
    assert [option["label"] for option in lists[0].options] == ["Yes", "No", "Don't know"]
    assert lists[0].questions == ("SHARED", "SUPPORT")


# --- Size ------------------------------------------------------------------------------------------------------


@pytest.fixture
def large() -> Any:
    """A bank of 5,000 questions, two wordings of every tenth, and 60 waves that put a hundred each."""
    survey = Survey.objects.create(slug="large", title="Large")
    made = Question.objects.bulk_create(Question(survey=survey, name=f"Q{number}") for number in range(5000))
    versions = QuestionVersion.objects.bulk_create(
        _version(question, number) for question in made for number in ((1, 2) if question.name.endswith("0") else (1,))
    )
    waves = Wave.objects.bulk_create(
        Wave(survey=survey, slug=f"w{n}", number=n, title=f"Wave {n}", opens_at=datetime(2000 + n, 1, 1, tzinfo=UTC))
        for n in range(60)
    )
    sections = Section.objects.bulk_create(Section(wave=wave, position=0, name="s", title="S") for wave in waves)
    Item.objects.bulk_create(
        Item(
            section=section, position=place, version=versions[(place * 53 + section.wave.number * 97) % len(versions)]
        )
        for section in sections
        for place in range(100)
    )
    return survey.questions.all()


def _version(question: Question, number: int) -> QuestionVersion:
    place = int(question.name[1:])
    definition = {
        "type": "single",
        "text": f"How likely is your organisation to change its arrangement number {place} for contracts in 2013-14?",
        "options": [{"code": c, "label": f"Answer {c} of {place % 97} about budgets and teams"} for c in range(1, 7)],
    }
    text, words = searched(definition, {})
    return QuestionVersion(
        question=question,
        number=number,
        type="single",
        text=definition["text"],
        definition=definition,
        digest=f"{question.name}/{number}",
        search_text=text,
        search_words=words,
    )


# Inside one transaction PostgreSQL knows nothing yet of the sizes it plans by, here or in the tests after this one.
@pytest.mark.sqlite
def test_a_large_bank_is_searched_in_four_queries(large):
    for words in ("", "Q4711", "arrangement 4711", "budgets teams", "likely contracts change zebra"):
        with CaptureQueriesContext(connection) as queries:
            found = search(large, words)
        assert found.total >= 1, words
        assert len(queries) == (4 if words else 3), words
