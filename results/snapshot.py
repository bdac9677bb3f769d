"""The snapshot of a closed wave: its frame, its codebook, and the stored tables, built from the frozen answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import transaction

from results.analysis.frame import Frame
from results.analysis.tabulate import tabulate
from results.frames import frozen_frame
from results.models import OrganisationTally, Snapshot, Table
from surveys.canonical import digest
from surveys.codebook import Codebook
from surveys.compiling import instrument_of
from surveys.models import Wave
from surveys.problems import Problem, Refused


def build_snapshot(wave: Wave, *, now: datetime) -> Snapshot:
    """Compute everything about a closed wave, then store it in one transaction. Twice gives the same digest.

    Raises Refused for a wave that has not closed.
    """
    if not wave.is_closed:
        raise Refused(Problem("wave.state", f"{wave.slug} is {wave.state}; results exist once it has closed"))
    tally = OrganisationTally.objects.get(wave=wave).document
    codebook = Codebook.from_list(tally["codebook"])
    frame = frozen_frame(wave, codebook)
    summary = summary_of(wave, frame, tally)
    tables = list(_stored_tables(wave, frame, tally["organisations"]))
    mark = digest_of(tally, frame, summary)
    return _store(wave, now, mark, codebook, frame, summary, tables)


def tables_of(frame: Frame, banners: list[str], organisations: dict[str, Any] | None) -> Iterator[dict[str, Any]]:
    """Every table of a wave in order: each variable alone and by each banner, counted in people, suppressed."""
    for variable in frame.codebook:
        for by in (None, *banners):
            if by != variable.name:
                yield tabulate(frame, variable.name, by=by, organisations=organisations)


def _stored_tables(wave: Wave, frame: Frame, organisations: dict[str, Any] | None) -> Iterator[Table]:
    banners = [banner["by"] for banner in instrument_of(wave).banners]
    for position, document in enumerate(tables_of(frame, banners, organisations)):
        yield Table(
            position=position,
            variable=document["variable"],
            by=document["by"] or "",
            denominator=document["denominator"],
            document=document,
        )


def digest_of(tally: dict[str, Any], frame: Frame, summary: dict[str, Any]) -> str:
    """The name of all figures made from these; nothing random and no moment is in it."""
    return digest({"tally": tally, "frame": frame.digest, "summary": summary})


def summary_of(wave: Wave, frame: Frame, tally: dict[str, Any]) -> dict[str, Any]:
    """People, organisations, the size of the frame, and how many were invited and have answered."""
    personal = wave.invitations.personal()
    invited = personal.count()
    return {
        "people": frame.size,
        "organisations": (tally["organisations"] or {}).get("overall"),
        "frame": (tally["frame"] or {}).get("total"),
        "invited": invited or None,
        "invited_responded": personal.responded().count() if invited else None,
    }


@transaction.atomic
def _store(
    wave: Wave,
    now: datetime,
    mark: str,
    codebook: Codebook,
    frame: Frame,
    summary: dict[str, Any],
    tables: list[Table],
) -> Snapshot:
    Snapshot.objects.filter(wave=wave).delete()
    snapshot = Snapshot.objects.create(
        wave=wave, digest=mark, codebook=codebook.as_list(), summary=summary, frame=frame.to_bytes(), built_at=now
    )
    for table in tables:
        table.snapshot = snapshot
    Table.objects.bulk_create(tables, batch_size=500)
    return snapshot
