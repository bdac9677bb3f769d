"""The project's own wave file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from surveys.exports.base import Exporter


class WaveFile(Exporter):
    """A whole wave, as `surveys.wave_file.dump_wave` writes it."""

    key = "wave"
    label = "Wave file"
    suffix = ".wave.json"
    content_type = "application/json"

    def write(self, document: Mapping[str, Any]) -> bytes:
        return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()
