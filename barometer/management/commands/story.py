"""`manage.py story`: what a wave found, as sentences that are safe to print."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from results.ledger import record_stored
from results.story import Story, story_of
from results.tables import results_of


class Command(RefusingCommand):
    """Print the story of a wave."""

    help = (
        "Print the notable findings of a closed wave as sentences, the most newsworthy first, each with the ids of "
        "its figures; then what must not be printed, and why. Example: manage.py story 2013-winter --json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which wave, and how to print it."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def run(self, **options: Any) -> None:
        """Print it."""
        wave = wave_by_slug(options["wave"])
        story = story_of(wave)
        record_stored(results_of(wave), channel="story", now=timezone.now())
        if options["json"]:
            self.stdout.write(json.dumps(story.as_dict(), indent=1, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(story)))


def _lines(story: Story) -> Iterator[str]:
    for rank, finding in enumerate(story.findings, start=1):
        yield f"{rank:3}. {finding.sentence}"
        yield f"     {f'{finding.note} ' if finding.note else ''}[{', '.join(finding.figures)}]"
    if story.unsafe:
        yield "\nNot safe to print:\n"
    for finding in story.unsafe:
        yield f"  ×  {finding.sentence}"
        yield f"     {finding.reason} [{', '.join(finding.figures)}]"
