"""`manage.py new_wave`: a draft without questions, or with questions from the bank."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction

from barometer.management.commanding import RefusingCommand
from surveys.bank import entries
from surveys.copying import blank_wave, wave_from_bank
from surveys.models import Question, Survey, Wave
from surveys.problems import Problem, Refused


class Command(RefusingCommand):
    """Make a draft."""

    help = (
        "Make a blank draft of a survey, new or old, or one that asks questions of its bank in their last wording. "
        "Example: manage.py new_wave ccg-barometer 2014-spring 'Spring 2014' --questions GRIP MONEY"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The survey and what the wave is called."""
        parser.add_argument("survey", help="the survey's slug")
        parser.add_argument("slug", help="the new wave's slug")
        parser.add_argument("title", help="the new wave's title")
        parser.add_argument("--survey-title", metavar="TITLE", help="for a new survey; default: its slug")
        parser.add_argument("--role", action="append", default=[], metavar="CODE=LABEL", help="may be repeated")
        parser.add_argument("--questions", nargs="+", default=[], metavar="NAME", help="from the bank, in this order")

    def run(self, **options: Any) -> None:
        """Make it."""
        with transaction.atomic():
            self._make(options)

    def _make(self, options: dict[str, Any]) -> None:
        survey = Survey.objects.filter(slug=options["survey"]).first()
        if options["questions"]:
            wave = _from_bank(survey, options)
        else:
            title = survey.title if survey else options["survey_title"] or options["survey"]
            named = {"slug": options["survey"], "title": title}
            wave = blank_wave(named, slug=options["slug"], title=options["title"], roles=_roles(options["role"]))
        self.noted("made", "from the bank" if options["questions"] else "blank", wave=wave)
        self.stdout.write(f"{wave.slug} is a draft of {wave.survey.title}.")


def _from_bank(survey: Survey | None, options: dict[str, Any]) -> Wave:
    if survey is None:
        raise Refused(Problem("survey", f"there is no survey {options['survey']} whose bank could be used"))
    found = {question.name: question.pk for question in Question.objects.filter(survey=survey)}
    missing = [name for name in options["questions"] if name not in found]
    if missing:
        raise Refused(Problem(name, f"is not a question of {survey.slug}") for name in missing)
    versions = [entry.version for entry in entries([found[name] for name in options["questions"]])]
    return wave_from_bank(survey, versions, slug=options["slug"], title=options["title"])


def _roles(given: list[str]) -> list[dict[str, str]]:
    unread = [each for each in given if "=" not in each]
    if unread:
        raise Refused(Problem("--role", f"{unread[0]!r} is not CODE=LABEL"))
    return [dict(zip(("code", "label"), each.split("=", 1), strict=True)) for each in given]
