"""Closing and what follows: the grace, the freeze, and a snapshot that is the same however it is made."""

from __future__ import annotations

import json
import random
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from respondents.closing_rule import GRACE
from respondents.collected import load_responses
from respondents.freezing import erase
from respondents.models import Frozen, Place, Response
from respondents.responses import submit
from results.closing import close_wave
from results.finishing import close_early, finish, load_and_close
from results.models import OrganisationTally, Snapshot, Table
from results.snapshot import build_snapshot
from results.tables import results_of
from results.tasks import build_due_snapshots, close_due_waves
from surveys.models import Wave
from surveys.problems import Refused
from tests.building import (
    CLOSES,
    NOW,
    SAMPLE,
    begun,
    csv,
    draft,
    link,
    opened,
    organisation,
    refused,
    register,
    sample_wave,
    sent,
)

pytestmark = pytest.mark.django_db

AFTER = CLOSES + timedelta(hours=1)
HEAD = "response,organisations,role,gp,GRIP,WHY,WAYS,PLANS_POOL,PLANS_SPLIT,SPEND"


def of_sample(slug: str, data: bytes | None = None) -> Snapshot:
    """A sample wave loaded, closed and tabulated."""
    wave = sample_wave(slug)
    load_and_close(wave, data or (SAMPLE / f"{slug}.responses.csv").read_bytes(), now=wave.closes_at)
    return build_snapshot(wave, now=wave.closes_at)


def digest_and_back(slug: str, data: bytes) -> str:
    """The digest of a wave with these answers, everything undone afterwards."""
    with transaction.atomic():
        digest = of_sample(slug, data).digest
        transaction.set_rollback(True)
    return digest


def small(people: dict[str, int]) -> Wave:
    """A closed wave with so many of each role, each of whom said 1 or 2 in turn."""
    wave = opened(frame_kind=None)
    rows = [
        f"{role}{n},,{role},,{1 + n % 2},,{1 + n % 2},{'1,1,' if role == 'chair' else ',,5'}"
        for role, size in people.items()
        for n in range(size)
    ]
    load_responses(wave, csv(HEAD, *rows))
    close_wave(wave, now=AFTER)
    finish(wave, now=AFTER)
    return wave


def tables(slug: str, *arguments: str) -> dict[str, Any]:
    out = StringIO()
    call_command("tables", slug, *arguments, stdout=out)
    return json.loads(out.getvalue())


# --- The end of the fieldwork ----------------------------------------------------------------------------------


def test_a_wave_closes_when_its_time_is_up_and_not_before() -> None:
    wave = opened()
    sent(wave, {"GRIP": [2]})
    assert close_due_waves(CLOSES - timedelta(microseconds=1)) == 0
    assert close_due_waves(CLOSES) == 1
    assert close_due_waves(CLOSES) == 0
    assert Wave.objects.get().state == "closed"
    assert [event.after for event in wave.events.all()] == ["open", "closed"]


def test_a_wave_with_drafts_waits_for_the_grace_and_then_drops_them() -> None:
    wave = opened()
    begun(wave, {"GRIP": [2]})
    assert close_due_waves(CLOSES) == 1
    assert Wave.objects.get().state == "closing"
    assert close_due_waves(CLOSES + GRACE - timedelta(seconds=1)) == 0
    assert Wave.objects.get().state == "closing"
    assert close_due_waves(CLOSES + GRACE) == 1
    assert Wave.objects.get().state == "closed"
    assert not Response.objects.exists()
    assert not Frozen.objects.exists()
    assert [event.after for event in wave.events.all()] == ["open", "closing", "closed"]


def test_a_wave_closes_as_soon_as_the_last_draft_is_sent() -> None:
    wave = opened()
    one = begun(wave, {"GRIP": [2]})
    close_due_waves(CLOSES)
    submit(one.token, revision=1, now=CLOSES + timedelta(minutes=2))
    assert close_due_waves(CLOSES + timedelta(minutes=3)) == 1
    assert Frozen.objects.count() == 1


def test_closing_early_brings_the_time_forward_and_keeps_the_grace() -> None:
    wave = opened()
    begun(wave, {"GRIP": [2]})
    assert close_early(wave, now=NOW) is False
    assert (wave.state, wave.closes_at) == ("closing", NOW)
    assert close_early(wave, now=NOW + GRACE) is True


def test_closing_without_grace_drops_drafts_at_once() -> None:
    wave = opened()
    begun(wave, {"GRIP": [2]})
    assert close_early(wave, now=NOW, without_grace=True)
    assert Wave.objects.get().state == "closed"


def test_a_closed_wave_is_not_closed_again() -> None:
    wave = opened()
    close_wave(wave, now=AFTER)
    with refused() as refusal:
        close_wave(wave, now=AFTER)
    assert refusal.told == ["wave.state: spring is closed; only an open wave can be closed"]


