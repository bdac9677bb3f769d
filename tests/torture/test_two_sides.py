"""Every staff page, asked for as everybody who may: no request reads who was asked and what was said together."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from barometer.accounts.models import Role
from respondents.models import (
    Frozen,
    Invitation,
    InvitedOrganisation,
    Letter,
    Person,
    Response,
    Sealed,
)
from surveys.models import Proposal, Wave
from tests import building, desk
from tests.surveys.test_desk_access import TABLES, address_of

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

WHO = {model._meta.db_table for model in (Person, Invitation, InvitedOrganisation, Letter)}
WHAT = {model._meta.db_table for model in (Response, Frozen, Sealed)}
_TABLE = re.compile(r"respondents_[a-z]+")


class Heard:
    """Which tables of the two sides the statements of a request name."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        """Run the statement and remember the tables it names."""
        self.tables |= set(_TABLE.findall(sql))
        return execute(sql, *rest)

    @property
    def both(self) -> bool:
        """Whether both sides were touched."""
        return bool(self.tables & WHO) and bool(self.tables & WHAT)


def open_wave() -> Wave:
    """A wave that people are answering now: one has sent, one has begun."""
    now = timezone.now()
    day = timedelta(days=1)
    made = building.opened(
        slug="running",
        number=9,
        now=now,
        opens_at=(now - day).isoformat(),
        closes_at=(now + day).isoformat(),
    )
    building.sent(made, {"GRIP": [2]}, now=now)
    building.begun(made, {"GRIP": [1]}, now=now)
    return made


def requests(wave: Wave) -> Iterator[tuple[str, str, Any, str]]:
    """(method, name, browser, address) of everything a table opens to somebody, about this wave."""
    browsers = {role: desk.browsing(desk.staff(role, survey=wave.survey)) for role in Role.values}
    proposal = Proposal.objects.create(wave=wave, step="close", proposed_at=building.NOW)
    bob = desk.staff("editor", survey=wave.survey)
    for name, rule in TABLES.items():
        for method, roles in rule.items():
            yield method, name, browsers[min(roles)], address_of(name, wave, number=proposal.pk, pk=bob.pk)


def touching_both(wave: Wave) -> list[str]:
    """The requests about this wave that touch both sides; whatever they change is undone."""
    found = []
    for method, name, browser, address in requests(wave):
        heard = Heard()
        with transaction.atomic():
            with connection.execute_wrapper(heard):
                reply = browser.generic(method, address)
                b"".join(reply) if reply.streaming else reply.content
            transaction.set_rollback(True)
        if heard.both:
            found.append(f"{method} {name}: {', '.join(sorted(heard.tables))}")
    return found


def test_no_request_of_the_staff_touches_both_sides() -> None:
    assert touching_both(desk.closed_wave()) == []
    assert touching_both(open_wave()) == []


def test_a_page_that_looks_at_both_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from results import dashboard

    really = dashboard.comments_of

    def with_names(*arguments: Any, **more: Any) -> Any:
        list(Person.objects.all())
        list(Frozen.objects.all())
        return really(*arguments, **more)

    monkeypatch.setattr("results.views.reading.comments_of", with_names)
    assert [each for each in touching_both(desk.closed_wave()) if "results:comments" in each]
