"""The snapshot of a closed wave: its frame, its codebook, and the stored tables, built from the frozen answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from results.analysis.frame import Frame
from results.analysis.tabulate import tabulate
from results.frames import frozen_frame
from results.models import OrganisationTally, Snapshot, Table
from results.populations import column_sizes
from results.weights import weighted
from surveys.canonical import digest
from surveys.codebook import Codebook
from surveys.compiling import instrument_of
from surveys.instrument.questionnaire import Instrument
from surveys.models import Wave
from surveys.problems import Problem, Refused


def build_snapshot(wave: Wave, *, now: datetime) -> Snapshot:
    """Compute everything about a closed wave, then store it in one transaction. Twice gives the same digest.

    Raises Refused for a wave that has not closed.
    """
    if not wave.is_closed:
        raise Refused(Problem("wave.state", f"{wave.slug} is {wave.state}; results exist once it has closed"))
    made = computed(wave)
    return _store(wave, now, made, list(_stored_tables(made)))


@dataclass(frozen=True)
class Computed:
    """All that a snapshot is made of, computed from the frozen answers and what the close wrote down."""

    instrument: Instrument
    tally: Mapping[str, Any]
    frame: Frame
    summary: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """The name of all figures made from these; nothing random and no moment is in it."""
        return digest({"tally": self.tally, "frame": self.frame.digest, "summary": self.summary})

    @property
    def tables(self) -> Iterator[dict[str, Any]]:
        """Every table of the wave in order."""
        return tables_of(self.frame, self.instrument, self.tally)


def computed(wave: Wave) -> Computed:
    """Compute everything about a closed wave; writes nothing."""
    tally, instrument = OrganisationTally.objects.get(wave=wave).document, instrument_of(wave)
    frame, weighting = weighted(
        frozen_frame(wave, Codebook.from_list(tally["codebook"])),
        weighting=instrument.weighting,
        targets=tally.get("targets"),
    )
    summary = summary_of(wave, frame, tally) | ({"weighting": weighting} if weighting else {})
    return Computed(instrument, tally, frame, summary)


def tables_of(frame: Frame, instrument: Instrument, tally: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Every table of a wave in order: each variable alone and by each banner, counted in people, suppressed."""
    banners = [banner["by"] for banner in instrument.banners]
    for variable in frame.codebook:
        if variable.permission:
            continue
        for by in (None, *banners):
            if by == variable.name:
                continue
            sizes = column_sizes(
                tally.get("population"), variable, instrument, by=frame.codebook[by] if by is not None else None
            )
            yield tabulate(frame, variable.name, by=by, organisations=tally["organisations"], frame_sizes=sizes)


def _stored_tables(made: Computed) -> Iterator[Table]:
    for position, document in enumerate(made.tables):
        yield Table(
            position=position,
            variable=document["variable"],
            by=document["by"] or "",
            denominator=document["denominator"],
            document=document,
        )


def summary_of(wave: Wave, frame: Frame, tally: Mapping[str, Any]) -> dict[str, Any]:
    """People, organisations, the size of the frame, how many were invited and have answered, and a matched panel."""
    personal = wave.invitations.personal()
    invited = personal.count()
    panel = {"panel": tally["panel"]} if tally.get("panel") else {}
    return {
        **panel,
        "people": frame.size,
        "organisations": (tally["organisations"] or {}).get("overall"),
        "frame": (tally["frame"] or {}).get("total"),
        "invited": invited or None,
        "invited_responded": personal.responded().count() if invited else None,
    }


@transaction.atomic
def _store(wave: Wave, now: datetime, made: Computed, tables: list[Table]) -> Snapshot:
    Snapshot.objects.filter(wave=wave).delete()
    snapshot = Snapshot.objects.create(
        wave=wave,
        digest=made.digest,
        codebook=made.frame.codebook.as_list(),
        summary=made.summary,
        frame=made.frame.to_bytes(),
        built_at=now,
    )
    for table in tables:
        table.snapshot = snapshot
    Table.objects.bulk_create(tables, batch_size=500)
    return snapshot
