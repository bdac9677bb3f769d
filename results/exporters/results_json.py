"""The Results JSON: all stored tables as `manage.py tables` prints them."""

from __future__ import annotations

import json
from typing import BinaryIO

from django.utils.translation import gettext_lazy as _

from results.exporters.base import Exporter, Material


class ResultsJson(Exporter):
    """Every table with counts, bases, shares and intervals, as data."""

    key, label = "json", _("Tables (JSON)")
    extension, content_type = "json", "application/json"

    def write(self, material: Material, file: BinaryIO) -> None:
        """Write one JSON object."""
        file.write(json.dumps(material.results, ensure_ascii=False, indent=1).encode() + b"\n")
