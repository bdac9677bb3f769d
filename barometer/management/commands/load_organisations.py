"""`manage.py load_organisations`: the dated register of organisations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

import barometer
from barometer.management.commanding import RefusingCommand
from respondents.organisations import load_organisations
from surveys.problems import Refused

REGIONS = Path(barometer.__file__).parent / "reference" / "region_history.csv"


class Command(RefusingCommand):
    """Load the register."""

    help = (
        "Load the register of organisations; again: bring it up to date. "
        "Example: manage.py load_organisations organisations.csv --successions successions.csv"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The files."""
        parser.add_argument("file", help="CSV with ods_code, name, kind, opened, closed, region, area team, STP")
        parser.add_argument("--successions", metavar="FILE", help="CSV with predecessor, successor, date, reason")
        parser.add_argument(
            "--regions", metavar="FILE", default=str(REGIONS), help="CSV of dated regions; default: the one shipped"
        )

    def run(self, **options: Any) -> None:
        """Load all files or none."""
        successions = self.read(options["successions"]) if options["successions"] else None
        regions = self.read(options["regions"])
        organisations = self.read(options["file"])
        try:
            counts = load_organisations(organisations, successions=successions, regions=regions)
        except Refused as refused:
            self.file = options[refused.source or "file"]
            raise
        self.stdout.write(f"{counts['organisations']} organisations, {counts['successions']} successions loaded.")
