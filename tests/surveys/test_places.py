"""A problem of a draft leads to the page on which it is mended."""

from __future__ import annotations

import pytest
from django.urls import resolve

from surveys.places import place_of
from tests import building, desk

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("where", "words", "page"),
    [
        ("wave.opens_at", "Opening time", "surveys:times"),
        ("wave.closes_at", "Closing time", "surveys:times"),
        ("wave.frame_date", "About this wave", "draft:about"),
        ("wave.roles[0]", "Roles", "draft:roles"),
        ("roles[1].code", "Roles", "draft:roles"),
        ("banners[0].by", "Breakdowns", "draft:banners"),
        ("scales[0].options[1].code", "Scales", "draft:desk"),
        ("sections", "Questionnaire", "draft:desk"),
    ],
)
def test_a_place_has_words_and_a_page(where: str, words: str, page: str) -> None:
    place = place_of(building.draft(), where)
    assert place
    assert (place.words, resolve(place.address).view_name) == (words, page)


def test_a_question_is_called_by_its_name_and_a_section_by_its_title() -> None:
    wave = building.draft()
    for number, section in enumerate(wave.sections.order_by("position")):
        place = place_of(wave, f"sections[{number}].title")
        assert place
        assert (place.words, resolve(place.address).kwargs["section"]) == (section.title, section.name)
        for index, item in enumerate(section.items.order_by("position")):
            name = item.version.question.name
            place = place_of(wave, f"sections[{number}].items[{index}].show_if")
            assert place
            assert (place.words, resolve(place.address).kwargs["item"]) == (name, name)


def test_a_question_that_is_not_there_leads_to_its_section() -> None:
    wave = building.draft()
    place = place_of(wave, "sections[0].items[99].text")
    assert place
    assert place.words == wave.sections.order_by("position")[0].title


@pytest.mark.parametrize("where", ["format", "", "sections[9].items[0]"])
def test_a_place_without_a_page_has_none(where: str) -> None:
    assert place_of(building.draft(), where) is None


def test_an_editor_is_led_there_and_a_reader_is_told() -> None:
    wave = building.draft(opens_at=None, closes_at=None)
    link = f'<a href="/waves/{wave.slug}/times/">Opening time</a>'
    edits, reads = (desk.browsing(desk.staff(role)).get(f"/waves/{wave.slug}/") for role in ("editor", "analyst"))
    assert link in edits.content.decode()
    assert "Opening time: set this time before opening" in reads.content.decode()
