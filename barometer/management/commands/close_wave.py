"""`manage.py close_wave`: end a wave's fieldwork now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from respondents.closing_rule import GRACE
from results.finishing import close_early, finish


class Command(RefusingCommand):
    """Close a wave."""

    help = (
        "Take no new respondents and close the wave. Where somebody has begun and not sent, they keep a grace period "
        "and a sweep closes the wave after it. Example: manage.py close_wave 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("--without-grace", action="store_true", help="drop unsent drafts and close at once")

    def run(self, **options: Any) -> None:
        """Close it, or say until when people may finish."""
        wave, now = wave_by_slug(options["wave"]), timezone.now()
        if close_early(wave, now=now, without_grace=options["without_grace"]):
            snapshot = finish(wave, now=now)
            self.stdout.write(f"{wave.slug} is closed; snapshot {snapshot.digest}.")
        else:
            until = timezone.localtime(wave.closing_time + GRACE)
            self.stdout.write(f"{wave.slug} is closing: people who have begun may finish until {until:%H:%M %Z}.")
