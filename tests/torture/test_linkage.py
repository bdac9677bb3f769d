"""The linkage attack: somebody holds the whole database and asks which answers are whose.

Five hundred people answer one after the other. Each gives a figure of their own, by which the test knows afterwards
which guesses were right. The attacker sees every column of both sides, the hidden ones too: which transaction wrote a
row, and where it lies.
"""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from barometer.logs import scrub
from respondents import freezing, keys
from respondents.freezing import destroy_spent_keys
from respondents.models import Frozen, Invitation, InvitedOrganisation, Person, Response
from respondents.responses import save_page, submit
from respondents.views.link import SENT
from results.closing import close_wave
from results.snapshot import build_snapshot
from surveys.models import Wave
from tests.building import link, opened, organisation

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, FEWER = 500, 100
BY_CHANCE = 3
"""Putting two lists of any length beside each other in random order hits once, on average."""


def answered(size: int) -> Wave:
    """A wave in which everybody has answered, in the order in which they were invited; person n said n."""
    now = timezone.now()
    day = timedelta(days=1)
    made = opened(now=now, opens_at=(now - day).isoformat(), closes_at=(now + day).isoformat())
    here = organisation("01A", region="Y54")
    key = keys.create_key(made)
    people = Person.objects.bulk_create(Person(name=f"P{n}", email=f"p{n}@example.org") for n in range(size))
    invitations = [Invitation(wave=made, person=person, role="ao", gp=False) for person in people]
    tokens = [keys.token_for(key, invitation.pk) for invitation in invitations]
    for invitation, token in zip(invitations, tokens, strict=True):
        invitation.token_hash = keys.token_hash(token)
    Invitation.objects.bulk_create(invitations)
    InvitedOrganisation.objects.bulk_create(
        InvitedOrganisation(invitation=each, organisation=here, position=0) for each in invitations
    )
    for number, token in enumerate(tokens):
        save_page(token, {"GRIP": [2], "SPEND": [number]}, revision=0)
        submit(token, revision=1)
    return made


def closed(wave: Wave) -> None:
    """The wave as it is once everything is done that follows its end."""
    assert close_wave(wave, now=timezone.now() + timedelta(days=2))
    assert destroy_spent_keys() == 1
    build_snapshot(wave, now=timezone.now())
    assert not keys.has_key(wave)


