"""`manage.py dump_wave`: the wave file of a wave."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from barometer.management.commanding import RefusingCommand, wave_by_slug
from surveys.wave_file import dump_wave


class Command(RefusingCommand):
    """Print a wave file."""

    help = "Print the wave file of a wave. Example: manage.py dump_wave 2013-winter > 2013-winter.wave.json"

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug, such as 2013-winter")

    def run(self, **options: Any) -> None:
        """Print it."""
        self.stdout.write(dump_wave(wave_by_slug(options["wave"])), ending="")
