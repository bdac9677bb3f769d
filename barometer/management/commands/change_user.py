"""`manage.py change_user`: give and take roles, close and open an account, take a lost second factor away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone

from barometer.accounts import colleagues
from barometer.accounts.models import Role
from barometer.management.commanding import RefusingCommand, scope_by_slugs, user_by_email


class Command(RefusingCommand):
    """Change what a colleague may do."""

    help = (
        "Give or take roles of a colleague, close or open the account, invite again, take a lost second factor away. "
        "Example: manage.py change_user ann@example.org --give analyst --take editor --wave 2013-winter"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, and what becomes of them."""
        parser.add_argument("email")
        parser.add_argument("--give", action="append", default=[], choices=Role.values, help="may be repeated")
        parser.add_argument("--take", action="append", default=[], choices=Role.values, help="may be repeated")
        parser.add_argument("--survey", metavar="SLUG", help="the roles are those for this survey only")
        parser.add_argument("--wave", metavar="SLUG", help="the roles are those for this wave only")
        account = parser.add_mutually_exclusive_group()
        account.add_argument("--close", action="store_true", help="let them in no more")
        account.add_argument("--open", action="store_true", help="let them in again")
        account.add_argument("--invite-again", action="store_true", help="send the invitation once more")
        parser.add_argument("--forget-second-factor", action="store_true", help="they set up another")

    @transaction.atomic
    def run(self, **options: Any) -> None:
        """Change, all or nothing. Raises Refused."""
        user = user_by_email(options["email"])
        for told in self._changes(user, options):
            self.stdout.write(f"{user.email}: {told}.")

    def _changes(self, user: Any, options: dict[str, Any]) -> Iterator[str]:
        common: dict[str, Any] = {"by": None, "now": timezone.now()}
        where = scope_by_slugs(options["survey"], options["wave"])
        for role in options["give"]:
            made = colleagues.give(user, role, where=where, **common)
            yield f"is {role} now" if made else f"was {role} already"
        for role in options["take"]:
            gone = colleagues.take(user, role, where=where, **common)
            yield f"is {role} no longer" if gone else f"was not {role}"
        if options["close"]:
            colleagues.close_account(user, **common)
            yield "closed"
        if options["open"]:
            colleagues.reopen_account(user, **common)
            yield "open again"
        if options["invite_again"]:
            colleagues.invite_again(user, **common)
            yield "invited again"
        if options["forget_second_factor"]:
            colleagues.forget_factor(user, **common)
            yield "has no second factor now"
