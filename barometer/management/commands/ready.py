"""`manage.py ready`: everything that stops a wave from opening, and everything to think about."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from surveys.compiling import problems
from surveys.problems import refuse_if
from surveys.readiness import minutes, thoughts


class Command(RefusingCommand):
    """Say whether a wave is ready."""

    help = (
        "List what stops a wave from opening (exit status 1 if anything does) and what to think about: wording, "
        "length, trends that break, breakdowns that are too small. Nothing is changed. "
        "Example: manage.py ready 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug")

    def run(self, **options: Any) -> None:
        """Tell what to think about, then what stops it."""
        wave = wave_by_slug(options["wave"])
        for label, taken in minutes(wave):
            self.stdout.write(f"{label}: about {taken:.0f} minutes")
        for each in thoughts(wave):
            self.stdout.write(f"{each.group}: {each.about}: {each.words}")
        if wave.state in ("draft", "scheduled"):
            refuse_if(problems(wave, now=timezone.now()))
            self.stdout.write("Nothing stops this wave from opening.")
        else:
            self.stdout.write(f"{wave.slug} is {wave.state}.")
