"""`manage.py create_user`: let somebody of the staff in, or give more roles to somebody who is."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.db import transaction

from barometer.accounts.models import Role, User, tidy_address
from surveys.models import Survey


class Command(BaseCommand):
    """Create a user, or add roles to one."""

    help = (
        "Create a user who signs in by e-mail, or add roles to one there is. The password is asked for; "
        "where no terminal is, it is the first line of the input. "
        "Example: manage.py create_user ann@example.org --name 'Ann Other' --role editor --role analyst"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """The address, the roles, and for which survey."""
        parser.add_argument("email", help="the address to sign in with")
        parser.add_argument("--name", default="", help="how others see the person")
        parser.add_argument("--role", action="append", required=True, choices=Role.values, help="may be repeated")
        parser.add_argument("--survey", metavar="SLUG", help="the roles count for this survey only")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Create or extend the user. Raises CommandError (exit status 1), with nothing written, when refused."""
        survey = _survey(options["survey"])
        email = _address(options["email"])
        user = User.objects.filter(email=email).first()
        created = user is None
        user = user or _new_user(email, options["name"])
        for role in options["role"]:
            user.give(role, survey)
        self.stdout.write(f"{'Created' if created else 'Extended'} {user.email}: {', '.join(options['role'])}.")


def _survey(slug: str | None) -> Survey | None:
    if slug is None:
        return None
    survey = Survey.objects.filter(slug=slug).first()
    if survey is None:
        raise CommandError(f"--survey: there is no survey {slug!r}.")
    return survey


def _address(given: str) -> str:
    email = tidy_address(given)
    try:
        validate_email(email)
    except ValidationError:
        raise CommandError(f"{given!r} is not an e-mail address.") from None
    return email


def _new_user(email: str, name: str) -> User:
    user = User(email=email, name=name)
    password = _password()
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise CommandError(" ".join(error.messages)) from None
    return User.objects.create_user(email, password, name=name)


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass("Password: ")
    if password != getpass.getpass("Again: "):
        raise CommandError("The two passwords differ.")
    return password
