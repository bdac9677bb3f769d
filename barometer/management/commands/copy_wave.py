"""`manage.py copy_wave`: a new draft that asks what an earlier wave asked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from barometer.management.commanding import RefusingCommand, wave_by_slug
from surveys.copying import copy_wave
from surveys.problems import Problem, Refused
from surveys.wave_checks import moment


class Command(RefusingCommand):
    """Copy a wave."""

    help = (
        "Make a draft that asks what an earlier wave asked, in the same words, with its dates moved. "
        "Example: manage.py copy_wave 2013-winter 2014-winter 'Winter 2014' --opens 2014-01-06T09:00:00+00:00"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The earlier wave, and what the new one is called."""
        parser.add_argument("wave", help="the earlier wave's slug")
        parser.add_argument("slug", help="the new wave's slug")
        parser.add_argument("title", help="the new wave's title")
        parser.add_argument("--opens", metavar="TIME", help="ISO 8601 with offset")
        parser.add_argument("--closes", metavar="TIME", help="default: as long as the earlier wave was open")

    def run(self, **options: Any) -> None:
        """Copy it."""
        with transaction.atomic():
            made = copy_wave(
                wave_by_slug(options["wave"]),
                slug=options["slug"],
                title=options["title"],
                opens_at=_moment("--opens", options["opens"]),
                closes_at=_moment("--closes", options["closes"]),
            )
            self.noted("made", f"like {options['wave']}", wave=made.wave)
        self.stdout.write(f"{made.wave.slug} is a draft: {made.wave.survey.title}, {made.wave.title}.")
        for note in made.notes:
            self.stdout.write(note)


def _moment(option: str, text: str | None) -> datetime | None:
    try:
        return moment(text) if text else None
    except ValueError as error:
        raise Refused(Problem(option, str(error))) from None
