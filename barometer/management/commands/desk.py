"""`manage.py desk`: what has been changed on a draft and said about it; undoing, commenting and settling."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from surveys.commenting import comment, comments_of, resolve
from surveys.editing import history, undo
from surveys.models import Wave
from surveys.problems import Problem, Refused
from surveys.wave_checks import items_of
from surveys.wave_file import document_of


class Command(RefusingCommand):
    """Look at the desk of a draft."""

    help = (
        "Print the latest changes of a draft and the comments on its items, after undoing the last change, commenting "
        "or settling a comment if that is asked for. The questionnaire itself is edited as a wave file: see dump_wave "
        "and load_wave. Example: manage.py desk 2013-winter --comment GRIP 'Too blunt?'"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave and what to do."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("--undo", action="store_true", help="take back the last change")
        parser.add_argument("--comment", nargs=2, metavar=("ITEM", "WORDS"), help="say something about an item")
        parser.add_argument("--settle", type=int, metavar="NUMBER", help="settle a comment, or open it again")

    def run(self, **options: Any) -> None:
        """Do it, then print."""
        wave, now = wave_by_slug(options["wave"]), timezone.now()
        if options["undo"]:
            undo(wave, revision=wave.revision, now=now)
        if options["comment"]:
            name, words = options["comment"]
            if all(item["name"] != name for _place, item in items_of(document_of(wave))):
                raise Refused(Problem(name, "is not in this wave"))
            comment(wave, name, words, now=now)
        if options["settle"] is not None:
            resolve(wave, options["settle"], now=now)
        self._print(wave)

    def _print(self, wave: Wave) -> None:
        for step in history(wave):
            self.stdout.write(f"{step.at:%Y-%m-%d %H:%M} {step.by or 'somebody'}: {step.label}")
        for name, said in comments_of(wave).items():
            for each in said:
                state = "settled" if each.resolved_at else "open"
                self.stdout.write(f"{name} comment {each.pk} ({state}), {each.by or 'somebody'}: {each.text}")
