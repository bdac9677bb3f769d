"""`manage.py load_responses`: answers collected elsewhere."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from respondents.collected import load_responses
from results.finishing import finish, load_and_close


class Command(RefusingCommand):
    """Take the rows of a responses file as sent responses."""

    help = (
        "Load answers collected elsewhere into an open wave, all or nothing. With --close also into a draft whose "
        "fieldwork lies in the past: it is opened, filled, closed and tabulated with its own dates. "
        "Example: manage.py load_responses 2013-winter 2013-winter.responses.csv --close"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave and the file."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("file", help="a responses file, *.responses.csv")
        parser.add_argument("--close", action="store_true", help="close the wave afterwards and build its results")

    def run(self, **options: Any) -> None:
        """Load the file."""
        wave, data, now = wave_by_slug(options["wave"]), self.read(options["file"]), timezone.now()
        if not options["close"]:
            self.stdout.write(f"{load_responses(wave, data)} responses loaded into {wave.slug}.")
            return
        count = load_and_close(wave, data, now=now)
        snapshot = finish(wave, now=now)
        self.stdout.write(f"{count} responses loaded into {wave.slug}; it is closed; snapshot {snapshot.digest}.")
        if problem := (snapshot.summary.get("weighting") or {}).get("problem"):
            self.stdout.write(f"Its figures are not weighted. {problem}")
