"""The matched panel of a linked wave: computed inside its close from the sealed answers of the wave before."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from typing import Any

from respondents.keys import KeyGone
from respondents.panel import last_linked
from results.analysis import bits
from results.analysis.frame import Frame
from results.analysis.panel import Bases, matched_question
from results.analysis.suppression import STAFF
from results.analysis.trend import BREAKS
from results.comparability import Asked, compared, trail_of
from results.frames import frozen_frame, panel_answers
from results.models import OrganisationTally
from surveys.codebook import Codebook, Variable
from surveys.compiling import instrument_of
from surveys.models import Wave

log = logging.getLogger(__name__)


def panel_of(wave: Wave, now: Frame) -> dict[str, Any] | None:
    """What the people of the last linked wave answer now, question by question, suppressed; None without such a wave.

    `now` is the frame of the wave that is about to close. For the closing transaction alone: afterwards nobody can be
    found again. Only questions that both waves put in the same way are compared.
    """
    earlier = last_linked(wave)
    if earlier is None:
        return None
    try:
        answers = list(panel_answers(wave, earlier))
    except KeyGone:
        log.error("wave %s is linked to %s, whose sealed answers cannot be opened", wave.slug, earlier.slug)
        return None
    then = frozen_frame(earlier, Codebook.from_list(OrganisationTally.objects.get(wave=earlier).document["codebook"]))
    return {
        "wave": earlier.slug,
        "title": earlier.title,
        "people": None if STAFF.is_small(len(answers)) else len(answers),
        "questions": list(_questions(wave, earlier, now=now, then=then, answers=answers)),
    }


def _questions(
    wave: Wave, earlier: Wave, *, now: Frame, then: Frame, answers: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    """Every question that can be compared and shown."""
    for variable, before in _comparable(wave, earlier, now=now.codebook, then=then.codebook):
        pairs = [
            (one[before.name], two[variable.name])
            for one, two in answers
            if one.get(before.name) and two.get(variable.name)
        ]
        bases = Bases(before=_answered(then, before.name), after=_answered(now, variable.name))
        made = matched_question(variable, before, pairs, bases=bases)
        if made is not None:
            yield made


def _comparable(wave: Wave, earlier: Wave, *, now: Codebook, then: Codebook) -> Iterator[tuple[Variable, Variable]]:
    """Each question of the wave that has figures, with the one of the earlier wave on the same line."""
    lines = {trail_of(variable): variable for variable in reversed(then.questions)}
    for variable in now.questions:
        before = lines.get(trail_of(variable))
        if before is None or variable.holds == "text" or variable.holds != before.holds:
            continue
        if compared(_asked(before, earlier), _asked(variable, wave)).kind != BREAKS:
            yield variable, before


def _asked(variable: Variable, wave: Wave) -> Asked:
    return Asked.of(variable, instrument_of(wave), frame_kind=wave.frame_kind, mode=wave.mode)


def _answered(frame: Frame, name: str) -> int:
    return int(bits.count(frame.answered[name]))
