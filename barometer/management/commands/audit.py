"""`manage.py audit`: what small groups can be worked out from everything that was shown of a wave."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser

from barometer.management.commanding import RefusingCommand, wave_by_slug
from results.auditing import audit

SHOWN = 50


class Command(RefusingCommand):
    """Attack a wave."""

    help = (
        "Attack everything that is or was visible of a closed wave, its stored tables and the ledger of releases, and "
        "list the small groups whose answers come out; exit status 1 when there are any. "
        "Example: manage.py audit 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug")

    def run(self, **options: Any) -> None:
        """Print what was looked at. Raises CommandError when anything leaks."""
        found = audit(wave_by_slug(options["wave"]))
        self.stdout.write(f"snapshot  {found.snapshot}\n{found.tables} tables, {found.releases} releases")
        if not found.is_clean:
            more = [f"… and {len(found.leaks) - SHOWN} more"] if len(found.leaks) > SHOWN else []
            raise CommandError("\n".join([*map(str, found.leaks[:SHOWN]), *more]))
        self.stdout.write("No small group comes out.")
