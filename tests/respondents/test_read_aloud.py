"""What a screen reader says of a question: units, the ends of a scale, short names where the words are long."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import building
from tests.respondents.test_pages_journey import Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def visitor() -> Visitor:
    """Somebody asked a question of every kind."""
    file = Path(building.__file__).parent / "journeys" / "every-kind.wave.json"
    data: dict[str, Any] = json.loads(file.read_bytes())
    now = timezone.now()
    data["wave"]["opens_at"] = (now - timedelta(days=1)).isoformat()
    data["wave"]["closes_at"] = (now + timedelta(days=1)).isoformat()
    return Visitor(building.link(building.opened(data, now=now)).token)


def test_a_number_is_named_with_its_unit_once() -> None:
    page = visitor().get("page/SPEND/")
    assert '<span class="vh"> (per cent)</span></label>' in page
    assert '<span class="unit" aria-hidden="true">per cent</span>' in page


def test_the_ends_of_a_scale_are_named_at_their_points() -> None:
    page = visitor().get("page/TEN/")
    assert '0<span class="vh"> (No confidence at all)</span>' in page
    assert '10<span class="vh"> (Entirely confident)</span>' in page
    assert page.count("No confidence at all") == 2, "written once, said once"
    assert '<p class="ends" aria-hidden="true">' in page


def test_two_versions_of_a_comment_have_short_names_and_the_words_as_description() -> None:
    here = visitor()
    token = here.token
    form = {"go": "on", "end": "1", "revision": "0", "mark": "", "SHORT": "From the phone"}
    building.save_page(token, {"SHORT": ["From the laptop"]}, revision=0, now=timezone.now())
    reply = Client().post(f"/a/{token}/page/SHORT/", form)
    assert reply.status_code == 409
    page = reply.content.decode()
    assert 'aria-labelledby="mine_of" aria-describedby="mine_is"' in page
    assert page.index('id="mine_is"') < page.index("From the phone") < page.index('id="theirs_is"')
    assert page.index('id="theirs_is"') < page.index("From the laptop")


def test_a_battery_on_paper_is_named_by_its_question() -> None:
    page = visitor().get("paper/")
    assert 'role="region" aria-labelledby="t_BATTERY"' in page
    assert 'id="t_BATTERY">How important is each of these' in page
