"""The ledger of erasures: what was taken back stays away, whatever copy of the database is restored."""

from __future__ import annotations

import stat
from typing import Any

import pytest
from django.utils import timezone

from respondents.erasures import keep_erasures, ledger_path
from respondents.freezing import erase
from respondents.models import Erasure, Frozen, Invitation, Response
from respondents.receipts import receipt_hash
from respondents.responses import submit, withdraw
from results.closing import close_wave
from surveys.models import Wave
from tests import building
from tests.building import NOW

pytestmark = pytest.mark.django_db

RECEIPT = "7QF2-M0ZK-9TAB-X3CD"


def frozen() -> Frozen:
    wave = building.opened()
    building.sent(wave, {"GRIP": [1]})
    close_wave(wave, now=NOW, without_grace=True)
    Frozen.objects.update(receipt_hash=receipt_hash(RECEIPT))
    return Frozen.objects.get()


def restore(*rows: Any) -> None:
    """The database as it was before anything was erased."""
    Erasure.objects.all().delete()
    for row in rows:
        row.save(force_insert=True)


def test_erased_answers_do_not_come_back_with_a_restored_copy() -> None:
    copy = frozen()
    assert erase(RECEIPT)
    assert keep_erasures() == 2
    restore(copy)
    assert Frozen.objects.exists()
    assert keep_erasures() == 2
    assert not Frozen.objects.exists()
    assert keep_erasures() == 0


def test_without_the_file_they_would_come_back() -> None:
    copy = frozen()
    erase(RECEIPT)
    keep_erasures()
    ledger_path().unlink()
    restore(copy)
    keep_erasures()
    assert Frozen.objects.exists(), "a test that cannot fail does not count"


@pytest.mark.parametrize("state", ["open", "closing"])
def test_answers_withdrawn_from_an_open_wave_stay_away_and_their_writer_can_answer_anew(state: str) -> None:
    wave = building.opened(now=timezone.now(), **_open_now())
    now = timezone.now()
    link = building.sent(wave, {"GRIP": [1]}, now=now)
    other = building.sent(wave, {"GRIP": [2]}, now=now)
    copy = Response.objects.get(receipt=submit(link.token, revision=1, now=now))
    withdraw(link.token, now=now)
    keep_erasures()
    restore(copy)
    Invitation.objects.filter(pk=link.invitation.pk).update(responded=True)
    Wave.objects.filter(pk=wave.pk).update(state=state)
    keep_erasures()
    assert [row.sent["GRIP"] for row in Response.objects.all()] == [[2]]
    assert set(Invitation.objects.responded().values_list("pk", flat=True)) == {other.invitation.pk}
    close_wave(wave, now=now, without_grace=True)
    assert Frozen.objects.count() == 1


def test_the_file_holds_hashes_alone_and_nobody_else_reads_it() -> None:
    frozen()
    erase(RECEIPT)
    keep_erasures()
    marks = ledger_path().read_text().split()
    assert receipt_hash(RECEIPT) in marks
    assert all(len(mark) == 64 and not set(mark) - set("0123456789abcdef") for mark in marks)
    assert stat.S_IMODE(ledger_path().stat().st_mode) == 0o600


def _open_now() -> dict[str, str]:
    from datetime import timedelta

    now = timezone.now()
    return {"opens_at": (now - timedelta(days=1)).isoformat(), "closes_at": (now + timedelta(days=1)).isoformat()}
