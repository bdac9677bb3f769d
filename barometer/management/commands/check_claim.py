"""`manage.py check_claim`: whether a printed percentage can come from its base, or from a wave."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from results.claims import Checked, check, check_against
from results.ledger import record_stored
from results.tables import results_of


class Command(RefusingCommand):
    """Check a claim."""

    help = (
        "List the counts that a percentage can stand for, or say that it cannot be, with exit status 1. Sentences are "
        'read too. Example: manage.py check_claim "61% of 51"; '
        'manage.py check_claim "61 per cent of the 51 GPs" --wave 2013-winter --variable GRIP'
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The claim, and what to hold it against."""
        parser.add_argument("claim", help='such as "61%% of 51" or "31 per cent, nine of the 29"')
        parser.add_argument("--base", type=_base, metavar="N", help="the base of percentages that stand without one")
        parser.add_argument("--wave", metavar="WAVE", help="hold it against the figures of a wave; needs --variable")
        parser.add_argument("--variable", metavar="NAME", help="the question it is about")
        parser.add_argument("--by", metavar="BANNER", help="the break it is about (default: all of the wave's)")
        parser.add_argument("--json", action="store_true", help="as JSON")

    def run(self, **options: Any) -> None:
        """Print what came of it. Raises CommandError when a claim does not stand."""
        if bool(options["wave"]) != bool(options["variable"]) or (options["by"] and not options["wave"]):
            raise CommandError("Name a wave with --wave and one of its questions with --variable.", returncode=2)
        found = self._checked(options)
        if options["json"]:
            self.stdout.write(json.dumps([each.as_dict() for each in found], indent=1, ensure_ascii=False))
        fallen = [each for each in found if not each.stands]
        if not options["json"]:
            self.stdout.write("".join(f"{_line(each)}\n" for each in found if each.stands), ending="")
        if fallen:
            raise CommandError("\n".join(map(_line, fallen)))

    def _checked(self, options: dict[str, Any]) -> list[Checked]:
        if not options["wave"]:
            return check(options["claim"], base=options["base"])
        wave = wave_by_slug(options["wave"])
        found = check_against(wave, options["variable"], options["claim"], by=options["by"])
        record_stored(results_of(wave), channel="claims", now=timezone.now())
        return found


def _line(checked: Checked) -> str:
    figures = f" [{', '.join(checked.figures)}]" if checked.figures else ""
    return f"{checked.text}: {checked.words}{figures}"


def _base(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of people")
    return int(text)
