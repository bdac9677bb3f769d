"""Processes that are killed while they hold a wave: the database lets go of it, and nothing they did is there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from respondents.freezing import erase
from respondents.gate import _SPACE
from respondents.models import Frozen, Response
from respondents.responses import NotTaken, submit, withdraw
from results.closing import close_wave
from results.models import Snapshot
from results.tasks import build_due_snapshots
from surveys.models import Wave
from tests import building
from tests.building import CLOSES, NOW
from tests.torture.test_gate import an_open_wave, at_once

pytestmark = pytest.mark.django_db(transaction=True)

KILLED = """
import json, os, signal
how = json.loads(os.environ["HOW"])
if how["vendor"] == "postgresql":
    import psycopg2
    database = psycopg2.connect(**how["server"])
else:
    import sqlite3
    database = sqlite3.connect(how["file"], isolation_level=None)
cursor = database.cursor()
for statement in how["statements"]:
    cursor.execute(statement)
os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_after(*statements: str) -> None:
    """Another process does this within a transaction and is killed before its end."""
    how: dict[str, Any] = {"vendor": connection.vendor, "statements": statements}
    if connection.vendor == "postgresql":
        known = connection.get_connection_params()
        how["server"] = {name: known[name] for name in ("dbname", "user", "password", "host", "port") if name in known}
    else:
        how["file"] = str(connection.settings_dict["NAME"])
        how["statements"] = ("BEGIN IMMEDIATE", *statements)
    done = subprocess.run([sys.executable, "-c", KILLED], env=os.environ | {"HOW": json.dumps(how)}, check=False)
    assert done.returncode == -signal.SIGKILL


def test_a_closer_that_is_killed_half_way_leaves_the_wave_open_and_the_gate_free() -> None:
    wave, tokens = an_open_wave("killed")
    submit(tokens[0], revision=1)
    gate = f"SELECT pg_advisory_xact_lock({_SPACE}, {wave.pk})"
    killed_after(
        *([gate] if connection.vendor == "postgresql" else []),
        f"UPDATE surveys_wave SET state = 'closed' WHERE id = {wave.pk}",
        "DELETE FROM respondents_response",
    )
    assert Wave.objects.get().state == "open"
    submit(tokens[1], revision=1)
    assert Response.objects.filter(sent__isnull=False).count() == 2
    assert close_wave(wave, now=timezone.now(), without_grace=True)
    assert Frozen.objects.count() == 2


def test_who_withdraws_while_the_wave_freezes_has_withdrawn_or_is_told_that_it_has_closed() -> None:
    wave, tokens = an_open_wave("freezing")
    submit(tokens[0], revision=1)
    told: list[str] = []

    def take_back() -> None:
        try:
            withdraw(tokens[0])
            told.append("withdrawn")
        except NotTaken as refused:
            told.append(refused.standing.kind)

    def close() -> None:
        close_wave(wave, now=timezone.now(), without_grace=True)

    at_once(take_back, close)
    assert (told, Frozen.objects.count()) in ((["withdrawn"], 0), (["closed"], 1))
    assert wave.invitations.responded().count() == Frozen.objects.count()


def test_answers_taken_back_while_results_are_built_leave_them_with_the_next_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wave = building.opened()
    receipts = [submit(building.begun(wave, {"GRIP": [2]}).token, revision=1, now=NOW) for _number in range(8)]
    close_wave(wave, now=CLOSES)
    from results import snapshot

    really = snapshot.store

    def erased_meanwhile(*arguments: Any, **more: Any) -> Snapshot:
        erase(receipts[0])
        return really(*arguments, **more)

    monkeypatch.setattr(snapshot, "store", erased_meanwhile)
    after = CLOSES + timedelta(minutes=1)
    assert build_due_snapshots(after) == 1
    assert Snapshot.objects.get().summary["people"] == 8
    monkeypatch.undo()
    assert build_due_snapshots(after) == 1
    assert Snapshot.objects.get().summary["people"] == 7
    assert build_due_snapshots(after) == 0
