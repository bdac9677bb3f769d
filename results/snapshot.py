"""The snapshot of a closed wave: its frame, its codebook, and the stored tables, built from the frozen answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from results.analysis.banner import By
from results.analysis.frame import Frame
from results.analysis.layout import Grid, count_breaks
from results.analysis.tabulate import Options, tables_from
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
    return store(wave, made, tables=made.tables, now=now)


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
        return self.tables_from([counts_of(self.frame, self.instrument)])

    def tables_from(self, grids: Sequence[Grid]) -> Iterator[dict[str, Any]]:
        """The same from what `counts_of` counted in each shard."""
        return tables_of(self.frame, self.instrument, self.tally, grids=grids)


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


def counts_of(frame: Frame, instrument: Instrument) -> Grid:
    """What a frame, or a shard of one, contributes to every table of its wave."""
    return count_breaks(frame, _names(frame.codebook), bys=_breaks(instrument))


def tables_of(
    frame: Frame, instrument: Instrument, tally: Mapping[str, Any], *, grids: Sequence[Grid] | None = None
) -> Iterator[dict[str, Any]]:
    """Every table of a wave in order: each variable alone and by each banner, counted in people, suppressed.

    `grids` are what `counts_of` counted in each shard; without them the frame is counted here.
    """

    def options(name: str, by: By) -> Options:
        column = frame.codebook[by] if isinstance(by, str) else None
        sizes = column_sizes(tally.get("population"), frame.codebook[name], instrument, by=column)
        return Options(organisations=tally["organisations"], frame_sizes=sizes)

    counted = grids if grids is not None else [counts_of(frame, instrument)]
    made = tables_from(counted, _names(frame.codebook), frame=frame, bys=_breaks(instrument), options=options)
    return (table for row in made for table in row if table["by"] != table["variable"])


def _names(codebook: Codebook) -> list[str]:
    return [variable.name for variable in codebook if not variable.permission]


def _breaks(instrument: Instrument) -> list[str | None]:
    return [None, *dict.fromkeys(banner["by"] for banner in instrument.banners)]


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
def store(wave: Wave, made: Computed, *, tables: Iterable[dict[str, Any]], now: datetime) -> Snapshot:
    """Put a snapshot with its tables in the place of the one there is; who comes at the same time waits for it."""
    Wave.objects.select_for_update().get(pk=wave.pk)
    Snapshot.objects.filter(wave=wave).delete()
    snapshot = Snapshot.objects.create(
        wave=wave,
        digest=made.digest,
        codebook=made.frame.codebook.as_list(),
        summary=made.summary,
        frame=made.frame.to_bytes(),
        built_at=now,
    )
    Table.objects.bulk_create(
        (_stored(snapshot, position, document) for position, document in enumerate(tables)), batch_size=500
    )
    return snapshot


def _stored(snapshot: Snapshot, position: int, document: dict[str, Any]) -> Table:
    return Table(
        snapshot=snapshot,
        position=position,
        variable=document["variable"],
        by=document["by"] or "",
        denominator=document["denominator"],
        document=document,
    )
