"""The commands by which waves are made and decided on: what the screens do, with every refusal in words."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command

from surveys.models import Correction, Proposal, Wave
from surveys.wave_file import document_of
from tests import building, desk

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(building.NOW, tick=False):
        yield


@pytest.fixture
def editor() -> desk.User:
    return desk.staff("editor")


@pytest.fixture
def publisher() -> desk.User:
    return desk.staff("publisher")


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    before = building.counts()
    with pytest.raises(CommandError) as raised:
        run(*arguments)
    assert raised.value.returncode == 1
    assert building.counts() == before
    return str(raised.value)


def test_a_wave_is_opened_extended_and_closed_by_two(editor: desk.User, publisher: desk.User) -> None:
    building.draft()
    run("propose", "spring", "open", "--by", editor.email)
    number = str(Proposal.objects.get().pk)
    assert "open the wave, proposed by Desk Person" in run("decide")
    assert "Only a publisher" in refused("decide", number, "--by", desk.staff("editor").email)
    assert "say who decides" in refused("decide", number)
    assert "there is no proposal 0" in refused("decide", "0", "--by", publisher.email)
    assert "open the wave: confirmed." in run("decide", number, "--by", publisher.email)
    assert Wave.objects.get().state == "open"
    later = (building.CLOSES + timedelta(days=1)).isoformat()
    run("propose", "spring", "move", "--closes", later, "--by", editor.email)
    run("decide", str(Proposal.objects.waiting().get().pk), "--by", publisher.email)
    assert Wave.objects.get().closes_at == building.CLOSES + timedelta(days=1)
    assert "is not a time" in refused("propose", "spring", "move", "--by", editor.email)
    run("propose", "spring", "close", "--by", editor.email)
    assert "declined" in run("decide", str(Proposal.objects.waiting().get().pk), "--decline", "--by", publisher.email)


def test_a_wording_is_corrected_by_command(editor: desk.User, publisher: desk.User) -> None:
    building.opened()
    start = ("propose", "spring", "correct", "--by", editor.email, "--reason", "A capital")
    assert "say which question" in refused(*start)
    assert "is not PLACE=WORDS" in refused(*start, "--question", "GRIP", "--words", "text")
    assert "worded differently" in refused(*start, "--question", "GRIP", "--words", "text=Is the hold right?")
    run(*start, "--question", "GRIP", "--words", "text=Is the Grip right?", "--words", "options[9]=Don’t know")
    run("decide", str(Proposal.objects.get().pk), "--by", publisher.email)
    assert len(Correction.objects.get().words) == 2


def test_one_person_decides_alone_by_command() -> None:
    both = desk.staff("editor", "publisher")
    building.draft()
    assert "decided by Desk Person alone" in run("propose", "spring", "open", "--by", both.email, "--alone")
    assert Wave.objects.get().state == "open"


def test_new_waves_are_made_by_command() -> None:
    run("new_wave", "leaders", "winter", "Winter", "--survey-title", "Leaders", "--role", "chair=CCG chair")
    assert Wave.objects.get().survey.title == "Leaders"
    assert "is not CODE=LABEL" in refused("new_wave", "leaders", "x", "X", "--role", "chair")
    assert "there is already a wave called winter" in refused("new_wave", "leaders", "winter", "Winter")
    building.draft()
    run("new_wave", "leaders", "summer", "Summer", "--questions", "WAYS", "GRIP")
    names = [
        item["name"] for each in document_of(Wave.objects.get(slug="summer"))["sections"] for item in each["items"]
    ]
    assert names == ["WAYS", "GRIP"]
    assert "is not a question of leaders" in refused("new_wave", "leaders", "x", "X", "--questions", "NONE")
    assert "there is no survey nowhere" in refused("new_wave", "nowhere", "x", "X", "--questions", "GRIP")


def test_ready_lists_thoughts_and_refuses_what_cannot_open() -> None:
    building.draft()
    told = run("ready", "spring")
    assert "CCG chair: about" in told
    assert "Nothing stops this wave from opening." in told
    Wave.objects.update(closes_at=None)
    assert "wave.closes_at: set this time before opening" in refused("ready", "spring")


def test_a_pdf_is_written_by_command(tmp_path: Path) -> None:
    building.draft()
    run("export_wave", "spring", "pdf", "-o", str(tmp_path / "spring.pdf"))
    assert (tmp_path / "spring.pdf").read_bytes().startswith(b"%PDF-")
