"""The ledger of releases: what anybody has been shown of a wave, by whichever way, kept as it was shown.

Whoever shows or hands out figures writes it down here, before or as they go out. What is known cannot be taken back: a
later snapshot adds to the ledger and removes nothing. `results.auditing` attacks all of it together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from results.models import Release, ReleasedTable, Table
from results.tables import Results
from surveys.canonical import digest
from surveys.models import Wave

STAFF, PUBLIC = Release.Audience.STAFF, Release.Audience.PUBLIC

Document = Mapping[str, Any]


@transaction.atomic
def record_release(
    wave: Wave,
    *,
    channel: str,
    snapshot: str,
    tables: Iterable[Document] = (),
    where: Mapping[str, Iterable[Any]] | None = None,
    audience: str = STAFF,
    respondent_level: bool = False,
    by: Any = None,
    now: datetime,
) -> Release:
    """Write down that these tables of a snapshot went out by a channel, within a filter. Repeatable: told once.

    `tables` are entries of the Results JSON as they were shown, `snapshot` the digest they carry. A file with a row
    for each respondent is recorded with `respondent_level` and without tables.
    """
    release, _made = Release.objects.get_or_create(
        wave=wave,
        snapshot_digest=snapshot,
        channel=channel,
        audience=audience,
        defaults={"first_at": now, "first_by": by, "respondent_level": respondent_level},
    )
    filters = {name: sorted(map(str, codes)) for name, codes in (where or {}).items()}
    marked = {digest({"table": table, "where": filters}): table for table in tables}
    missing = marked.keys() - set(release.tables.values_list("mark", flat=True))
    ReleasedTable.objects.bulk_create(
        (
            ReleasedTable(
                wave=wave, mark=mark, variable=marked[mark]["variable"], where=filters, document=marked[mark]
            )
            for mark in sorted(missing)
        ),
        ignore_conflicts=True,
        batch_size=200,
    )
    release.tables.add(*_pks(wave, missing))
    return release


def record_stored(results: Results, *, channel: str, audience: str = STAFF, by: Any = None, now: datetime) -> Release:
    """Write down that the stored tables of a snapshot went out by a channel: a page that shows them, a file of them.

    The stored tables of a snapshot never change, so a second time costs one query.
    """
    told = Release.objects.filter(
        wave=results.wave, snapshot_digest=results.digest, channel=channel, audience=audience
    ).first()
    if told is not None:
        return told
    stored = Table.objects.filter(snapshot__wave=results.wave, snapshot__digest=results.digest)
    tables = [table.document for table in stored]
    return record_release(
        results.wave, channel=channel, snapshot=results.digest, tables=tables, audience=audience, by=by, now=now
    )


def record_made(
    results: Results, tables: Iterable[Document], *, channel: str, audience: str = STAFF, by: Any = None, now: datetime
) -> None:
    """Write down that tables made for a page went out; `channel` says all of how they were made, so once is enough."""
    told = Release.objects.filter(
        wave=results.wave, snapshot_digest=results.digest, channel=channel, audience=audience
    )
    if not told.exists():
        record_release(
            results.wave, channel=channel, snapshot=results.digest, tables=tables, audience=audience, by=by, now=now
        )


def record_export(results: Results, *, key: str, respondent_level: bool, by: Any = None, now: datetime) -> Release:
    """Write down that a file of the format `key` went out to staff: the stored tables, or a row a respondent."""
    channel = f"export:{key}"
    if not respondent_level:
        return record_stored(results, channel=channel, by=by, now=now)
    return record_release(
        results.wave, channel=channel, snapshot=results.digest, respondent_level=True, by=by, now=now
    )


def _pks(wave: Wave, marks: Iterable[str]) -> list[int]:
    """The rows of these marks, asked for in handfuls: databases limit how much one question may name."""
    listed = sorted(marks)
    found: list[int] = []
    for start in range(0, len(listed), 500):
        rows = ReleasedTable.objects.filter(wave=wave, mark__in=listed[start : start + 500])
        found.extend(rows.values_list("pk", flat=True))
    return found
