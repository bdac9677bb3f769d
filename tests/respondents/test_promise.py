"""The promise to the people who answer: every sentence names its tests, and here they are."""

from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone

from respondents import keys, promise, tasks
from respondents.fieldwork import fieldwork_of, standings
from respondents.invitations import Invitee, invite
from respondents.mailing import order_mailing, waiting_for
from respondents.models import Frozen, Response
from respondents.responses import CLOSED, save_page, standing, submit, withdraw
from results.analysis.suppression import PUBLIC, Group, hidden_columns
from results.closing import close_wave
from surveys import changes
from surveys.editing import edit
from surveys.models import Wave
from tests import building

ROOT = Path(__file__).resolve().parents[2]
IDENTITY = {"Person", "Invitation", "InvitedOrganisation", "Mailing", "Letter"}
ANSWERS = {"Response", "Frozen", "Sealed"}


def running() -> Wave:
    """The small wave, open now."""
    now = timezone.now()
    return building.opened(
        now=now, opens_at=(now - timedelta(days=1)).isoformat(), closes_at=(now + timedelta(days=1)).isoformat()
    )


def test_every_sentence_names_a_test_that_exists() -> None:
    settings = (None, Wave(sealed=True), Wave(linkage=True), Wave(partner={"name": "Capita"}))
    for sentence in (sentence for wave in settings for sentence in promise.promise_of(wave)):
        assert sentence.tests, sentence.text
        for name in sentence.tests:
            path, _, function = name.partition("::")
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert function in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, name


def test_no_column_leads_from_an_answer_to_a_person() -> None:
    sides = {model.__name__: model for model in apps.get_app_config("respondents").get_models()}
    for name, model in sides.items():
        reached = {
            field.related_model.__name__
            for field in model._meta.get_fields()
            if field.is_relation and isinstance(field, models.ForeignKey)
        }
        assert not (name in ANSWERS and reached & IDENTITY), name
        assert not (name in IDENTITY and reached & ANSWERS), name
    stamps = (models.DateTimeField, models.DateField, models.TimeField)
    for name in ANSWERS:
        assert not [field.name for field in sides[name]._meta.fields if isinstance(field, stamps)], name
    assert not any(isinstance(field, stamps) for field in sides["Invitation"]._meta.fields)


@pytest.mark.django_db
def test_who_has_answered_gets_no_more_letters() -> None:
    wave = running()
    silent = building.link(wave)
    building.sent(wave, {"GRIP": [2]}, now=timezone.now())
    mailing = order_mailing(wave, "invitation", due_at=timezone.now())
    assert [invitation.pk for invitation in waiting_for(mailing)] == [silent.invitation.pk]


@pytest.mark.django_db
def test_answers_can_be_saved_changed_and_withdrawn_by_the_link_alone() -> None:
    link = building.link(running())
    save_page(link.token, {"GRIP": [1]}, revision=0)
    submit(link.token, revision=1)
    save_page(link.token, {"GRIP": [2]}, revision=1)
    submit(link.token, revision=2)
    assert standing(link.token).response.sent["GRIP"] == [2]
    assert withdraw(link.token)
    assert standing(link.token).response is None
    assert not Response.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_after_the_close_no_link_leads_to_an_answer() -> None:
    now = timezone.now()
    wave = running()
    links = [building.sent(wave, {"GRIP": [2]}, now=now) for _ in range(3)]
    path = keys.key_path(wave)
    assert path.exists()
    assert close_wave(wave, now=now + timedelta(days=2))
    wave.refresh_from_db()
    tasks.destroy_keys(now)
    assert not path.exists()
    assert not list(path.parent.glob("*"))
    with pytest.raises(keys.KeyGone):
        keys.create_key(wave)
    names = set(Frozen.objects.values_list("pk", flat=True))
    assert len(names) == 3
    for link in links:
        found = standing(link.token)
        assert (found.kind, found.response) == (CLOSED, None)
        assert not names & {
            link.token,
            keys.pseudonym_of(link.token),
            keys.token_hash(link.token),
            str(link.invitation.pk),
        }
    assert not Response.objects.exists()


def test_figures_about_fewer_than_ten_people_are_withheld() -> None:
    assert PUBLIC.people == promise.FEWEST == 10
    sizes = {"total": 39, "chair": 9, "ao": 10, "other": 20}
    hidden = hidden_columns({name: Group(base) for name, base in sizes.items()}, thresholds=PUBLIC)
    assert "chair" in hidden
    assert len(hidden) > 1, "the total less the others would give the nine away"
    assert hidden_columns({"total": Group(9)}, thresholds=PUBLIC) == {"total"}
    assert hidden_columns({"total": Group(10)}, thresholds=PUBLIC) == set()


@pytest.mark.django_db
def test_a_sealed_wave_shows_no_rate_of_a_group_below_ten() -> None:
    wave = building.opened(sealed=True)
    for number in range(13):
        building.link(wave, role="chair" if number < 9 else "ao")
    found = fieldwork_of(wave)
    assert ([rate.total for rate in found.by_role], found.people.total, found.withheld) == ([], 13, True)
    for _more in range(11):
        building.link(wave, role="chair")
    # With the chairs shown and the whole known, the four officers could be worked out: neither is shown.
    assert [rate.label for rate in fieldwork_of(wave).by_role] == []
    for _more in range(6):
        building.link(wave, role="ao")
    assert [rate.total for rate in fieldwork_of(wave).by_role] == [20, 10]
    few = building.opened(slug="few", number=4, sealed=True)
    building.sent(few, {"GRIP": [2]}, organisations=[building.organisation("00A")])
    assert (fieldwork_of(few).people.total, standings([few])[0].people.total) == (0, 0)
    assert (fieldwork_of(few).organisations, standings([few])[0].organisations) == (None, None)


@pytest.mark.django_db
def test_a_sealed_wave_shows_no_rate_of_organisations_with_few_people() -> None:
    wave = building.opened(sealed=True)
    north = [building.organisation(f"1{number:02}", region="Y54") for number in range(12)]
    south = [building.organisation(f"2{number:02}", region="Y55") for number in range(12)]
    west = [building.organisation(f"3{number:02}", region="Y56") for number in range(12)]
    for number in range(24):
        building.link(wave, organisations=[north[number % 12]])
        building.link(wave, organisations=[west[number % 12], south[0]])
    assert [rate.label for rate in fieldwork_of(wave).by_region] == ["Region Y54", "Region Y56"]
    building.sent(wave, {"GRIP": [2]}, organisations=[south[1]])
    building.link(wave, organisations=[south[2]])
    # With both others shown and the whole known, the two of the south could be worked out.
    assert len(fieldwork_of(wave).by_region) == 1


@pytest.mark.django_db
def test_what_was_promised_to_people_invited_can_only_be_made_stricter() -> None:
    wave = building.draft(sealed=True)
    loosen, seal = changes.SetPrivacy(False), changes.SetPrivacy(True)
    edit(wave, loosen, revision=wave.revision, now=building.NOW)
    edit(wave, seal, revision=wave.revision, now=building.NOW)
    invite(wave, [Invitee("Ann", "ann@example.org", "chair", None, ())])
    with building.refused() as refusal:
        edit(wave, loosen, revision=wave.revision, now=building.NOW)
    assert refusal.problems[0].place == "wave.sealed"
    with building.refused():
        building.draft()
    assert Wave.objects.get().sealed
