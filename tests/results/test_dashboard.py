"""The dashboard and the pages around it: what they print, to whom, and what they leave a trace of."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from results.auditing import audit
from results.dashboard import dashboard_of, fieldwork_words, invited_line, response_line
from results.exporters import REGISTRY
from results.models import Export, Snapshot
from surveys.models import Wave
from tests import building, desk
from tests.results import barometers

pytestmark = pytest.mark.django_db


@pytest.fixture
def reporter() -> Client:
    return desk.browsing(desk.staff("editor"))


@pytest.fixture
def analyst() -> Client:
    return desk.browsing(desk.staff("analyst"))


def page(client: Client, name: str, *args: str) -> str:
    return client.get(reverse(f"results:{name}", args=args)).content.decode()


# --- The response line -----------------------------------------------------------------------------------------


def summary(**more: Any) -> dict[str, Any]:
    return {"people": 116, "organisations": 101, "frame": 211, "invited": None, **more}


def test_the_response_line_counts_leaders_and_organisations() -> None:
    assert response_line(summary(), posts=303) == "116 leaders from 101 organisations, 48% of 211"


def test_more_people_than_posts_are_no_leaders() -> None:
    line = response_line(summary(people=232, organisations=6), posts=12)
    assert line == "232 people from 6 organisations, 3% of 211"


def test_without_organisations_people_are_people() -> None:
    assert response_line(summary(organisations=None, frame=None), posts=None) == "116 people"
    assert response_line(summary(people=1, organisations=None, frame=None), posts=None) == "1 person"


def test_people_invited_are_counted_where_they_were() -> None:
    assert invited_line(summary(invited=569, invited_responded=273)) == "48% of the 569 people invited"
    assert invited_line(summary()) == ""


@pytest.mark.parametrize(
    ("opens", "closes", "words"),
    [
        ("2013-01-07T09:00:00Z", "2013-01-25T17:00:00Z", "7 to 25 January 2013"),
        ("2012-10-29T09:00:00Z", "2012-11-02T17:00:00Z", "29 October to 2 November 2012"),
        ("2012-12-29T09:00:00Z", "2013-01-02T17:00:00Z", "29 December 2012 to 2 January 2013"),
        ("2013-07-01T09:00:00Z", "2013-07-01T23:30:00Z", "1 to 2 July 2013"),
        ("2013-07-01T09:00:00Z", "2013-07-01T17:00:00Z", "1 July 2013"),
    ],
)
def test_fieldwork_dates_repeat_nothing(opens: str, closes: str, words: str) -> None:
    assert fieldwork_words(building.draft(opens_at=opens, closes_at=closes)) == words


# --- The page --------------------------------------------------------------------------------------------------


def test_each_question_is_shown_with_chart_and_table(reporter: Client) -> None:
    desk.closed_wave()
    shown = page(reporter, "dashboard", "spring")
    for words in ("Is the grip right?", "Which ways?", "How likely is each?", "How much?", "Who answered"):
        assert words in shown
    assert shown.count("<svg") == shown.count('role="img"') > 8
    assert "12 leaders" not in shown
    assert "19 people" in shown


def test_a_break_is_a_page_of_its_own(reporter: Client) -> None:
    desk.closed_wave()
    shown = page(reporter, "break", "spring", "role")
    assert "Accountable officer" in shown
    assert 'aria-current="page">By role' in shown
    assert reporter.get(reverse("results:break", args=["spring", "shoe-size"])).status_code == 404


def test_a_suppressed_column_is_explained_and_its_figures_are_nowhere(reporter: Client) -> None:
    wave = desk.closed_wave(officers=3)
    shown = page(reporter, "break", "spring", "role")
    assert "not shown, to protect a small group" in shown
    assert "of 3" not in shown
    grids = [
        part.grid
        for section in dashboard_of(wave, by="role").sections
        for finding in section.findings
        for part in finding.parts
    ]
    grip = next(grid for grid in grids if grid and grid.caption == "Is the grip right?")
    assert [head.hidden for head in grip.heads] == [False, True, True]


def test_a_small_base_is_flagged_and_its_shares_come_with_counts(reporter: Client) -> None:
    desk.closed_wave()
    shown = page(reporter, "break", "spring", "role")
    assert "12**" in shown
    assert "of 12" in shown


def test_people_with_an_opinion_or_organisations_are_counted_on_demand(reporter: Client) -> None:
    wave = barometers.winter()
    spread = {each.key: dashboard_of(wave, count=each.key) for each in dashboard_of(wave).ways}
    grips = {
        key: next(f for section in made.sections for f in section.findings if f.ident == "GRIP").parts[0]
        for key, made in spread.items()
    }
    assert grips[""].base.startswith("Base: 80 people from 73 organisations who answered;")
    # Eight of the eighty did not know: 40 of the other 72 are 55.6 per cent, 32 of them 44.4.
    assert grips["opinion"].base.startswith("Base: 72 people who answered with an opinion; 8")
    assert [line.cells[0].main for line in grips["opinion"].grid.lines] == ["56", "44", "–"]
    assert grips["organisations"].base.startswith("Base: 73 organisations that answered, each counted once")
    for key in ("opinion", "organisations"):
        for _look in range(2):
            shown = reporter.get(reverse("results:break", args=[wave.slug, "gp"]), {"count": key})
            assert f"?count={key}" in shown.content.decode()
    assert reporter.get(reverse("results:dashboard", args=[wave.slug]), {"count": "sheep"}).status_code == 404
    printed = StringIO()
    call_command("tables", wave.slug, "--variable", "GRIP", "--without-dont-knows", stdout=printed)
    (table,) = json.loads(printed.getvalue())["tables"]
    assert (table["columns"][0]["base"], table["set_aside"]) == (72, 8)
    channels = wave.releases.values_list("channel", flat=True)
    assert sorted(channel.split(":")[1] for channel in channels if ":" in channel) == ["opinion", "organisations"]
    assert audit(wave).is_clean


def test_comments_are_counted_for_all_and_read_by_analysts(reporter: Client, analyst: Client) -> None:
    desk.closed_wave()
    assert "8 people wrote a comment." in page(reporter, "dashboard", "spring")
    assert "Too many targets." not in page(reporter, "dashboard", "spring")
    assert reporter.get(reverse("results:comments", args=["spring"])).status_code == 403
    assert page(analyst, "comments", "spring").count("Too many targets.") == 8


def test_comments_of_one_person_do_not_stand_in_the_same_place() -> None:
    """Each question's comments are sorted by themselves."""
    from results.dashboard import comments_of
    from results.tables import results_of

    wave = desk.closed_wave()
    for _variable, texts in comments_of(results_of(wave)):
        assert texts == sorted(texts)


