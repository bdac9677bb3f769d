"""Steps that take two people: who may propose, who may confirm, what a decision of one person needs and leaves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from surveys.deciding import (
    awaiting,
    confirm,
    could_confirm,
    decide_alone,
    decline,
    may_decide_alone,
    propose,
    waiting,
)
from surveys.lifecycle import open_wave, set_times
from surveys.models import Proposal, Survey, Wave, WaveEvent
from surveys.needs import needs
from tests import building, desk

pytestmark = pytest.mark.django_db

NOW = building.NOW
LATER = {"closes_at": (building.CLOSES + timedelta(days=2)).isoformat()}


@pytest.fixture
def editor() -> desk.User:
    return desk.staff("editor")


@pytest.fixture
def publisher() -> desk.User:
    return desk.staff("publisher")


def test_an_editor_proposes_and_a_publisher_opens(editor: desk.User, publisher: desk.User) -> None:
    wave = building.draft()
    proposal = propose(wave, "open", by=editor, now=NOW)
    assert Wave.objects.get().is_draft
    assert waiting(wave) == [proposal]
    assert awaiting(publisher) == [proposal]
    assert awaiting(editor) == []
    confirm(proposal, by=publisher, now=NOW)
    wave.refresh_from_db()
    assert wave.state == "open"
    proposal.refresh_from_db()
    assert (proposal.proposed_by, proposal.decided_by, proposal.outcome) == (editor, publisher, "confirmed")
    assert [(event.by, event.note) for event in WaveEvent.objects.all()] == [
        (editor, "proposed: open the wave"),
        (publisher, f"proposed by {editor}"),
    ]
    assert waiting(wave) == []


def test_a_publisher_alone_cannot_propose(publisher: desk.User) -> None:
    wave = building.draft()
    with building.refused() as refusal:
        propose(wave, "open", by=publisher, now=NOW)
    assert refusal.told == ["Only an editor of this survey can propose this."]


def test_nobody_confirms_what_they_proposed(publisher: desk.User) -> None:
    both = desk.staff("editor", "publisher")
    wave = building.draft()
    proposal = propose(wave, "open", by=both, now=NOW)
    with building.refused() as refusal:
        confirm(proposal, by=both, now=NOW)
    assert "You proposed this yourself" in refusal.told[0]
    assert Wave.objects.get().is_draft
    assert Proposal.objects.get().is_waiting


@pytest.mark.parametrize("role", ["editor", "analyst", "fieldwork", "admin"])
def test_only_publishers_confirm(editor: desk.User, role: str) -> None:
    proposal = propose(building.draft(), "open", by=editor, now=NOW)
    with building.refused():
        confirm(proposal, by=desk.staff(role), now=NOW)
    assert Proposal.objects.get().is_waiting


def test_a_publisher_of_another_survey_does_not_count(editor: desk.User) -> None:
    wave = building.draft()
    elsewhere = desk.staff("publisher", survey=Survey.objects.create(slug="elsewhere", title="Elsewhere"))
    assert could_confirm(wave, besides=editor) == []
    proposal = propose(wave, "open", by=editor, now=NOW)
    with building.refused():
        confirm(proposal, by=elsewhere, now=NOW)


def test_a_draft_that_changed_since_is_not_opened(editor: desk.User, publisher: desk.User) -> None:
    wave = building.draft()
    proposal = propose(wave, "open", by=editor, now=NOW)
    set_times(wave, opens_at=building.OPENS, closes_at=building.CLOSES + timedelta(days=1))
    with building.refused() as refusal:
        confirm(proposal, by=publisher, now=NOW)
    assert "has changed since this was proposed" in refusal.told[0]
    assert Wave.objects.get().is_draft
    confirm(propose(wave, "open", by=editor, now=NOW), by=publisher, now=NOW)
    assert Wave.objects.get().state == "open"


def test_what_cannot_open_is_not_even_proposed(editor: desk.User) -> None:
    wave = building.draft(opens_at=None, closes_at=None)
    with building.refused() as refusal:
        propose(wave, "open", by=editor, now=NOW)
    assert [problem.place for problem in refusal.problems] == ["wave.opens_at", "wave.closes_at"]


def test_confirming_twice_does_it_once(editor: desk.User, publisher: desk.User) -> None:
    proposal = propose(building.draft(), "open", by=editor, now=NOW)
    again = Proposal.objects.get()
    confirm(proposal, by=publisher, now=NOW)
    with building.refused() as refusal:
        confirm(again, by=publisher, now=NOW)
    assert refusal.told == ["This has been decided already."]


def test_a_new_proposal_takes_the_place_of_the_last(editor: desk.User, publisher: desk.User) -> None:
    wave = building.opened()
    first = propose(wave, "move", details=LATER, by=editor, now=NOW)
    second = propose(wave, "move", details=LATER, by=editor, now=NOW)
    assert waiting(wave) == [second]
    with building.refused():
        confirm(first, by=publisher, now=NOW)


def test_the_closing_time_is_moved_and_the_wave_closed_by_two(editor: desk.User, publisher: desk.User) -> None:
    wave = building.opened()
    confirm(propose(wave, "move", details=LATER, by=editor, now=NOW), by=publisher, now=NOW)
    assert Wave.objects.get().closes_at == building.CLOSES + timedelta(days=2)
    confirm(propose(wave, "close", by=editor, now=NOW), by=publisher, now=NOW + timedelta(hours=1))
    assert Wave.objects.get().closes_at == NOW + timedelta(hours=1)
    assert f"proposed by {editor}" in WaveEvent.objects.last().note  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("closes_at", "told"),
    [
        (NOW - timedelta(minutes=1), "closes_at: That time has passed."),
        (NOW, "closes_at: That time has passed."),
    ],
)
def test_a_time_that_has_passed_is_refused(editor: desk.User, closes_at: Any, told: str) -> None:
    wave = building.opened()
    with building.refused() as refusal:
        propose(wave, "move", details={"closes_at": closes_at.isoformat()}, by=editor, now=NOW)
    assert refusal.told[0].startswith(told)


@pytest.mark.parametrize(("step", "details"), [("move", LATER), ("close", None), ("open", None)])
def test_a_step_needs_the_wave_to_be_where_it_begins(editor: desk.User, step: str, details: Any) -> None:
    wave = building.opened() if step == "open" else building.draft()
    with building.refused() as refusal:
        propose(wave, step, details=details, by=editor, now=NOW)
    assert "This cannot be done to a wave that is" in refusal.told[0]


def test_a_step_that_the_wave_has_passed_waits_for_nobody(editor: desk.User, publisher: desk.User) -> None:
    wave = building.draft()
    proposal = propose(wave, "open", by=editor, now=NOW)
    assert [need.wave for need in needs([wave], user=publisher, now=NOW) if "waits for you" in need.words] == [wave]
    open_wave(wave, now=NOW)
    proposal.refresh_from_db()
    assert not proposal.could_happen
    assert waiting(wave) == awaiting(publisher) == []
    assert not any("waits for you" in need.words for need in needs([wave], user=publisher, now=NOW))


def test_a_publisher_declines_and_an_editor_withdraws(editor: desk.User, publisher: desk.User) -> None:
    wave = building.draft()
    decline(propose(wave, "open", by=editor, now=NOW), by=publisher, now=NOW)
    decline(propose(wave, "open", by=editor, now=NOW), by=editor, now=NOW)
    assert sorted(Proposal.objects.values_list("outcome", flat=True)) == ["declined", "withdrawn"]
    proposal, colleague = propose(wave, "open", by=editor, now=NOW), desk.staff("editor")
    with building.refused():
        decline(proposal, by=colleague, now=NOW)


def test_one_person_decides_alone_says_so_and_the_record_does_too() -> None:
    both = desk.staff("editor", "publisher")
    wave = building.draft()
    with building.refused() as refusal:
        decide_alone(wave, "open", by=both, now=NOW, acknowledged=False)
    assert refusal.problems[0].place == "alone"
    made = decide_alone(wave, "open", by=both, now=NOW, acknowledged=True)
    assert (made.alone, made.proposed_by, made.decided_by) == (True, both, both)
    assert Wave.objects.get().state == "open"
    assert WaveEvent.objects.get().note == "decided by one person, as editor and publisher"


def test_nobody_decides_alone_while_a_colleague_could_confirm(publisher: desk.User) -> None:
    both = desk.staff("editor", "publisher")
    wave = building.draft()
    assert not may_decide_alone(both, wave)
    with building.refused() as refusal:
        decide_alone(wave, "open", by=both, now=NOW, acknowledged=True)
    assert refusal.told == ["A colleague can confirm this; propose it instead of deciding alone."]
    publisher.is_active = False
    publisher.save()
    assert may_decide_alone(both, wave)


@pytest.mark.parametrize("role", ["editor", "publisher", "admin"])
def test_half_the_roles_decide_nothing_alone(role: str) -> None:
    wave = building.draft()
    with building.refused():
        decide_alone(wave, "open", by=desk.staff(role), now=NOW, acknowledged=True)
    assert Wave.objects.get().is_draft
