"""Passing an invitation on: what it changes, and what somebody who has a link cannot change by it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from respondents.invitations import Invitee, invite
from respondents.leaving import hand_over
from respondents.models import Person
from tests import building
from tests.building import NOW

pytestmark = pytest.mark.django_db


def test_whoever_passes_an_invitation_on_renames_nobody() -> None:
    earlier = building.opened(slug="earlier", number=2)
    invite(earlier, [Invitee("Professor Jane Roe", "jane@example.org", "chair", None, ())])
    hand_over(building.link(building.opened()).token, name="That woman", email="Jane@Example.org", now=NOW)
    assert Person.objects.get(email="jane@example.org").name == "Professor Jane Roe"


def test_the_desk_may_correct_a_name() -> None:
    wave = building.opened()
    for name in ("Jane Row", "Jane Roe"):
        invite(wave, [Invitee(name, "jane@example.org", "chair", None, ())])
    assert Person.objects.get(email="jane@example.org").name == "Jane Roe"


def test_whoever_passes_an_invitation_on_wants_no_row_that_closing_holds() -> None:
    """Who closes early holds the wave's row and waits at the gate in which this person stands: neither could go on."""
    wave = building.opened()
    invite(wave, [Invitee("Ann", "ann@example.org", "chair", None, ())])
    one = building.link(wave)
    with CaptureQueriesContext(connection) as captured:
        hand_over(one.token, name="Bo", email="bo@example.org", now=NOW)
    assert changes_of_waves(captured, rows=0)


def changes_of_waves(captured: Any, *, rows: int) -> bool:
    """Whether statements that change waves find so many rows to change."""
    statements = [each["sql"] for each in captured if each["sql"].startswith('UPDATE "surveys_wave"')]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(f'SELECT count(*) FROM "surveys_wave" WHERE {statement.partition(" WHERE ")[2]}')
            if cursor.fetchone()[0] != rows:
                return False
    return bool(statements)