def test_a_wave_that_nobody_answered_closes_and_has_empty_results() -> None:
    wave = opened()
    close_wave(wave, now=AFTER)
    assert finish(wave, now=AFTER).summary["people"] == 0
    shown = tables("spring")
    assert shown["people"] == 0
    assert [table["columns"][0]["base"] for table in shown["tables"]] == [0] * 6


def test_answers_given_online_weigh_one_in_a_wave_whose_weights_are_given() -> None:
    organisation("01A")
    wave = opened(weighting={"method": "given"})
    load_responses(wave, csv(f"{HEAD},weight", "1,01A,chair,,1,,,,,,2.5", "2,01A,chair,,2,,,,,,0.5"))
    sent(wave, {"GRIP": [2]})
    close_wave(wave, now=AFTER)
    finish(wave, now=AFTER)
    weights = results_of(wave).frame.weights
    assert weights is not None
    assert sorted(weights) == [0.5, 1.0, 2.5]


# --- The snapshot ----------------------------------------------------------------------------------------------


def test_the_order_of_rows_in_the_file_changes_nothing() -> None:
    register()
    head, *rows = (SAMPLE / "2013-winter.responses.csv").read_bytes().splitlines(keepends=True)
    turned = list(rows)
    random.Random(7).shuffle(turned)
    assert turned != rows
    assert digest_and_back("2013-winter", head + b"".join(turned)) == digest_and_back(
        "2013-winter", head + b"".join(rows)
    )


def test_one_answer_changes_the_digest() -> None:
    register()
    data = (SAMPLE / "members-2013.responses.csv").read_bytes()
    other = data.replace(b"1,99G,member,1,1,", b"1,99G,member,1,2,", 1)
    assert other != data
    assert digest_and_back("members-2013", data) != digest_and_back("members-2013", other)


def test_the_order_of_rows_in_the_database_changes_nothing() -> None:
    register()
    first = of_sample("2012-autumn")
    rows = list(Frozen.objects.all())
    Frozen.objects.all().delete()
    random.Random(3).shuffle(rows)
    Frozen.objects.bulk_create(rows)
    again = build_snapshot(first.wave, now=AFTER)
    assert (again.digest, bytes(again.frame)) == (first.digest, bytes(first.frame))


def test_building_again_gives_the_same_tables_and_digest() -> None:
    register()
    first = of_sample("2016-spring")
    before = list(Table.objects.values_list("position", "variable", "by", "document"))
    again = build_snapshot(first.wave, now=AFTER + timedelta(days=400))
    assert again.digest == first.digest
    assert list(Table.objects.values_list("position", "variable", "by", "document")) == before
    assert Snapshot.objects.count() == 1


def test_a_snapshot_that_was_deleted_is_made_again_by_the_next_tick() -> None:
    register()
    digest = of_sample("members-2014").digest
    Snapshot.objects.all().delete()
    with pytest.raises(Refused, match="its results are still being built"):
        results_of(Wave.objects.get())
    call_command("tick", stdout=StringIO())
    assert Snapshot.objects.get().digest == digest
    assert build_due_snapshots(AFTER) == 0


def test_answers_withdrawn_after_the_close_leave_the_figures_with_the_next_sweep() -> None:
    wave = opened()
    for _ in range(6):
        sent(wave, {"GRIP": [2]})
    receipt = submit(begun(wave, {"GRIP": [1]}).token, revision=1, now=NOW)
    close_wave(wave, now=AFTER)
    before = finish(wave, now=AFTER).digest
    assert build_due_snapshots(AFTER) == 0
    erase(receipt)
    assert build_due_snapshots(AFTER) == 1
    assert build_due_snapshots(AFTER) == 0
    assert Snapshot.objects.get().digest != before
    shown = tables("spring", "--variable", "GRIP")
    assert shown["people"] == shown["tables"][0]["columns"][0]["base"] == 6


def test_a_register_that_changes_after_the_close_changes_no_figure() -> None:
    register()
    first = of_sample("2013-winter")
    Place.objects.all().delete()
    register()
    Place.objects.update(code="Y99", name="Elsewhere")
    assert build_snapshot(first.wave, now=AFTER).digest == first.digest


def test_stored_tables_are_what_the_command_prints() -> None:
    register()
    of_sample("2013-winter")
    for banner, by in (("", None), ("role", "role"), ("gp", "gp"), ("region", "region")):
        arguments = ("--by", by) if by else ()
        printed = {table["variable"]: table for table in tables("2013-winter", *arguments)["tables"]}
        stored = {row.variable: row.document for row in Table.objects.filter(by=banner)}
        assert printed
        for name, table in printed.items():
            assert _counts(table) == _counts(stored[name]), (name, banner)


