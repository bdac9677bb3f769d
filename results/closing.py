"""Closing a wave: count organisations, freeze, and shut the door, in one transaction behind the gate."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction

from respondents.attributes import codebook_of
from respondents.closing_rule import ends_at
from respondents.freezing import freeze
from respondents.gate import enter_gate
from respondents.keys import KeyGone, has_key
from respondents.models import Response
from respondents.organisations import frame_sizes
from respondents.panel import seal
from results.analysis.organisations import tally_organisations
from results.frames import closing_frame
from results.models import OrganisationTally
from results.panel import panel_of
from results.populations import population_of
from results.weights import targets_of
from surveys.codebook import Codebook
from surveys.compiling import instrument_of
from surveys.lifecycle import begin_closing, mark_closed
from surveys.models import Wave
from surveys.models.wave import State
from surveys.problems import Problem, Refused

log = logging.getLogger(__name__)


@transaction.atomic
def close_wave(wave: Wave, *, by: Any = None, now: datetime, without_grace: bool = False) -> bool:
    """Close an open wave: True when it closed, False when people who have begun still have their grace period.

    Inside one transaction: take the gate alone, count organisations, copy the sent answers to their frozen place,
    remove the originals, set `closed`. Afterwards `destroy_keys` and `build_due_snapshots` find their work by
    themselves. Doing it twice does it once. Raises Refused when the wave is not open.
    """
    enter_gate(wave.pk, alone=True)
    wave.refresh_from_db()
    if not wave.is_open:
        raise Refused(Problem("wave.state", f"{wave.slug} is {wave.state}; only an open wave can be closed"))
    if not without_grace and now < ends_at(wave.closing_time, drafts=_has_drafts(wave)):
        if wave.state == State.OPEN and now >= wave.closing_time:
            begin_closing(wave, by=by, now=now)
        return False
    tally = _tally(wave)
    seal(wave, variables=_sealed_variables(tally))
    frozen = freeze(wave)
    OrganisationTally.objects.create(wave=wave, document=tally)
    mark_closed(wave, by=by, now=now, note=f"{frozen} responses frozen")
    return True


def misses_key(wave: Wave) -> bool:
    """Whether closing now would lose for good what only the wave's key can tell: its organisations, its panel.

    Its links are out and the key is not here: lost, or somewhere else, since only who sends mail has it.
    """
    told_by_key = bool(wave.frame_kind or wave.linkage) and not has_key(wave)
    return told_by_key and wave.invitations.exclude(token_hash=None).exists()


def _has_drafts(wave: Wave) -> bool:
    return Response.objects.filter(wave=wave, sent__isnull=True).exists()


def _tally(wave: Wave) -> dict[str, Any]:
    """What can only be known now: the codebook, the population, who stands behind figures, who changed their mind.

    Later builds read it from here, so that a register that changes afterwards changes no figure. Without the wave's
    key the organisations are None.
    """
    sizes = frame_sizes(wave) if wave.frame_kind else None
    targets = targets_of(wave, instrument_of(wave).weighting, sizes)
    return {
        "codebook": codebook_of(wave).as_list(),
        "frame": sizes,
        "population": population_of(wave),
        "organisations": None,
        **({"targets": targets} if targets is not None else {}),
        **_counted_together(wave),
    }


def _counted_together(wave: Wave) -> dict[str, Any]:
    """The organisations behind the answers and the matched panel: what needs names and answers side by side."""
    if not wave.frame_kind and not wave.linkage:
        return {}
    try:
        frame, memberships = closing_frame(wave)
    except KeyGone:
        log.error("wave %s closes without its key: its organisations and its panel cannot be counted", wave.slug)
        return {}
    banners = [banner["by"] for banner in instrument_of(wave).banners]
    made = {"organisations": tally_organisations(frame, memberships, banners=banners)} if wave.frame_kind else {}
    panel = panel_of(wave, frame)
    return made | ({"panel": panel} if panel is not None else {})


def _sealed_variables(tally: dict[str, Any]) -> set[str]:
    """What a linked wave seals for the next: everything but words."""
    return {variable.name for variable in Codebook.from_list(tally["codebook"]).questions if variable.holds != "text"}
