"""`manage.py export`: a closed wave as a file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from results.exporters import REGISTRY
from results.exporters.files import write_file
from results.ledger import record_export
from results.material import material_of
from results.tables import results_of
from surveys.problems import Problem, Refused


class Command(RefusingCommand):
    """Export a wave."""

    help = (
        "Write the results of a closed wave to a file, whole or not at all, and print its SHA-256. "
        "Example: manage.py export 2013-winter csv-labels -o winter.csv"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which wave, which format, where to."""
        parser.add_argument("wave", nargs="?", help="the wave's slug")
        parser.add_argument("format", nargs="?", choices=sorted(REGISTRY), help="see --list")
        parser.add_argument("-o", "--output", metavar="PATH", help="a file, or a folder for a file of the usual name")
        parser.add_argument("--list", action="store_true", help="list the formats")

    def run(self, **options: Any) -> None:
        """Write the file, or list the formats."""
        if options["list"]:
            self.stdout.write("\n".join(f"{key:14} {exporter.label}" for key, exporter in REGISTRY.items()))
            return
        if not (options["wave"] and options["format"] and options["output"]):
            raise CommandError("Name a wave, a format and a file with -o; --list lists the formats.", returncode=2)
        wave = wave_by_slug(options["wave"])
        exporter, material = REGISTRY[options["format"]], material_of(wave)
        path = Path(options["output"])
        path = path / exporter.file_name(material) if path.is_dir() else path
        try:
            written = write_file(exporter, material, path)
        except OSError as error:
            raise Refused(Problem(str(path), f"cannot be written: {error.strerror}")) from None
        record_export(
            results_of(wave), key=exporter.key, respondent_level=exporter.respondent_level, now=timezone.now()
        )
        self.stdout.write(f"{written.checksum}  {written.path}")
        if sys.stdout.isatty():
            self.stdout.write(f"{written.size:,} bytes")
