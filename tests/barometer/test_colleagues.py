"""Colleagues: inviting them by mail, their roles for surveys and single waves, closing accounts, new passwords."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from barometer.accounts import colleagues, letters
from barometer.accounts.models import AuditEntry, StaffLetter, StaffRole, User
from barometer.logs import scrub
from surveys.models import Survey
from surveys.problems import Refused
from tests import building, desk

pytestmark = pytest.mark.django_db

PASSWORD = "flexibility and grip"


@pytest.fixture
def boss() -> User:
    return desk.staff("admin")


@pytest.fixture
def client(boss: User) -> Client:
    return desk.browsing(boss)


def sent_link() -> str:
    """The path of the link in the one mail that was sent by the sweep."""
    assert letters.send_staff_letters(timezone.now()) == 1
    (message,) = mail.outbox
    found = re.search(r"https?://[^/\s]+(/welcome/\S+)", str(message.body))
    assert found
    mail.outbox.clear()
    return found[1]


def invited(client: Client, **more: Any) -> User:
    given = {"name": "Bob", "email": "Bob@Example.org", "roles": ["editor", "analyst"], "scope": "", **more}
    response = client.post(reverse("accounts:invite"), given)
    assert response.status_code == 302, response.content.decode()
    return User.objects.get(email="bob@example.org")


# --- Invitations ---------------------------------------------------------------------------------------------------


def test_a_colleague_is_invited_sets_a_password_once_and_signs_in(client: Client, boss: User) -> None:
    bob = invited(client)
    assert not bob.has_usable_password()
    link, stranger = sent_link(), Client()
    for _ in range(2):
        assert stranger.get(link).status_code == 200, "looking changes nothing"
    short = stranger.post(link, {"new_password1": "short", "new_password2": "short"})
    assert short.status_code == 422
    stranger.post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    for method in ("get", "post"):
        gone = getattr(stranger, method)(link)
        assert gone.status_code == 404
        assert "does not work any more" in gone.content.decode()
    assert stranger.post(reverse("accounts:sign_in"), {"username": bob.email, "password": PASSWORD}).status_code == 302
    assert stranger.get("/").status_code == 200
    kinds = AuditEntry.objects.filter(by=boss).values_list("kind", "whom", "note").order_by("pk")
    assert ("invited", bob.pk, "") in kinds
    assert ("role_given", bob.pk, "Editor: every survey") in kinds


def test_no_log_line_holds_the_link(client: Client) -> None:
    invited(client)
    link = sent_link()
    assert scrub(f"GET {link} 200") == "GET /welcome/[link]/ 200"


def test_an_invitation_works_for_a_week_and_no_forged_link_ever(client: Client) -> None:
    invited(client)
    link, stranger = sent_link(), Client()
    assert stranger.get(link[:-2] + "x/").status_code == 404
    with time_machine.travel(timezone.now() + timedelta(days=7, minutes=1), tick=False):
        assert stranger.get(link).status_code == 404


def test_a_second_invitation_leaves_the_first_link_good_until_one_is_used(client: Client) -> None:
    bob = invited(client)
    first = sent_link()
    client.post(reverse("accounts:colleague", args=[bob.pk]), {"do": "again"})
    second = sent_link()
    stranger = Client()
    stranger.post(second, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert stranger.get(first).status_code == 404
    told = client.post(reverse("accounts:colleague", args=[bob.pk]), {"do": "again"}, follow=True)
    assert "Only a colleague who has not come in yet" in told.content.decode()
    assert not StaffLetter.objects.filter(state="waiting").exists()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "desk0@example.org"}, "is a colleague already"),
        ({"email": "nobody"}, "Give an e-mail address"),
        ({"roles": []}, "Choose a role at least."),
        ({"scope": "survey:none"}, "Select a valid choice"),
    ],
)
def test_an_invitation_that_cannot_be_is_refused_in_words(client: Client, changes: dict[str, Any], told: str) -> None:
    given = {"name": "Bob", "email": "bob@example.org", "roles": ["editor"], "scope": "", **changes}
    page = client.post(reverse("accounts:invite"), given)
    assert page.status_code == 422
    assert told in page.content.decode()
    assert User.objects.count() == 1
    assert not StaffLetter.objects.exists()


def test_a_letter_is_claimed_before_it_is_sent_and_never_sent_twice(client: Client, monkeypatch: Any) -> None:
    invited(client)

    def broken(_self: Any, _messages: Any) -> int:
        assert StaffLetter.objects.get().state == "sending"
        raise OSError("the line is cut")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", broken)
        assert letters.send_staff_letters(timezone.now()) == 1
    assert StaffLetter.objects.get().state == "unknown"
    assert letters.send_staff_letters(timezone.now()) == 0
    assert not mail.outbox


# --- Forgotten passwords -------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_set_anew_by_mail_and_ends_other_sessions(boss: User) -> None:
    inside, stranger = Client(), Client()
    inside.post(reverse("accounts:sign_in"), {"username": boss.email, "password": desk.PASSWORD})
    assert inside.get("/").status_code == 200
    stranger.post(reverse("accounts:forgotten"), {"email": boss.email})
    link = sent_link()
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert stranger.get(link).status_code == 404
    stranger.post(link, {"new_password1": PASSWORD, "new_password2": PASSWORD})
    assert inside.get("/").status_code == 302
    boss.refresh_from_db()
    assert boss.check_password(PASSWORD)


def test_signing_in_makes_the_links_before_it_worthless(boss: User) -> None:
    stranger = Client()
    stranger.post(reverse("accounts:forgotten"), {"email": boss.email})
    link = sent_link()
    Client().post(reverse("accounts:sign_in"), {"username": boss.email, "password": desk.PASSWORD})
    assert stranger.get(link).status_code == 404


def test_impatience_orders_one_letter(boss: User) -> None:
    for _ in range(3):
        Client().post(reverse("accounts:forgotten"), {"email": boss.email})
    assert letters.send_staff_letters(timezone.now()) == 1


def test_a_known_and_an_unknown_address_get_the_same_answer(boss: User) -> None:
    known, unknown = (
        Client().post(reverse("accounts:forgotten"), {"email": e}) for e in (boss.email, "x@example.org")
    )
    assert known.content == unknown.content
    assert StaffLetter.objects.count() == 1


def test_one_cannot_be_flooded_with_mail(boss: User) -> None:
    for _ in range(8):
        Client().post(reverse("accounts:forgotten"), {"email": boss.email})
        letters.send_staff_letters(timezone.now())
    assert len(mail.outbox) == 5


# --- Roles ---------------------------------------------------------------------------------------------------------


def test_a_role_for_one_wave_opens_that_wave_and_no_other(client: Client, boss: User) -> None:
    spring = building.draft()
    autumn = building.draft(slug="autumn", title="Autumn 2026", number=4)
    bob = desk.staff()
    page = reverse("accounts:colleague", args=[bob.pk])
    client.post(page, {"do": "give", "roles": ["editor"], "scope": "wave:spring"})
    assert StaffRole.objects.get(user=bob).wave == spring
    browser = desk.browsing(bob)
    assert browser.get(reverse("desk:wave", args=[spring.slug])).status_code == 200
    assert browser.get(reverse("desk:wave", args=[autumn.slug])).status_code == 404
    assert browser.get(reverse("surveys:file", args=[spring.slug])).status_code == 200
    bob = User.objects.get(pk=bob.pk)
    assert bob.may("editor", spring)
    assert not bob.may("editor", autumn)
    assert not bob.may("editor", spring.survey)
    row = StaffRole.objects.get(user=bob)
    client.post(page, {"do": "take", "row": row.pk})
    assert browser.get(reverse("desk:wave", args=[spring.slug])).status_code == 403
    assert list(AuditEntry.objects.filter(wave=spring, whom=bob).values_list("kind", flat=True)) == [
        "role_taken",
        "role_given",
    ]


def test_nobody_changes_their_own_roles_or_account(client: Client, boss: User) -> None:
    page = reverse("accounts:colleague", args=[boss.pk])
    assert 'value="give"' not in client.get(page).content.decode()
    row = StaffRole.objects.get()
    for sent in ({"do": "give", "roles": ["editor"], "scope": ""}, {"do": "take", "row": row.pk}, {"do": "close"}):
        told = client.post(page, sent, follow=True).content.decode()
        assert "ask another administrator" in told
    boss.refresh_from_db()
    assert boss.is_active
    assert list(boss.staff_roles.values_list("role", flat=True)) == ["admin"]


def test_an_administrator_of_one_survey_gives_roles_for_that_survey_alone() -> None:
    building.draft()
    leaders = Survey.objects.get()
    elsewhere = Survey.objects.create(slug="elsewhere", title="Elsewhere")
    small = desk.staff("admin", survey=leaders)
    bob, stranger = desk.staff("editor", survey=leaders), desk.staff("editor", survey=elsewhere)
    browser = desk.browsing(small)
    assert bob.email in browser.get(reverse("accounts:colleagues")).content.decode()
    assert stranger.email not in browser.get(reverse("accounts:colleagues")).content.decode()
    assert browser.get(reverse("accounts:colleague", args=[stranger.pk])).status_code == 404
    page = reverse("accounts:colleague", args=[bob.pk])
    for scope in ("", "survey:elsewhere"):
        refused = browser.post(page, {"do": "give", "roles": ["admin"], "scope": scope})
        assert (refused.status_code, refused.content.count(b'id="error-summary"')) == (422, 1)
    assert browser.post(page, {"do": "give", "roles": ["analyst"], "scope": "survey:leaders"}).status_code == 302
    browser.post(page, {"do": "close"})
    assert User.objects.get(pk=bob.pk).is_active
    with pytest.raises(Refused):
        colleagues.give(bob, "admin", by=small, now=timezone.now())
    assert bob.staff_roles.count() == 2


def test_a_closed_account_is_out_at_once_and_can_be_opened_again(client: Client, boss: User) -> None:
    bob = desk.staff("editor")
    browser, page = desk.browsing(bob), reverse("accounts:colleague", args=[bob.pk])
    client.post(page, {"do": "close"})
    assert browser.get("/").status_code == 302
    client.post(page, {"do": "reopen"})
    assert User.objects.get(pk=bob.pk).may("editor")


def test_a_closed_account_gets_no_letter_more(client: Client) -> None:
    bob = invited(client)
    page = reverse("accounts:colleague", args=[bob.pk])
    client.post(page, {"do": "close"})
    assert letters.send_staff_letters(timezone.now()) == 0
    told = client.post(page, {"do": "again"}, follow=True)
    assert "Only a colleague who has not come in yet" in told.content.decode()
    assert letters.send_staff_letters(timezone.now()) == 0


def test_the_page_of_colleagues_costs_as_much_for_twenty_as_for_two(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    for _ in range(20):
        desk.staff("editor", "analyst")
    with django_assert_max_num_queries(8):
        assert client.get(reverse("accounts:colleagues")).status_code == 200


# --- By command ----------------------------------------------------------------------------------------------------


def told_by(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_colleagues_are_invited_changed_and_listed_by_command() -> None:
    building.draft()
    assert "Invited bob@example.org" in told_by("invite_user", "Bob@example.org", "--role", "editor", "--name", "Bob")
    assert sent_link()
    assert "analyst" in told_by("change_user", "bob@example.org", "--give", "analyst", "--wave", "spring")
    told_by("change_user", "bob@example.org", "--take", "editor")
    listed = told_by("list_users")
    assert "bob@example.org" in listed
    assert "Analyst, Leaders: Spring 2026" in listed
    assert "Editor" not in listed
    assert "closed" in told_by("change_user", "bob@example.org", "--close")
    assert "closed" in told_by("list_users")
    told_by("change_user", "bob@example.org", "--open")
    for arguments in (
        ("invite_user", "bob@example.org", "--role", "editor"),
        ("change_user", "nobody@example.org", "--close"),
        ("change_user", "bob@example.org", "--forget-second-factor"),
        ("change_user", "bob@example.org", "--give", "editor", "--survey", "none"),
    ):
        with pytest.raises(CommandError) as raised:
            told_by(*arguments)
        assert raised.value.returncode == 1
    told = told_by("audit_log")
    assert "Invited a colleague" in told
    assert "Analyst: Leaders: Spring 2026" in told
    assert "bob@example.org" not in told
