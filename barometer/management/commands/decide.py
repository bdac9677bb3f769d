"""`manage.py decide`: confirm or decline what a colleague proposed; without a number, list what waits."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.management.commanding import RefusingCommand, user_by_email
from surveys.deciding import confirm, decline, summary
from surveys.models import Proposal
from surveys.problems import Problem, Refused


class Command(RefusingCommand):
    """Decide on a proposal."""

    help = (
        "Confirm what an editor proposed, as a publisher who is somebody else; or lay it aside. Without a number, "
        "what waits is listed. Example: manage.py decide 7 --by publisher@example.org"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The proposal, who decides and how."""
        parser.add_argument("number", nargs="?", type=int, help="the proposal's number")
        parser.add_argument("--by", metavar="EMAIL", help="who decides")
        parser.add_argument("--decline", action="store_true", help="decline it, or withdraw one's own")

    def run(self, **options: Any) -> None:
        """List what waits, or decide."""
        if options["number"] is None:
            for each in Proposal.objects.waiting().select_related("wave", "proposed_by"):
                self.stdout.write(f"{each.pk}: {each.wave.slug}: {summary(each)}, proposed by {each.proposed_by}")
            return
        if not options["by"]:
            raise Refused(Problem("--by", "say who decides"))
        proposal = Proposal.objects.select_related("wave__survey", "proposed_by").filter(pk=options["number"]).first()
        if proposal is None:
            raise Refused(Problem("", f"there is no proposal {options['number']}"))
        act = decline if options["decline"] else confirm
        act(proposal, by=user_by_email(options["by"]), now=timezone.now())
        self.stdout.write(f"{proposal.wave.slug}: {summary(proposal)}: {proposal.get_outcome_display().lower()}.")
