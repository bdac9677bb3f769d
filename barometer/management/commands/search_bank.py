"""`manage.py search_bank`: questions of the bank and where they were put."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from barometer.management.commanding import RefusingCommand, survey_by_slug
from surveys.bank import Entry, search
from surveys.models import Question


class Command(RefusingCommand):
    """Search the question bank."""

    help = (
        "List questions whose name, wording, answers or topic hold the words, best first, with the waves that put "
        "them. Example: manage.py search_bank too much grip --survey ccg-barometer"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The words and the bank."""
        parser.add_argument("words", nargs="*", help="default: every question")
        parser.add_argument("--survey", metavar="SLUG", help="default: all surveys")
        parser.add_argument("--retired", action="store_true", help="retired questions too")
        parser.add_argument("--limit", type=int, default=50)

    def run(self, **options: Any) -> None:
        """Print them."""
        slug = options["survey"]
        questions = survey_by_slug(slug).questions.all() if slug else Question.objects.all()
        found = search(questions, " ".join(options["words"]), retired=options["retired"], limit=options["limit"])
        for entry in found.entries:
            self.stdout.write(_told(entry))
        self.stdout.write(f"{found.total} found.")


def _told(entry: Entry) -> str:
    uses = ", ".join(f"{use.wave} (wording {use.version})" for use in entry.uses) or "in no wave"
    retired = "; retired" if entry.question.retired_at else ""
    return f"{entry.question.name} [{entry.question.survey.slug}{retired}]: {entry.version.text}\n    {uses}"
