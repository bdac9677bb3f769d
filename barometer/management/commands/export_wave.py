"""`manage.py export_wave`: a wave's questionnaire as a file for another program."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from barometer.management.commanding import RefusingCommand, wave_by_slug
from surveys.exports import REGISTRY
from surveys.problems import Problem, Refused
from surveys.wave_file import document_of


class Command(RefusingCommand):
    """Export a questionnaire."""

    help = "Write a wave's questionnaire as XLSForm or wave file. Example: manage.py export_wave 2013-winter xlsform"

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave and the format."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("format", choices=sorted(REGISTRY))
        parser.add_argument("-o", "--output", metavar="PATH", help="default: named after the wave, in this folder")

    def run(self, **options: Any) -> None:
        """Write the file."""
        exporter = REGISTRY[options["format"]]
        document = document_of(wave_by_slug(options["wave"]))
        path = Path(options["output"] or exporter.file_name(document))
        try:
            path.write_bytes(exporter.write(document))
        except OSError as error:
            raise Refused(Problem(str(path), f"cannot be written: {error.strerror}")) from None
        self.stdout.write(f"Wrote {path}.")