def test_several_breaks_make_tables_of_their_own_and_may_cross() -> None:
    small({"chair": 20, "ao": 20})
    one, two = tables("spring", "--variable", "WAYS", "--by", "role", "--by", "GRIP|role")["tables"]
    assert (one["by"], two["by"]) == ("role", "GRIP|role")
    found = {column["id"]: (column["label"], column["base"]) for column in two["columns"] if column["base"]}
    assert found == {
        "total": ("Total", 40),
        "1|chair": ("Unlikely, CCG chair", 10),
        "1|ao": ("Unlikely, Accountable officer", 10),
        "2|chair": ("Likely, CCG chair", 10),
        "2|ao": ("Likely, Accountable officer", 10),
    }
    with refused() as refusal:
        results_of(Wave.objects.get()).table("WAYS", by="role|SPEND")
    assert refusal.told[0].startswith("SPEND: is not a banner or closed variable of spring; it has role, ")


def _counts(table: dict[str, Any]) -> Any:
    rows = [[cell and (cell["count"], cell["percent"]) for cell in row["cells"]] for row in table["rows"]]
    return table["columns"], rows, table["suppressed"]


def test_no_snapshot_is_built_of_an_open_wave() -> None:
    wave = opened()
    with refused() as refusal:
        build_snapshot(wave, now=NOW)
    assert refusal.told == ["wave.state: spring is open; results exist once it has closed"]
    assert not OrganisationTally.objects.exists()


# --- Small groups ----------------------------------------------------------------------------------------------


def test_a_small_column_is_null_in_every_cell_and_named() -> None:
    small({"chair": 20, "ao": 4})
    (table,) = tables("spring", "--variable", "GRIP", "--by", "role")["tables"]
    assert table["suppressed"] == ["chair", "ao"]
    for index, column in enumerate(table["columns"]):
        shown = column["id"] == "total"
        assert (column["base"] is not None) is shown
        assert all((row["cells"][index] is not None) is shown for row in table["rows"])
    assert table["mean"][1:] == [None, None]


def test_a_filter_to_a_small_group_shows_nothing_at_all() -> None:
    small({"chair": 20, "ao": 4})
    for where in ("role=ao", "role=chair"):
        (table,) = tables("spring", "--variable", "GRIP", "--where", where)["tables"]
        assert table["suppressed"] == ["total"]
        assert [row["cells"] for row in table["rows"]] == [[None]] * len(table["rows"])
        assert (table["not_asked"], table["no_answer"]) == (None, None)


def test_groups_that_are_large_enough_are_shown() -> None:
    small({"chair": 20, "ao": 5})
    (table,) = tables("spring", "--variable", "GRIP", "--by", "role")["tables"]
    assert table["suppressed"] == []
    assert [column["base"] for column in table["columns"]] == [25, 20, 5]


def test_what_is_suppressed_is_stored_nowhere() -> None:
    small({"chair": 20, "ao": 4})
    for row in Table.objects.filter(by="role"):
        for index, column in enumerate(row.document["columns"]):
            if column["id"] in row.document["suppressed"]:
                assert column["base"] is None
                assert all(each["cells"][index] is None for each in row.document["rows"])


# --- Loading and closing in one go -----------------------------------------------------------------------------


def test_a_past_draft_is_opened_filled_and_closed_with_its_own_dates() -> None:
    register()
    wave = sample_wave("2013-winter")
    load_and_close(wave, (SAMPLE / "2013-winter.responses.csv").read_bytes(), now=NOW)
    assert [(event.at, event.after) for event in wave.events.all()] == [
        (wave.opens_at, "open"),
        (wave.closes_at, "closed"),
    ]


def test_a_bad_file_leaves_the_past_draft_a_draft() -> None:
    register()
    wave = sample_wave("2013-winter")
    data = (SAMPLE / "2013-winter.responses.csv").read_bytes().replace(b"1,08E,ao", b"1,08E,nurse", 1)
    with refused() as refusal:
        load_and_close(wave, data, now=NOW)
    assert refusal.told == ["line 2, column role: 'nurse' is not a role of this wave: chair, ao, other"]
    assert Wave.objects.get().state == "draft"


def test_a_draft_whose_fieldwork_is_still_to_come_is_not_closed_in_one_go() -> None:
    organisation("01A")
    wave = draft()
    with refused() as refusal:
        load_and_close(wave, csv(HEAD, "1,01A,chair,1,1,,,,,"), now=NOW)
    assert refusal.told == ["wave.closes_at: the fieldwork of spring does not lie in the past; open it first"]


def test_an_open_wave_is_filled_and_closed_now() -> None:
    organisation("01A")
    wave = opened()
    link(wave)
    load_and_close(wave, csv(HEAD, "1,01A,chair,1,1,,,,,"), now=NOW)
    assert (Wave.objects.get().state, Wave.objects.get().closes_at) == ("closed", NOW)
    assert Frozen.objects.count() == 1
