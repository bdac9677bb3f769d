"""`manage.py load_sample`: people and invitations from a sample file."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from barometer.management.commanding import RefusingCommand, wave_by_slug
from respondents.invitations import issue_links
from respondents.sample import load_sample


class Command(RefusingCommand):
    """Invite the people in a sample file."""

    help = (
        "Invite everybody in a sample file (name, email, role, gp, organisations), all or nothing. No mail is sent. "
        "Example: manage.py load_sample nhscc-2013 nhscc-2013.sample.csv"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave and the file."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("file", help="a sample file, *.sample.csv")

    def run(self, **options: Any) -> None:
        """Load it and issue the links."""
        wave = wave_by_slug(options["wave"])
        with transaction.atomic():
            counts = load_sample(wave, self.read(options["file"]))
            self.noted("sample", f"{counts['invited']} invited, {counts['updated']} updated", wave=wave)
        issue_links(wave)
        self.stdout.write(f"{counts['invited']} invited, {counts['updated']} brought up to date in {wave.slug}.")
