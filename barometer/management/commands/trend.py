"""`manage.py trend`: one question over the waves of a survey, as JSON."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand
from results.ledger import record_stored
from results.tables import results_of
from results.trends import fielded_waves, survey_by_slug, trend_of


class Command(RefusingCommand):
    """Print a trend."""

    help = (
        "Print one question over the closed waves of a survey as JSON: whether waves may be compared, tested changes, "
        "breaks, and how the population moved. Example: manage.py trend BUDGET --survey ccg-barometer"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which question of which survey."""
        parser.add_argument("variable", help="a variable of any of the waves, or the track it belongs to")
        parser.add_argument("--survey", required=True, metavar="SLUG", help="the survey's slug")

    def run(self, **options: Any) -> None:
        """Print it."""
        fielded = fielded_waves(survey_by_slug(options["survey"]))
        found = trend_of(fielded, options["variable"])
        for each in fielded:
            record_stored(results_of(each.wave), channel="trend", now=timezone.now())
        self.stdout.write(json.dumps(found, indent=1, ensure_ascii=False))
