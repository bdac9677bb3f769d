"""Sending and closing at the same instant: what was acknowledged is counted once, and the gate is why."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from respondents import freezing, gate, keys, responses
from respondents.models import Frozen, Invitation, Person, Response
from respondents.receipts import receipt_hash
from respondents.responses import Incomplete, NotTaken, StaleRevision, save_page, submit
from results import closing
from results.closing import close_wave
from surveys.models import Wave
from surveys.problems import Refused
from tests.building import opened

pytestmark = pytest.mark.django_db(transaction=True)

WRITERS, PEOPLE, ROUNDS = 6, 60, 4


@dataclass
class Outcome:
    """What the senders were told, and how the close went."""

    acknowledged: list[str] = field(default_factory=list)
    refused: int = 0
    errors: list[BaseException] = field(default_factory=list)
    closed: bool = False

    @property
    def lost(self) -> int:
        """Answers somebody was thanked for that are not among those that count, once the wave has closed."""
        if not self.closed:
            return 0
        counted = set(Frozen.objects.values_list("receipt_hash", flat=True))
        return sum(receipt_hash(receipt) not in counted for receipt in self.acknowledged)


def an_open_wave(slug: str) -> tuple[Wave, list[str]]:
    """A wave in which everybody has begun and nobody has sent, and their tokens."""
    now, day = timezone.now(), timedelta(days=1)
    wave = opened(now=now, slug=slug, opens_at=(now - day).isoformat(), closes_at=(now + day).isoformat())
    key = keys.create_key(wave)
    people = Person.objects.bulk_create(Person(name="P", email=f"{slug}{n}@example.org") for n in range(PEOPLE))
    tokens = []
    for person in people:
        invitation = Invitation(wave=wave, person=person, role="chair")
        tokens.append(keys.token_for(key, invitation.pk))
        invitation.token_hash = keys.token_hash(tokens[-1])
        invitation.save(force_insert=True)
    for token in tokens:
        save_page(token, {"GRIP": [2]}, revision=0)
    return wave, tokens


def race(wave: Wave, tokens: list[str]) -> Outcome:
    """Everybody sends, several at a time, and the wave is closed when about a third have."""
    outcome, start = Outcome(), threading.Barrier(WRITERS + 1)

    def send(mine: list[str]) -> None:
        for token in mine:
            try:
                outcome.acknowledged.append(submit(token, revision=1))
            except (NotTaken, Incomplete):
                outcome.refused += 1

    def close() -> None:
        until = time.monotonic() + 20
        while len(outcome.acknowledged) < PEOPLE // 3 and time.monotonic() < until:
            time.sleep(0.0005)
        outcome.closed = close_wave(wave, now=timezone.now(), without_grace=True)

    def guarded(work: Callable[[], None]) -> None:
        start.wait(30)
        try:
            work()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is what the test is about
            outcome.errors.append(error)

    shares = [tokens[number::WRITERS] for number in range(WRITERS)]
    at_once(*(partial(guarded, partial(send, mine)) for mine in shares), partial(guarded, close))
    return outcome


def at_once(*works: Callable[[], object]) -> None:
    """Do all of these, each in a thread with a connection of its own, and wait for their ends."""

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


@pytest.fixture
def slow_freeze(monkeypatch: pytest.MonkeyPatch) -> None:
    """A freeze that takes its time between reading the answers and removing them, as one of many answers does."""
    real = freezing.secrets.SystemRandom

    class Slow(real):
        def shuffle(self, rows: list[Any]) -> None:
            super().shuffle(rows)
            time.sleep(0.1)

    monkeypatch.setattr(freezing.secrets, "SystemRandom", Slow)


@pytest.fixture
def no_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotage: nobody waits at the gate."""

    def walk_round(*_: Any, **__: Any) -> datetime:
        return gate.database_clock()

    monkeypatch.setattr(responses, "enter_gate_of", walk_round)
    monkeypatch.setattr(closing, "enter_gate", walk_round)


