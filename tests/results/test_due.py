"""Which results are due: those never built, and those that count answers which have been withdrawn since."""

from __future__ import annotations

from datetime import timedelta

import pytest

from respondents.freezing import erase
from respondents.models import Frozen
from respondents.receipts import receipt_hash
from results.models import Snapshot
from results.tasks import build_due_snapshots
from results.verifying import verify
from tests.building import CLOSES
from tests.desk import closed_wave

LATER = CLOSES + timedelta(days=1)

pytestmark = pytest.mark.django_db


def test_results_that_stand_are_not_built_again() -> None:
    closed_wave()
    assert build_due_snapshots(LATER) == 0


def test_results_without_a_snapshot_are_built_as_they_were() -> None:
    wave = closed_wave()
    digest = wave.snapshot.digest
    Snapshot.objects.all().delete()
    assert build_due_snapshots(LATER) == 1
    assert Snapshot.objects.get(wave=wave).digest == digest


def test_answers_withdrawn_after_the_close_leave_the_results() -> None:
    wave = closed_wave()
    before = wave.snapshot
    Frozen.objects.filter(pk=Frozen.objects.first().pk).update(receipt_hash=receipt_hash("7QF2-M0ZK-9TAB-X3CD"))
    assert erase("7qf2 m0zk 9tab x3cd") == wave
    assert build_due_snapshots(LATER) == 1
    after = Snapshot.objects.get(wave=wave)
    assert after.summary["people"] == before.summary["people"] - 1
    assert after.digest != before.digest
    assert verify(wave).agrees
    assert build_due_snapshots(LATER) == 0


def test_no_receipt_withdraws_nothing() -> None:
    closed_wave()
    number = Frozen.objects.count()
    assert erase("") is None
    assert Frozen.objects.count() == number
