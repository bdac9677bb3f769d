"""From stored answers to the frame; nothing else reads answers for analysis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import Count

from respondents.attributes import codebook_of
from respondents.freezing import linked_rows
from respondents.models import Frozen
from respondents.panel import Answers, matched
from results.analysis.frame import Frame, build_frame, build_frame_with_payloads
from surveys.codebook import Codebook
from surveys.compiling import instrument_of
from surveys.models import Wave


def is_weighted(wave: Wave) -> bool:
    """Whether each answer of the wave came with its weight."""
    return (instrument_of(wave).weighting or {}).get("method") == "given"


def frozen_frame(wave: Wave, codebook: Codebook) -> Frame:
    """The frame of a closed wave, streamed from its frozen answers; the order they are stored in does not matter."""
    return build_frame(codebook, map(_weighing, _frozen_rows(wave)), weighted=is_weighted(wave))


def frozen_counts() -> dict[int, int]:
    """How many frozen answers each closed wave has now, by its id; an erasure shows here first."""
    counts = Frozen.objects.values("wave").annotate(number=Count("pk")).order_by()
    return {row["wave"]: row["number"] for row in counts}


def closing_frame(wave: Wave) -> tuple[Frame, list[tuple[str, ...]]]:
    """The frame of a wave about to close, with the ODS codes of each respondent in its order.

    Only for the tally inside the close. Raises respondents.keys.KeyGone when the wave's key is lost.
    """
    rows = map(_weighing, linked_rows(wave))
    return build_frame_with_payloads(codebook_of(wave), rows, weighted=is_weighted(wave))


def panel_answers(wave: Wave, earlier: Wave) -> Iterator[tuple[Answers, Answers]]:
    """What each person answered in both of two linked waves, the earlier first; only for the later one's close.

    Raises respondents.keys.KeyGone when a key is lost.
    """
    return matched(wave, earlier)


def _weighing(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row with a weight; where weights came with a file, an answer given online has none and counts as one."""
    attributes, answers, weight, *more = row
    return (attributes, answers, 1.0 if weight is None else weight, *more)


def _frozen_rows(wave: Wave) -> Iterator[tuple[dict[str, Any], dict[str, list[Any]], float | None]]:
    rows = Frozen.objects.filter(wave=wave).values_list("attributes", "answers", "weight")
    yield from rows.iterator(chunk_size=4096)
