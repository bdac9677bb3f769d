"""`manage.py list_users`: colleagues with their roles and accounts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from barometer.accounts import factors
from barometer.accounts.models import User


class Command(BaseCommand):
    """Print every colleague."""

    help = "List colleagues with their accounts and roles. Example: manage.py list_users"

    def handle(self, *args: Any, **options: Any) -> None:
        """One block for each."""
        for user in User.objects.order_by("email").prefetch_related(
            "staff_roles__survey", "staff_roles__wave__survey"
        ):
            factor = "second factor on" if factors.is_on(user) else "no second factor"
            self.stdout.write(f"{user.email} ({user.name or 'no name'}): {_state(user)}, {factor}")
            for row in sorted(user.staff_roles.all(), key=str):
                self.stdout.write(f"  {row}")


def _state(user: User) -> str:
    if not user.is_active:
        return "closed"
    return "open" if user.has_usable_password() or user.last_login else "invited"
