"""What may be done with a comment, and a wish for contact that never joins a name to an answer."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from respondents.consent import contacts_of
from respondents.models import Frozen, Invitation, Response
from respondents.responses import save_page, submit
from results.closing import close_wave
from results.dashboard import comments_of
from results.snapshot import build_snapshot
from results.tables import results_of
from surveys.models import Wave
from surveys.problems import Refused
from tests import building, desk
from tests.building import NOW

pytestmark = pytest.mark.django_db


def asking() -> Wave:
    """An open wave with a long comment and an option that asks for own words."""
    document = building.document()
    items = document["sections"][0]["items"]
    items[1]["required"] = False
    items[2] = {"name": "WHY", "type": "text", "text": "Why?", "long": True}
    document["sections"][1]["items"][0]["options"].append({"code": 7, "label": "Another", "specify": True})
    return building.opened(document)


def say(wave: Wave, answers: dict[str, list[Any]], **invited: Any) -> building.Link:
    """Somebody invited sends these answers."""
    return building.sent(wave, answers, now=NOW, **invited)


def use(code: int) -> dict[str, list[Any]]:
    return {"WHY": ["Candidly"], "WHY_USE": [code]}


def test_the_use_of_a_comment_is_sent_with_it_and_not_without_it() -> None:
    wave = asking()
    say(wave, use(1))
    say(wave, {"GRIP": [1], "WHY_USE": [1]})
    say(wave, {"WHY": ["Candidly"]})
    sent = [(each.get("WHY"), each.get("WHY_USE")) for each in Response.objects.values_list("sent", flat=True)]
    assert sorted(sent, key=str) == [(["Candidly"], [1]), (["Candidly"], []), ([], None)]


def test_words_to_an_option_are_sent_only_where_it_was_chosen() -> None:
    wave = asking()
    say(wave, {"WAYS": [1, 7], "WAYS_SAY_7": ["A ledger"]})
    say(wave, {"WAYS": [1], "WAYS_SAY_7": ["Left behind"]})
    sent = Response.objects.values_list("sent", flat=True)
    assert sorted(str(each.get("WAYS_SAY_7")) for each in sent) == ["None", "['A ledger']"]


def test_among_the_answers_a_wish_for_contact_is_background_only() -> None:
    wave = asking()
    wishing, background = say(wave, use(3)), say(wave, use(2))
    rows = {row.pk: row.sent for row in Response.objects.all()}
    assert len(rows) == 2
    assert len({str(sent) for sent in rows.values()}) == 1, "the answers tell who wished for contact"
    marks = dict(Invitation.objects.values_list("pk", "contact"))
    assert marks == {wishing.invitation.pk: True, background.invitation.pk: False}


def test_the_wish_is_taken_back_with_the_next_sending() -> None:
    wave = asking()
    link = say(wave, use(3))
    save_page(link.token, {"WHY_USE": [1]}, revision=Response.objects.get().revision, now=NOW)
    submit(link.token, revision=Response.objects.get().revision, now=NOW)
    assert not Invitation.objects.get().contact
    assert Response.objects.get().sent["WHY_USE"] == [1]


def closed(wishing: int, background: int, quotable: int) -> Wave:
    wave = asking()
    for code, count in ((3, wishing), (2, background), (1, quotable)):
        for _ in range(count):
            say(wave, use(code))
    assert close_wave(wave, now=NOW, without_grace=True)
    wave.refresh_from_db()
    return wave


def test_who_asked_for_contact_is_listed_where_ten_comments_could_be_meant(capsys: Any) -> None:
    wave = closed(wishing=2, background=8, quotable=3)
    assert len(contacts_of(wave)) == 2
    call_command("contacts", wave.slug)
    assert capsys.readouterr().out.count("@") == 2
    assert {str(each.answers.get("WHY_USE")) for each in Frozen.objects.all()} == {"[1]", "[2]"}


def test_who_asked_for_contact_is_forgotten_where_fewer_could_be_meant(capsys: Any) -> None:
    wave = closed(wishing=2, background=7, quotable=30)
    assert contacts_of(wave) == []
    assert not Invitation.objects.filter(contact=True).exists()


def test_what_may_be_done_with_a_comment_stands_beside_no_role_in_any_file_or_table(tmp_path: Any) -> None:
    """One chair asks for contact and is on the list of names; one row of a chair is background only."""
    wave = asking()
    say(wave, use(3), role="chair")
    for code in [2] * 10 + [1] * 6:
        say(wave, use(code), role="ao")
    for _ in range(6):
        say(wave, use(1), role="chair")
    close_wave(wave, now=NOW, without_grace=True)
    wave.refresh_from_db()
    build_snapshot(wave, now=timezone.now())
    assert [each.role for each in contacts_of(wave)] == ["chair"]
    for key in ("csv", "csv-labels"):
        call_command("export", wave.slug, key, output=str(tmp_path / key), stdout=io.StringIO())
        assert "WHY_USE" not in (tmp_path / key).read_text(encoding="utf-8-sig")
    results = results_of(wave)
    asked = (results.break_variable, lambda name: results.codes(name, ["2"]), lambda name: results.variables([name]))
    for ask in asked:
        with pytest.raises(Refused, match="WHY_USE"):
            ask("WHY_USE")


def test_the_desk_lists_them_for_those_who_know_who_was_invited() -> None:
    wave = closed(wishing=2, background=8, quotable=0)
    response = desk.browsing(desk.staff("fieldwork")).get(f"/waves/{wave.slug}/contacts/")
    assert response["Cache-Control"] == "private, no-store", "names are not left behind on a shared machine"
    page = response.content.decode()
    assert page.count("mailto:") == 2
    assert "Candidly" not in page
    assert desk.browsing(desk.staff("analyst")).get(f"/waves/{wave.slug}/contacts/").status_code == 403


def test_nobody_is_listed_while_the_wave_is_open() -> None:
    wave = asking()
    say(wave, use(3))
    assert desk.browsing(desk.staff("editor")).get(f"/waves/{wave.slug}/contacts/").status_code == 409
    with pytest.raises(CommandError, match="known at its close"):
        call_command("contacts", wave.slug)


def test_comments_are_read_with_what_may_be_done_with_them() -> None:
    wave = asking()
    for code in [1] * 5 + [2] * 6:
        say(wave, {"WHY": [f"Words {code}"], "WHY_USE": [code], "WAYS": [7], "WAYS_SAY_7": ["A ledger"]})
    close_wave(wave, now=NOW, without_grace=True)
    wave.refresh_from_db()
    build_snapshot(wave, now=timezone.now())
    found = {variable.name: comments for variable, comments in comments_of(results_of(wave))}
    assert found["WHY"][0] == ("Words 1", "You may quote it with my role, not my name")
    assert found["WHY"][-1] == ("Words 2", "Background only: do not quote it")
    assert found["WAYS_SAY_7"] == [("A ledger", "")] * 11
    tabulated = {variable.name for variable in results_of(wave).variables()}
    assert "WHY_USE" not in tabulated
    assert "WAYS_SAY_7" in tabulated
