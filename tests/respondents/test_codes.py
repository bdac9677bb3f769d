"""Short codes to type: they lead where the link leads, as long as the link leads there, and cannot be guessed."""

from __future__ import annotations

import csv
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone

from respondents import attempts, keys
from respondents.attempts import forget_attempts, may_try
from respondents.codes import code_for, give_code, token_behind
from respondents.invitations import revoke
from respondents.mailing import compose
from respondents.models import CodeAttempt, Invitation, Person
from results.closing import close_wave
from tests import building
from tests.building import NOW
from tests.respondents.test_pages_journey import running

pytestmark = pytest.mark.django_db


def given(**invited: Any) -> tuple[building.Link, str]:
    """Somebody invited to a running wave, and the code they were given."""
    link = building.link(running(), **invited)
    return link, give_code(link.invitation, key=keys.read_key(link.invitation.wave))


def post(code: str, **more: str) -> Any:
    return Client(enforce_csrf_checks=True).post("/code/", {"code": code, "end": "1"}, **more)


@pytest.mark.parametrize("typed", [str, str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_a_code_leads_where_the_link_leads_however_it_is_typed(typed: Any) -> None:
    link, code = given()
    reply = post(typed(code))
    assert (reply.status_code, reply["Location"]) == (303, f"/a/{link.token}/")
    assert reply["Cache-Control"] == "no-store, private"


def test_a_code_outlives_the_secret_key_it_was_made_with(settings: Any) -> None:
    link, code = given()
    settings.SECRET_KEY, old = "a new key of this installation, long enough for years", settings.SECRET_KEY
    assert token_behind(code) is None
    settings.SECRET_KEY_FALLBACKS = ["an older one still", old]
    assert token_behind(code) == link.token


@pytest.mark.parametrize(
    "typed", ["", "A", "7QF2M-0ZK9", "\x00" * 10, "７ＱＦ２Ｍ０ＺＫ９Ｔ", "ß" * 10, "🙂" * 10, "x" * 9999]
)
def test_nonsense_is_refused_in_words(typed: str) -> None:
    reply = post(typed)
    assert reply.status_code == 422
    assert "error-summary" in reply.content.decode()


def test_a_code_has_fifty_bits_and_no_letter_that_is_read_as_another() -> None:
    key = bytes(32)
    wave = running()
    codes = {code_for(key, building.link(wave).invitation.pk) for _ in range(60)}
    assert len(codes) == 60
    assert all(len(code) == 11 and code[5] == "-" for code in codes)
    assert not set("".join(codes)) & set("ILOU")
    assert len(set("".join(codes))) > 28, "not every letter is used"


def test_the_database_holds_neither_the_code_nor_the_token() -> None:
    link, code = given()
    row = Invitation.objects.values().get()
    held = " ".join(map(str, row.values()))
    assert code not in held
    assert code.replace("-", "") not in held
    assert link.token not in held


def test_unknown_revoked_and_spent_codes_get_the_same_page() -> None:
    link, code = given()
    unknown = post("00000-00000")
    revoke(link.invitation)
    revoked = post(code)
    Invitation.objects.update(revoked=False)
    assert post(code).status_code == 303
    close_wave(link.invitation.wave, now=NOW, without_grace=True)
    spent = post(code)
    pages = {reply.content.decode().replace(code, "00000-00000") for reply in (unknown, revoked, spent)}
    assert len(pages) == 1
    assert {reply.status_code for reply in (unknown, revoked, spent)} == {422}
    assert Invitation.objects.filter(code_name=None, code_box="").count() == 1


def test_only_a_few_codes_may_be_tried_from_one_place() -> None:
    _link, code = given()
    for _ in range(attempts.MOST):
        assert post("00000-00000").status_code == 422
    assert post(code).status_code == 429
    assert post(code, REMOTE_ADDR="192.0.2.7").status_code == 303
    assert "127.0.0.1" not in str(list(CodeAttempt.objects.values_list("mark", flat=True)))


def test_attempts_count_for_a_quarter_of_an_hour_and_are_then_forgotten() -> None:
    now = timezone.now()
    tries = [may_try("2001:db8::1", now=now) for _ in range(attempts.MOST)]
    assert all(tries)
    assert not may_try("2001:db8::2", now=now), "one network of version 6 is one place"
    later = now + timedelta(minutes=16)
    assert may_try("2001:db8::1", now=later)
    assert forget_attempts(later) == attempts.MOST + 1


def test_looking_at_the_page_and_truncated_bodies_change_nothing() -> None:
    _link, code = given()
    assert Client().get("/code/").status_code == 200
    assert Client().post("/code/", {"code": code}).status_code == 422
    assert not CodeAttempt.objects.exists()


def test_the_mail_carries_the_code_and_where_to_type_it(settings: Any) -> None:
    settings.SITE_URL = "https://survey.example"
    link, code = given()
    link.invitation.person = Person(name="Ann Example", email="ann@example.org")
    message = compose(link.invitation, "invitation", link="https://survey.example/a/x/", code=code)
    assert f"go to survey.example/code and type {code}" in message.body


def test_letters_on_paper_carry_the_codes_of_those_who_have_not_answered(tmp_path: Path) -> None:
    wave = running()
    waiting = building.link(wave)
    Person.objects.update(name="=Ann & Co")
    building.sent(wave, {"GRIP": [2]}, now=timezone.now())
    path = tmp_path / "letters.csv"
    call_command("mail_merge", wave.slug, output=str(path))
    (line,) = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    assert token_behind(line["code"]) == waiting.token
    assert line["name"] == "'=Ann & Co"
    assert line["address"].endswith("/code")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(CommandError, match="cannot be written"):
        call_command("mail_merge", wave.slug, output=str(path))
