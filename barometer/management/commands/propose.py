"""`manage.py propose`: put a step that takes two people before a publisher."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, user_by_email, wave_by_slug
from surveys.deciding import decide_alone, propose
from surveys.models.decision import Step
from surveys.problems import Problem, Refused
from surveys.wave_checks import moment


class Command(RefusingCommand):
    """Propose a step."""

    help = (
        "Propose to open a wave, to move its closing time, to close it now, or to correct a wording. A publisher who "
        "is somebody else confirms it with manage.py decide. "
        "Example: manage.py propose 2013-winter open --by editor@example.org"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The wave, the step and what it needs."""
        parser.add_argument("wave", help="the wave's slug")
        parser.add_argument("step", choices=Step.values)
        parser.add_argument("--by", required=True, metavar="EMAIL", help="the editor who proposes it")
        parser.add_argument("--closes", metavar="TIME", help="for move: ISO 8601 with offset")
        parser.add_argument("--question", metavar="NAME", help="for correct: the question's name")
        parser.add_argument(
            "--words",
            action="append",
            default=[],
            metavar="PLACE=WORDS",
            help="for correct: such as text='Is the grip right?' or 'options[2]=Likely'; may be repeated",
        )
        parser.add_argument("--reason", default="", help="for correct: why")
        parser.add_argument("--alone", action="store_true", help="decide alone, where nobody else could confirm")

    def run(self, **options: Any) -> None:
        """Propose it, or with --alone do it."""
        wave, by, now = wave_by_slug(options["wave"]), user_by_email(options["by"]), timezone.now()
        wanted: dict[str, Any] = {"details": _details(options), "reason": options["reason"], "by": by, "now": now}
        if options["alone"]:
            decide_alone(wave, options["step"], acknowledged=True, **wanted)
            self.stdout.write(f"Done, decided by {by} alone.")
            return
        proposal = propose(wave, options["step"], **wanted)
        self.stdout.write(f"Proposed as number {proposal.pk}; manage.py decide {proposal.pk} --by EMAIL confirms it.")


def _details(options: dict[str, Any]) -> dict[str, Any]:
    """What the step needs to know. Raises Refused when an option is missing or cannot be read."""
    if options["step"] == Step.MOVE:
        try:
            return {"closes_at": moment(options["closes"] or "").isoformat()}
        except ValueError as error:
            raise Refused(Problem("--closes", str(error))) from None
    if options["step"] != Step.CORRECT:
        return {}
    if not options["question"]:
        raise Refused(Problem("--question", "say which question is to be corrected"))
    unread = [each for each in options["words"] if "=" not in each]
    if unread:
        raise Refused(Problem("--words", f"{unread[0]!r} is not PLACE=WORDS"))
    return {"item": options["question"], "words": dict(each.split("=", 1) for each in options["words"])}
