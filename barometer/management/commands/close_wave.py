"""`manage.py close_wave`: end a wave's fieldwork now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from respondents.closing_rule import GRACE
from results.closing import misses_key
from results.finishing import close_early, finish
from surveys.problems import Problem, Refused

NO_KEY = "close it where mail is sent from, or, if the key is lost, --without-key and without organisations"


class Command(RefusingCommand):
    """Close a wave."""

    help = (
        "Take no new respondents and close the wave. Where somebody has begun and not sent, they keep a grace period "
        "and a sweep closes the wave after it. Example: manage.py close_wave 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument(
            "--without-key", action="store_true", help="close although organisations cannot be counted any more"
        )
        parser.add_argument("--without-grace", action="store_true", help="drop unsent drafts and close at once")

    def run(self, **options: Any) -> None:
        """Close it, or say until when people may finish."""
        wave, now = wave_by_slug(options["wave"]), timezone.now()
        if wave.is_open and misses_key(wave) and not options["without_key"]:
            raise Refused(
                Problem("", f"the key of {wave.slug} is not here; close it where mail is sent from ({NO_KEY})")
            )
        if close_early(wave, now=now, without_grace=options["without_grace"]):
            snapshot = finish(wave, now=now)
            self.stdout.write(f"{wave.slug} is closed; snapshot {snapshot.digest}.")
        else:
            until = timezone.localtime(wave.closing_time + GRACE)
            self.stdout.write(f"{wave.slug} is closing: people who have begun may finish until {until:%H:%M %Z}.")
