"""Signing in with the organisation's own accounts: real exchanges with a small OpenID Connect provider of our own."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client
from django.urls import reverse

from barometer.accounts.models import AuditEntry, User
from tests.barometer.test_second_factor import code_for, set_up

pytestmark = pytest.mark.django_db

PASSWORD = "grip and flexibility"
ID, SECRET = "barometer", "a secret of the client"


@dataclass
class Provider:
    """An OpenID Connect provider: the authorisation code flow with PKCE, signing with RS256."""

    url: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    audience: str = ID
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048))

    def configuration(self) -> dict[str, Any]:
        ends = ("authorization", "token", "userinfo")
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
            **{f"{end}_endpoint": f"{self.url}/{end}" for end in ends},
        }

    def authorise(self, query: dict[str, str]) -> str:
        """What somebody does who signs in there: a code, and back."""
        assert query["response_type"] == "code"
        assert query["client_id"] == ID
        assert query["code_challenge_method"] == "S256"
        code = f"code{len(self.codes)}"
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """A code for a token, once, to whoever knows the client's secret and what was hashed."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("client_secret") != SECRET or form["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.url, "aud": self.audience, "iat": now, "exp": now + 60, **self.claims}
        signed = jwt.encode(said, self.key, algorithm="RS256", headers={"kid": "one"})
        return 200, {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": signed}


class Handler(BaseHTTPRequestHandler):
    """The provider's addresses."""

    provider: Provider

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(path.query).items()}
        if path.path == "/authorization":
            self.send_response(302)
            self.send_header("Location", self.provider.authorise(query))
            self.end_headers()
        elif path.path == "/userinfo":
            assert self.headers["Authorization"] == "Bearer access"
            self._answer(200, {key: self.provider.claims[key] for key in self.provider.claims if key != "amr"})
        elif path.path == "/.well-known/openid-configuration":
            self._answer(200, self.provider.configuration())
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = {key: values[0] for key, values in parse_qs(self.rfile.read(length).decode()).items()}
        self._answer(*self.provider.token(form))

    def _answer(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A provider that listens, and an installation that is set to it."""
    made = Provider(claims={"sub": "17", "email": "Ann@Example.org", "email_verified": True})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Its", (Handler,), {"provider": made}))
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    app = {**settings.OIDC_APP, "client_id": ID, "secret": SECRET}
    app["settings"] = {**app["settings"], "server_url": made.url}
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [app]}}
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def ann() -> User:
    user = User.objects.create_user("ann@example.org", None, name="Ann")
    user.give("editor")
    return user


def go(client: Client, provider: Provider, **sent: str) -> Any:
    """Press the button, sign in there, and come back; `sent` changes what comes back."""
    import urllib.request

    away = client.post(reverse("openid_connect_login", args=["oidc"]))
    assert away["Location"].startswith(f"{provider.url}/authorization?")

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    try:
        urllib.request.build_opener(Stay).open(away["Location"])
    except urllib.error.HTTPError as redirected:
        with redirected:
            back = urlsplit(redirected.headers["Location"])
    query = {key: values[0] for key, values in parse_qs(back.query).items()} | sent
    return client.get(back.path, query)


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_button_is_there_only_where_a_provider_is_set(client: Client, provider: Provider, settings: Any) -> None:
    assert reverse("openid_connect_login", args=["oidc"]) in client.get(reverse("accounts:sign_in")).content.decode()
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}}
    assert "sign-in/with" not in client.get(reverse("accounts:sign_in")).content.decode()
    assert client.post(reverse("openid_connect_login", args=["oidc"])).status_code == 404


def test_a_colleague_who_was_invited_comes_in_and_is_known_from_then_on(
    client: Client, provider: Provider, ann: User
) -> None:
    assert go(client, provider)["Location"] == "/"
    assert is_in(client)
    joined = SocialAccount.objects.get()
    assert (joined.user, joined.uid, joined.extra_data) == (ann, "17", {})
    provider.claims["email"] = "ann.married@example.org"
    other = Client()
    go(other, provider)
    assert is_in(other)
    assert SocialAccount.objects.get().extra_data == {}
    assert User.objects.count() == 1
    assert AuditEntry.objects.filter(kind="signed_in", by=ann).count() == 2


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"email": "bob@example.org"}, "Nobody has invited this account here."),
        ({"email_verified": False}, "Nobody has invited this account here."),
        ({"email": ""}, "Nobody has invited this account here."),
    ],
)
def test_whom_nobody_invited_is_not_let_in_and_no_account_is_made(
    client: Client, provider: Provider, ann: User, changes: dict[str, Any], told: str
) -> None:
    provider.claims |= changes
    refused = go(client, provider)
    assert refused.status_code == 403
    assert told in refused.content.decode()
    assert not is_in(client)
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()


def test_a_closed_account_is_not_let_in(client: Client, provider: Provider, ann: User) -> None:
    User.objects.update(is_active=False)
    assert go(client, provider).status_code == 403
    assert not is_in(client)


def test_what_did_not_come_from_here_or_for_us_is_refused(client: Client, provider: Provider, ann: User) -> None:
    assert go(client, provider, state="another").status_code == 403
    assert go(client, provider, code="another").status_code == 403
    assert client.get(reverse("openid_connect_callback", args=["oidc"]), {"error": "access_denied"}).status_code == 403
    provider.audience = "somebody else"
    assert go(client, provider).status_code == 403
    assert not is_in(client)


@pytest.mark.parametrize(
    ("rule", "amr", "counts"),
    [
        ("ask", ["pwd", "mfa"], False),
        ("claimed", ["pwd"], False),
        ("claimed", ["pwd", "mfa"], True),
        ("trusted", [], True),
    ],
)
def test_whether_the_providers_second_factor_counts_is_a_setting(
    client: Client, provider: Provider, ann: User, settings: Any, rule: str, amr: list[str], counts: bool
) -> None:
    settings.SECOND_FACTOR_REQUIRED, settings.OIDC_SECOND_FACTOR = True, rule
    provider.claims["amr"] = amr
    go(client, provider)
    if counts:
        assert client.get("/").status_code == 200
        return
    assert client.get("/")["Location"] == reverse("mfa_activate_totp")
    secret = set_up(client)
    other = Client()
    assert go(other, provider)["Location"] == reverse("mfa_authenticate")
    other.post(reverse("mfa_authenticate"), {"code": code_for(secret)})
    assert other.get("/").status_code == 200
