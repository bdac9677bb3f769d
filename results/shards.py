"""Waves too large to be counted by one process: cut by respondent, counted shard by shard, added.

Whoever builds such a wave's results first stores its shards; any number of workers then count them, each the next one
that nobody has claimed; whoever comes once all are counted adds them up and stores the snapshot. Counts are whole
numbers, so the tables and their digest are those of the wave counted in one piece. Every step finds what is due in the
database: done twice, at once or half, it does no harm, and a shard whose worker died is counted by another.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from results.analysis.counting import Counts
from results.analysis.frame import Frame
from results.analysis.layout import Grid
from results.models import Build, OrganisationTally, Shard, Snapshot
from results.snapshot import Computed, build_snapshot, computed, counts_of, store
from surveys.codebook import Codebook
from surveys.compiling import instrument_of
from surveys.models import Wave

LEASE = timedelta(minutes=5)
"""How long a worker may take for a shard before another may take it over."""


def build_or_cut(wave: Wave, *, people: int, now: datetime) -> bool:
    """Bring the results of a closed wave of so many people one step on; False while its shards are being counted.

    A wave of up to `settings.SHARD_RESPONDENTS` is built at once. A larger one is cut, or, when every shard has been
    counted, put together. Where answers have been withdrawn meanwhile, it is cut again.
    """
    build = Build.objects.filter(wave=wave).defer("frame").first()
    if build is None and people <= settings.SHARD_RESPONDENTS:
        build_snapshot(wave, now=now)
        return True
    if build is None or build.summary["people"] != people:
        cut(wave, parts=max(1, -(-people // settings.SHARD_RESPONDENTS)))
        return True
    return finish_build(build, now=now) is not None


@transaction.atomic
def cut(wave: Wave, *, parts: int) -> Build:
    """Store the shards of a closed wave, `parts` of them, in place of any that there are."""
    Wave.objects.select_for_update().get(pk=wave.pk)
    made = computed(wave)
    Build.objects.filter(wave=wave).delete()
    build = Build.objects.create(wave=wave, digest=made.digest, summary=made.summary, frame=made.frame.to_bytes())
    for number, shard in enumerate(made.frame.shards(parts)):
        wordless = replace(shard, texts={})
        Shard.objects.create(build=build, number=number, frame=wordless.to_bytes())
    return build


def count_waiting(now: datetime) -> int:
    """Count shards that nobody is counting until there is none left. Returns how many.

    A shard that cannot be counted is given back and the error raised; the next run tries it again.
    """
    done = 0
    while shard := _claimed(now):
        try:
            counts = _counted(shard)
        except BaseException:
            Shard.objects.filter(pk=shard.pk).update(claimed_until=None)
            raise
        done += Shard.objects.filter(pk=shard.pk, counts__isnull=True).update(counts=counts, claimed_until=None)
    return done


def finish_build(build: Build, *, now: datetime) -> Snapshot | None:
    """The snapshot of a build whose shards have all been counted, stored; None while some have not.

    The second of two that try finds the build gone and returns what the first has stored.
    """
    if build.shards.filter(counts__isnull=True).exists():
        return None
    with transaction.atomic():
        wave = Wave.objects.select_for_update().get(pk=build.wave_id)
        if not Build.objects.filter(pk=build.pk).exists():
            return Snapshot.objects.get(wave=wave)
        made = _computed(build)
        grids = [_grid(counts) for counts in build.shards.values_list("counts", flat=True) if counts is not None]
        snapshot = store(wave, made, tables=made.tables_from(grids), now=now)
        Build.objects.filter(pk=build.pk).delete()
    return snapshot


def _claimed(now: datetime) -> Shard | None:
    """The next shard to count, marked as this process's."""
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    for pk in Shard.objects.filter(free, counts__isnull=True).values_list("pk", flat=True):
        if Shard.objects.filter(free, pk=pk, counts__isnull=True).update(claimed_until=now + LEASE):
            return Shard.objects.select_related("build__wave").defer("build__frame").get(pk=pk)
    return None


def _counted(shard: Shard) -> list[list[dict[str, object]]]:
    """What a shard contributes to every table of its wave, as plain data."""
    wave = shard.build.wave
    frame = Frame.from_bytes(bytes(shard.frame), _codebook(wave))
    return [[counts.as_dict() for counts in row] for row in counts_of(frame, instrument_of(wave))]


def _grid(counts: list[list[dict[str, object]]]) -> Grid:
    return [[Counts.from_dict(each) for each in row] for row in counts]


def _computed(build: Build) -> Computed:
    """What the build has stored, as it was computed when the wave was cut."""
    wave = build.wave
    tally = OrganisationTally.objects.get(wave=wave).document
    frame = Frame.from_bytes(bytes(build.frame), _codebook(wave))
    return Computed(instrument_of(wave), tally, frame, build.summary)


def _codebook(wave: Wave) -> Codebook:
    return Codebook.from_list(OrganisationTally.objects.get(wave=wave).document["codebook"])
