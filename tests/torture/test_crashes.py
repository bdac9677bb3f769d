"""Dying while a wave is closed, frozen and counted, at every statement: run again, it is as if nothing had been."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from respondents import keys
from respondents.freezing import destroy_spent_keys
from respondents.models import Frozen, Invitation, Response
from results.closing import close_wave
from results.finishing import close_early
from results.models import OrganisationTally, Snapshot, Table
from results.snapshot import build_snapshot
from results.tasks import PATIENCE, build_due_snapshots, close_due_waves
from surveys.models import Wave
from tests.building import CLOSES, NOW, begun, opened, organisation, sent
from tests.torture.test_gate import at_once

pytestmark = pytest.mark.django_db

AFTER = CLOSES + timedelta(hours=1)


class Died(Exception):
    """The machine stopped here."""


class Mortal:
    """Dies at the statement of this number, once; counts them all."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.count = at, 0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        """Run the statement, or die instead."""
        self.count += 1
        if self.count - 1 == self.at:
            raise Died
        return execute(*statement)


def answered() -> Wave:
    """An open wave with organisations, seven answers, a draft, and a wish for contact."""
    here, there = organisation("01A", region="Y54"), organisation("02B", region="Y55")
    wave = opened()
    for number in range(7):
        sent(wave, {"GRIP": [1 + number % 2], "WAYS": [1]}, organisations=[here if number % 3 else there])
    begun(wave, {"GRIP": [1]})
    return wave


def close_and_count(wave: Wave) -> None:
    """What has to be done when the wave's time is up, as far as it has not been done."""
    wave.refresh_from_db()
    if wave.is_open:
        close_wave(wave, now=AFTER)
    build_snapshot(wave, now=AFTER)


def outcome(wave: Wave) -> dict[str, Any]:
    """Everything that comes of a closed wave, but for what is random."""
    return {
        "snapshot": list(Snapshot.objects.values("digest", "summary", "codebook")),
        "frame": bytes(Snapshot.objects.get().frame),
        "tables": list(Table.objects.values("position", "variable", "by", "document")),
        "answers": sorted(map(str, Frozen.objects.values_list("answers", "attributes", "receipt_hash"))),
        "events": list(wave.events.values_list("before", "after", "note")),
    }


def assert_whole(wave: Wave) -> None:
    """It is open with all it had, or closed with all that was sent; nothing is in between."""
    wave.refresh_from_db()
    sides = (Response.objects.count(), Frozen.objects.count(), Invitation.objects.responded().count())
    assert sides == ((8, 0, 7) if wave.is_open else (0, 7, 7))
    assert wave.events.count() == (1 if wave.is_open else 2)


def died_everywhere(wave: Wave, *, every: int = 1) -> None:
    """Die at every statement, look, do it again, and compare with how it goes undisturbed."""
    counting = Mortal()
    with transaction.atomic():
        with connection.execute_wrapper(counting):
            close_and_count(wave)
        expected = outcome(wave)
        transaction.set_rollback(True)
    assert counting.count > 40
    for number in range(0, counting.count, every):
        with transaction.atomic():
            with pytest.raises(Died), connection.execute_wrapper(Mortal(number)):
                close_and_count(wave)
            transaction.set_rollback(False)  # what was written outside any inner transaction would stay
            assert_whole(wave)
            close_and_count(wave)
            assert outcome(wave) == expected
            transaction.set_rollback(True)


def test_dying_at_any_statement_of_the_close_and_the_count_changes_nothing_that_comes_of_it() -> None:
    died_everywhere(answered(), every=1 if os.environ.get("BAROMETER_FULL") else 6)


@pytest.mark.any_database
def test_a_close_in_more_than_one_transaction_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.torture.test_crashes.close_wave", close_wave.__wrapped__)
    with pytest.raises((AssertionError, RuntimeError)):
        died_everywhere(answered(), every=9)


@pytest.mark.any_database
def test_dying_while_a_key_is_destroyed_leaves_no_key_that_opens_and_the_next_run_removes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wave = answered()
    key = keys.read_key(wave)
    close_wave(wave, now=AFTER)

    def dies(_path: Path) -> None:
        raise Died

    monkeypatch.setattr(Path, "unlink", dies)
    with pytest.raises(Died):
        destroy_spent_keys()
    monkeypatch.undo()
    assert keys.has_key(wave)
    assert keys.read_key(wave) != key
    assert destroy_spent_keys() == 1
    assert not keys.has_key(wave)


# --- Several at once ---------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_results_built_by_many_at_once_are_built_and_nobody_fails() -> None:
    wave = answered()
    close_wave(wave, now=AFTER)
    failed: list[Exception] = []

    def build() -> None:
        try:
            build_snapshot(wave, now=AFTER)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is what the test is about
            failed.append(error)

    for _round in range(3):
        at_once(*[build] * 4)
    assert failed == []
    assert Snapshot.objects.count() == 1


@pytest.mark.postgres
def test_who_closes_early_locks_nothing_before_the_gate_is_passed() -> None:
    """Somebody inside the gate may want the wave's row: two that wait for each other are ended by the database."""
    wave = answered()
    with CaptureQueriesContext(connection) as captured:
        assert close_early(wave, now=NOW, without_grace=True)
    said = [each["sql"] for each in captured]
    gate = next(place for place, sql in enumerate(said) if "pg_advisory_xact_lock" in sql)
    assert not [sql for sql in said[:gate] if sql.startswith(("UPDATE", "INSERT", "DELETE")) or "FOR UPDATE" in sql]


def test_a_wave_that_cannot_close_keeps_no_other_open() -> None:
    ill, well = answered(), opened(slug="well", number=4)
    sent(well, {"GRIP": [2]})
    Invitation.objects.filter(wave=ill, responded=False).update(responded=True)
    with pytest.raises(RuntimeError, match="went wrong for spring"):
        close_due_waves(AFTER)
    assert dict(Wave.objects.values_list("slug", "state")) == {"spring": "open", "well": "closed"}
    assert build_due_snapshots(AFTER) == 1


def test_a_wave_whose_key_is_missing_waits_for_it_before_organisations_are_lost_for_good() -> None:
    wave = answered()
    key = keys.key_path(wave).read_bytes()
    keys.destroy_key(wave)
    assert close_due_waves(AFTER) == 0
    with pytest.raises(CommandError, match="the key of spring is not here"):
        call_command("close_wave", "spring")
    keys.key_path(wave).write_bytes(key)
    assert close_due_waves(AFTER) == 1
    assert OrganisationTally.objects.get().document["organisations"] is not None


def test_a_wave_whose_key_is_lost_closes_in_the_end_without_organisations() -> None:
    wave = answered()
    keys.destroy_key(wave)
    assert close_due_waves(CLOSES + PATIENCE) == 1
    assert OrganisationTally.objects.get(wave=wave).document["organisations"] is None
