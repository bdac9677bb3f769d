"""`manage.py merge_questions`: one question in place of another, wherever a draft puts it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, question_by_name
from surveys.bank import merge


class Command(RefusingCommand):
    """Merge a question into another."""

    help = (
        "Put another question, in its latest wording, wherever a draft puts this one, and remove this one. Refused "
        "when this one was put to people. Example: manage.py merge_questions ccg-barometer GRIP_2 GRIP"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The two questions."""
        parser.add_argument("survey", help="the survey's slug")
        parser.add_argument("question", help="the name of the question that goes")
        parser.add_argument("into", help="the name of the question that stays")

    def run(self, **options: Any) -> None:
        """Merge."""
        question = question_by_name(options["survey"], options["question"])
        into = question_by_name(options["survey"], options["into"])
        with transaction.atomic():
            drafts = merge(question, into=into, now=timezone.now())
            self.noted("bank", f"{options['question']} merged into {into.name}", survey=into.survey)
        changed = ", ".join(wave.slug for wave in drafts) or "no draft"
        self.stdout.write(f"{options['question']} is {into.name} now; changed: {changed}.")
