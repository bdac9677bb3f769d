"""`manage.py retire_question`: offer a question no longer for new waves."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, question_by_name
from surveys.bank import restore, retire


class Command(RefusingCommand):
    """Retire a question, or restore it."""

    help = (
        "Offer a question no longer for new waves; past waves keep it. Refused while a wave that has not closed puts "
        "it. Example: manage.py retire_question ccg-barometer GRIP"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The question."""
        parser.add_argument("survey", help="the survey's slug")
        parser.add_argument("question", help="the question's name")
        parser.add_argument("--restore", action="store_true", help="offer it again")

    def run(self, **options: Any) -> None:
        """Retire or restore."""
        question = question_by_name(options["survey"], options["question"])
        with transaction.atomic():
            if options["restore"]:
                restore(question)
            else:
                retire(question, now=timezone.now())
            told = "offered again" if options["restore"] else "retired"
            self.noted("bank", f"{question.name}: {told}", survey=question.survey)
        self.stdout.write(f"{question.name} is {told}.")
