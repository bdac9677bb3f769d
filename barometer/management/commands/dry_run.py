"""`manage.py dry_run`: what a draft would bring, from made-up answers."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandParser

from barometer.management.commanding import RefusingCommand, wave_by_slug
from results.dry_run import BreakdownOutlook, ColumnOutlook, dry_run


class Command(RefusingCommand):
    """Run a draft dry."""

    help = (
        "Fill a draft with made-up answers and say which breakdowns could be published, what difference could be "
        "found and how long it takes; nothing is stored. Example: manage.py dry_run 2013-winter --rate 0.4"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave and what to assume."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("--rate", type=float, help="the share of those invited who answer; default: as last time")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="the made-up tables as Results JSON instead")

    def run(self, **options: Any) -> None:
        """Print the outlook."""
        run = dry_run(wave_by_slug(options["wave"]), rate=options["rate"], seed=options["seed"])
        if options["json"]:
            document = {**run.results.head, "made_up": True, "tables": run.results.tables()}
            self.stdout.write(json.dumps(document, indent=1, ensure_ascii=False))
            return
        for line in (*run.assumed, f"{run.people} of {run.invited} answer ({100 * run.rate:.0f} per cent)."):
            self.stdout.write(line)
        self.stdout.write("; ".join(f"{role}: {minutes:.1f} minutes" for role, minutes in run.minutes.items()))
        self.stdout.write(f"A change between two such waves is found from {_points(run.change)} on.")
        for breakdown in run.breakdowns:
            self._tell(breakdown)
        for question in run.questions:
            if question.thin:
                self.stdout.write(f"{question.name}: put to about {question.asked:.0f}, too few for a trend line")

    def _tell(self, breakdown: BreakdownOutlook) -> None:
        self.stdout.write(f"{breakdown.title}:")
        for column in breakdown.columns:
            self.stdout.write(f"  {column.label}: {_told(column)}")


def _told(column: ColumnOutlook) -> str:
    return (
        f"about {column.expected:.0f} of {column.invited}, publishable in {column.publishable} runs of 100, "
        f"a difference from the rest is found from {_points(column.detectable)} on"
    )


def _points(points: float | None) -> str:
    return "no size" if points is None else f"{points:.0f} points"
