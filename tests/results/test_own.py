"""The private page of a respondent: own answers beside the others, by the receipt alone, after the results are out."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from respondents import keys
from respondents.models import Response
from results.closing import close_wave
from results.models import Release
from results.snapshot import build_snapshot
from surveys.models import Wave
from tests import building
from tests.building import NOW

pytestmark = pytest.mark.django_db


def wave_with_receipts(*, officers: int = 12) -> tuple[Wave, dict[str, str]]:
    """A closed wave of twelve chairs and so many officers with its results, and a receipt of each role."""
    document = building.document()
    document["banners"].append({"name": "region", "title": "By region", "by": "region"})
    document["sections"][0]["items"][2]["long"] = True
    wave = building.opened(document)
    organisations = [building.organisation(code, region="Y54") for code in ("00A", "00B", "00C", "00D")]
    for role, count in (("chair", 12), ("ao", officers)):
        for number in range(count):
            answers: dict[str, list[Any]] = {"GRIP": [1 + number % 2], "WHY": ["Candidly"], "WAYS": [1, 2]}
            building.sent(wave, answers, role=role, organisations=[organisations[number % 4]])
    receipts = {row.attributes["role"]: row.receipt for row in Response.objects.all() if row.answers["GRIP"] == [2]}
    close_wave(wave, now=NOW, without_grace=True)
    wave.refresh_from_db()
    build_snapshot(wave, now=timezone.now())
    return wave, receipts


def ask(receipt: str) -> tuple[int, str]:
    reply = Client(enforce_csrf_checks=True).post("/mine/", {"receipt": receipt})
    return reply.status_code, reply.content.decode()


def publish(wave: Wave) -> None:
    Wave.objects.filter(pk=wave.pk).update(state="published")


def test_own_answers_stand_beside_everybody_own_role_and_own_region() -> None:
    wave, receipts = wave_with_receipts()
    publish(wave)
    status, html = ask(receipts["chair"].lower())
    assert status == 200
    grip = html.partition("Is the grip right?</h2>")[2].partition("</table>")[0]
    assert "Everybody (24)" in grip
    assert "CCG chair (12)" in grip
    mine = grip.partition('class="mine"')[2].partition("</tr>")[0]
    assert "Likely" in mine
    assert "Your answer" in mine
    assert "<td>50</td>" in mine
    assert html.count("Your answer</strong>") == 3, "one choice, and two of several"
    assert "Candidly" not in html
    assert Release.objects.filter(audience="public").exists()


def test_a_group_that_staff_alone_may_see_is_withheld_here() -> None:
    wave, receipts = wave_with_receipts(officers=7)
    publish(wave)
    _status, html = ask(receipts["ao"])
    grip = html.partition("Is the grip right?</h2>")[2].partition("</table>")[0]
    assert "Accountable officer" in grip
    assert "Accountable officer (7)" not in grip
    assert grip.count("<td>hidden</td>") == 3


def test_nothing_is_shown_before_the_results_are_out_or_for_another_receipt() -> None:
    _wave, receipts = wave_with_receipts()
    status, html = ask(receipts["chair"])
    assert (status, "not out yet" in html) == (422, True)
    status, html = ask("7QF2-M0ZK-9TAB-X3CD")
    assert (status, "belong to this receipt" in html) == (422, True)
    assert Client().get("/mine/").status_code == 200


def test_no_statement_of_the_page_touches_a_person_or_an_invitation() -> None:
    wave, receipts = wave_with_receipts()
    publish(wave)
    ask(receipts["chair"])
    with CaptureQueriesContext(connection) as captured:
        ask(receipts["chair"])
    statements = " ".join(query["sql"] for query in captured.captured_queries)
    assert "respondents_frozen" in statements
    assert "respondents_invitation" not in statements
    assert "respondents_person" not in statements


def test_the_link_says_where_to_look_once_the_results_are_out() -> None:
    wave, _receipts = wave_with_receipts()
    token = "t" * 43
    wave.invitations.filter(pk=wave.invitations.first().pk).update(token_hash=keys.token_hash(token))
    assert 'href="/mine/"' not in Client().get(f"/a/{token}/").content.decode()
    publish(wave)
    assert 'href="/mine/"' in Client().get(f"/a/{token}/").content.decode()
