"""Who may do what: every address of the site, as every kind of user, with every method, as the tables say.

The walk asks the real guards of the real addresses, with what they guard taken out, so that thousands of questions
take seconds. Then each page that a table opens to somebody is asked for once as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from barometer.accounts import access as accounts_access
from barometer.accounts import letters
from barometer.accounts.models import Role, User
from respondents import access as respondents_access
from results import access as results_access
from surveys import access as surveys_access
from surveys import bank_urls, draft_access
from surveys.models import Proposal, Survey, Wave
from tests import building, desk

pytestmark = pytest.mark.django_db

TABLES = {
    **{f"accounts:{name}": rule for name, rule in accounts_access.ACCESS.items()},
    **{f"bank:{name}": rule for name, rule in bank_urls.ACCESS.items()},
    **{f"surveys:{name}": rule for name, rule in surveys_access.ACCESS.items()},
    **{f"draft:{name}": rule for name, rule in draft_access.ACCESS.items()},
    **{f"desk:{name}": rule for name, rule in respondents_access.ACCESS.items()},
    **{f"results:{name}": rule for name, rule in results_access.ACCESS.items()},
}
WAY_IN, OWN = accounts_access.OPEN, accounts_access.OWN
OPEN = {"healthz", "readyz", "respondents:erase", "respondents:code", "results:own"}
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


PARTS = {name: parts_of(name) for name in TABLES}
WITH_WAVE = sorted(name for name in TABLES if "slug" in PARTS[name])
ABOUT_ANSWERS = sorted(name for name in TABLES if name.startswith("results:") and "slug" in PARTS[name])


def address_of(name: str, wave: Wave, **more: Any) -> str:
    """The address of a staff page, of this wave or its survey where it is about one."""
    keys = {"results:export_answers": "csv", "surveys:questionnaire": "wave"}
    known: dict[str, Any] = {
        "slug": wave.slug,
        "survey": wave.survey.slug,
        "name": "GRIP",
        "role": "chair",
        "by": "role",
        "item": "GRIP",
        "section": "grip",
        "scale": "likely",
        "key": keys.get(name, "json"),
        "upload": "00000000-0000-0000-0000-000000000000",
        "number": 1,
        "pk": 1,
        **more,
    }
    return reverse(name, kwargs={part: known[part] for part in PARTS[name]})


def outcome(response: HttpResponse) -> str:
    """What a response means for who asked."""
    if response.status_code == 302 and response["Location"].startswith(reverse("accounts:sign_in")):
        return "sign in"
    return {403: "forbidden", 404: "not there", 405: "no such method"}.get(response.status_code, "allowed")


def seen_by(user: User, wave: Wave) -> dict[str, bool]:
    """Whether the wave, and its survey as a whole, are there for this user."""
    return {
        "slug": Wave.objects.visible_to(user).filter(pk=wave.pk).exists(),
        "survey": user.surveys().filter(pk=wave.survey_id).exists(),
    }


def expected(user: User, name: str, method: str, wave: Wave, seen: dict[str, bool]) -> str:
    """What the tables say."""
    if not user.may_anywhere():
        return "forbidden"
    part = next((part for part in ("slug", "survey") if part in PARTS[name]), "")
    if part and not seen[part]:
        return "not there"
    where = {"slug": wave, "survey": wave.survey}.get(part)
    roles = TABLES[name].get("GET" if method == "HEAD" else method)
    if roles is None:
        return "no such method"
    holds = any(user.may(role, where) if where else user.may_anywhere(role) for role in roles)
    return "allowed" if holds else "forbidden"


@contextmanager
def nothing_behind_the_guards() -> Iterator[None]:
    """The guards of all addresses stand as they are; what each lets through is an empty page.

    A guard looks the wave or survey up each time; here, once for each user.
    """
    taken = []
    for name, pattern in patterns():
        if name in TABLES:
            guard: Any = pattern.callback
            cell = next(each for each in guard.__closure__ if each.cell_contents is guard.__wrapped__)
            taken.append((cell, guard.__wrapped__))
            cell.cell_contents = lambda *_args, **_parts: HttpResponse("let in")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(surveys_access, "_where", once_for_each_user(surveys_access._where))
        try:
            yield
        finally:
            for cell, view in taken:
                cell.cell_contents = view


def once_for_each_user(look_up: Any) -> Any:
    """The look-up of the guards, remembered."""
    known: dict[Any, Any] = {}

    def remembered(request: Any, found: dict[str, Any]) -> Any:
        key = (request.user.pk, found.get("slug"), found.get("survey"))
        if key not in known:
            try:
                known[key] = look_up(request, dict(found))
            except Http404 as gone:
                known[key] = gone
        for part in ("slug", "survey"):
            found.pop(part, None)
        if isinstance(known[key], Http404):
            raise known[key]
        return known[key]

    return remembered


def asked(url: str, method: str, user: Any) -> str:
    """What the guard of this address says to this user."""
    request = RequestFactory().generic(method, url)
    request.user = user
    match = resolve(url)
    try:
        return outcome(match.func(request, *match.args, **match.kwargs))
    except PermissionDenied:
        return "forbidden"
    except Http404:
        return "not there"


def principals(wave: Wave) -> dict[str, User]:
    """Every kind of user there is."""
    elsewhere = Survey.objects.create(slug="elsewhere", title="Elsewhere")
    sister = Wave.objects.create(survey=wave.survey, slug="sister", title="Sister")
    users = {"without a role": desk.staff(), "closed": desk.staff(*Role.values), "superuser": desk.staff()}
    users["closed"].is_active = False
    users["superuser"].is_superuser = users["superuser"].is_staff = True  # type: ignore[attr-defined]
    for role in Role.values:
        users[role] = desk.staff(role, survey=wave.survey)
        users[f"{role} everywhere"] = desk.staff(role)
        users[f"{role} elsewhere"] = desk.staff(role, survey=elsewhere)
        users[f"{role} of the wave"] = desk.staff(role, survey=wave)
        users[f"{role} of its sister"] = desk.staff(role, survey=sister)
    return users


def test_every_address_is_listed() -> None:
    assert set(addresses()) == {*TABLES, *WAY_IN, *OWN, *OPEN, *BY_LINK}


def test_every_guard_says_to_everybody_what_the_tables_say() -> None:
    """One wave, every kind of user, every address, every method."""
    wave = building.draft()
    users = principals(wave)
    told = {"allowed": 0, "forbidden": 0, "not there": 0, "no such method": 0}
    wrong = []
    with nothing_behind_the_guards():
        for who, user in users.items():
            seen = seen_by(user, wave)
            for name in TABLES:
                url = address_of(name, wave)
                for method in METHODS:
                    found = asked(url, method, user)
                    told[found] += 1
                    if found != expected(user, name, method, wave, seen):
                        wrong.append(f"{who}: {method} {name}: {found}")
    assert wrong == []
    assert sum(told.values()) == len(users) * len(TABLES) * len(METHODS)
    assert min(told.values()) > 100, told


def test_whoever_has_not_signed_in_is_led_to_the_sign_in_page() -> None:
    wave, stranger = building.draft(), Client()
    for name in TABLES:
        for method in METHODS:
            assert outcome(stranger.generic(method, address_of(name, wave))) == "sign in", f"{method} {name}"


def test_every_page_that_is_open_to_somebody_opens() -> None:
    """Each address, with each method it takes, as it is, by somebody who may; nothing that it changes is kept."""
    wave = desk.closed_wave()
    proposal = Proposal.objects.create(wave=wave, step="close", proposed_at=building.NOW)
    browsers = {role: desk.browsing(desk.staff(role, survey=wave.survey)) for role in Role.values}
    bob = desk.staff("editor", survey=wave.survey)
    shut = []
    for name, rule in TABLES.items():
        url = address_of(name, wave, number=proposal.pk, pk=bob.pk)
        for method in [*rule, *(["HEAD"] if "GET" in rule else [])]:
            role = min(rule["GET" if method == "HEAD" else method])
            with transaction.atomic():
                response = browsers[role].generic(method, url)
                transaction.set_rollback(True)
            if outcome(response) != "allowed" or response.status_code >= 500:
                shut.append(f"{method} {name} as {role}: {response.status_code}")
    assert shut == []


def test_a_superuser_gets_no_way_around_the_rows_about_answers() -> None:
    """There is no such column; set by hand, the mark opens nothing, whatever other role goes with it."""
    assert not {"is_superuser", "is_staff"} & {field.name for field in User._meta.get_fields()}
    wave = building.draft()
    boss = desk.staff("admin", "fieldwork")
    boss.is_superuser = boss.is_staff = True  # type: ignore[attr-defined]
    assert ABOUT_ANSWERS
    with nothing_behind_the_guards():
        found = {
            (name, method): asked(address_of(name, wave), method, boss) for name in ABOUT_ANSWERS for method in METHODS
        }
    assert set(found.values()) == {"forbidden", "no such method"}


def test_the_walk_would_notice_a_guard_that_lets_everybody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(surveys_access, "_is_allowed", lambda *_: True)
    wave = building.draft()
    fieldwork = desk.staff("fieldwork", survey=wave.survey)
    with nothing_behind_the_guards():
        found = asked(address_of("results:comments", wave), "GET", fieldwork)
    assert (found, expected(fieldwork, "results:comments", "GET", wave, seen_by(fieldwork, wave))) == (
        "allowed",
        "forbidden",
    )


# --- The way in, and one's own account -----------------------------------------------------------------------------


def way_in(name: str, user: User) -> str:
    """An address of the way in, as somebody would come by it."""
    arguments = {
        "accounts:welcome": [letters.token_for(user, "invitation")],
        "openid_connect_login": ["oidc"],
        "openid_connect_callback": ["oidc"],
    }
    return reverse(name, args=arguments.get(name, []))


@pytest.mark.parametrize("name", sorted(WAY_IN))
def test_the_way_in_takes_only_the_methods_that_are_listed_and_needs_no_account(name: str) -> None:
    user = desk.staff("editor")
    url = way_in(name, user)
    for client in (Client(), desk.browsing(user)):
        for method in METHODS:
            listed = ("GET" if method == "HEAD" else method) in WAY_IN[name]
            response = client.generic(method, url)
            assert (response.status_code == 405) == (not listed), f"{method} {name}"
            assert response.status_code < 500


@pytest.mark.parametrize("name", sorted(OWN))
def test_ones_own_account_is_open_to_everybody_who_has_signed_in(name: str) -> None:
    url = reverse(name)
    browsers = (desk.browsing(desk.staff()), desk.browsing(desk.staff(*Role.values)))
    for method in METHODS:
        assert outcome(Client().generic(method, url)) == "sign in"
        listed = ("GET" if method == "HEAD" else method) in OWN[name]
        for browser in browsers:
            response = browser.generic(method, url)
            assert (response.status_code == 405) == (not listed), f"{method} {name}"
            assert response.status_code < 500


# --- Respondents' pages --------------------------------------------------------------------------------------------


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
