"""Beside the figures of a page stand what is new, sentences to paste, what not to print, and the waves before."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from respondents.models import Frozen
from results.snapshot import build_snapshot
from results.telling import telling_of
from tests import desk
from tests.results import barometers

pytestmark = pytest.mark.django_db


def page(wave: Any, *by: str) -> str:
    reader = desk.browsing(desk.staff("editor"))
    name = "results:break" if by else "results:dashboard"
    return reader.get(reverse(name, args=[wave.slug, *by])).content.decode()


def test_the_page_begins_with_what_is_new_and_ends_with_what_is_not_safe() -> None:
    shown = page(barometers.winter())
    assert shown.index("What is new") < shown.index("61 per cent of the 51 GPs") < shown.index("Who answered")
    assert 'href="#GRIP"' in shown
    assert 'id="GRIP"' in shown
    assert shown.index("What is not safe to print") > shown.index('id="BUDGET"')
    assert "a base of 29 is under 30: print the count, nine of the 29" in shown


def test_each_question_has_its_own_sentences_with_the_figures_they_rest_on() -> None:
    shown = page(barometers.winter(), "gp")
    question = shown[shown.index('id="AREATEAM"') : shown.index('id="CSU"')]
    assert "73 per cent of the 85 who answered said “Good or very good”." in question
    assert "2013-winter/AREATEAM/all/total/net:good" in question
    assert "commissioning support unit" not in question
    assert shown.index('id="GRIP"') < shown.index(">Who answered<")
    grip = shown[shown.index('id="GRIP"') : shown.index('id="GUIDANCE"')]
    lead, rest = grip.index("half of the 80 who answered (50 per cent) said"), grip.index("61 per cent of the 51 GPs")
    assert lead < grip.index("Base: ") < grip.index("more sentences safe to print") < rest


def test_a_question_that_was_asked_before_has_its_waves_in_a_table() -> None:
    barometers.winter()
    spring = barometers.spring()
    table = telling_of(spring).over_waves["AREATEAM"]
    assert table.figure == "Good or very good"
    assert [(row.title, row.base, row.figure, row.note) for row in table.rows] == [
        ("Winter 2013", "85", "73%", ""),
        ("Spring 2013", "94", "68%", "little changed (p = .478)"),
    ]
    means = telling_of(spring).over_waves["BUDGET"].rows
    assert [row.figure for row in means] == ["6.5", "7.2"]
    assert means[1].note.startswith("rose (p = .0")
    shown = page(spring)
    assert "Over the waves" in shown
    chart = shown[shown.index('id="AREATEAM-waves-wide-title"') :]
    assert "Winter 2013: 73%; Spring 2013: 68%." in chart
    drawn = chart[: chart.index("</svg>")]
    assert (drawn.count("<circle"), drawn.count('class="trend"'), drawn.count('class="interval"')) == (2, 1, 2)


def test_a_small_wave_is_flagged_in_the_table_and_a_broken_line_says_why() -> None:
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    item = next(item for section in data["sections"] for item in section["items"] if item["name"] == "CSU")
    item["text"] = "How good is your support unit?"
    spring = barometers.closed(data, barometers.spring_rows()[:20])
    rows = telling_of(spring).over_waves
    assert rows["AREATEAM"].rows[1].base == "20**"
    assert " of 20)" in rows["AREATEAM"].rows[1].figure
    assert rows["CSU"].rows[1].note == "The line breaks. The question is worded differently."


def test_the_first_wave_of_a_survey_has_no_waves_before() -> None:
    wave = barometers.winter()
    assert telling_of(wave).over_waves == {}
    assert "Over the waves" not in page(wave)


def test_a_second_look_costs_next_to_nothing(django_assert_max_num_queries: Any) -> None:
    wave = barometers.winter()
    first = telling_of(wave)
    with django_assert_max_num_queries(6):
        assert telling_of(wave) is first


def test_a_wave_that_is_erased_from_is_told_anew() -> None:
    wave = barometers.winter()
    before = telling_of(wave)
    Frozen.objects.filter(wave=wave).first().delete()
    build_snapshot(wave, now=barometers.NOW)
    after = telling_of(wave)
    assert after is not before
    assert "of the 84 who answered" in " ".join(finding.sentence for finding in after.story.findings)