def test_made_up_answers_say_so_on_the_page_and_in_each_picture(reporter: Client) -> None:
    wave = desk.closed_wave()
    assert "synthetic" not in page(reporter, "dashboard", "spring")
    Wave.objects.filter(pk=wave.pk).update(synthetic=True)
    Snapshot.objects.update(digest="0" * 64)  # what is in memory goes by the digest
    shown = page(reporter, "dashboard", "spring")
    assert shown.count("Sample answers are synthetic.") > shown.count('role="img"') / 2


def test_results_are_waited_for_while_they_are_built(reporter: Client) -> None:
    wave = desk.closed_wave()
    Snapshot.objects.all().delete()
    response = reporter.get(reverse("results:dashboard", args=[wave.slug]))
    assert response.status_code == 202
    assert "The results are being built" in response.content.decode()


@pytest.mark.parametrize("name", ["dashboard", "comments", "exports"])
def test_nobody_sees_a_result_of_an_open_wave(analyst: Client, name: str) -> None:
    wave = building.opened()
    building.sent(wave, {"GRIP": [1], "WHY": ["Too many targets."]})
    response = analyst.get(reverse(f"results:{name}", args=[wave.slug]))
    assert response.status_code == 404
    assert "before the wave has closed" in response.content.decode()
    assert "Too many targets." not in response.content.decode()


def test_an_empty_wave_has_a_page(reporter: Client) -> None:
    desk.closed_wave(chairs=0, officers=0)
    assert "Nobody answered this wave." in page(reporter, "dashboard", "spring")


# --- Exports ---------------------------------------------------------------------------------------------------


def test_a_file_is_named_checked_and_kept_out_of_caches(reporter: Client) -> None:
    wave = desk.closed_wave()
    response = reporter.get(reverse("results:export", args=["spring", "csv-tables"]))
    name = f"spring-csv-tables-{wave.snapshot.digest[:12]}.csv"
    digest = hashlib.sha256(response.content)
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Repr-Digest"] == f"sha-256=:{base64.b64encode(digest.digest()).decode()}:"
    assert "no-store" in response["Cache-Control"]
    assert page(reporter, "checksum", "spring", "csv-tables") == f"{digest.hexdigest()}  {name}\n"


