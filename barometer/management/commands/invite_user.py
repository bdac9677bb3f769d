"""`manage.py invite_user`: let a colleague in by a mail with a link to set a password."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from barometer.accounts import colleagues
from barometer.accounts.models import Role
from barometer.management.commanding import RefusingCommand, scope_by_slugs


class Command(RefusingCommand):
    """Create a user without a password and have the invitation sent."""

    help = (
        "Invite a colleague: they get a mail with a link to set a password, good once, for a week. "
        "Example: manage.py invite_user ann@example.org --name 'Ann Other' --role editor --survey ccg-barometer"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The address, the roles, and what they are for."""
        parser.add_argument("email", help="the address to write to, and to sign in with")
        parser.add_argument("--name", default="", help="how others see the person")
        parser.add_argument("--role", action="append", required=True, choices=Role.values, help="may be repeated")
        parser.add_argument("--survey", metavar="SLUG", help="the roles count for this survey only")
        parser.add_argument("--wave", metavar="SLUG", help="the roles count for this wave only")

    def run(self, **options: Any) -> None:
        """Invite. Raises Refused."""
        where = scope_by_slugs(options["survey"], options["wave"])
        user = colleagues.invite(
            options["email"], name=options["name"], roles=options["role"], where=where, by=None, now=timezone.now()
        )
        self.stdout.write(
            f"Invited {user.email}: {', '.join(options['role'])}. The mail goes out with the next sweep."
        )
