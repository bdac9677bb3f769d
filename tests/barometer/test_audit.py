"""The audit log: what gets into it by itself, that it is kept, who reads it, and what is never in it."""

from __future__ import annotations

import io
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from barometer.accounts import audit
from barometer.accounts.models import AuditEntry, User
from respondents.models import Person
from results.models import Export
from surveys.changes import SetAbout
from surveys.commenting import comment, resolve
from surveys.editing import edit
from surveys.lifecycle import open_wave
from surveys.models import Question, QuestionVersion, SavedScale, Survey
from surveys.wave_file import dump_wave
from tests import building, desk

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return desk.staff("admin", "editor", "analyst", "publisher", "fieldwork")


def words(response: Any) -> str:
    return response.content.decode()


def kinds() -> list[str]:
    return list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))


# --- It is kept ----------------------------------------------------------------------------------------------------


def test_the_database_refuses_to_change_or_delete_a_line() -> None:
    """The guard as the migration puts it up; it is off in the other tests, which empty the database."""
    audit.execute(audit.guard_statements(connection.vendor))
    line = audit.record("edited", by=None, note="first", now=timezone.now())
    attempts = [
        lambda: AuditEntry.objects.filter(pk=line.pk).update(note="changed"),
        line.delete,
        lambda: AuditEntry.objects.all().delete(),
        lambda: audit.execute(["UPDATE accounts_auditentry SET note = ''"]),
    ]
    if connection.vendor == "postgresql":
        attempts.append(lambda: audit.execute(["TRUNCATE accounts_auditentry"]))
    for attempt in attempts:
        with pytest.raises(DatabaseError, match="only ever added to"), transaction.atomic():
            attempt()
    assert AuditEntry.objects.get(pk=line.pk).note == "first"
    audit.record("edited", by=None, note="second", now=timezone.now())
    assert AuditEntry.objects.count() == 2


# --- What gets in --------------------------------------------------------------------------------------------------


def test_moves_and_changes_of_a_wave_get_in_with_their_transaction(boss: User) -> None:
    wave = building.draft()
    edit(wave, SetAbout("Spring again", 3), revision=wave.revision, by=boss, now=building.NOW)
    open_wave(wave, by=boss, now=building.NOW, note="decided by one person")
    lines = AuditEntry.objects.order_by("pk").values_list("kind", "by", "wave", "note")
    assert list(lines) == [
        ("edited", boss.pk, wave.pk, "Changed what the wave is called"),
        ("moved", boss.pk, wave.pk, "Draft → Open; decided by one person"),
    ]
    with transaction.atomic():
        wave.events.create(at=building.NOW, by=boss, before="open", after="closed")
        assert len(kinds()) == 3
        transaction.set_rollback(True)
    assert len(kinds()) == 2, "what did not happen is not in the log"


def test_results_seen_and_answers_taken_out_get_in(boss: User) -> None:
    wave = desk.closed_wave()
    browser = desk.browsing(boss)
    for _ in range(2):
        browser.get(reverse("results:dashboard", args=[wave.slug]))
    url = reverse("results:export_answers", args=[wave.slug, "csv"])
    browser.post(url, {"reason": "To check a figure for Ann Archer"})
    assert kinds().count("released") == 1
    (line,) = AuditEntry.objects.filter(kind="exported")
    assert (line.by, line.wave, line.note) == (boss, wave, "csv")
    assert Export.objects.get().reason == "To check a figure for Ann Archer"


def test_samples_and_mails_get_in_without_a_name(boss: User) -> None:
    building.draft()
    building.organisation("00C")
    browser = desk.browsing(boss)
    text = building.csv("name,email,role,gp,organisations", "Ann Archer,ann@example.org,chair,1,00C").decode()
    browser.post(reverse("desk:sample", args=["spring"]), {"text": text})
    browser.post(reverse("desk:invitations", args=["spring"]))
    lines = AuditEntry.objects.filter(kind__in=("sample", "mailing")).order_by("pk")
    assert [(line.kind, line.note) for line in lines] == [
        ("sample", "1 invited, 0 updated"),
        ("mailing", "Invitation"),
    ]


def test_no_address_gets_in_however_it_is_said() -> None:
    line = audit.record("edited", by=None, note="by ann@example.org, /a/" + "x" * 43 + "/", now=timezone.now())
    assert line.note == "by [address], /a/[link]/"


