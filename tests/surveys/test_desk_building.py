"""Whole waves made by hand on the wave desk, form by form, equal to their files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from surveys.copying import blank_wave
from surveys.models import Wave
from surveys.wave_file import dump_wave
from tests import building, desk
from tests.by_hand import Desk, fields_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def made_by_hand(document: dict[str, Any]) -> Wave:
    """A blank draft, built up on the desk to what the document says."""
    wave = blank_wave(document["survey"], slug=document["wave"]["slug"], title="Blank")
    client = desk.browsing(desk.staff("editor"))
    Desk(client, wave).build(document)
    times = {}
    for name in ("opens", "closes"):
        day, _t, clock = document["wave"][f"{name}_at"].partition("T")
        times |= {f"{name}_on": day, f"{name}_time": clock[:5]}
    url = reverse("surveys:times", args=[wave.slug])
    assert client.post(url, {**fields_of(client.get(url)), **times}).status_code == 302
    return Wave.objects.get(pk=wave.pk)


@pytest.mark.parametrize("slug", ["2013-winter", "2012-autumn", "2016-spring"])
def test_a_wave_built_by_hand_from_a_blank_draft_equals_its_file(slug: str) -> None:
    document = json.loads((building.SAMPLE / f"{slug}.wave.json").read_bytes())
    assert json.loads(dump_wave(made_by_hand(document))) == document


def test_every_kind_of_question_and_rule_can_be_made_by_hand() -> None:
    document = json.loads((building.SAMPLE.parent.parent / "tests/journeys/every-kind.wave.json").read_bytes())
    assert json.loads(dump_wave(made_by_hand(document))) == document
