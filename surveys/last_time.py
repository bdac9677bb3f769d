"""How the items of a draft compare with the last time they were put to people: whether their trends go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from surveys.comparing import SAME, Verdict, verdict
from surveys.models import Wave
from surveys.models.wave import State
from surveys.wave_checks import items_of, scales_of
from surveys.wave_file import document_of
from surveys.wording import written_out


@dataclass(frozen=True, slots=True)
class LastTime:
    """The survey's latest wave that people were asked, and the verdict on each item that both put, by its name."""

    wave: Wave
    verdicts: Mapping[str, Verdict]


def last_time(wave: Wave, document: Mapping[str, Any]) -> LastTime | None:
    """The comparison of a draft with the wave before it; None when there is none. A constant number of queries."""
    asked = wave.survey.waves.exclude(pk=wave.pk).exclude(state__in=[State.DRAFT, State.SCHEDULED])
    before = asked.select_related("survey").order_by("-opens_at", "-pk").first()
    if before is None:
        return None
    old, new = _definitions(document_of(before)), _definitions(document)
    return LastTime(before, {name: _verdict(old[name], new[name]) for name in new if name in old})


def verdict_on(wave: Wave, name: str) -> tuple[Wave, Verdict] | None:
    """The wave before and the verdict on one item of a draft; None when that wave did not put it."""
    found = last_time(wave, document_of(wave))
    return (found.wave, found.verdicts[name]) if found and name in found.verdicts else None


def _verdict(old: Mapping[str, Any], new: Mapping[str, Any]) -> Verdict:
    return Verdict(SAME) if old == new else verdict(old, new)


def _definitions(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    scales, everyone = scales_of(document), document["wave"]["roles"]
    return {item["name"]: written_out(item, scales, everyone=everyone) for _place, item in items_of(document)}
