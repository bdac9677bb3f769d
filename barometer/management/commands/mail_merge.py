"""`manage.py mail_merge`: names and codes for invitations on paper."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import CommandParser

from barometer.management.commanding import RefusingCommand, wave_by_slug
from respondents.merge_letters import merge_file
from surveys.problems import Problem, Refused


class Command(RefusingCommand):
    """Write a file for a mail merge."""

    help = (
        "Write a CSV file with the name, role, organisations and code of everybody invited who has not answered, for "
        "letters on paper. Keep it as you keep the mails: its codes open surveys. "
        "Example: manage.py mail_merge nhscc-2013 -o letters.csv"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave and the file."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("-o", "--output", metavar="PATH", required=True, help="the file to write; it must be new")

    def run(self, **options: Any) -> None:
        """Write it, readable by nobody else."""
        wave = wave_by_slug(options["wave"])
        text = merge_file(wave)
        try:
            descriptor = os.open(options["output"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise Refused(Problem(options["output"], f"cannot be written: {error.strerror}")) from None
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            file.write(text)
        self.noted("mailing", "letters with codes", wave=wave)
        self.stdout.write(f"{len(text.splitlines()) - 1} letters in {options['output']}.")
