"""`manage.py save_scale`: keep a scale in a survey's library, or take one out."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from barometer.management.commanding import RefusingCommand, survey_by_slug
from surveys import library
from surveys.problems import Problem, Refused
from surveys.wave_file import read_json


class Command(RefusingCommand):
    """Change the library of scales."""

    help = (
        "Keep a scale (as the wave file has it, a JSON file) in a survey's library, or take one out of it. "
        "Example: manage.py save_scale ccg-barometer likely.json --replace"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which library, which scale."""
        parser.add_argument("survey", metavar="SURVEY")
        parser.add_argument("file", metavar="FILE.json", nargs="?")
        parser.add_argument("--replace", action="store_true", help="take the place of the scale of that name")
        parser.add_argument("--forget", metavar="NAME", help="take this one out; waves that use it keep it")

    def run(self, **options: Any) -> None:
        """Save or forget. Raises Refused."""
        survey = survey_by_slug(options["survey"])
        if bool(options["file"]) == bool(options["forget"]):
            raise CommandError("Give a file, or --forget NAME.", returncode=2)
        if options["forget"]:
            if not library.forget_scale(survey, options["forget"]):
                raise Refused(Problem(options["forget"], f"is not saved in the library of {survey.slug}"))
            self.noted("bank", f"{options['forget']}: out of the library", survey=survey)
            self.stdout.write(f"{options['forget']} is out of the library.")
            return
        scale = read_json(self.read(options["file"]))
        with transaction.atomic():
            saved = library.save_scale(survey, scale, replace=options["replace"])
            self.noted("bank", f"{saved.name}: saved in the library", survey=survey)
        self.stdout.write(f"{saved.name} is in the library of {survey.slug}.")
