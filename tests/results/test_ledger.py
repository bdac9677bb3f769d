"""What was shown is written down as it was shown, and all of it together gives no small group away."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from barometer.accounts.models import Role
from respondents.models import Frozen
from results import auditing
from results.analysis import suppression, tabulate
from results.auditing import BETWEEN, ROWS, SHOWN, WORKED_OUT, audit
from results.exporters import withholding
from results.ledger import PUBLIC, record_export, record_release, record_stored
from results.models import Release, ReleasedTable, Table
from results.snapshot import build_snapshot
from results.tables import results_of
from tests import building
from tests.building import SAMPLE, SAMPLE_WAVES
from tests.results import barometers

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 6, 9, tzinfo=UTC)


def all_six():
    building.register()
    made = []
    for slug in SAMPLE_WAVES:
        call_command("load_wave", str(SAMPLE / f"{slug}.wave.json"), stdout=StringIO())
        if (SAMPLE / f"{slug}.sample.csv").exists():
            call_command("load_sample", slug, str(SAMPLE / f"{slug}.sample.csv"), stdout=StringIO())
        call_command("load_responses", slug, str(SAMPLE / f"{slug}.responses.csv"), close=True, stdout=StringIO())
        made.append(building.Wave.objects.get(slug=slug))
    return made


def released(wave, name, *, by=None, where=None, audience="staff", channel="tables"):
    """A table, made and written down as the `tables` command does."""
    results = results_of(wave)
    table = results.table(name, by=by, where=where)
    record_release(
        wave, channel=channel, snapshot=results.digest, tables=[table], where=where, audience=audience, now=NOW
    )
    return table


# --- The six waves ---------------------------------------------------------------------------------------------------


def test_nothing_comes_out_of_the_six_sample_waves_over_pages_files_and_filters(tmp_path):
    for wave in all_six():
        results = results_of(wave)
        for channel in ("dashboard", "story"):
            record_stored(results, channel=channel, now=NOW)
        call_command("export", wave.slug, "csv-tables", output=str(tmp_path), stdout=StringIO())
        call_command("export", wave.slug, "csv-labels", output=str(tmp_path), stdout=StringIO())
        first = results.codebook.attributes[0]
        variable = results.codebook.questions[0].name
        for code in first.codes:
            words = (first.name, [str(code.code)])
            call_command("tables", wave.slug, variable=[variable], by="region", where=[words], stdout=StringIO())
        found = audit(wave)
        assert found.leaks == [], wave.slug
        assert found.releases == 5
        assert found.tables >= wave.snapshot.tables.count()


@pytest.mark.parametrize("sabotage", ["all", "complement"])
def test_with_suppression_switched_off_the_audit_finds_leaks(sabotage, monkeypatch):
    if sabotage == "all":
        monkeypatch.setattr(tabulate, "hidden_of", lambda figures, *, thresholds: frozenset())
    else:
        monkeypatch.setattr(suppression, "_complement", lambda *_: set())
    building.register()
    wave = barometers.closed(
        barometers.document("nhscc-2013"), [dict(row, email="") for row in barometers.rows("nhscc-2013")]
    )
    hows = {leak.how for leak in audit(wave).leaks}
    assert (SHOWN if sabotage == "all" else WORKED_OUT) in hows


# --- Writing down ----------------------------------------------------------------------------------------------------


def test_a_release_is_told_once_and_keeps_who_and_when_came_first():
    wave = barometers.winter()
    results = results_of(wave)
    one = record_stored(results, channel="dashboard", now=NOW)
    two = record_stored(results, channel="dashboard", now=datetime(2027, 1, 1, tzinfo=UTC))
    assert one == two
    assert two.first_at == NOW
    assert one.tables.count() == wave.snapshot.tables.count()
    record_stored(results, channel="export:json", now=NOW)
    assert Release.objects.count() == 2
    assert ReleasedTable.objects.count() == wave.snapshot.tables.count(), "the same table is kept once"


def test_a_table_with_another_filter_is_another_table():
    wave = barometers.winter()
    for where in (None, {"role": ["chair"]}, {"role": ["ao"]}, {"role": ["chair"]}):
        released(wave, "GRIP", where=where)
    assert sorted(row.where.get("role", []) for row in ReleasedTable.objects.all()) == [[], ["ao"], ["chair"]]
    assert Release.objects.get().tables.count() == 3


def test_every_way_of_showing_figures_writes_them_down(tmp_path):
    wave = barometers.winter()
    quiet = {"stdout": StringIO()}
    call_command("tables", wave.slug, variable=["GRIP"], by="gp", **quiet)
    call_command("trend", "GRIP", survey="ccg-barometer", **quiet)
    call_command("story", wave.slug, **quiet)
    call_command("check_claim", "50 per cent", wave=wave.slug, variable="GRIP", **quiet)
    call_command("export", wave.slug, "csv-tables", output=str(tmp_path), **quiet)
    call_command("export", wave.slug, "csv", output=str(tmp_path), **quiet)
    told = dict(Release.objects.values_list("channel", "respondent_level"))
    assert told == {
        "tables": False,
        "trend": False,
        "story": False,
        "claims": False,
        "export:csv-tables": False,
        "export:csv": True,
    }


def test_the_pages_write_down_what_they_show(client, django_user_model):
    wave = barometers.winter()
    user = django_user_model.objects.create_user("reader@example.org", "long enough a password")
    for role in (Role.ANALYST, Role.EDITOR):
        user.give(role)
    client.force_login(user)
    assert client.get(reverse("results:dashboard", args=[wave.slug])).status_code == 200
    assert client.get(reverse("results:export", args=[wave.slug, "csv-tables"])).status_code == 200
    reason = {"reason": "To check the audit of the answers"}
    assert client.post(reverse("results:export_answers", args=[wave.slug, "csv"]), reason).status_code == 200
    told = {release.channel: release.first_by for release in Release.objects.all()}
    assert told == {"dashboard": user, "export:csv-tables": user, "export:csv": user}


# --- The attacker ----------------------------------------------------------------------------------------------------


def test_a_filtered_table_that_leaves_out_a_few_is_found():
    """Everybody but the seven others, shown beside everybody: the seven are known by subtraction."""
    wave = barometers.winter()
    results = results_of(wave)
    where = {"role": ["chair", "ao"]}
    table = tabulate.tabulate(results.frame, "GRIP", where=where, thresholds=None)
    whole = tabulate.tabulate(results.frame, "GRIP", thresholds=None)
    record_release(wave, channel="web", snapshot=results.digest, tables=[whole], audience=PUBLIC, now=NOW)
    assert not [leak for leak in audit(wave).leaks if leak.audience == PUBLIC]
    record_release(wave, channel="web", snapshot=results.digest, tables=[table], where=where, audience=PUBLIC, now=NOW)
    found = [leak for leak in audit(wave).leaks if leak.audience == PUBLIC]
    assert {leak.how for leak in found} == {WORKED_OUT}
    (group,) = [leak for leak in found if (leak.variable, leak.by, leak.group) == ("GRIP", "role=ao,chair", ("out",))]
    assert (group.low, group.high) == pytest.approx((7, 7))


def test_two_filters_and_a_break_that_give_a_group_away_together_are_found():
    """Chairs and officers in the North are harmless; with the North itself, the others there are known."""
    wave = barometers.winter()
    results = results_of(wave)
    north = tabulate.tabulate(results.frame, "AREATEAM", by="region", thresholds=None)
    others = results.frame.mask("role", ["other"]) & results.frame.mask("region", ["Y54"])
    assert 0 < int(sum(int(byte).bit_count() for byte in others)) < 5
    tables = [(north, {}), (tabulate.tabulate(results.frame, "AREATEAM", thresholds=None), {})]
    where = {"role": ["chair", "ao"]}
    tables.append((tabulate.tabulate(results.frame, "AREATEAM", by="region", where=where, thresholds=None), where))
    for table, filtered in tables:
        record_release(
            wave, channel="web", snapshot=results.digest, tables=[table], where=filtered, audience=PUBLIC, now=NOW
        )
    found = {(leak.by, leak.group) for leak in audit(wave).leaks if leak.audience == PUBLIC and leak.how == WORKED_OUT}
    assert ("role=ao,chair|region", ("out|Y54",)) in found


def test_a_filter_is_tied_to_the_break_of_its_own_variable():
    """Which role is hidden in the break follows from a filter on that role alone."""
    wave = barometers.winter()
    results = results_of(wave)
    by_role = copy.deepcopy(tabulate.tabulate(results.frame, "GRIP", by="role", thresholds=None))
    for place in (2, 3):
        by_role["columns"][place]["base"] = None
        for row in by_role["rows"]:
            row["cells"][place] = None
    whole = tabulate.tabulate(results.frame, "GRIP", thresholds=None)
    officers = tabulate.tabulate(results.frame, "GRIP", where={"role": ["ao"]}, thresholds=None)
    for table, where in ((whole, {}), (by_role, {})):
        record_release(
            wave, channel="web", snapshot=results.digest, tables=[table], where=where, audience=PUBLIC, now=NOW
        )
    assert not [leak for leak in audit(wave).leaks if leak.audience == PUBLIC]
    record_release(
        wave,
        channel="web",
        snapshot=results.digest,
        tables=[officers],
        where={"role": ["ao"]},
        audience=PUBLIC,
        now=NOW,
    )
    found = {(leak.by, leak.group) for leak in audit(wave).leaks if leak.audience == PUBLIC}
    assert ("role", ("other",)) in found


def test_the_public_is_held_to_ten_and_staff_to_five():
    wave = barometers.winter()
    results = results_of(wave)
    table = results.table("GRIP", by="role")
    assert any(5 <= (column["base"] or 0) < 10 for column in table["columns"])
    record_release(wave, channel="web", snapshot=results.digest, tables=[table], now=NOW)
    assert audit(wave).is_clean
    record_release(wave, channel="web", snapshot=results.digest, tables=[table], audience=PUBLIC, now=NOW)
    leaks = audit(wave).leaks
    assert {leak.audience for leak in leaks} == {PUBLIC}
    assert SHOWN in {leak.how for leak in leaks}


def test_what_an_earlier_snapshot_showed_and_a_later_one_does_not_is_found():
    """One respondent is erased after the figures were out: the difference is that respondent's answers."""
    wave = barometers.winter()
    record_stored(results_of(wave), channel="dashboard", now=NOW)
    assert audit(wave).is_clean
    Frozen.objects.filter(wave=wave, answers__isnull=False).first().delete()
    build_snapshot(wave, now=NOW)
    leaks = audit(wave).leaks
    assert {leak.how for leak in leaks} == {BETWEEN}
    assert all(leak.low == leak.high == 1 for leak in leaks)


