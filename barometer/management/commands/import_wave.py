"""`manage.py import_wave`: a draft wave from another program's questionnaire."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from barometer.management.commanding import RefusingCommand
from surveys.copying import blank_document, create
from surveys.imports import REGISTRY, Understood, importer_for
from surveys.models import Survey
from surveys.problems import refuse_if


class Command(RefusingCommand):
    """Import a questionnaire."""

    help = (
        "Make a draft wave from an XLSForm workbook, a LimeSurvey structure, a CSV list of questions or a wave file; "
        "everything that was not understood is listed. With --look nothing is written. "
        "Example: manage.py import_wave leaders.lss --survey ccg-barometer --slug 2014-spring --title 'Spring 2014'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, and what the wave is to be called."""
        parser.add_argument("file")
        parser.add_argument("--format", choices=sorted(REGISTRY), help="default: as the file looks")
        parser.add_argument("--survey", metavar="SLUG", help="default: named after the file's title")
        parser.add_argument("--slug", help="the new wave's slug; needed with --survey")
        parser.add_argument("--title", help="the new wave's title; default: the slug")
        parser.add_argument("--look", action="store_true", help="only say what would be read")

    def run(self, **options: Any) -> None:
        """Read the file, tell, and write."""
        data = self.read(options["file"])
        reader = REGISTRY[options["format"]] if options["format"] else importer_for(options["file"], data)
        read = reader.understand(data, into=_into(options))
        for note in read.notes:
            self.stdout.write(str(note))
        refuse_if(read.problems)
        self._write(read, look=options["look"])

    def _write(self, read: Understood, *, look: bool) -> None:
        assert read.document is not None
        slug = read.document["wave"]["slug"]
        told = f"{read.questions} questions and notes understood, {len(read.notes)} things to look at"
        if look:
            self.stdout.write(f"{told}; nothing was written. The wave would be {slug}.")
            return
        with transaction.atomic():
            self.noted("made", "from a file", wave=create(read.document))
        self.stdout.write(f"{told}; {slug} is a draft.")


def _into(options: dict[str, Any]) -> dict[str, Any] | None:
    """The empty wave to read into, when a survey and a slug are given; roles as in the survey's latest wave."""
    if not (options["survey"] and options["slug"]):
        return None
    survey = Survey.objects.filter(slug=options["survey"]).first()
    latest = survey.waves.order_by("-opens_at", "-pk").first() if survey else None
    named = {"slug": options["survey"], "title": survey.title if survey else options["survey"]}
    return blank_document(named, slug=options["slug"], title=options["title"] or options["slug"], like=latest)
