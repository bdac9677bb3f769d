"""`manage.py load_wave`: a draft wave from a wave file."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from barometer.management.commanding import RefusingCommand
from surveys.models import Wave
from surveys.wave_file import load_wave, read_wave_file


class Command(RefusingCommand):
    """Create or update a draft wave."""

    help = (
        "Create the draft wave that a wave file describes; again: update the draft. An open wave is refused. "
        "Example: manage.py load_wave 2013-winter.wave.json"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file."""
        parser.add_argument("file", help="a wave file, *.wave.json")
        parser.add_argument("--synthetic", action="store_true", help="its answers are made up; say so wherever shown")

    def run(self, **options: Any) -> None:
        """Load the file."""
        read = read_wave_file(self.read(options["file"]))
        with transaction.atomic():
            is_there = Wave.objects.filter(slug=read["wave"]["slug"]).exists()
            wave = load_wave(read, synthetic=options["synthetic"])
            self.noted("edited" if is_there else "made", "from a wave file", wave=wave)
        self.stdout.write(f"{wave.slug} is a draft: {wave.survey.title}, {wave.title}.")
