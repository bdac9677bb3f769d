"""Whole waves made by hand on the wave desk, form by form, equal to their files."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.urls import reverse

from surveys.copying import blank_wave
from surveys.models import Wave
from surveys.wave_checks import schema
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


def everything() -> dict[str, Any]:
    """A sound document in which every key of the wave file's format stands."""
    document = building.document(introduction="Read this.", thank_you="Thank you.", sealed=True)
    document["wave"] |= {"linkage": True, "mode": "telephone"}
    document["wave"]["partner"] = {"name": "The Partner"}
    document["wave"]["weighting"] = {"method": "rake", "margins": ["role", "region"]}
    document["scales"] += [
        {
            "name": "far",
            "options": [{"code": 0, "label": "Near", "score": 0}, {"code": -1, "label": "Far", "score": 2.5}],
            "low": "Near",
            "high": "Far",
        }
    ]
    document["sections"][0]["together"] = True
    items = document["sections"][1]["items"]
    items[0]["options"] += [
        {"code": 9, "label": "Other", "specify": True},
        {"code": 99, "label": "-", "kind": "refused"},
    ]
    items[0]["nets"] = [{"name": "both", "label": "Both", "codes": [1, 2]}]
    items[2] |= {"hint": "In millions.", "max": 2.5, "sensitive": True, "track": "COST"}
    items.append({"name": "LONG", "type": "text", "text": "Say more.\n\nPlease.", "long": True, "consent": False})
    items.append(
        {
            "name": "HOW",
            "type": "scale",
            "text": "How far?",
            "options": [{"code": 1, "label": "1"}, {"code": 2, "label": "2"}],
            "low": "Here",
            "high": "There",
            "show_if": ["all", ["not", ["any_of", "GRIP", 1, 9]], ["any", ["answered", "WHY"], ["any_of", "WAYS", 2]]],
        }
    )
    items.append({"name": "ORDER", "type": "ranking", "text": "In what order?", "scale": "far", "required": True})
    return document


def keys_of(definition: dict[str, Any]) -> set[str]:
    return set(definition["properties"])


def test_every_key_of_the_format_can_be_made_by_hand() -> None:
    document = everything()
    items = [item for section in document["sections"] for item in section["items"]]
    options = [option for each in (*items, *document["scales"]) for option in each.get("options", ())]
    shape = schema()
    assert set().union(*items) == keys_of(shape["$defs"]["item"])
    assert set().union(*options) == keys_of(shape["$defs"]["options"]["items"])
    assert set(document["wave"]) == keys_of(shape["properties"]["wave"])
    assert set().union(*document["scales"]) == keys_of(shape["properties"]["scales"]["items"])
    assert json.loads(dump_wave(made_by_hand(document))) == document