def test_respondents_who_stand_out_in_a_file_are_found(monkeypatch):
    wave = barometers.winter()
    record_export(results_of(wave), key="csv", respondent_level=True, now=NOW)
    assert audit(wave).is_clean

    def nothing_withheld(frame, *, least=5):
        names = tuple(variable.name for variable in frame.codebook.attributes)
        return withholding.Withholding(names, (), (frozenset(),) * frame.size)

    monkeypatch.setattr(auditing, "withhold", nothing_withheld)
    leaks = audit(wave).leaks
    assert {leak.how for leak in leaks} == {ROWS}
    assert all(leak.high < 5 for leak in leaks)


def test_the_audit_writes_nothing_and_looks_at_all_stored_tables():
    wave = barometers.winter()
    before = building.counts()
    found = audit(wave)
    assert building.counts() == before
    assert found.tables == Table.objects.filter(snapshot__wave=wave).count()


def test_the_command_says_what_it_looked_at_and_ends_with_one_when_anything_leaks():
    wave = barometers.winter()
    out = StringIO()
    call_command("audit", wave.slug, stdout=out)
    assert out.getvalue().endswith("0 releases\nNo small group comes out.\n")
    results = results_of(wave)
    table = results.table("GRIP", by="role")
    record_release(wave, channel="web", snapshot=results.digest, tables=[table], audience=PUBLIC, now=NOW)
    with pytest.raises(CommandError, match=r"GRIP by role: other \(7 people\), shown, public") as raised:
        call_command("audit", wave.slug, stdout=StringIO())
    assert raised.value.returncode == 1