def test_everything_acknowledged_around_the_close_is_counted_once(slow_freeze: None) -> None:
    for number in range(ROUNDS):
        wave, tokens = an_open_wave(f"round-{number}")
        outcome = race(wave, tokens)
        assert outcome.errors == []
        assert outcome.closed
        assert len(outcome.acknowledged) + outcome.refused == PEOPLE
        assert outcome.lost == 0
        counted = Frozen.objects.filter(wave=wave)
        assert counted.count() == len(outcome.acknowledged) == wave.invitations.responded().count()
        assert counted.values("receipt_hash").distinct().count() == counted.count()
        assert not Response.objects.filter(wave=wave).exists()
        assert len(outcome.acknowledged) >= PEOPLE // 3


@pytest.mark.postgres
def test_sabotage_without_the_gate_closing_goes_wrong(slow_freeze: None, no_gate: None) -> None:
    """Answers are lost, or the close finds that its counts do not agree and cannot end."""
    outcomes = [race(*an_open_wave(f"round-{number}")) for number in range(ROUNDS)]
    assert any(outcome.lost or outcome.errors for outcome in outcomes)


@pytest.mark.postgres
def test_sabotage_without_the_gate_and_the_count_acknowledged_answers_are_lost(
    slow_freeze: None, no_gate: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The counting of both sides is the second lock; with it open too, people were thanked for nothing."""
    monkeypatch.setattr(freezing, "_check_counts", lambda *_, **__: None)
    assert sum(race(*an_open_wave(f"round-{number}")).lost for number in range(ROUNDS)) > 0


def test_a_wave_closed_by_many_at_once_is_closed_once(slow_freeze: None) -> None:
    wave, tokens = an_open_wave("many")
    submit(tokens[0], revision=1)
    ended: list[Any] = []

    def close() -> None:
        try:
            ended.append(close_wave(Wave.objects.get(pk=wave.pk), now=timezone.now(), without_grace=True))
        except Refused as refused:
            ended.append(str(refused))

    at_once(*[close] * 4)
    assert ended.count(True) == 1
    assert sorted(map(str, ended))[1:] == ["wave.state: many is closed; only an open wave can be closed"] * 3
    assert Frozen.objects.count() == 1
    assert [event.after for event in wave.events.all()] == ["open", "closed"]


def test_one_person_sending_many_times_at_once_has_one_receipt() -> None:
    wave, tokens = an_open_wave("eager")
    receipts: list[str] = []
    at_once(*[lambda: receipts.append(submit(tokens[0], revision=1))] * 8)
    assert len(receipts) == 8
    assert len(set(receipts)) == 1
    assert wave.invitations.responded().count() == 1


def test_of_two_pages_saved_at_once_one_is_kept_and_the_other_told() -> None:
    _wave, tokens = an_open_wave("tabs")
    told: list[str] = []

    def save(answers: dict[str, list[int]]) -> None:
        try:
            save_page(tokens[0], answers, revision=1)
            told.append("kept")
        except StaleRevision:
            told.append("stale")

    at_once(partial(save, {"WAYS": [1]}), partial(save, {"PLANS_POOL": [1], "PLANS_SPLIT": [2]}))
    assert sorted(told) == ["kept", "stale"]
    stored = Response.objects.get(pk=keys.pseudonym_of(tokens[0]))
    assert stored.revision == 2


@pytest.mark.postgres
def test_the_gate_of_one_wave_is_not_that_of_another() -> None:
    first, _ = an_open_wave("first")
    second, tokens = an_open_wave("second")
    with transaction.atomic():
        gate.enter_gate(first.pk, alone=True)
        at_once(lambda: submit(tokens[0], revision=1))
    assert second.invitations.responded().count() == 1


def test_the_gate_is_held_by_a_transaction_or_not_at_all() -> None:
    with pytest.raises(RuntimeError, match="the gate is held by a transaction"):
        gate.enter_gate(1)
