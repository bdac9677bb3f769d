"""The second factor: setting it up, signing in with it, recovery codes, the limit, and where it is the rule."""

from __future__ import annotations

import base64
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

from barometer.accounts.models import AuditEntry, SignInAttempt, User

pytestmark = pytest.mark.django_db

PASSWORD = "grip and flexibility"
SET_UP, CODES = "mfa_activate_totp", "mfa_view_recovery_codes"


@pytest.fixture
def ann() -> User:
    user = User.objects.create_user("ann@example.org", PASSWORD, name="Ann")
    user.give("editor")
    return user


def code_for(secret: str, *, steps: int = 0) -> str:
    """What an authenticator app with this secret shows, so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def sign_in(client: Client, password: str = PASSWORD) -> Any:
    return client.post(reverse("accounts:sign_in"), {"username": "ann@example.org", "password": password})


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def set_up(client: Client) -> str:
    """Set a second factor up as the page asks; returns its secret."""
    page = client.get(reverse(SET_UP))
    secret = page.context["form"].secret
    assert page.context["secret"].replace(" ", "") == secret
    assert client.post(reverse(SET_UP), {"code": code_for(secret, steps=-1)})["Location"] == reverse(CODES)
    return secret


def recovery_codes(client: Client) -> list[str]:
    return client.get(reverse(CODES)).context["unused_codes"]


def test_an_app_is_set_up_and_asked_for_from_then_on(client: Client, ann: User) -> None:
    assert sign_in(client)["Location"] == "/"
    secret = set_up(client)
    client.post(reverse("accounts:sign_out"))
    assert sign_in(client)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    assert client.get("/").status_code == 302
    wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert wrong.status_code == 200
    assert not is_in(client)
    assert client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})["Location"] == "/"
    assert is_in(client)
    kinds = list(AuditEntry.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == ["signed_in", "factor_on", "refused", "signed_in"]


def test_the_page_that_was_wanted_comes_after_the_code(client: Client, ann: User) -> None:
    sign_in(client)
    secret = set_up(client)
    client.logout()
    there = f"{reverse('accounts:sign_in')}?next=/log/"
    client.post(there, {"username": ann.email, "password": PASSWORD})
    assert client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})["Location"] == "/log/"


def test_a_code_is_good_once_whichever_server_is_asked(client: Client, ann: User, settings: Any) -> None:
    sign_in(client)
    secret = set_up(client)
    for expected in (True, False):
        settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
        other = Client()
        sign_in(other)
        other.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
        assert is_in(other) is expected


def test_a_recovery_code_lets_in_once(client: Client, ann: User) -> None:
    sign_in(client)
    set_up(client)
    first, second = recovery_codes(client)[:2]
    for code, expected in ((first, True), (first, False), (second, True)):
        client.logout()
        sign_in(client)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert is_in(client) is expected


def test_secrets_are_not_readable_in_the_database(client: Client, ann: User) -> None:
    sign_in(client)
    secret = set_up(client)
    stored = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert secret not in stored
    assert base64.b32decode(secret).hex() not in stored
    assert not any(code in stored for code in recovery_codes(client))


def test_another_secret_key_is_told_in_words_and_an_old_one_still_opens(
    client: Client, ann: User, settings: Any
) -> None:
    sign_in(client)
    secret = set_up(client)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key of this installation, long enough for years"
    other = Client()
    sign_in(other)
    other.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert is_in(other)
    settings.SECRET_KEY_FALLBACKS = []
    third = Client()
    sign_in(third)
    page = third.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert page.status_code == 200
    assert "Ask an administrator to take it away" in page.content.decode()


def test_after_five_wrong_codes_even_the_right_one_waits(client: Client, ann: User) -> None:
    sign_in(client)
    secret = set_up(client)
    SignInAttempt.objects.all().delete()
    client.logout()
    sign_in(client)
    for _ in range(5):
        assert client.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    page = client.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert page.status_code == 429
    assert page["Retry-After"] == "900"
    assert not is_in(client)
    assert sign_in(client)["Location"] == reverse("mfa_authenticate"), "the password's count is its own"


def test_where_it_is_the_rule_nothing_is_shown_without_it(client: Client, ann: User, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    sign_in(client)
    for page in ("/", reverse("accounts:log")):
        assert client.get(page)["Location"] == reverse(SET_UP)
    assert client.get(reverse("accounts:account")).status_code == 200
    set_up(client)
    assert client.get("/").status_code == 200
    assert "mfa_deactivate" not in client.get(reverse("accounts:account")).content.decode()
    assert client.post(reverse("mfa_deactivate_totp"), {}).status_code == 200
    assert Authenticator.objects.filter(type="totp").exists()


def test_a_session_from_before_the_second_factor_ends(client: Client, ann: User, settings: Any) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    older = Client()
    for browser in (older, client):
        sign_in(browser)
    set_up(client)
    assert older.get("/")["Location"] == reverse("accounts:sign_in")
    assert not is_in(older)


def test_where_it_is_a_choice_it_can_be_switched_off(client: Client, ann: User) -> None:
    sign_in(client)
    set_up(client)
    assert client.post(reverse("mfa_deactivate_totp"), {}).status_code == 302
    assert not Authenticator.objects.exists()
    assert AuditEntry.objects.filter(kind="factor_off", by=ann).exists()


def test_long_after_signing_in_one_shows_once_more_who_one_is(client: Client, ann: User, settings: Any) -> None:
    sign_in(client)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    asked = client.get(reverse(SET_UP))["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    assert "The password is wrong" in client.post(asked, {"password": "wrong"}).content.decode()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    assert client.post(asked, {"password": PASSWORD})["Location"] == reverse(SET_UP)


def test_new_recovery_codes_take_the_place_of_the_old(client: Client, ann: User) -> None:
    sign_in(client)
    set_up(client)
    old = recovery_codes(client)
    assert client.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    assert not set(old) & set(recovery_codes(client))
