"""`manage.py change_question`: put a question of the bank on a topic, or give it another wording."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from barometer.management.commanding import RefusingCommand, question_by_name
from surveys import bank
from surveys.bank_reading import flat_of
from surveys.comparing import verdict
from surveys.models import Question
from surveys.problems import Problem, Refused


class Command(RefusingCommand):
    """Change a question of the bank."""

    help = (
        "Put a question on a topic, or give it another wording: an item of the wave file as JSON, with its named "
        'scale, if any, under "scales". The verdict on a new wording is printed. '
        "Example: manage.py change_question ccg-barometer GRIP --topic 'The centre'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which question, and what becomes of it."""
        parser.add_argument("survey", metavar="SURVEY")
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--topic", help="an empty one takes the question off its topic")
        parser.add_argument("--wording", metavar="FILE.json", help="the new wording")
        parser.add_argument("--look", action="store_true", help="print the verdict, write nothing")

    @transaction.atomic
    def run(self, **options: Any) -> None:
        """Change. Raises Refused, and CommandError when nothing is asked for."""
        if options["topic"] is None and not options["wording"]:
            raise CommandError("Give --topic or --wording.", returncode=2)
        question = question_by_name(options["survey"], options["name"])
        if options["topic"] is not None and not options["look"]:
            with transaction.atomic():
                topic = bank.put_on_topic(question, options["topic"]).topic
                told = f"on {f'the topic {topic}' if topic else 'no topic'}"
                self.noted("bank", f"{question.name}: {told}", survey=question.survey)
            self.stdout.write(f"{question.name} is {told}.")
        if options["wording"]:
            self._word(question, options["wording"], look=options["look"])

    def _word(self, question: Question, path: str, *, look: bool) -> None:
        definition, scale = self._wording(path)
        bank.check_wording(question, definition, scale)
        before, after = bank.entry(question).version, bank.unsaved(question, definition, scale)
        found = verdict(flat_of(before), flat_of(after))
        self.stdout.write(f"{question.name}: {found.kind}")
        for reason in found.reasons:
            self.stdout.write(f"  {reason}")
        if not look:
            with transaction.atomic():
                made = bank.reword(question, definition, scale)
                self.noted("bank", f"{question.name}: {made}", survey=question.survey)
            self.stdout.write(f"Saved as wording {made.number}.")

    def _wording(self, path: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The wording without what belongs to a wave, and its scale. Raises Refused."""
        try:
            data = json.loads(self.read(path))
        except ValueError as error:
            raise Refused(Problem("", f"is not JSON: {error}")) from None
        if not isinstance(data, dict) or not {"type", "text"} <= data.keys():
            raise Refused(Problem("", 'is no item: it has no "type" or no "text"'))
        scales = {each["name"]: each for each in data.pop("scales", [])}
        kept = {key: value for key, value in data.items() if key not in ("name", "roles", "required", "show_if")}
        return kept, scales.get(kept.get("scale"))
