"""`manage.py verify`: recompute every stored figure of a wave."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from barometer.management.commanding import RefusingCommand, wave_by_slug
from results.verifying import verify

SHOWN = 20


class Command(RefusingCommand):
    """Compare what is stored with what the frozen answers give."""

    help = (
        "Recompute every stored figure of a closed wave from the frozen answers, compare, and print both digests; "
        "exit status 1 when they differ. Example: manage.py verify 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug")

    def run(self, **options: Any) -> None:
        """Print the digests. Raises CommandError when anything differs."""
        found = verify(wave_by_slug(options["wave"]))
        self.stdout.write(f"stored      {found.stored}\nrecomputed  {found.recomputed}")
        if not found.agrees:
            raise CommandError("\n".join(found.differences[:SHOWN]) or "The digests differ.")
        self.stdout.write(f"{found.figures} figures agree.")
