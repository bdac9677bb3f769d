"""Who may do what: every address of the site, as every kind of user, with every method, as the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from barometer.accounts.models import Role, User
from respondents import access as respondents_access
from results import access as results_access
from surveys import access as surveys_access
from surveys import draft_access
from surveys.models import Proposal, Survey, Wave
from tests import building, desk

pytestmark = pytest.mark.django_db

TABLES = {
    **{f"surveys:{name}": rule for name, rule in surveys_access.ACCESS.items()},
    **{f"draft:{name}": rule for name, rule in draft_access.ACCESS.items()},
    **{f"desk:{name}": rule for name, rule in respondents_access.ACCESS.items()},
    **{f"results:{name}": rule for name, rule in results_access.ACCESS.items()},
}
OPEN = {"healthz", "readyz", "accounts:sign_in", "accounts:sign_out", "respondents:erase", "respondents:code"}
BY_LINK = {f"respondents:{name}": methods for name, methods in respondents_access.BY_LINK.items()}
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def patterns() -> Iterator[tuple[str, URLPattern]]:
    """The full name and the pattern of every address of the site; an address without a name fails the walk."""

    def walk(found: list[Any], namespaces: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
        for each in found:
            if isinstance(each, URLResolver):
                yield from walk(each.url_patterns, (*namespaces, *([each.namespace] if each.namespace else [])))
            elif isinstance(each, URLPattern):
                assert each.name, f"{each.pattern} has no name"
                yield ":".join((*namespaces, each.name)), each

    return walk(get_resolver().url_patterns, ())


def addresses() -> Iterator[str]:
    """The full name of every address of the site."""
    return (name for name, _pattern in patterns())


def parts_of(name: str) -> set[str]:
    """What an address is made of."""
    return set(next(each.pattern.converters for found, each in patterns() if found == name))


WITH_WAVE = sorted(name for name in TABLES if "slug" in parts_of(name))


def address_of(name: str, wave: Wave) -> str:
    """The address of a staff page, of this wave where it is about one."""
    keys = {"results:export_answers": "csv", "surveys:questionnaire": "wave"}
    known: dict[str, Any] = {
        "slug": wave.slug,
        "role": "chair",
        "by": "role",
        "item": "GRIP",
        "section": "grip",
        "scale": "likely",
        "key": keys.get(name, "json"),
        "upload": "00000000-0000-0000-0000-000000000000",
        "number": Proposal.objects.values_list("pk", flat=True).first(),
    }
    return reverse(name, kwargs={part: known[part] for part in parts_of(name)})


def outcome(response: HttpResponse) -> str:
    """What a response means for who asked."""
    if response.status_code == 302 and response["Location"].startswith(reverse("accounts:sign_in")):
        return "sign in"
    return {403: "forbidden", 404: "not there", 405: "no such method"}.get(response.status_code, "allowed")


def expected(user: User | None, name: str, method: str, survey: Survey) -> str:
    """What the tables say."""
    if user is None:
        return "sign in"
    if not user.may_anywhere():
        return "forbidden"
    if name in WITH_WAVE and not user.surveys().filter(pk=survey.pk).exists():
        return "not there"
    roles = TABLES[name].get("GET" if method == "HEAD" else method)
    if roles is None:
        return "no such method"
    holds = any(user.may(role, survey) if name in WITH_WAVE else user.may_anywhere(role) for role in roles)
    return "allowed" if holds else "forbidden"


def test_every_address_is_listed() -> None:
    assert set(addresses()) == {*TABLES, *OPEN, *BY_LINK}


def test_every_address_behaves_as_listed_for_everybody() -> None:
    """One closed wave, every kind of user, every address, every method."""
    wave = desk.closed_wave()
    Proposal.objects.create(wave=wave, step="close", proposed_at=building.NOW)
    elsewhere = Survey.objects.create(slug="elsewhere", title="Elsewhere")
    users: dict[str, User | None] = {"nobody": None, "without a role": desk.staff()}
    users |= {role: desk.staff(role, survey=wave.survey) for role in Role.values}
    users |= {f"{role} everywhere": desk.staff(role) for role in Role.values}
    users |= {f"{role} elsewhere": desk.staff(role, survey=elsewhere) for role in Role.values}
    wrong = []
    for who, user in users.items():
        client = desk.browsing(user) if user else Client()
        for name in TABLES:
            for method in METHODS:
                found = outcome(client.generic(method, address_of(name, wave)))
                if found != expected(user, name, method, wave.survey):
                    wrong.append(f"{who}: {method} {name}: {found}")
    assert wrong == []


def test_the_walk_would_notice_a_guard_that_lets_everybody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys_access, "_is_allowed", lambda *_: True)
    wave = desk.closed_wave()
    analyst = desk.staff("fieldwork", survey=wave.survey)
    found = outcome(desk.browsing(analyst).get(address_of("results:comments", wave)))
    assert found != expected(analyst, "results:comments", "GET", wave.survey)


@pytest.mark.parametrize("name", sorted(BY_LINK))
def test_a_role_opens_nothing_of_a_respondent(name: str) -> None:
    """Staff with every role are to a respondent's page what a stranger is: it needs the link."""
    everything = desk.browsing(desk.staff(*Role.values))
    arguments = ["x" * 43, "GRIP"] if name == "respondents:page" else ["x" * 43]
    url = reverse(name, args=arguments)
    for method in METHODS:
        mine, strangers = everything.generic(method, url), Client().generic(method, url)
        assert mine.status_code == strangers.status_code
        assert mine.status_code in (404, 405), f"{method} {url}"


@pytest.mark.parametrize("name", sorted(BY_LINK))
def test_a_link_takes_only_the_methods_that_are_listed(name: str) -> None:
    made = building.link(building.opened())
    arguments = [made.token, "GRIP"] if name == "respondents:page" else [made.token]
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        refused = Client().generic(method, reverse(name, args=arguments)).status_code == 405
        assert refused == (method not in BY_LINK[name]), f"{method} {name}"


def test_an_analyst_may_not_open_a_wave_by_its_guard_alone() -> None:
    wave = building.draft()
    response = desk.browsing(desk.staff("analyst")).post(reverse("surveys:open", args=[wave.slug]))
    assert response.status_code == 403
    wave.refresh_from_db()
    assert wave.is_draft


def test_an_address_without_a_row_cannot_be_built() -> None:
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured, match="secret has no row"):
        surveys_access.guarded({}, [("secret/", lambda request: HttpResponse(), "secret")])
    with pytest.raises(ImproperlyConfigured, match="gone"):
        surveys_access.guarded({"gone": {"GET": frozenset()}}, [])
