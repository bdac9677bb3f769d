"""What deleting leaves behind on disk: after the close there is nothing of it, whoever was reading meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from respondents import freezing, keys, remains
from respondents.erasures import keep_erasures
from respondents.freezing import destroy_spent_keys, erase
from respondents.models import Frozen, Invitation, Response, Sealed
from respondents.remains import remove_remains
from respondents.responses import submit
from results.closing import close_wave
from surveys.models import Wave
from tests.building import CLOSES, NOW, begun, opened, sent

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 20


def closed(**wave: Any) -> tuple[Wave, set[str]]:
    """A wave that has just closed, with its key, and the pseudonyms its answers had."""
    made = opened(**wave)
    for number in range(PEOPLE):
        sent(made, {"GRIP": [2], "SPEND": [number]}, role="ao")
    begun(made, {"GRIP": [1]})
    pseudonyms = set(Response.objects.values_list("pk", flat=True))
    close_wave(made, now=CLOSES, without_grace=True)
    return made, pseudonyms


def rows_of(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def on_disk(words: set[str]) -> int:
    """How many of these words stand anywhere in the files of the database."""
    folder = Path(connection.settings_dict["NAME"]).parent
    disk = b"".join(path.read_bytes() for path in folder.glob("*sqlite3*"))
    return sum(word.encode() in disk for word in words)


def size_of(table: str) -> int:
    return rows_of(f"SELECT pg_relation_size('{table}')")[0][0]


@contextmanager
def somebody_reads(statement: str) -> Iterator[None]:
    """Another connection has read this and goes on seeing the database as it was then."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN" if connection.vendor == "sqlite" else "BEGIN ISOLATION LEVEL REPEATABLE READ")
            cursor.execute(statement)
            cursor.fetchall()
            yield
    finally:
        other.close()


@pytest.mark.sqlite
def test_no_pseudonym_is_left_in_the_files_of_the_database() -> None:
    _wave, pseudonyms = closed()
    assert on_disk(pseudonyms) == len(pseudonyms) == PEOPLE + 1
    assert destroy_spent_keys() == 1
    assert on_disk(pseudonyms) == 0


@pytest.mark.sqlite
def test_while_somebody_reads_the_log_of_old_pages_the_key_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remains, "PATIENCE", 0.01)
    wave, pseudonyms = closed()
    usual = rows_of("PRAGMA busy_timeout")
    with somebody_reads("SELECT count(*) FROM respondents_frozen"):
        assert destroy_spent_keys() == 0
        assert on_disk(pseudonyms)
        assert keys.has_key(wave)
    assert rows_of("PRAGMA busy_timeout") == usual
    assert destroy_spent_keys() == 1
    assert on_disk(pseudonyms) == 0


@pytest.mark.postgres
def test_no_row_of_the_originals_is_left_though_somebody_might_still_see_it() -> None:
    with somebody_reads("SELECT count(*) FROM surveys_wave"):
        closed()
        assert size_of("respondents_response") > 0
        assert destroy_spent_keys() == 1
        assert size_of("respondents_response") == 0


@pytest.mark.postgres
def test_vacuum_would_leave_what_somebody_might_still_see() -> None:
    """The usual way to rewrite a table, and why it is not taken: a test that cannot fail does not count."""
    with somebody_reads("SELECT count(*) FROM surveys_wave"):
        closed()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM FULL respondents_response")
        assert size_of("respondents_response") > 0


@pytest.mark.postgres
def test_a_table_that_is_being_copied_is_waited_for_not_for_ever_and_the_key_stays(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(remains, "PATIENCE", 0.01)
    wave, _pseudonyms = closed()
    with somebody_reads("SELECT count(*) FROM respondents_response"):
        assert destroy_spent_keys() == 0
        assert keys.has_key(wave)
    assert destroy_spent_keys() == 1


@pytest.mark.postgres
def test_the_planner_keeps_no_value_it_has_sampled() -> None:
    for number in range(PEOPLE):
        sent(Wave.objects.first() or opened(), {"GRIP": [2], "SPEND": [number]}, role="ao")
    sampled = "SELECT attname FROM pg_stats WHERE tablename = 'respondents_response' AND attname <> 'wave_id'"
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE respondents_response")
    assert {"pseudonym", "answers", "sent", "receipt"} <= {name for (name,) in rows_of(sampled)}
    close_wave(Wave.objects.get(), now=CLOSES, without_grace=True)
    assert destroy_spent_keys() == 1
    assert rows_of(sampled) == []


@pytest.mark.postgres
def test_invitations_do_not_tell_in_which_order_people_answered() -> None:
    wave, _pseudonyms = closed()
    answered = f"SELECT count(DISTINCT xmin::text) FROM respondents_invitation WHERE wave_id = {wave.pk}"
    assert rows_of(answered)[0][0] == PEOPLE + 1
    assert destroy_spent_keys() == 1
    assert rows_of(answered)[0][0] == 1
    lying = [key for (key,) in rows_of("SELECT id FROM respondents_invitation ORDER BY ctid")]
    assert lying == sorted(lying)


def test_answers_of_a_wave_that_is_open_are_as_they_were() -> None:
    closed()
    other = opened(slug="running", number=4)
    one = begun(other, {"GRIP": [1], "WHY": ["“Because”"]})
    receipt = submit(one.token, revision=1, now=NOW)
    everything = [list(model.objects.order_by("pk").values()) for model in (Response, Invitation, Frozen)]
    assert destroy_spent_keys() == 1
    assert [list(model.objects.order_by("pk").values()) for model in (Response, Invitation, Frozen)] == everything
    assert submit(one.token, revision=1, now=NOW) == receipt
    with pytest.raises(Exception, match=r"(?i)unique"), transaction.atomic():
        Response(pseudonym=keys.pseudonym_of(one.token), wave=other).save(force_insert=True)


def test_remains_are_not_removed_inside_a_transaction_that_may_be_undone() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        remove_remains(Response, Sealed)


def test_the_key_stays_until_the_remains_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    wave, _pseudonyms = closed()
    monkeypatch.setattr(freezing, "remove_remains", lambda *_: False)
    assert destroy_spent_keys() == 0
    assert keys.has_key(wave)
    monkeypatch.undo()
    assert destroy_spent_keys() == 1


def test_erased_answers_are_no_row_and_no_sample_once_the_sweep_has_passed() -> None:
    wave = opened()
    receipts = [submit(begun(wave, {"GRIP": [1], "WHY": [f"Word{n}"]}).token, revision=1, now=NOW) for n in range(12)]
    close_wave(wave, now=CLOSES)
    assert destroy_spent_keys() == 1
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE respondents_frozen")
    for receipt in receipts:
        erase(receipt)
    assert keep_erasures() == 24
    if connection.vendor == "postgresql":
        assert size_of("respondents_frozen") == 0
    else:
        assert on_disk({f"Word{n}" for n in range(12)}) == 0