def test_a_whole_wave_leaves_no_respondent_answer_or_link_in_the_log(boss: User) -> None:
    data = building.document()
    wave = desk.closed_wave(data)
    browser = desk.browsing(boss)
    for page in ("results:dashboard", "results:comments", "results:exports"):
        browser.get(reverse(page, args=[wave.slug]))
    browser.get(reverse("results:question", args=["leaders", "GRIP"]))
    told = " ".join(f"{line.kind} {line.about} {line.note}" for line in AuditEntry.objects.all())
    people = Person.objects.values_list("name", "email")
    assert people
    for found in (*(part for person in people for part in person), "Too many targets", "@"):
        assert found not in told
    assert not re.search(r"[A-Za-z0-9_-]{43}", told)


def test_every_kind_that_is_recorded_has_words() -> None:
    root = Path(audit.__file__).parents[2]
    found = set()
    for package in ("barometer", "surveys", "respondents", "results"):
        for file in (root / package).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            found |= set(re.findall(r'(?:audit\.record|acts\.tell|self\.noted)\(\s*"(\w+)"', text))
    assert found
    assert found <= set(audit.WORDS)


# --- Who reads it --------------------------------------------------------------------------------------------------


def test_everybody_reads_of_their_own_surveys_and_administrators_of_accounts(boss: User) -> None:
    wave = building.draft()
    elsewhere = Survey.objects.create(slug="elsewhere", title="Elsewhere")
    editor, stranger = desk.staff("editor", survey=wave.survey), desk.staff("editor", survey=elsewhere)
    audit.record("edited", by=boss, wave=wave, note="a change of the draft", now=timezone.now())
    audit.record("invited", by=boss, whom=stranger, now=timezone.now())
    audit.record("role_given", by=boss, whom=editor, survey=wave.survey, note="a role", now=timezone.now())
    page = reverse("accounts:log")
    seen = {who: words(desk.browsing(user).get(page)) for who, user in (("editor", editor), ("other", stranger))}
    assert "a change of the draft" in seen["editor"]
    assert "Gave a role" in seen["editor"], "it is about this editor"
    assert "Invited a colleague" not in seen["editor"]
    assert "a change of the draft" not in seen["other"]
    assert "Invited a colleague" in seen["other"], "it is about this editor"
    assert "Gave a role" not in seen["other"]
    everything = words(desk.browsing(boss).get(page))
    for told in ("a change of the draft", "Gave a role", "Invited a colleague"):
        assert told in everything


def test_the_log_is_filtered_and_paged_in_a_constant_number_of_queries(
    boss: User, django_assert_max_num_queries: Any
) -> None:
    wave = building.draft()
    long_ago = timezone.now() - timedelta(days=400)
    audit.record("edited", by=boss, wave=wave, note="long ago", now=long_ago)
    for number in range(250):
        audit.record("sample", by=boss, wave=wave, note=f"file {number}.", now=timezone.now())
    browser, page = desk.browsing(boss), reverse("accounts:log")
    with django_assert_max_num_queries(9):
        first = words(browser.get(page))
    assert "file 249." in first
    assert "file 149." not in first
    assert "file 149." in words(browser.get(page, {"page": 2}))
    assert "long ago" in words(browser.get(page, {"group": "edits"}))
    assert "file 249." not in words(browser.get(page, {"group": "edits"}))
    until = (long_ago + timedelta(days=1)).date().isoformat()
    assert "long ago" in words(browser.get(page, {"until": until}))
    assert "file 249." not in words(browser.get(page, {"until": until, "wave": wave.pk, "by": boss.pk}))
    assert "No line fits." in words(browser.get(page, {"group": "bank"}))
    for nonsense in ({"page": "x"}, {"by": "x"}, {"since": "yesterday"}, {"wave": "9" * 30}):
        assert browser.get(page, nonsense).status_code == 200


def test_changes_of_a_draft_in_a_row_are_one_line(boss: User) -> None:
    wave = building.draft()
    for number in range(5):
        audit.record("edited", by=boss, wave=wave, note=f"change {number}", now=timezone.now())
    page = words(desk.browsing(boss).get(reverse("accounts:log")))
    assert "5 times; change 4" in page
    assert "change 3" not in page


# --- The bank's commands -------------------------------------------------------------------------------------------


