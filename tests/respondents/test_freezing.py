"""The freeze: every sent answer once, under a new name, in no order, and nothing left of the originals."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction

from respondents import keys
from respondents.freezing import erase, freeze
from respondents.models import Frozen, Invitation, Response
from respondents.receipts import receipt_hash, tidy_receipt
from respondents.responses import submit
from results.closing import close_wave
from results.models import OrganisationTally
from results.snapshot import build_snapshot
from surveys.models import Wave
from tests.building import CLOSES, NOW, begun, counts, opened, sent

pytestmark = pytest.mark.django_db

AFTER = CLOSES + timedelta(hours=1)


def twenty(wave: Wave) -> set[str]:
    """Twenty people with answers of their own, and one who has not sent; returns the pseudonyms."""
    for number in range(20):
        sent(wave, {"GRIP": [2], "SPEND": [number]}, role="ao")
    begun(wave, {"GRIP": [1]})
    return set(Response.objects.values_list("pk", flat=True))


def test_every_sent_answer_is_frozen_once_and_drafts_are_dropped() -> None:
    wave = opened()
    pseudonyms = twenty(wave)
    before = sorted((one.sent["SPEND"][0], str(one.attributes)) for one in Response.objects.filter(sent__isnull=False))
    assert close_wave(wave, now=AFTER)
    assert sorted((one.answers["SPEND"][0], str(one.attributes)) for one in Frozen.objects.all()) == before
    assert not Response.objects.exists()
    assert not set(Frozen.objects.values_list("pk", flat=True)) & pseudonyms
    assert wave.events.last().note == "20 responses frozen"


def test_frozen_answers_are_what_was_sent_not_what_was_changed_after() -> None:
    from respondents.responses import save_page

    wave = opened()
    one = sent(wave, {"GRIP": [2]})
    save_page(one.token, {"GRIP": [9]}, revision=1, now=NOW)
    close_wave(wave, now=AFTER)
    assert Frozen.objects.get().answers["GRIP"] == [2]


def test_no_frozen_column_holds_what_the_identity_side_holds() -> None:
    wave = opened()
    one = sent(wave, {"GRIP": [2]})
    close_wave(wave, now=AFTER)
    frozen = Frozen.objects.get()
    told = f"{frozen.pk} {frozen.answers} {frozen.attributes} {frozen.receipt_hash}"
    for secret in (one.token, keys.token_hash(one.token), keys.pseudonym_of(one.token), one.invitation.pk.hex):
        assert secret not in told


def test_two_freezes_of_the_same_answers_have_other_orders_and_names() -> None:
    orders = []
    for slug in ("one", "two"):
        wave = opened(slug=slug)
        twenty(wave)
        close_wave(wave, now=AFTER)
        rows = _as_stored(wave)
        orders.append(rows)
    assert sorted(orders[0]) == sorted(orders[1]) == list(range(20))
    assert orders[0] != orders[1]
    assert orders[0] != list(range(20))
    assert Frozen.objects.count() == 40


def _as_stored(wave: Wave) -> list[int]:
    place = "ctid" if connection.vendor == "postgresql" else "rowid"
    rows = Frozen.objects.raw(
        f"SELECT id, answers FROM respondents_frozen WHERE wave_id = %s ORDER BY {place}", [wave.pk]
    )
    return [row.answers["SPEND"][0] for row in rows]


def test_other_waves_are_left_alone() -> None:
    past, running = opened(), opened(slug="running")
    sent(past, {"GRIP": [2]})
    sent(running, {"GRIP": [2]})
    close_wave(past, now=AFTER)
    assert list(Response.objects.values_list("wave__slug", flat=True)) == ["running"]


def test_a_count_that_does_not_agree_stops_the_close_and_keeps_everything() -> None:
    wave = opened()
    twenty(wave)
    Invitation.objects.filter(role="chair").update(responded=True)
    before = counts()
    with (
        pytest.raises(RuntimeError, match="20 sent, 20 frozen, 21 marked as responded in spring"),
        transaction.atomic(),
    ):
        close_wave(wave, now=AFTER)
    assert counts() == before
    assert Wave.objects.get().state == "open"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_frozen_outside_the_closing_transaction() -> None:
    with pytest.raises(RuntimeError, match="freezing belongs into the closing transaction"):
        freeze(opened())


def test_a_wave_without_its_key_closes_without_organisations_rather_than_never() -> None:
    wave = opened()
    twenty(wave)
    keys.destroy_key(wave)
    assert close_wave(wave, now=AFTER)
    assert Frozen.objects.count() == 20
    assert OrganisationTally.objects.get().document["organisations"] is None
    assert build_snapshot(wave, now=AFTER).summary["people"] == 20


# --- Withdrawing after the close -------------------------------------------------------------------------------


def test_a_receipt_finds_its_frozen_answers_however_it_is_typed() -> None:
    wave = opened()
    twenty(wave)
    receipt = submit(begun(wave, {"GRIP": [9]}).token, revision=1, now=NOW)
    close_wave(wave, now=AFTER)
    typed = f" {receipt.lower().replace('-', ' ')} "
    assert tidy_receipt(typed) == receipt
    assert erase(typed) == wave
    assert Frozen.objects.count() == 20
    assert not [one for one in Frozen.objects.all() if one.answers["GRIP"] == [9]]
    assert erase(receipt) is None


@pytest.mark.parametrize("typed", ["", "   ", "-", "0000-0000-0000-0000", "\x00", "x" * 10_000])
def test_what_is_no_receipt_erases_nothing(typed: str) -> None:
    wave = opened()
    Frozen.objects.create(wave=wave, answers={}, attributes={}, receipt_hash="")
    assert erase(typed) is None
    assert Frozen.objects.count() == 1


def test_letters_that_look_like_digits_are_read_as_digits() -> None:
    assert tidy_receipt("oil1-2u34") == "0111-2V34"
    assert receipt_hash("") == ""
