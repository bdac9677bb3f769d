"""`manage.py open_wave`: open a wave, or schedule it when its time is to come."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from surveys.lifecycle import open_wave


class Command(RefusingCommand):
    """Open a wave."""

    help = (
        "Open a draft wave, or schedule it when its opening time is to come; all that prevents it is listed. "
        "Example: manage.py open_wave 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug")

    def run(self, **options: Any) -> None:
        """Open it."""
        wave = open_wave(wave_by_slug(options["wave"]), now=timezone.now())
        closes = timezone.localtime(wave.closes_at)
        self.stdout.write(f"{wave.slug} is {wave.state}; it closes on {closes:%d %B %Y at %H:%M %Z}.")
