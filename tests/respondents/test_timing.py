"""How long answering takes: measured, shown the next time, and known of nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from respondents.models import Timing
from respondents.timing import measured_minutes, median_of, note_minutes, rewrite_timings
from surveys.models import Wave
from tests import building
from tests.respondents.test_pages_journey import Visitor, running

pytestmark = pytest.mark.django_db


def timed(counts: dict[int, int], *, slug: str, days_ago: int) -> Wave:
    """An earlier wave of the survey whose journeys took so many minutes."""
    wave = building.draft(slug=slug, opens_at=(timezone.now() - timedelta(days=days_ago)).isoformat(), closes_at=None)
    Timing.objects.bulk_create(Timing(wave=wave, minutes=minutes, count=count) for minutes, count in counts.items())
    return wave


def answered(visitor: Visitor) -> None:
    visitor.get()
    visitor.post("begin/")
    visitor.page("GRIP", {"GRIP": "2"})
    visitor.get("check/")
    visitor.post("check/", {"sure": "on"})


def test_a_journey_is_counted_once_in_whole_minutes() -> None:
    wave = running()
    visitor = Visitor(building.link(wave).token)
    answered(visitor)
    assert list(Timing.objects.values_list("wave", "minutes", "count")) == [(wave.pk, 1, 1)]
    visitor.post("begin/")
    visitor.page("GRIP", {"GRIP": "1"})
    visitor.get("check/")
    visitor.post("check/")
    answered(Visitor(building.link(wave).token))
    assert list(Timing.objects.values_list("minutes", "count")) == [(1, 2)]


def test_who_sends_from_another_browser_than_began_is_not_counted() -> None:
    link = building.begun(running(), {"GRIP": [2]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.get()
    visitor.post("begin/")
    visitor.get("check/")
    visitor.post("check/", {"sure": "on"})
    assert not Timing.objects.exists()


def test_who_was_called_away_is_not_counted() -> None:
    wave, now = running(), timezone.now()
    assert note_minutes(wave, began=now - timedelta(minutes=4, seconds=1), ended=now)
    assert not note_minutes(wave, began=now - timedelta(hours=3), ended=now)
    assert list(Timing.objects.values_list("minutes", flat=True)) == [5]


def test_a_count_that_fails_keeps_nobody_from_the_receipt(monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(*_: Any, **__: Any) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(type(Timing.objects), "get_or_create", locked)
    now = timezone.now()
    assert note_minutes(running(), began=now, ended=now) is False


def test_the_median_is_where_half_were_done() -> None:
    assert median_of({5: 3, 6: 4, 9: 3}) == 6
    assert median_of({5: 5, 9: 5}) == 5
    assert median_of({7: 1}) == 7


def test_the_latest_wave_with_ten_journeys_says_how_long_it_takes() -> None:
    wave = running()
    timed({3: 50}, slug="oldest", days_ago=900)
    timed({8: 6, 9: 4}, slug="older", days_ago=600)
    timed({20: 9}, slug="too-few", days_ago=300)
    assert measured_minutes(wave) == 8
    html = Visitor(building.link(wave).token).get()
    assert "last time half of those who answered took no more than 8 minutes" in html


def test_without_a_measured_wave_the_length_is_reckoned() -> None:
    wave = running()
    timed({8: 9}, slug="older", days_ago=600)
    assert measured_minutes(wave) is None
    html = Visitor(building.link(wave).token).get()
    assert "about" in html
    assert "last time" not in html


def test_the_counts_are_written_anew_when_the_wave_freezes() -> None:
    wave = timed({3: 5, 4: 2}, slug="older", days_ago=600)
    before = set(Timing.objects.values_list("pk", flat=True))
    rewrite_timings(wave)
    assert dict(Timing.objects.values_list("minutes", "count")) == {3: 5, 4: 2}
    assert not before & set(Timing.objects.values_list("pk", flat=True))