def test_answers_are_given_for_a_reason_that_is_logged(analyst: Client) -> None:
    wave = desk.closed_wave()
    url = reverse("results:export_answers", args=["spring", "csv"])
    for reason in ("", "because"):
        assert analyst.post(url, {"reason": reason}).status_code == 422
    assert not Export.objects.exists()
    response = analyst.post(url, {"reason": "Checking the GRIP question"})
    assert len(list(csv.DictReader(io.StringIO(response.content.decode())))) == 19
    logged = Export.objects.get()
    assert (logged.format, logged.reason) == ("csv", "Checking the GRIP question")
    assert logged.snapshot_digest == wave.snapshot.digest
    assert "Checking the GRIP question" in page(analyst, "exports", "spring")


def test_answers_are_not_given_at_the_open_address(analyst: Client) -> None:
    desk.closed_wave()
    assert analyst.get(reverse("results:export", args=["spring", "csv"])).status_code == 404
    assert analyst.get(reverse("results:export_answers", args=["spring", "csv-tables"])).status_code == 404
    assert analyst.get(reverse("results:export", args=["spring", "nonsense"])).status_code == 404


def test_the_log_of_answers_taken_out_is_for_analysts(reporter: Client, analyst: Client) -> None:
    desk.closed_wave()
    analyst.post(reverse("results:export_answers", args=["spring", "csv"]), {"reason": "Checking the GRIP question"})
    assert "Checking the GRIP question" not in page(reporter, "exports", "spring")


def test_the_json_is_what_the_command_prints(reporter: Client) -> None:
    desk.closed_wave()
    found = json.loads(page(reporter, "export", "spring", "json"))
    out = io.StringIO()
    call_command("tables", "spring", "--variable", "GRIP", "--by", "role", stdout=out)
    printed = json.loads(out.getvalue())
    assert {key: found[key] for key in printed if key != "tables"} == {
        key: printed[key] for key in printed if key != "tables"
    }
    assert printed["tables"][0] in found["tables"]


# --- The command -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(REGISTRY))
def test_the_command_writes_what_the_page_gives(tmp_path: Path, key: str, reporter: Client, analyst: Client) -> None:
    desk.closed_wave()
    out = io.StringIO()
    call_command("export", "spring", key, "-o", str(tmp_path / "out"), stdout=out)
    data = (tmp_path / "out").read_bytes()
    assert out.getvalue() == f"{hashlib.sha256(data).hexdigest()}  {tmp_path / 'out'}\n"
    if REGISTRY[key].respondent_level:
        url = reverse("results:export_answers", args=["spring", key])
        assert analyst.post(url, {"reason": "Comparing the two ways"}).content == data
    else:
        assert reporter.get(reverse("results:export", args=["spring", key])).content == data


def test_the_command_writes_into_a_folder_under_the_usual_name(tmp_path: Path) -> None:
    wave = desk.closed_wave()
    folder = tmp_path / "exports"
    folder.mkdir()
    call_command("export", "spring", "csv-labels", "-o", str(folder), stdout=io.StringIO())
    assert [path.name for path in folder.iterdir()] == [f"spring-csv-labels-{wave.snapshot.digest[:12]}.csv"]


def test_the_command_lists_the_formats() -> None:
    out = io.StringIO()
    call_command("export", "--list", stdout=out)
    assert [line.split()[0] for line in out.getvalue().splitlines()] == list(REGISTRY)


def test_the_command_refuses_an_open_wave_and_writes_nothing(tmp_path: Path) -> None:
    building.opened()
    with pytest.raises(CommandError, match="results exist once it has closed") as refused:
        call_command("export", "spring", "csv", "-o", str(tmp_path / "out"))
    assert refused.value.returncode == 1
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_where_it_cannot_write(tmp_path: Path) -> None:
    desk.closed_wave()
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("export", "spring", "csv", "-o", str(tmp_path / "nowhere" / "out"))


def test_the_command_used_wrongly_ends_with_two() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("export", "spring")
    assert refused.value.returncode == 2


def test_a_break_by_what_is_known_of_nobody_is_not_offered(reporter: Client) -> None:
    banners = [{"name": "role", "title": "By role", "by": "role"}, {"name": "gp", "title": "By GP", "by": "gp"}]
    document = building.document()
    document["banners"] = banners
    desk.closed_wave(document)
    assert "By GP" in page(reporter, "dashboard", "spring")
    desk.closed_wave({**document, "wave": {**document["wave"], "slug": "summer"}}, is_gp_known=False)
    assert "By GP" not in page(reporter, "dashboard", "summer")
