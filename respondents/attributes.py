"""The coarse attributes that go with an answer: role, GP or not, and the places the wave breaks its results by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from respondents.organisations import place_variables, places_on
from surveys.codebook import Codebook
from surveys.compiling import instrument_of
from surveys.instrument.questionnaire import Instrument
from surveys.models import Wave
from surveys.wave_checks import PLACES

ALWAYS = ("region",)


def kept_places(instrument: Instrument) -> tuple[str, ...]:
    """Which of region, area team and STP go with an answer: region, and what a banner or the weighting names."""
    named = {banner["by"] for banner in instrument.banners}
    named |= set((instrument.weighting or {}).get("margins", ()))
    return tuple(place for place in PLACES if place in ALWAYS or place in named)


def codebook_of(wave: Wave) -> Codebook:
    """The codebook of an opened wave: attributes as of its frame date, then every variable asked."""
    instrument = instrument_of(wave)
    kept = kept_places(instrument)
    return instrument.codebook(variable for variable in place_variables(wave) if variable.name in kept)


class Attributes:
    """Makes the attributes of respondents of one wave; reads the register once for the organisations it is given."""

    def __init__(self, wave: Wave, instrument: Instrument, organisations: Iterable[int] | None = None) -> None:
        self._kept = kept_places(instrument)
        self._places = places_on(wave.frame_date, organisations)

    def of(self, *, role: str, gp: bool | None, organisations: Iterable[int]) -> dict[str, Any]:
        """What is kept of one respondent; `organisations` are ids, the first decides the places.

        Unknowns are absent.
        """
        found: dict[str, Any] = {"role": role}
        if gp is not None:
            found["gp"] = int(gp)
        first = next(iter(organisations), None)
        held: Mapping[str, tuple[str, str]] = self._places.get(first, {}) if first is not None else {}
        found.update({place: held[place][0] for place in self._kept if place in held})
        return found
