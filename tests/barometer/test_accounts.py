"""Staff: who they are, what they may do, and how they sign in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings as real
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from barometer.accounts import attempts, sessions
from barometer.accounts.addresses import client_address
from barometer.accounts.models import Role, SignInAttempt, StaffRole, User
from surveys.models import Survey

pytestmark = pytest.mark.django_db

PASSWORD = "grip and flexibility"


@pytest.fixture
def ann():
    return User.objects.create_user("Ann.Other@Example.org", PASSWORD, name="Ann Other")


@pytest.fixture
def barometer():
    return Survey.objects.create(slug="ccg-barometer", title="CCG Barometer")


def sign_in(client, email="ann.other@example.org", password=PASSWORD, **more):
    return client.post(reverse("accounts:sign_in"), {"username": email, "password": password}, **more)


def signed_in(client):
    return "_auth_user_id" in client.session


# --- Users ---------------------------------------------------------------------------------------------------------


def test_an_address_is_kept_in_small_letters(ann):
    assert ann.email == "ann.other@example.org"
    assert User.objects.get_by_natural_key(" ANN.other@example.ORG ") == ann
    assert str(ann) == "Ann Other"


@pytest.mark.parametrize("email", ["ann.other@example.org", "ANN.OTHER@example.org"])
def test_an_address_is_taken_whatever_its_capitals(ann, email):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email=email)


def test_a_user_needs_an_address():
    with pytest.raises(ValueError, match="address"):
        User.objects.create_user("  ")


def test_a_password_is_kept_by_argon2(ann):
    assert ann.password.startswith("argon2$")


# --- Roles ---------------------------------------------------------------------------------------------------------


def test_a_role_for_every_survey_holds_for_each(ann, barometer):
    ann.give(Role.EDITOR)
    assert ann.may("editor")
    assert ann.may("editor", barometer)
    assert not ann.may("analyst", barometer)
    assert list(ann.surveys()) == [barometer]


def test_a_role_for_one_survey_holds_for_no_other(ann, barometer):
    other = Survey.objects.create(slug="members", title="Members")
    ann.give(Role.ANALYST, barometer)
    assert ann.may("analyst", barometer)
    assert not ann.may("analyst", other)
    assert not ann.may("analyst")
    assert ann.may_anywhere("analyst", "editor")
    assert not ann.may_anywhere("editor")
    assert list(ann.surveys()) == [barometer]
    assert list(ann.surveys("editor")) == []


def test_without_a_role_one_may_nothing(ann, barometer):
    assert not any(ann.may(role, survey) for role in Role.values for survey in (None, barometer))
    assert not ann.may_anywhere()
    assert not ann.surveys().exists()


def test_a_closed_account_may_nothing(ann, barometer):
    ann.give(Role.EDITOR)
    User.objects.update(is_active=False)
    closed = User.objects.get()
    assert not closed.may("editor", barometer)
    assert not closed.surveys().exists()


def test_a_role_given_twice_is_held_once(ann, barometer):
    for survey in (None, None, barometer, barometer):
        ann.give(Role.EDITOR, survey)
    assert StaffRole.objects.count() == 2


def test_the_database_knows_the_roles(ann):
    with pytest.raises(IntegrityError), transaction.atomic():
        StaffRole.objects.create(user=ann, role="emperor")


def test_asking_often_costs_one_query(ann, barometer, django_assert_num_queries):
    user = User.objects.get()
    with django_assert_num_queries(1):
        assert [user.may(role, barometer) for role in Role.values] == [False] * 5


# --- Signing in ----------------------------------------------------------------------------------------------------


def test_the_page_asks_for_address_and_password(client):
    page = client.get(reverse("accounts:sign_in"))
    assert page.status_code == 200
    text = page.content.decode()
    assert 'name="username"' in text
    assert 'type="email"' in text or 'autocomplete="username"' in text
    assert 'name="password"' in text
    assert "csrfmiddlewaretoken" in text


def test_one_signs_in_whatever_the_capitals_and_out_again(client, ann):
    assert sign_in(client, "ANN.Other@example.org").status_code == 302
    assert signed_in(client)
    assert client.get(reverse("accounts:sign_out")).status_code == 405
    assert client.post(reverse("accounts:sign_out")).status_code == 302
    assert not signed_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ann.other@example.org", "wrong"),
        ("nobody@example.org", PASSWORD),
        ("", PASSWORD),
        ("ann.other@example.org", ""),
    ],
)
def test_what_is_wrong_does_not_let_in(client, ann, email, password):
    page = sign_in(client, email, password)
    assert page.status_code == 200
    assert not signed_in(client)
    assert "Error:" in page.content.decode()


def test_a_wrong_password_and_an_unknown_address_look_the_same(client, ann):
    known = list(sign_in(client, password="wrong").context["form"].non_field_errors())
    unknown = list(sign_in(client, "nobody@example.org").context["form"].non_field_errors())
    assert known == unknown == ["The e-mail address or the password is wrong. Check both and try again."]


def test_a_closed_account_is_not_let_in(client, ann):
    User.objects.update(is_active=False)
    sign_in(client)
    assert not signed_in(client)


def test_one_comes_back_to_the_page_one_wanted_but_never_to_another_site(client, ann):
    there = f"{reverse('accounts:sign_in')}?next=/waves/x/"
    assert client.post(there, {"username": ann.email, "password": PASSWORD}).url == "/waves/x/"
    client.logout()
    elsewhere = f"{reverse('accounts:sign_in')}?next=https://elsewhere.example/"
    assert client.post(elsewhere, {"username": ann.email, "password": PASSWORD}).url == real.LOGIN_REDIRECT_URL


# --- How often one may try -----------------------------------------------------------------------------------------


def test_after_five_wrong_passwords_even_the_right_one_waits(client, ann):
    for _ in range(5):
        assert sign_in(client, password="wrong").status_code == 200
    page = sign_in(client)
    assert page.status_code == 429
    assert page["Retry-After"] == "900"
    assert "Wait 15 minutes" in page.content.decode()
    assert not signed_in(client)


def test_the_wait_comes_to_an_end(client, ann):
    for _ in range(6):
        sign_in(client, password="wrong")
    SignInAttempt.objects.update(at=timezone.now() - timedelta(minutes=15, seconds=1))
    assert sign_in(client).status_code == 302


def test_others_are_not_held_up(client, ann):
    User.objects.create_user("bob@example.org", PASSWORD)
    for _ in range(6):
        sign_in(client, password="wrong")
    assert sign_in(client, REMOTE_ADDR="192.0.2.7").status_code == 302
    client.logout()
    assert sign_in(client, "bob@example.org").status_code == 302


def test_signing_in_strikes_out_the_failures_before(client, ann):
    for _ in range(3):
        for _ in range(4):
            sign_in(client, password="wrong")
        assert sign_in(client).status_code == 302
        client.logout()


def test_one_address_cannot_try_many_accounts(client, settings):
    settings.SIGN_IN_LIMITS = {"pair": 5, "address": 4, "account": 50}
    codes = [sign_in(client, f"user{number}@example.org").status_code for number in range(5)]
    assert codes == [200, 200, 200, 200, 429]


def test_one_account_cannot_be_tried_from_many_addresses(client, settings):
    settings.SIGN_IN_LIMITS = {"pair": 5, "address": 30, "account": 4}
    codes = [sign_in(client, REMOTE_ADDR=f"192.0.2.{number}").status_code for number in range(5)]
    assert codes == [200, 200, 200, 200, 429]


def test_the_notes_of_attempts_tell_nobody_who_tried(client, ann):
    sign_in(client, password="wrong")
    noted = "".join(SignInAttempt.objects.values_list("key", flat=True))
    assert SignInAttempt.objects.count() == 3
    assert set(noted) <= set("0123456789abcdef")


def test_old_attempts_are_deleted(client, ann):
    sign_in(client, password="wrong")
    assert attempts.forget_old_attempts(timezone.now()) == 0
    assert attempts.forget_old_attempts(timezone.now() + timedelta(minutes=16)) == 3
    assert not SignInAttempt.objects.exists()


def test_old_sessions_are_deleted(client, ann):
    sign_in(client)
    assert sessions.delete_old_sessions(timezone.now()) == 0
    assert sessions.delete_old_sessions(timezone.now() + timedelta(days=1)) == 1
    assert not Session.objects.exists()


@pytest.mark.parametrize(("trusted", "address"), [(True, "203.0.113.9"), (False, "127.0.0.1")])
def test_an_address_is_believed_only_of_a_trusted_proxy(rf, settings, trusted, address):
    settings.TRUST_PROXY = trusted
    request = rf.get("/", HTTP_X_FORWARDED_FOR="198.51.100.1, 203.0.113.9")
    assert client_address(request) == address


def test_without_word_of_the_proxy_the_connection_counts(rf, settings):
    settings.TRUST_PROXY = True
    assert client_address(rf.get("/")) == "127.0.0.1"


# --- What needs signing in -----------------------------------------------------------------------------------------


def test_staff_pages_lead_to_the_sign_in_page(client):
    answer = client.get("/")
    assert answer.status_code == 302
    assert answer.url.startswith(reverse("accounts:sign_in"))


def test_respondents_need_no_account(client):
    assert client.get(reverse("respondents:start", args=["x" * 43])).status_code != 302


# --- The command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def typed(monkeypatch):
    """What comes in by the command's standard input."""
    import io

    def put(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    return put


def test_the_command_creates_a_user_who_can_sign_in(client, typed, capsys, barometer):
    typed(f"{PASSWORD}\n")
    call_command("create_user", "Ann.Other@example.org", "--role", "editor", "--role", "analyst", "--name", "Ann")
    assert capsys.readouterr().out == "Created ann.other@example.org: editor, analyst.\n"
    assert sign_in(client).status_code == 302
    assert User.objects.get().may("analyst", barometer)


def test_the_command_gives_more_roles_and_leaves_the_password(typed, ann, barometer):
    call_command("create_user", ann.email, "--role", "publisher", "--survey", "ccg-barometer")
    known = User.objects.get()
    assert known.check_password(PASSWORD)
    assert known.may("publisher", barometer)
    assert not known.may("publisher")


@pytest.mark.parametrize(
    ("arguments", "password", "told"),
    [
        (["not an address", "--role", "editor"], PASSWORD, "is not an e-mail address"),
        (["ann@example.org", "--role", "editor", "--survey", "none"], PASSWORD, "there is no survey 'none'"),
        (["ann@example.org", "--role", "editor"], "password1234", "too common"),
        (["ann@example.org", "--role", "editor"], "short", "too short"),
        (["ann@example.org", "--role", "emperor"], PASSWORD, "invalid choice"),
    ],
)
def test_the_command_refuses_and_writes_nothing(typed, arguments, password, told):
    typed(f"{password}\n")
    with pytest.raises(CommandError, match=told):
        call_command("create_user", *arguments)
    assert not User.objects.exists()
