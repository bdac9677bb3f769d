"""`manage.py lint_wave`: what to think about in a wave's questions, with reasons and sources."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from barometer.management.commanding import RefusingCommand, wave_by_slug
from surveys.duration import minutes_by_role
from surveys.lint import lint_document
from surveys.wave_file import document_of


class Command(RefusingCommand):
    """Lint a wave."""

    help = (
        "List what an experienced designer would question in a wave's wording and answers, and how long each role "
        "takes. It is advice: nothing is changed or stopped. Example: manage.py lint_wave 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave."""
        parser.add_argument("wave", help="the wave's slug")

    def run(self, **options: Any) -> None:
        """Print the findings, then the minutes."""
        document = document_of(wave_by_slug(options["wave"]))
        findings = lint_document(document)
        for finding in findings:
            self.stdout.write(
                f"{finding.item} ({finding.place}): {finding.message} [{finding.code}; {finding.source}]"
            )
        self.stdout.write(f"{len(findings)} things to think about.")
        for role, minutes in minutes_by_role(document).items():
            self.stdout.write(f"{role}: about {minutes:.0f} minutes")
