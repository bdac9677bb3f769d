"""What the register and the sample say before a wave opens, and the way from a thought to its question."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from respondents.advice import thoughts_on_who_is_asked
from surveys.copying import blank_wave
from tests import building, desk

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_a_population_of_nobody_is_pointed_out_where_one_looks_before_opening() -> None:
    wave = building.draft()
    building.organisation("00C")
    assert [each.about for each in thoughts_on_who_is_asked(wave)] == ["Sample"]
    wave.frame_date = date(1990, 7, 1)
    wave.save(update_fields=["frame_date"])
    found = list(thoughts_on_who_is_asked(wave))
    assert [each.about for each in found] == ["Population", "Sample"]
    assert "open on 1 July 1990" in found[0].words
    page = desk.browsing(desk.staff("editor")).get(reverse("surveys:open", args=[wave.slug])).content.decode()
    assert "open on 1 July 1990" in page
    assert "nobody is invited yet" in page


def test_a_draft_without_times_or_questions_can_be_looked_at() -> None:
    wave = blank_wave({"slug": "leaders", "title": "Leaders"}, slug="bare", title="Bare")
    browser = desk.browsing(desk.staff("editor", "publisher", "analyst"))
    role = wave.roles[0]
    for name in (
        "desk:wave",
        "desk:preview",
        "desk:paper",
        "draft:desk",
        "draft:asked",
        "surveys:open",
        "surveys:times",
    ):
        args = [wave.slug, role] if name in ("desk:preview", "desk:paper") else [wave.slug]
        response = browser.get(reverse(name, args=args), follow=True)
        assert response.status_code == 200, name


def test_whoever_may_edit_is_led_from_a_thought_to_its_question() -> None:
    document = building.document()
    document["sections"][0]["items"][1]["text"] = "Do you not think that the grip is not bad?"
    wave = building.draft(document)
    page, question = reverse("surveys:open", args=[wave.slug]), reverse("draft:item", args=[wave.slug, "GRIP"])
    assert f'href="{question}">GRIP' in desk.browsing(desk.staff("editor")).get(page).content.decode()
    assert f'href="{question}">GRIP' not in desk.browsing(desk.staff("publisher")).get(page).content.decode()
