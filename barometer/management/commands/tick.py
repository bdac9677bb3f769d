"""`manage.py tick`: do everything that is due."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from barometer import sweeps


class Command(BaseCommand):
    """Run every sweep until nothing is due."""

    help = "Do everything that is due: open and close waves, send mail, build results. Example: manage.py tick"

    def add_arguments(self, parser: CommandParser) -> None:
        """There are none."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what each sweep did. Raises CommandError (exit status 1) when one failed."""
        try:
            done = sweeps.run_until_idle()
        except sweeps.SweepsFailed as failed:
            raise CommandError(f"These sweeps failed; the log says why: {failed}.") from None
        did = {name: count for name, count in done.items() if count}
        for name, count in did.items():
            self.stdout.write(f"{name}: {count}")
        if not did and options["verbosity"]:
            self.stdout.write("Nothing was due.")
