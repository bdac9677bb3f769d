"""`manage.py tables`: results of a closed wave as JSON."""

from __future__ import annotations

import argparse
import json
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, wave_by_slug
from results.ledger import record_release
from results.tables import ORGANISATIONS, PEOPLE, results_of
from surveys.codebook import CodeValue


class Command(RefusingCommand):
    """Print tables."""

    help = (
        "Print results of a closed wave as JSON, from its snapshot. role, gp, region and the like are variables too. "
        "Example: manage.py tables 2013-winter --variable GRIP --by gp --by 'role|gp' --where role=chair,ao"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Which wave, and which tables."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("--variable", action="append", default=[], metavar="NAME", help="default: every question")
        parser.add_argument(
            "--by",
            action="append",
            metavar="BANNER",
            help="a banner of the wave or a closed variable, or several crossed, 'role|gp'; each makes its own tables",
        )
        parser.add_argument("--where", action="append", default=[], metavar="NAME=CODE[,CODE]", type=condition)
        parser.add_argument("--denominator", choices=(PEOPLE, ORGANISATIONS), default=PEOPLE)
        parser.add_argument("--without-dont-knows", action="store_true", help="set don't know and the like aside")

    def run(self, **options: Any) -> None:
        """Print them."""
        results = results_of(wave_by_slug(options["wave"]))
        where: dict[str, list[CodeValue]] = {}
        for name, words in options["where"]:
            codes = results.codes(name, words)
            where[name] = [code for code in codes if code in where.get(name, codes)]
        asked = options["by"] or [None]
        breaks = [asked] if isinstance(asked, str) else asked  # a program calling the command may name just one
        tables = [
            results.table(
                variable.name,
                by=by,
                where=where,
                denominator=options["denominator"],
                substantive=options["without_dont_knows"],
            )
            for variable in results.variables(options["variable"])
            for by in breaks
        ]
        record_release(
            results.wave, channel="tables", snapshot=results.digest, tables=tables, where=where, now=timezone.now()
        )
        self.stdout.write(json.dumps({**results.head(), "tables": tables}, indent=1, ensure_ascii=False))


def condition(text: str) -> tuple[str, list[str]]:
    """``("role", ["chair", "ao"])`` for ``role=chair,ao``. Raises argparse.ArgumentTypeError."""
    name, equals, words = text.partition("=")
    codes = [word.strip() for word in words.split(",") if word.strip()]
    if not equals or not name.strip() or not codes:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=CODE[,CODE]")
    return name.strip(), codes
