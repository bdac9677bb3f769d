"""`manage.py change_question`: put a question of the bank on a topic, or give it another wording."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db import transaction

from barometer.management.commanding import RefusingCommand, question_by_name
from surveys import bank
from surveys.bank_reading import flat_of
from surveys.comparing import verdict
from surveys.models import Question
from surveys.problems import Problem, Refused
from surveys.wave_file import read_json


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
        told: list[str] = []  # not before both are done: what one refuses undoes the other
        if options["topic"] is not None and not options["look"]:
            with transaction.atomic():
                topic = bank.put_on_topic(question, options["topic"]).topic
                place = f"on {f'the topic {topic}' if topic else 'no topic'}"
                self.noted("bank", f"{question.name}: {place}", survey=question.survey)
            told.append(f"{question.name} is {place}.")
        if options["wording"]:
            told += self._word(question, options["wording"], look=options["look"])
        self.stdout.write("\n".join(told))

    def _word(self, question: Question, path: str, *, look: bool) -> list[str]:
        definition, scale = self._wording(path)
        bank.check_wording(question, definition, scale)
        before, after = bank.entry(question).version, bank.unsaved(question, definition, scale)
        found = verdict(flat_of(before), flat_of(after))
        told = [f"{question.name}: {found.kind}", *(f"  {reason}" for reason in found.reasons)]
        if not look:
            with transaction.atomic():
                made = bank.reword(question, definition, scale)
                self.noted("bank", f"{question.name}: {made}", survey=question.survey)
            told.append(f"Saved as wording {made.number}.")
        return told

    def _wording(self, path: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The wording without what belongs to a wave, and its scale. Raises Refused."""
        data = read_json(self.read(path))
        if not isinstance(data, dict) or not {"type", "text"} <= data.keys():
            raise Refused(Problem("", 'is no item: it has no "type" or no "text"'))
        given = data.pop("scales", [])
        if not (isinstance(given, list) and all(isinstance(each, dict) and "name" in each for each in given)):
            raise Refused(Problem("scales", "is no list of scales, each with a name"))
        scales = {str(each["name"]): each for each in given}
        kept = {key: value for key, value in data.items() if key not in ("name", "roles", "required", "show_if")}
        return kept, scales.get(str(kept.get("scale")))
