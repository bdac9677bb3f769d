"""The life of a wave: every move that there is, every one that there is not, each leaving one line of history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from barometer.accounts.models import User
from surveys import lifecycle
from surveys.compiling import compile_wave, instrument_of, problems
from surveys.lifecycle import (
    TRANSITIONS,
    begin_closing,
    mark_closed,
    move_closing_time,
    open_wave,
    schedule_wave,
    set_times,
    unschedule_wave,
)
from surveys.models import Instrument, Wave, WaveEvent
from surveys.models.wave import State
from surveys.problems import Refused
from surveys.tasks import open_due_waves
from tests.building import CLOSES, NOW, OPENS, document, draft, opened, refused

pytestmark = pytest.mark.django_db

EARLY = OPENS - timedelta(days=1)

MOVES: dict[str, Any] = {
    State.DRAFT: lambda wave: unschedule_wave(wave, now=NOW),
    State.SCHEDULED: lambda wave: schedule_wave(wave, now=EARLY),
    State.OPEN: lambda wave: open_wave(wave, now=NOW),
    State.CLOSING: lambda wave: begin_closing(wave, now=NOW),
    State.CLOSED: lambda wave: mark_closed(wave, now=NOW),
}


def events(wave: Wave) -> list[tuple[str, str]]:
    return [(event.before, event.after) for event in wave.events.all()]


def in_state(state: str) -> Wave:
    wave = draft()
    if state not in (State.DRAFT, State.SCHEDULED):
        open_wave(wave, now=NOW)
    Wave.objects.filter(pk=wave.pk).update(state=state)
    WaveEvent.objects.all().delete()
    return Wave.objects.get(pk=wave.pk)


@pytest.mark.parametrize("after", MOVES)
@pytest.mark.parametrize("before", list(State))
def test_a_wave_moves_as_the_table_says_and_in_no_other_way(before: str, after: str) -> None:
    wave = in_state(before)
    if after in TRANSITIONS[before]:
        MOVES[after](wave)
        assert wave.state == Wave.objects.get().state == after
        assert events(wave) == [(before, after)]
    else:
        with refused() as refusal:
            MOVES[after](wave)
        assert refusal.told == [f"wave.state: spring is {before} and cannot become {after}"]
        assert Wave.objects.get().state == before


def test_nothing_goes_back_past_closed() -> None:
    order = [State.CLOSED, State.PUBLISHED, State.ARCHIVED]
    assert set(TRANSITIONS) == set(State)
    for index, state in enumerate(order):
        assert set(TRANSITIONS[state]) <= set(order[index + 1 :])


def test_opening_freezes_the_instrument_as_compiled() -> None:
    wave = draft()
    compiled = compile_wave(wave)
    open_wave(wave, now=NOW)
    row = Instrument.objects.get()
    assert row.document == compiled
    assert len(row.digest) == 64
    assert [question.name for question in instrument_of(wave).questions][:2] == ["INTRO", "GRIP"]


def test_what_the_editors_tables_say_later_changes_no_instrument() -> None:
    wave = opened()
    wave.sections.all().delete()
    assert "GRIP" in instrument_of(wave).for_role("chair").variables


def test_the_event_says_who_and_when() -> None:
    user = User.objects.create_user("ann@example.org", "a long enough password")
    open_wave(draft(), by=user, now=NOW)
    event = WaveEvent.objects.get()
    assert (event.by, event.at, event.before, event.after) == (user, NOW, "draft", "open")


def test_opening_twice_opens_once() -> None:
    wave = draft()
    stale = Wave.objects.get()
    open_wave(wave, now=NOW)
    for again in (wave, stale):
        with refused() as refusal:
            open_wave(again, now=NOW)
        assert refusal.told == ["wave.state: spring is open and cannot become open"]
    assert Instrument.objects.count() == 1
    assert events(wave) == [("draft", "open")]


def test_opening_before_its_time_schedules_a_wave() -> None:
    wave = open_wave(draft(), now=EARLY)
    assert wave.state == State.SCHEDULED
    assert not Instrument.objects.exists()
    assert open_wave(wave, now=EARLY).state == State.SCHEDULED
    assert events(wave) == [("draft", "scheduled")]


def test_a_scheduled_wave_opens_by_itself_when_its_time_has_come() -> None:
    wave = schedule_wave(draft(), now=EARLY)
    assert open_due_waves(OPENS - timedelta(seconds=1)) == 0
    assert open_due_waves(OPENS) == 1
    assert open_due_waves(OPENS) == 0
    assert Wave.objects.get().state == State.OPEN
    assert events(wave) == [("draft", "scheduled"), ("scheduled", "open")]


def test_a_scheduled_wave_that_can_no_longer_open_goes_back_to_draft_with_the_reason() -> None:
    wave = schedule_wave(draft(), now=EARLY)
    assert open_due_waves(CLOSES) == 1
    assert Wave.objects.get().state == State.DRAFT
    assert not Instrument.objects.exists()
    assert events(wave) == [("draft", "scheduled"), ("scheduled", "draft")]
    assert wave.events.last().note == "wave.closes_at: has passed; set a later time to open the wave"
    assert open_due_waves(CLOSES) == 0


def test_one_wave_that_cannot_open_keeps_no_other_from_opening() -> None:
    schedule_wave(draft(closes_at=(OPENS + timedelta(hours=1)).isoformat()), now=EARLY)
    schedule_wave(draft(slug="summer"), now=EARLY)
    assert open_due_waves(OPENS + timedelta(hours=2)) == 2
    assert dict(Wave.objects.values_list("slug", "state")) == {"spring": "draft", "summer": "open"}


def test_two_runs_of_the_sweep_at_once_open_a_wave_once(monkeypatch: pytest.MonkeyPatch) -> None:
    schedule_wave(draft(), now=EARLY)
    found = list(Wave.objects.due_to_open(OPENS))
    open_wave(Wave.objects.get(), now=OPENS)
    really = type(Wave.objects).due_to_open
    finds = iter([found])

    def look(waves: Any, now: Any) -> Any:
        return next(finds, None) or really(waves, now)

    monkeypatch.setattr(type(Wave.objects), "due_to_open", look)
    assert open_due_waves(OPENS) == 0
    assert events(Wave.objects.get()) == [("draft", "scheduled"), ("scheduled", "open")]


# --- What prevents it ------------------------------------------------------------------------------------------


def asks_nothing(data: dict[str, Any]) -> None:
    data["sections"] = [{"name": "n", "title": "N", "items": [{"name": "N", "type": "note", "text": "Words"}]}]
    data["banners"] = []


def chair_asked_nothing(data: dict[str, Any]) -> None:
    data["banners"] = []
    del data["sections"][0]
    data["sections"][0]["items"] = [data["sections"][0]["items"][2]]


def only_for_clerks(data: dict[str, Any]) -> None:
    data["sections"][1]["items"][0]["roles"] = ["clerk"]


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda data: data["wave"].update(opens_at=None), "wave.opens_at: set this time before opening"),
        (lambda data: data["wave"].update(closes_at=None), "wave.closes_at: set this time before opening"),
        (asks_nothing, "sections: the wave asks nothing yet"),
        (chair_asked_nothing, "wave.roles[0]: chair is asked nothing"),
        (only_for_clerks, "sections[1].items[0].roles: none of these roles is asked in this wave: clerk"),
    ],
)
def test_what_is_not_ready_is_not_opened(spoil: Any, told: str) -> None:
    data = document()
    spoil(data)
    wave = draft(data)
    with refused() as refusal:
        open_wave(wave, now=NOW)
    assert refusal.told == [told]
    with refused():
        schedule_wave(wave, now=NOW)


def test_everything_that_prevents_opening_is_told_at_once() -> None:
    data = document(opens_at=None, closes_at=None)
    only_for_clerks(data)
    found = problems(draft(data), now=NOW)
    assert [problem.place for problem in found] == ["wave.opens_at", "wave.closes_at", "sections[1].items[0].roles"]


def test_a_wave_whose_time_is_over_is_not_opened() -> None:
    wave = draft()
    with refused() as refusal:
        open_wave(wave, now=CLOSES)
    assert refusal.told == ["wave.closes_at: has passed; set a later time to open the wave"]


# --- Times -----------------------------------------------------------------------------------------------------


def test_a_drafts_times_are_set_freely() -> None:
    wave = set_times(draft(), opens_at=NOW, closes_at=CLOSES)
    assert (wave.opens_at, wave.closes_at) == (NOW, CLOSES)


def test_a_wave_cannot_close_before_it_opens() -> None:
    wave = draft()
    with refused() as refusal:
        set_times(wave, opens_at=CLOSES, closes_at=CLOSES)
    assert refusal.told == ["wave.closes_at: is not after opens_at"]


def test_an_open_waves_times_are_not_set_as_a_drafts() -> None:
    wave = opened()
    with refused() as refusal:
        set_times(wave, opens_at=NOW, closes_at=CLOSES)
    assert refusal.told == ["wave.state: only a draft's times are set freely; extend an open wave instead"]


def test_an_open_wave_is_extended_and_the_history_says_so() -> None:
    later = CLOSES + timedelta(days=7)
    wave = move_closing_time(opened(), closes_at=later, now=NOW)
    assert Wave.objects.get().closes_at == wave.closes_at == later
    assert wave.events.last().note == "closing time set to 2026-03-23T09:00+00:00"
    assert events(wave)[-1] == ("open", "open")


def test_a_closing_time_in_the_past_means_now() -> None:
    wave = move_closing_time(opened(), closes_at=OPENS, now=NOW)
    assert wave.closes_at == NOW


@pytest.mark.parametrize("state", [state for state in State if state != State.OPEN])
def test_only_an_open_waves_closing_time_is_moved(state: str) -> None:
    wave = in_state(state)
    with refused() as refusal:
        move_closing_time(wave, closes_at=CLOSES + timedelta(days=1), now=NOW)
    assert refusal.told == ["wave.state: only an open wave's closing time can be moved"]


def test_a_move_is_by_compare_and_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody moves the wave between the look at its state and the move: the second mover is refused."""
    wave = draft()
    real = lifecycle._freeze_instrument

    def somebody_else_was_quicker(frozen: Wave) -> None:
        real(frozen)
        Wave.objects.filter(pk=frozen.pk).update(state=State.CLOSED)

    monkeypatch.setattr(lifecycle, "_freeze_instrument", somebody_else_was_quicker)
    with pytest.raises(Refused, match="spring is closed and cannot become open"):
        open_wave(wave, now=NOW)
    assert not Instrument.objects.exists()
    assert not WaveEvent.objects.exists()
