"""New drafts from old waves, from the bank and from nothing; and how long a questionnaire takes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from surveys import bank, duration
from surveys.compiling import draft_instrument
from surveys.copying import blank_wave, copy_wave, wave_from_bank
from surveys.instrument.journey import path
from surveys.lifecycle import open_wave
from surveys.models import Question, QuestionVersion, Survey, Wave
from surveys.wave_file import document_of
from tests.building import CLOSES, NOW, document, draft, refused, sample_wave

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")


def test_a_copy_asks_the_same_in_the_same_words_at_another_time():
    last = open_wave(draft(), now=NOW)
    opens = datetime(2026, 9, 1, 8, tzinfo=UTC)
    made = copy_wave(last, slug="autumn", title="Autumn 2026", opens_at=opens)
    old, new = document_of(last), document_of(Wave.objects.get(slug="autumn"))
    for key in ("survey", "roles", "scales", "sections", "banners"):
        assert new[key] == old[key]
    assert (new["wave"]["title"], new["wave"]["number"], made.wave.state) == ("Autumn 2026", 4, "draft")
    assert made.wave.closes_at - opens == CLOSES - last.opens_at
    assert QuestionVersion.objects.filter(number__gt=1).count() == 0
    assert Wave.objects.get(slug="spring").state == "open"


def test_a_copy_over_the_end_of_summer_time_closes_at_the_same_hour_by_the_clock():
    last = draft(opens_at="2026-06-01T09:00:00+01:00", closes_at="2026-06-19T17:00:00+01:00")
    with timezone.override(LONDON):
        made = copy_wave(last, slug="a", title="A", opens_at=datetime(2026, 10, 12, 9, tzinfo=LONDON))
    assert made.wave.closes_at.astimezone(LONDON) == datetime(2026, 10, 30, 17, tzinfo=LONDON)
    assert made.wave.closes_at.astimezone(UTC).hour == 17


@pytest.mark.parametrize(
    ("opens", "frame_date"), [(datetime(2013, 1, 7, 9, tzinfo=UTC), date(2013, 4, 1)), (NOW, NOW.date())]
)
def test_the_day_of_the_population_never_lies_before_the_opening(opens, frame_date):
    made = copy_wave(draft(), slug="a", title="A", opens_at=opens)
    assert made.wave.frame_date == frame_date
    assert frame_date.isoformat() in made.notes[0]


def test_a_copy_without_times_has_none_and_says_what_to_look_at():
    last = draft(partner={"name": "PA"}, weighting={"method": "rake", "margins": ["role"]})
    made = copy_wave(last, slug="a", title="A")
    assert (made.wave.opens_at, made.wave.closes_at, made.wave.partner) == (None, None, {"name": "PA"})
    assert len(made.notes) == 3


def test_the_name_of_a_wave_is_taken_once():
    last = draft()
    for slug in ("spring", "Not A Slug"):
        with refused() as refusal:
            copy_wave(last, slug=slug, title="A")
        assert refusal.problems[0].place == "wave.slug"


def test_a_wave_from_the_bank_stands_by_topic_with_its_scales():
    sample_wave("2012-autumn")
    sample_wave("2013-winter")
    survey = Survey.objects.get(slug="ccg-barometer")
    bank.put_on_topic(survey.questions.get(name="BUDGET"), "Money & more")
    names = ("BUDGET", "METHODS", "AREATEAM")
    versions = [survey.questions.get(name=name).versions.get() for name in names]
    wave = wave_from_bank(survey, versions, slug="next", title="Next")
    made = document_of(wave)
    assert [(section["title"], [i["name"] for i in section["items"]]) for section in made["sections"]] == [
        ("Money & more", ["BUDGET"]),
        ("Questions", ["METHODS", "AREATEAM"]),
    ]
    assert {scale["name"] for scale in made["scales"]} == {"confidence10", "likely5", "relation5"}
    assert (wave.roles, wave.number) == (["chair", "ao", "other"], 3)
    assert QuestionVersion.objects.filter(question__name__in=names).count() == 3


def test_two_scales_of_one_name_from_the_bank_are_kept_apart():
    open_wave(draft(), now=NOW)
    data = document(slug="summer", number=4)
    data["scales"][0]["options"][0]["label"] = "Not likely"
    data["sections"][0]["items"][1]["name"] = "HOLD"
    data["sections"][0]["items"][2]["show_if"] = ["answered", "HOLD"]
    draft(data)
    versions = [question.versions.first() for question in Question.objects.filter(name__in=["GRIP", "HOLD"])]
    made = document_of(wave_from_bank(Survey.objects.get(), versions, slug="both", title="Both"))
    assert [scale["name"] for scale in made["scales"]] == ["likely", "likely_2"]
    assert [scale["options"][0]["label"] for scale in made["scales"]] == ["Unlikely", "Not likely"]


def test_a_blank_wave_needs_nothing_but_a_name():
    wave = blank_wave({"slug": "new", "title": "New"}, slug="one", title="One")
    assert (wave.roles, wave.sections.count(), wave.banners, wave.number) == (["everyone"], 0, [], 1)


def test_a_blank_wave_takes_roles_and_population_from_the_last():
    last = draft()
    wave = blank_wave({"slug": "leaders", "title": "Leaders"}, slug="one", title="One")
    assert (wave.roles, wave.frame_kind, wave.frame_date, wave.number) == (last.roles, "CCG", last.frame_date, 4)
    assert [banner["by"] for banner in wave.banners] == ["role"]


# --- How long it takes -----------------------------------------------------------------------------------------


def test_an_ordinary_question_takes_about_ten_seconds():
    questions = {q.name: q for slug in ("2013-winter",) for q in draft_instrument(sample_wave(slug)).questions}
    assert 8 < duration.seconds_for(questions["AREATEAM"]) < 12
    assert duration.seconds_for(questions["GUIDANCE"]) > 60


def test_a_battery_reads_its_scale_once():
    wave = draft()
    plans = next(q for q in draft_instrument(wave).questions if q.name == "PLANS")
    words = "How likely is each? Pool budgets Split Unlikely Likely Don't know".split()  # noqa: SIM905
    assert duration.seconds_for(plans) == pytest.approx(len(words) / 238 * 60 + 2 * 3)


def test_each_role_takes_the_time_of_what_it_is_asked():
    wave = draft()
    minutes = duration.minutes_by_role(document_of(wave))
    instrument = draft_instrument(wave)
    chair = instrument.for_role("chair")
    asked, sometimes = (sum(duration.seconds_for(q) for q in chair.questions if bool(q.show_if) == c) for c in (0, 1))
    assert minutes["chair"] == pytest.approx((60 + asked + sometimes / 2) / 60)
    assert duration.seconds_on(path(chair, {})) == pytest.approx(60 + asked)
    assert set(minutes) == {"chair", "ao"}
