"""Two editors at once, in real transactions: one change lands, the other is told, and an opening shuts both out."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from surveys import changes
from surveys.editing import Stale, edit
from surveys.lifecycle import open_wave
from surveys.models import DraftStep, Wave
from surveys.problems import Refused
from surveys.wave_file import document_of
from tests.building import NOW, draft

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each gave or raised, all begun at the same moment in threads of their own."""
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            start.wait(10)
            return work()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def test_of_changes_made_at_once_one_lands_and_the_others_are_told():
    wave = draft()

    def change(number: int) -> Callable[[], Wave]:
        mine = changes.SetAbout(f"Title {number}")
        return lambda: edit(Wave.objects.get(pk=wave.pk), mine, revision=wave.revision, now=NOW)

    for _round in range(4):
        wave.refresh_from_db()
        before = DraftStep.objects.count()
        done = at_once(*(change(number) for number in range(4 * _round, 4 * _round + 4)))
        landed = [each for each in done if isinstance(each, Wave)]
        told = [each for each in done if isinstance(each, Stale)]
        assert (len(landed), len(told)) == (1, 3)
        assert Wave.objects.get().title == landed[0].title
        assert all(each.theirs["wave"]["title"] == landed[0].title for each in told)
        assert all(each.yours["wave"]["title"] != landed[0].title for each in told)
        assert DraftStep.objects.count() == before + 1


def test_a_change_and_an_opening_at_once_never_leave_an_instrument_that_differs_from_its_draft():
    for number in range(4):
        wave = draft(slug=f"wave-{number}", number=number)
        at_once(
            lambda wave=wave: edit(
                Wave.objects.get(pk=wave.pk), changes.RemoveItem("SPEND"), revision=wave.revision, now=NOW
            ),
            lambda wave=wave: open_wave(Wave.objects.get(pk=wave.pk), now=NOW),
        )
        opened = Wave.objects.get(pk=wave.pk)
        asked = [q["name"] for section in opened.instrument.document["sections"] for q in section["questions"]]
        assert asked == [item["name"] for section in document_of(opened)["sections"] for item in section["items"]]
