"""The page of the dry run: what a draft would bring, at any response rate, by any breakdown, and nothing stored."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from surveys.readiness import thoughts
from tests import building, desk

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

URL = "/waves/spring/dry-run/"


@pytest.fixture
def editor() -> Client:
    return desk.browsing(desk.staff("editor"))


def people_without_organisations() -> dict[str, Any]:
    return building.document(frame_kind=None, frame_date=None)


def test_it_tells_what_could_be_published_found_and_how_long_it_takes(editor: Client) -> None:
    building.draft(people_without_organisations())
    before = building.counts()
    page = editor.get(reverse("results:dry_run", args=["spring"])).content.decode()
    assert "90 of 200 answer" in page
    assert "By role" in page
    assert "Difference found from" in page
    assert "CCG chair" in page
    assert "Every figure below is made up." in page
    assert "Is the grip right?" in page
    assert building.counts() == before


def test_a_low_rate_hides_what_a_high_one_shows(editor: Client) -> None:
    building.draft(people_without_organisations())
    few, many = (editor.get(URL, {"rate": rate, "by": "role"}).content.decode() for rate in ("3", "100"))
    assert "6 of 200 answer" in few
    assert "no: too few" in few
    assert "no: too few" not in many
    assert 'aria-current="true"' in many


@pytest.mark.parametrize("rate", ["0", "101", "x", "-1", "1e9", "9" * 400])
def test_a_rate_that_is_none_is_said_so(editor: Client, rate: str) -> None:
    building.draft(people_without_organisations())
    response = editor.get(URL, {"rate": rate})
    assert response.status_code == 422
    assert "Give a whole number from 1 to 100" in response.content.decode()


def test_a_breakdown_that_is_not_there_is_not_found(editor: Client) -> None:
    building.draft(people_without_organisations())
    assert editor.get(URL, {"by": "nothing"}).status_code == 404


def test_a_draft_that_cannot_run_says_why(editor: Client) -> None:
    wave = building.draft()
    nobody = editor.get(URL)
    assert nobody.status_code == 409
    assert "There is nobody to ask: no CCG in the register was open on" in nobody.content.decode()
    wave.scales = []
    wave.save()
    assert "is not among the scales" in editor.get(URL).content.decode()


def test_breakdowns_that_are_too_small_are_among_the_things_to_think_about() -> None:
    wave = building.draft()
    building.organisation("00C")
    assert [each.about for each in thoughts(wave) if "too small" in each.group] == ["By role", "By role"]
