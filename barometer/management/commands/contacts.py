"""`manage.py contacts`: who asked to be contacted about a comment."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from barometer.management.commanding import RefusingCommand, wave_by_slug
from respondents.consent import contacts_of


class Command(RefusingCommand):
    """List the people of a closed wave who asked to go on record."""

    help = (
        "List the people who asked, beside a comment, to be contacted to go on record. Nothing says which comment is "
        "theirs; where fewer than ten comments could be meant, nobody is listed. "
        "Example: manage.py contacts 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug")

    def run(self, **options: Any) -> None:
        """One line a person."""
        wave = wave_by_slug(options["wave"])
        found = contacts_of(wave)
        for each in found:
            assert each.person is not None
            self.stdout.write(
                f"{each.person.name} <{each.person.email}>, {wave.role_labels.get(each.role, each.role)}"
            )
        if not found:
            self.stdout.write("Nobody asked to be contacted, or too few comments could be meant.")
