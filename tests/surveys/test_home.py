"""The first page of the desk: what is stuck, what is due and what comes next, for whom it is to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from barometer.accounts.models import StaffLetter
from respondents.models import Letter, Mailing
from results.models import Snapshot, Table
from surveys.models import Proposal, Wave
from surveys.needs import DUE, NEXT, STUCK, needs
from tests import building, desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(building.NOW, tick=False):
        yield


def told(user: Any, *, after: timedelta = timedelta()) -> list[tuple[str, str]]:
    waves = list(Wave.objects.visible_to(user).select_related("survey"))
    return [(need.urgency, need.words) for need in needs(waves, user=user, now=building.NOW + after)]


def test_a_wave_that_should_have_opened_or_closed_is_stuck() -> None:
    editor = desk.staff("editor")
    wave = building.draft()
    Wave.objects.update(state="scheduled")
    assert (STUCK, "It should have opened. Look at Ready? for what stops it.") in told(editor)
    Wave.objects.update(state="open", closes_at=building.NOW - timedelta(minutes=15))
    assert not [words for _urgency, words in told(editor) if "should have closed" in words]
    found = told(editor, after=timedelta(minutes=15))
    assert found[0][0] == STUCK
    assert "should have closed" in found[0][1]
    assert told(desk.staff("analyst")) == []
    assert wave.slug in desk.browsing(editor).get("/").content.decode()


def test_a_draft_is_next_and_due_when_its_day_comes_near() -> None:
    editor, publisher = desk.staff("editor"), desk.staff("publisher")
    building.draft()
    for opens, urgency in ((timedelta(days=30), NEXT), (timedelta(days=9), DUE), (timedelta(days=-1), DUE)):
        Wave.objects.update(opens_at=building.NOW + opens)
        ((found, _words),) = told(editor)
        assert found == urgency
    assert told(publisher) == []


def test_a_proposal_waits_for_the_publisher_and_the_proposer_knows() -> None:
    editor, publisher, analyst = desk.staff("editor"), desk.staff("publisher"), desk.staff("analyst")
    wave = building.opened()
    Proposal.objects.create(wave=wave, step="close", proposed_by=editor, proposed_at=building.NOW)
    assert (DUE, "Desk Person proposes: “Close the wave now”. It waits for you.") in told(publisher)
    assert (NEXT, "You proposed: “Close the wave now”. A publisher has still to confirm it.") in told(editor)
    assert told(analyst) == []


def test_letters_that_failed_and_letters_that_wait_are_stuck() -> None:
    fieldwork, analyst = desk.staff("fieldwork"), desk.staff("analyst")
    wave = building.opened()
    assert told(fieldwork) == [(DUE, "Nobody is invited yet.")]
    links = [building.link(wave) for _ in range(3)]
    assert told(fieldwork) == [(DUE, "People are invited, and no invitation is ordered.")]
    Mailing.objects.create(wave=wave, kind="invitation", due_at=building.NOW)
    assert told(fieldwork) == []
    for link, state in zip(links, ("refused", "refused", "unknown"), strict=True):
        Letter.objects.create(invitation=link.invitation, kind="invitation", state=state, claimed_at=building.NOW)
    assert told(fieldwork) == [
        (STUCK, "The mail server refused 2 letters."),
        (STUCK, "1 letter was perhaps sent."),
    ]
    Letter.objects.all().delete()
    ((urgency, words),) = told(fieldwork, after=timedelta(minutes=11))
    assert urgency == STUCK
    assert "have not all gone" in words
    assert told(analyst) == []


def test_results_that_are_not_built_are_stuck_and_new_ones_are_next() -> None:
    analyst = desk.staff("analyst")
    wave = desk.closed_wave()
    after = building.CLOSES - building.NOW + timedelta(hours=1)
    assert told(analyst, after=after) == [(NEXT, "Its results are new.")]
    assert told(analyst, after=after + timedelta(days=8)) == []
    Table.objects.all().delete()
    Snapshot.objects.filter(wave=wave).delete()
    ((urgency, words),) = told(analyst, after=after)
    assert urgency == STUCK
    assert "not built yet" in words


def test_an_invitation_of_a_colleague_that_did_not_go_out_is_for_the_administrator() -> None:
    boss, bob = desk.staff("admin"), desk.staff("editor")
    letter = StaffLetter.objects.create(user=bob, kind="invitation", state="failed", ordered_at=building.NOW)
    ((urgency, words),) = told(boss)
    assert (urgency, "did not go out" in words) == (STUCK, True)
    assert told(bob) == []
    StaffLetter.objects.filter(pk=letter.pk).update(state="sent")
    assert told(boss) == []


def test_an_administrator_without_other_roles_has_a_first_page() -> None:
    page = desk.browsing(desk.staff("admin")).get("/").content.decode()
    assert reverse("accounts:colleagues") in page
    assert reverse("bank:search") not in page


def test_the_first_page_costs_as_much_for_sixty_waves_as_for_four() -> None:
    client = desk.browsing(desk.staff("editor", "publisher", "fieldwork", "analyst", "admin"))
    survey = building.draft().survey
    states = ("draft", "scheduled", "open", "closed")

    def cost(numbers: range) -> int:
        for number in numbers:
            Wave.objects.create(
                survey=survey,
                slug=f"wave-{number}",
                title=f"Wave {number}",
                state=states[number % 4],
                opens_at=building.OPENS,
                closes_at=building.CLOSES,
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/").status_code == 200
        return len(queries)

    assert cost(range(4)) == cost(range(4, 60)) < 20
