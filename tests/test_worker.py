"""Six open waves whose time passes: a real Celery worker closes them, and a tick elsewhere gives the same figures.

Then the worker builds three of them anew in 1, 2 and 7 shards.
"""

from __future__ import annotations

import json
from typing import Any

from tests import processes
from tests.building import REFERENCE, SAMPLE, SAMPLE_WAVES
from tests.conftest import Installation

FIELD = """
import json
from datetime import timedelta
from pathlib import Path
from django.core.management import call_command
from django.utils import timezone
from surveys.models import Wave
from surveys.wave_file import load_wave, read_wave_file

sample = Path({sample!r})
call_command("load_organisations", {register!r}, verbosity=0)
for slug in {slugs!r}:
    document = json.loads((sample / f"{{slug}}.wave.json").read_text("utf-8"))
    document["wave"]["closes_at"] = "2099-01-01T00:00:00+00:00"
    load_wave(read_wave_file(json.dumps(document).encode()))
    if (sample / f"{{slug}}.sample.csv").exists():
        call_command("load_sample", slug, str(sample / f"{{slug}}.sample.csv"))
    call_command("open_wave", slug)
    call_command("load_responses", slug, str(sample / f"{{slug}}.responses.csv"))
Wave.objects.update(closes_at=timezone.now() + timedelta(seconds=3))
""".format(sample=str(SAMPLE), register=str(REFERENCE / "organisations.csv"), slugs=SAMPLE_WAVES)

STAND = """
import json
from respondents.models import Frozen, Response
from results.models import Build, Shard, Snapshot, Table
from surveys.canonical import digest
from surveys.models import Wave

print(json.dumps({
    "states": dict(Wave.objects.values_list("slug", "state")),
    "digests": dict(Snapshot.objects.values_list("wave__slug", "digest")),
    "tables": {
        slug: digest([row.document for row in Table.objects.filter(snapshot__wave__slug=slug)])
        for slug in Wave.objects.values_list("slug", flat=True)
    },
    "responses": Response.objects.count(),
    "frozen": Frozen.objects.count(),
    "cut": [Build.objects.count(), Shard.objects.count()],
}))
"""

CUT = """
from results.models import Shard, Snapshot
from results.shards import cut
from surveys.models import Wave

for slug, parts in {shards!r}.items():
    wave = Wave.objects.get(slug=slug)
    cut(wave, parts=parts)
    Snapshot.objects.filter(wave=wave).delete()
print(Shard.objects.count())
"""

SHARDS = {"2013-winter": 1, "members-2013": 2, "nhscc-2013": 7}


def stand(installation: Installation) -> dict[str, Any]:
    """Where the waves of an installation stand, read in a process of its own."""
    return json.loads(installation.run_python(*STAND.splitlines()))


def keys_of(installation: Installation) -> set[str]:
    return {path.stem for path in (installation.folder / "var" / "keys").glob("*.key")}


def test_six_waves_closed_by_celery_on_postgres_agree_with_a_tick_on_sqlite(
    celery_worker: Installation, sqlite_installation: Installation
) -> None:
    sqlite_installation.run_python(*FIELD.splitlines())
    assert set(stand(sqlite_installation)["states"].values()) == {"open"}
    assert keys_of(sqlite_installation) == set(SAMPLE_WAVES)
    celery_worker.run_python(*FIELD.splitlines())

    processes.wait_until(
        lambda: len(stand(celery_worker)["digests"]) == len(SAMPLE_WAVES) and not keys_of(celery_worker),
        seconds=90,
        what="the close of six waves by the worker",
    )
    sqlite_installation.manage("tick")

    by_celery, by_tick = stand(celery_worker), stand(sqlite_installation)
    assert by_celery == by_tick
    assert by_celery["states"] == dict.fromkeys(SAMPLE_WAVES, "closed")
    assert set(by_celery["digests"]) == set(SAMPLE_WAVES)
    answers = sum((SAMPLE / f"{slug}.responses.csv").read_bytes().count(b"\n") - 1 for slug in SAMPLE_WAVES)
    assert (by_celery["responses"], by_celery["frozen"]) == (0, answers)
    assert keys_of(celery_worker) == keys_of(sqlite_installation) == set()
    entries = [json.loads(line) for line in celery_worker.log("worker").splitlines() if line.startswith("{")]
    assert entries
    assert [entry for entry in entries if entry["level"] not in ("INFO", "DEBUG")] == []

    assert int(celery_worker.run_python(*CUT.format(shards=SHARDS).splitlines())) == sum(SHARDS.values())
    processes.wait_until(
        lambda: len(stand(celery_worker)["digests"]) == len(SAMPLE_WAVES), seconds=60, what="shards to be counted"
    )
    assert stand(celery_worker) == by_tick
