"""Response rates on the desk: who counts, in which group, and at what cost."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from respondents.fieldwork import Rate, fieldwork_of, letters_of, standings
from respondents.invitations import revoke
from surveys.models import Wave
from tests import building, desk

pytestmark = pytest.mark.django_db


def answered(wave: Wave, **invited: Any) -> None:
    building.sent(wave, {"GRIP": [2], "WAYS": [1]}, **invited)


def test_both_rates_count_people_and_organisations() -> None:
    first, second, third = (
        building.organisation(code, region=region) for code, region in [("A", "N"), ("B", "N"), ("C", "S")]
    )
    wave = building.opened()
    answered(wave, role="chair", organisations=[first, second])
    answered(wave, role="chair", organisations=[first])
    building.link(wave, role="chair", organisations=[third])
    building.link(wave, role="ao", organisations=[second])
    found = fieldwork_of(wave)
    assert (found.people.count, found.people.total, found.people.percent) == (2, 4, 50)
    assert found.organisations == Rate("Organisations", 2, 3)
    assert [(rate.label, rate.count, rate.total) for rate in found.by_role] == [
        ("CCG chair", 2, 3),
        ("Accountable officer", 0, 1),
    ]
    assert [(rate.label, rate.count, rate.total) for rate in found.by_region] == [
        ("Region N", 2, 2),
        ("Region S", 0, 1),
    ]


def test_a_revoked_link_leaves_the_denominator() -> None:
    wave = building.opened()
    answered(wave)
    revoke(building.link(wave).invitation)
    assert fieldwork_of(wave).people.total == 1


def test_a_rate_is_rounded_half_up_and_never_made_of_nothing() -> None:
    assert Rate("", 23, 184).percent == 13
    assert Rate("", 0, 0).percent is None
    assert Rate("", 5, None).percent is None


def test_a_wave_without_organisations_has_no_rate_of_them() -> None:
    wave = building.opened(frame_kind=None, frame_date=None)
    answered(wave)
    assert fieldwork_of(wave).organisations is None
    assert standings([wave])[0].organisations is None


def test_the_list_of_waves_shows_the_same_rates() -> None:
    place = building.organisation("A")
    wave = building.opened()
    answered(wave, organisations=[place])
    building.link(wave)
    (row,) = standings([wave])
    assert (row.people.count, row.people.total) == (1, 2)
    assert row.organisations is not None
    assert (row.organisations.count, row.organisations.total) == (1, 1)


def test_letters_are_told_by_state() -> None:
    wave = building.opened()
    building.link(wave)
    assert letters_of(wave) == {"waiting": 1}


def test_the_list_of_waves_costs_the_same_for_many_as_for_one() -> None:
    client = desk.browsing(desk.staff("editor"))
    costs = []
    for number in range(3):
        wave = building.opened(slug=f"wave-{number}")
        answered(wave)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(reverse("desk:home")).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[2]


def test_the_page_of_a_wave_reads_no_answer(django_assert_max_num_queries: Any) -> None:
    wave = building.opened()
    answered(wave)
    client = desk.browsing(desk.staff("editor", "fieldwork", "publisher", "analyst"))
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("desk:wave", args=[wave.slug]))
    assert len(queries) <= 30
    assert not [query["sql"] for query in queries if "respondents_response" in query["sql"]]
