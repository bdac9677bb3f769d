"""The commands of the editors' desk: they do what the screens do, and refuse with status 1 and every reason."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from surveys.changes import RemoveItem
from surveys.editing import edit
from surveys.lifecycle import open_wave
from surveys.models import ItemComment, Question, Wave
from surveys.wave_file import dump_wave
from tests.building import NOW, counts, csv, document, draft, sample_wave
from tests.foreign_files import structure

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def refused(*arguments: str) -> str:
    before = counts()
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    assert raised.value.returncode == 1
    assert counts() == before
    return str(raised.value)


def test_lint_wave_lists_findings_with_their_source_and_the_minutes():
    sample_wave("2013-winter")
    told = run("lint_wave", "2013-winter")
    assert "BUDGET (sections[2].items[2].text): 26 words in one sentence" in told
    assert "6 things to think about." in told
    assert "chair: about" in told


def test_search_bank_finds_and_says_where():
    sample_wave("2013-winter")
    told = run("search_bank", "too", "much", "grip", "--survey", "ccg-barometer")
    assert told.startswith("GRIP [ccg-barometer]")
    assert "2013-winter (wording 1)" in told
    assert "there are: ccg-barometer" in refused("search_bank", "--survey", "none")


def test_questions_are_retired_and_merged_by_command():
    wave = draft()
    assert "spring" in refused("retire_question", "leaders", "GRIP")
    wave.sections.all().delete()
    assert "retired" in run("retire_question", "leaders", "GRIP")
    assert "again" in run("retire_question", "leaders", "GRIP", "--restore")
    assert "no question NONE" in refused("retire_question", "leaders", "NONE")
    data = document(slug="summer", number=4)
    data["sections"][0]["items"][1]["name"] = "HOLD"
    data["sections"][0]["items"][2]["show_if"] = ["answered", "HOLD"]
    draft(data)
    draft()
    assert "HOLD is GRIP now; changed: summer." in run("merge_questions", "leaders", "HOLD", "GRIP")
    assert not Question.objects.filter(name="HOLD").exists()


def test_copy_wave_makes_a_draft_and_says_what_to_look_at():
    draft()
    told = run("copy_wave", "spring", "autumn", "Autumn", "--opens", "2026-09-01T09:00:00+01:00")
    assert "autumn is a draft" in told
    assert "check the date" in told
    assert Wave.objects.get(slug="autumn").closes_at
    assert "--opens" in refused("copy_wave", "spring", "later", "Later", "--opens", "soon")
    assert "already a wave" in refused("copy_wave", "spring", "autumn", "Autumn")


def test_import_wave_looks_first_and_then_writes(tmp_path: Path):
    file = tmp_path / "leaders.lss"
    file.write_bytes(structure())
    before = counts()
    told = run("import_wave", str(file), "--look")
    assert counts() == before
    assert "17 questions and notes understood" in told
    assert "question DUAL: was left out" in told
    draft()
    run("import_wave", str(file), "--survey", "leaders", "--slug", "imported", "--title", "Imported")
    wave = Wave.objects.get(slug="imported")
    assert (wave.title, wave.roles, wave.survey.slug) == ("Imported", ["chair", "ao"], "leaders")


def test_import_wave_refuses_with_every_problem_and_its_place(tmp_path: Path):
    file = tmp_path / "list.csv"
    file.write_bytes(csv("name,text,type", "a,A?,poll", "b,B?,vote"))
    told = refused("import_wave", str(file))
    assert "line 2: type 'poll'" in told
    assert "line 3: type 'vote'" in told
    assert "none of the files" in refused("import_wave", __file__)


def test_export_wave_writes_what_import_wave_reads(tmp_path: Path):
    wave = draft()
    for format_, name in (("wave", "spring.wave.json"), ("xlsform", "spring.xlsx")):
        path = tmp_path / name
        assert str(path) in run("export_wave", "spring", format_, "-o", str(path))
        assert "nothing was written" in run("import_wave", str(path), "--look")
    assert (tmp_path / "spring.wave.json").read_text() == dump_wave(wave)
    assert "cannot be written" in refused("export_wave", "spring", "wave", "-o", str(tmp_path / "no" / "x"))


def test_dry_run_tells_what_a_draft_would_bring():
    draft(frame_kind=None, frame_date=None)
    told = run("dry_run", "spring", "--rate", "0.5")
    assert "100 of 200 answer (50 per cent)." in told
    assert "publishable in 100 runs of 100" in told
    made = json.loads(run("dry_run", "spring", "--json"))
    assert (made["made_up"], made["snapshot"], made["people"]) == (True, None, 90)
    assert "response rate" in refused("dry_run", "spring", "--rate", "2")


def test_desk_tells_changes_and_comments_and_undoes():
    wave = draft()
    edit(wave, RemoveItem("SPEND"), revision=wave.revision, now=NOW)
    assert "GRIP comment" in run("desk", "spring", "--comment", "GRIP", "Too blunt?")
    number = ItemComment.objects.get().pk
    told = run("desk", "spring", f"--settle={number}", "--undo")
    assert "Undid: Removed SPEND" in told
    assert f"GRIP comment {number} (settled), somebody: Too blunt?" in told
    assert json.loads(dump_wave(Wave.objects.get())) == document()
    assert "is not in this wave" in refused("desk", "spring", "--comment", "NOBODY", "Hm")
    open_wave(Wave.objects.get(), now=NOW)
    assert "Only a draft" in refused("desk", "spring", "--undo")
    assert "this wave is open" in refused("desk", "spring", "--comment", "GRIP", "Hm")
