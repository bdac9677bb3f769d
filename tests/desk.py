"""Staff and finished waves for the tests of the desk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.test import Client

from barometer.accounts.models import User
from results.closing import close_wave
from results.snapshot import build_snapshot
from surveys.models import Survey, Wave
from tests import building

PASSWORD = "a-long-enough-password"


def staff(*roles: str, survey: Survey | None = None) -> User:
    """Somebody with these roles, for one survey or for all."""
    user = User.objects.create_user(f"desk{User.objects.count()}@example.org", PASSWORD, name="Desk Person")
    for role in roles:
        user.give(role, survey)
    return user


def browsing(user: User) -> Client:
    """A browser in which this user has signed in."""
    client = Client()
    client.force_login(user)
    return client


def closed_wave(
    document: dict[str, Any] | None = None, *, chairs: int = 12, officers: int = 7, is_gp_known: bool = True
) -> Wave:
    """The small wave of `building`, or another with the same questions, answered, closed, its results built."""
    made = building.opened(document)
    answer = {"GRIP": [1], "WHY": ["Too many targets."], "WAYS": [1, 2]}
    for number in range(chairs):
        own = {**answer, "GRIP": [1 if number % 3 else 2], "PLANS_POOL": [2], "PLANS_SPLIT": [1]}
        building.sent(made, _routed(own), role="chair", gp=bool(number % 2) if is_gp_known else None)
    for number in range(officers):
        own = {**answer, "GRIP": [2 if number % 3 else 9], "SPEND": [2.5]}
        building.sent(made, _routed(own), role="ao", gp=False if is_gp_known else None)
    now = building.CLOSES + timedelta(minutes=1)
    assert close_wave(made, now=now, without_grace=True)
    build_snapshot(made, now=now)
    made.refresh_from_db()
    return made


def _routed(answers: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Why is asked only of those who chose 1."""
    return {name: values for name, values in answers.items() if name != "WHY" or answers["GRIP"] == [1]}