def test_questions_and_scales_are_changed_by_command(tmp_path: Path) -> None:
    building.draft()
    out = io.StringIO()
    call_command("change_question", "leaders", "GRIP", "--topic", "The centre", stdout=out)
    assert str(Question.objects.get(name="GRIP").topic) == "The centre"
    version = QuestionVersion.objects.get(question__name="GRIP")
    item = {**version.definition, "name": "GRIP", "text": "Is the grip firm?", "scales": [version.scale]}
    file = tmp_path / "wording.json"
    file.write_text(json.dumps(item))
    call_command("change_question", "leaders", "GRIP", "--wording", str(file), "--look", stdout=out)
    assert QuestionVersion.objects.filter(question__name="GRIP").count() == 1
    call_command("change_question", "leaders", "GRIP", "--wording", str(file), stdout=out)
    assert "GRIP: breaks\n  The question is worded differently.\nSaved as wording 2." in out.getvalue()
    scale = tmp_path / "scale.json"
    scale.write_text(json.dumps(version.scale))
    call_command("save_scale", "leaders", str(scale), stdout=out)
    assert SavedScale.objects.get().name == "likely"
    call_command("save_scale", "leaders", "--forget", "likely", stdout=out)
    assert not SavedScale.objects.exists()


@pytest.mark.parametrize(
    ("wording", "told"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"type": "single"}', 'it has no "type" or no "text"'),
        ('{"type": "single", "text": "x", "scales": {"likely": 1}}', "is no list of scales"),
        ('{"type": "single", "text": "x", "scale": ["a"]}', "Nothing was written"),
        ('{"type": "single", "text": NaN}', "NaN is not a number JSON knows"),
    ],
)
def test_a_wording_that_is_none_is_refused_with_the_topic_beside_it(tmp_path: Path, wording: str, told: str) -> None:
    building.draft()
    file, out = tmp_path / "wording.json", io.StringIO()
    file.write_text(wording)
    with pytest.raises(CommandError, match=told):
        call_command("change_question", "leaders", "GRIP", "--topic", "New", "--wording", str(file), stdout=out)
    assert out.getvalue() == ""
    assert Question.objects.get(name="GRIP").topic is None


def test_what_is_done_by_command_gets_in(tmp_path: Path) -> None:
    wave, out = building.draft(), io.StringIO()
    building.organisation("00C")
    file = tmp_path / "scale.json"
    file.write_text(json.dumps(QuestionVersion.objects.get(question__name="GRIP").scale))
    sample = tmp_path / "sample.csv"
    sample.write_bytes(building.csv("name,email,role,gp,organisations", "Ann Archer,ann@example.org,chair,1,00C"))
    dumped = tmp_path / "again.wave.json"
    dumped.write_text(dump_wave(wave))
    call_command("save_scale", "leaders", str(file), stdout=out)
    call_command("save_scale", "leaders", "--forget", "likely", stdout=out)
    call_command("change_question", "leaders", "GRIP", "--topic", "The centre", stdout=out)
    call_command("copy_wave", "spring", "autumn", "Autumn", stdout=out)
    call_command("load_wave", str(dumped), stdout=out)
    call_command("load_sample", "spring", str(sample), stdout=out)
    assert [(line.kind, line.by, line.note) for line in AuditEntry.objects.order_by("pk")] == [
        ("bank", None, "likely: saved in the library (by command)"),
        ("bank", None, "likely: out of the library (by command)"),
        ("bank", None, "GRIP: on the topic The centre (by command)"),
        ("made", None, "like spring (by command)"),
        ("edited", None, "from a wave file (by command)"),
        ("sample", None, "1 invited, 0 updated (by command)"),
    ]


def test_a_comment_on_a_question_gets_in_without_its_words(boss: User) -> None:
    wave = building.draft()
    made = comment(wave, "GRIP", "Ask Ann Archer.", by=boss, now=timezone.now())
    resolve(wave, made.pk, by=boss, now=timezone.now())
    lines = AuditEntry.objects.order_by("pk")
    assert [(line.kind, line.by, line.note) for line in lines] == [
        ("commented", boss, "GRIP"),
        ("commented", boss, "GRIP: settled"),
    ]


def test_nobody_reads_the_log_without_signing_in() -> None:
    assert Client().get(reverse("accounts:log")).status_code == 302
