"""The project's own wave file, read as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from surveys.imports.base import Importer, Understood
from surveys.wave_file import read_wave_file


class WaveFile(Importer):
    """A whole wave: survey, times, roles, scales, sections, breakdowns."""

    key = "wave"
    label = "Wave file"
    suffixes = (".wave.json", ".json")

    def read(self, data: bytes, into: Mapping[str, Any] | None) -> Understood:
        document = read_wave_file(data)
        if into is None:
            return Understood(document)
        wave = {**document["wave"], "slug": into["wave"]["slug"], "title": into["wave"]["title"]}
        return Understood({**document, "survey": dict(into["survey"]), "wave": wave})
