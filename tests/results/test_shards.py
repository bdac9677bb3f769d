"""A large wave is cut, counted in parts and added: the same results, whatever fails on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest

from respondents.models import Frozen
from results import shards
from results.models import Build, Shard, Snapshot
from results.shards import LEASE, count_waiting, cut, finish_build
from results.tasks import build_due_snapshots, count_waiting_shards
from surveys.models import Wave
from tests.building import CLOSES
from tests.results.barometers import NOW, winter

pytestmark = pytest.mark.django_db

LATER = CLOSES + timedelta(days=1)


def results_of(wave):
    """The digest of a wave's snapshot and every stored table, which is then forgotten."""
    snapshot = Snapshot.objects.get(wave=wave)
    made = snapshot.digest, [table.document for table in snapshot.tables.all()]
    snapshot.delete()
    return made


def test_one_two_and_seven_shards_give_the_results_of_the_whole():
    wave = winter()
    whole = results_of(wave)
    for parts in (1, 2, 7):
        build = cut(wave, parts=parts)
        assert finish_build(build, now=NOW) is None
        assert count_waiting(NOW) == parts
        assert finish_build(build, now=NOW).digest == whole[0]
        assert finish_build(build, now=NOW).digest == whole[0]
        assert results_of(wave) == whole
        assert not Build.objects.exists()
        assert not Shard.objects.exists()


def test_a_wave_above_the_size_is_cut_and_built_by_the_sweeps(settings):
    settings.SHARD_RESPONDENTS = 13
    wave = winter()
    whole = results_of(wave)
    assert build_due_snapshots(NOW) == 1
    assert Shard.objects.count() == 7
    assert build_due_snapshots(NOW) == 0
    assert count_waiting_shards(NOW) == 7
    assert build_due_snapshots(NOW) == 1
    assert build_due_snapshots(NOW) == count_waiting_shards(NOW) == 0
    assert results_of(wave) == whole


def test_a_shard_that_fails_or_is_left_is_counted_by_the_next(monkeypatch):
    wave = winter()
    whole = results_of(wave)
    build = cut(wave, parts=3)
    counted, calls = shards.counts_of, []

    def failing_at_the_second(*arguments):
        calls.append(arguments)
        if len(calls) == 2:
            raise MemoryError
        return counted(*arguments)

    monkeypatch.setattr(shards, "counts_of", failing_at_the_second)
    with pytest.raises(MemoryError):
        count_waiting(NOW)
    assert Shard.objects.filter(counts__isnull=True).count() == 2
    assert not Shard.objects.exclude(claimed_until=None).exists()
    # A worker that died with a shard in its hands: nobody takes it over before its time is up.
    Shard.objects.filter(number=2).update(claimed_until=NOW + LEASE)
    assert count_waiting(NOW) == 1
    assert finish_build(build, now=NOW) is None
    assert count_waiting(NOW + LEASE + timedelta(seconds=1)) == 1
    # Counted twice is counted once.
    Shard.objects.filter(number=0).update(claimed_until=None)
    assert count_waiting(NOW) == 0
    finish_build(build, now=NOW)
    assert results_of(wave) == whole


def test_answers_withdrawn_while_shards_are_counted_leave_the_results(settings):
    settings.SHARD_RESPONDENTS = 40
    wave = winter()
    whole = results_of(wave)
    build_due_snapshots(NOW)
    first = Build.objects.get().digest
    assert first == whole[0]
    count_waiting_shards(NOW)
    Frozen.objects.filter(pk=Frozen.objects.first().pk).delete()
    assert build_due_snapshots(NOW) == 1
    assert Build.objects.get().digest != first
    count_waiting_shards(NOW)
    assert build_due_snapshots(NOW) == 1
    assert Snapshot.objects.get(wave=wave).summary["people"] == 84
    assert Wave.objects.count() == 1