def rows_of(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def both_sides(answers: str) -> tuple[list[tuple[Any, int]], list[tuple[Any, int]]]:
    """(transaction, number of the person) as they were invited, (transaction, figure given) as they lie."""
    place, writer = ("ctid", "xmin::text") if connection.vendor == "postgresql" else ("rowid", "NULL")
    said = {row.pk: (row.answers["SPEND"][0]) for row in _model(answers).objects.all()}
    people = rows_of(
        f"SELECT {writer.replace('xmin', 'i.xmin')}, p.email FROM respondents_invitation i"
        " JOIN respondents_person p ON p.id = i.person_id WHERE i.responded ORDER BY p.id"
    )
    key = _model(answers)._meta.pk.column
    given = rows_of(f"SELECT {writer}, {key} FROM {answers} ORDER BY {place}")
    return [(by, int(email[1:].split("@")[0])) for by, email in people], [(by, said[pk]) for by, pk in given]


def _model(table: str) -> Any:
    return Response if table == Response._meta.db_table else Frozen


def found_by_transaction(answers: str) -> int:
    """Rows that one transaction wrote, and no other row on their side: the person and the answer belong together."""
    people, given = both_sides(answers)
    alone = [
        {by for by, times in Counter(by for by, _ in side).items() if by and times == 1} for side in (people, given)
    ]
    known = dict(given)
    return sum(known[by] == number for by, number in people if by in alone[0] & alone[1])


def found_by_order(answers: str) -> int:
    """The answers as they lie, laid beside the people as they were invited."""
    people, given = both_sides(answers)
    return sum(number == figure for (_, number), (_, figure) in zip(people, given, strict=True))


def attack(answers: str) -> int:
    """How many of the five hundred are found."""
    return max(found_by_transaction(answers), found_by_order(answers))


@pytest.fixture
def same_dice(monkeypatch: pytest.MonkeyPatch) -> None:
    """One shuffle of many, always the same, so that what is found by chance is found in every run."""
    monkeypatch.setattr(freezing.secrets, "SystemRandom", lambda: random.Random(2013))


def test_the_attack_finds_everybody_before_the_close_and_nobody_after(same_dice: None) -> None:
    wave = answered(PEOPLE)
    # So the attack is a real one, and what follows is not proved by its weakness.
    assert attack("respondents_response") >= 0.9 * PEOPLE
    named = pseudonyms_by_key(wave)
    assert set(Response.objects.values_list("pk", flat=True)) == named

    closed(wave)
    assert Frozen.objects.count() == PEOPLE
    assert found_by_transaction("respondents_frozen") == 0
    assert attack("respondents_frozen") <= BY_CHANCE
    assert_no_value_is_of(named)
    assert_no_value_says_when()
    assert_no_column_sorts_the_sides_alike()


def pseudonyms_by_key(wave: Wave) -> set[str]:
    """What whoever holds the key and the database of an open wave can compute: everything."""
    key = keys.read_key(wave)
    return {keys.pseudonym_of(keys.token_for(key, pk)) for pk in Invitation.objects.values_list("pk", flat=True)}


def assert_no_value_is_of(named: set[str]) -> None:
    values = {str(value) for row in rows_of("SELECT * FROM respondents_frozen") for value in row}
    assert not named & values


def assert_no_value_says_when() -> None:
    for table in ("respondents_frozen", "respondents_invitation", "respondents_person"):
        values = [value for row in rows_of(f"SELECT * FROM {table}") for value in row]
        assert values
        assert not [value for value in values if hasattr(value, "year")]


def assert_no_column_sorts_the_sides_alike() -> None:
    """Identifiers are random anew in each run; ten hits by chance come once in ten million runs."""
    said = {row.pk: row.answers["SPEND"][0] for row in Frozen.objects.all()}
    for column in ("id", "receipt_hash"):
        figures = [said[pk] for (pk,) in rows_of(f"SELECT id FROM respondents_frozen ORDER BY {column}")]
        for order in ("i.id", "i.token_hash", "p.id"):
            people = rows_of(
                "SELECT p.email FROM respondents_invitation i JOIN respondents_person p ON p.id = i.person_id"
                f" ORDER BY {order}"
            )
            numbers = [int(email[1:].split("@")[0]) for (email,) in people]
            assert sum(a == b for a, b in zip(numbers, figures, strict=True)) <= 10, (order, column)


def test_sabotage_without_the_shuffle_the_order_of_answering_tells_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    class AsWritten:
        def shuffle(self, rows: list[Any]) -> None:
            rows.sort(key=lambda row: row[0]["SPEND"])

    monkeypatch.setattr(freezing.secrets, "SystemRandom", AsWritten)
    closed(answered(FEWER))
    assert attack("respondents_frozen") >= 0.9 * FEWER


@pytest.mark.postgres
def test_sabotage_frozen_one_by_one_the_transactions_tell_everybody() -> None:
    """Without copying everybody in one transaction, PostgreSQL itself remembers who was written together."""
    wave = answered(FEWER)
    invitations = list(Invitation.objects.select_related("person"))
    random.Random(1).shuffle(invitations)
    said = {row.answers["SPEND"][0]: row for row in Response.objects.all()}
    for invitation in invitations:
        row = said[int(invitation.person.name[1:])]
        with transaction.atomic():
            Frozen.objects.create(wave=wave, answers=row.sent, attributes=row.attributes)
            invitation.save(update_fields=["responded"])
    assert found_by_transaction("respondents_frozen") == FEWER


# --- With the web server's log beside the database ---------------------------------------------------------------


def answered_in_words(size: int) -> tuple[Wave, list[str], dict[int, int]]:
    """A wave answered in some order, the web server's log of it, and how long the page of each answer was.

    Each person's comment is as long as the person's number, so that the page that thanks for it tells who it was.
    """
    now, day = timezone.now(), timedelta(days=1)
    wave = opened(now=now, opens_at=(now - day).isoformat(), closes_at=(now + day).isoformat())
    links = [link(wave) for _number in range(size)]
    random.Random(7).shuffle(links)
    log, sizes = [], {}
    for one in links:
        number = int(one.invitation.person.name.split()[1])
        save_page(one.token, {"GRIP": [1], "WHY": ["x" * number]}, revision=0)
        submit(one.token, revision=1)
        browser = Client()
        signer = signing.TimestampSigner(salt=f"respondents.{SENT}.{one.token}")
        browser.cookies[SENT] = signer.sign(str(int(time.time())))
        page = browser.get(f"/a/{one.token}/received/").content
        assert b"x" * number in page
        log.append(f"GET /a/{one.token}/received/ 200 {len(page)} bytes 9 ms")
        sizes[len(page)] = number
    assert len(sizes) == size
    return wave, log, sizes


def found_by_log(log: list[str], sizes: dict[int, int]) -> int:
    """The invitations in the order in which they were changed, beside the pages in the order they were sent in."""
    people = rows_of(
        "SELECT p.name FROM respondents_invitation i JOIN respondents_person p ON p.id = i.person_id"
        " ORDER BY i.xmin::text::bigint, i.ctid"
    )
    said = [re.search(r"(\d+) bytes", line) for line in log]
    guesses = [sizes[int(found[1])] if found else None for found in said]
    return sum(int(name.split()[1]) == guess for (name,), guess in zip(people, guesses, strict=True))


@pytest.mark.postgres
def test_the_log_beside_the_database_tells_nothing_once_it_is_scrubbed_or_the_wave_has_closed() -> None:
    size = 40
    wave, log, sizes = answered_in_words(size)
    assert found_by_log(log, sizes) == size
    assert found_by_log([scrub(line) for line in log], sizes) == 0
    closed(wave)
    assert found_by_log(log, sizes) <= 10  # as many by chance come once in ten million runs
