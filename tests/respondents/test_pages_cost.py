"""What a page of a respondent costs the database, however many drafts there are."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from respondents.models import Invitation, Response
from surveys.models import Wave
from tests import building
from tests.respondents.test_pages_journey import Visitor, running

pytestmark = pytest.mark.django_db(transaction=True)

MOST = 6
NOT_WORK = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The statements that do work; what opens and ends a transaction travels with them."""
    return [query["sql"] for query in captured.captured_queries if not query["sql"].startswith(NOT_WORK)]


def begin_many(wave: Wave, count: int) -> None:
    """So many others have begun."""
    invitations = [Invitation(wave=wave, role="chair", token_hash=uuid.uuid4().hex) for _ in range(count)]
    Invitation.objects.bulk_create(invitations, batch_size=1000)
    Response.objects.bulk_create(
        (Response(pseudonym=uuid.uuid4().hex, wave=wave, answers={"GRIP": [2]}) for _ in invitations), batch_size=1000
    )


@pytest.mark.parametrize("drafts", [1, 2000])
def test_a_page_and_its_save_take_six_queries_at_most(drafts: int) -> None:
    wave = running()
    begin_many(wave, drafts - 1)
    link = building.begun(wave, {"GRIP": [2]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.get("page/WAYS/")
    with CaptureQueriesContext(connection) as page:
        visitor.get("page/WAYS/")
    with CaptureQueriesContext(connection) as save:
        visitor.post("page/WAYS/", {"go": "on", "WAYS": ["1", "2"]})
    with CaptureQueriesContext(connection) as first:
        Client().get(f"/a/{link.token}/")
    newcomer = Visitor(building.link(wave).token)
    with CaptureQueriesContext(connection) as first_save:
        newcomer.post("page/WAYS/", {"go": "on", "WAYS": ["1", "2"]})
    for captured in (page, save, first, first_save):
        assert len(statements(captured)) <= MOST, "\n".join(statements(captured))


def test_sending_takes_a_dozen_queries_at_most(django_assert_max_num_queries: Any) -> None:
    link = building.begun(running(), {"GRIP": [2]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.get("check/")
    with django_assert_max_num_queries(14):
        visitor.post("check/", {"sure": "on"})
