"""What every page tells browsers: no foreign script, no framing, no leaking of addresses."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "arguments", "referrer"),
    [("accounts:sign_in", [], "same-origin"), ("respondents:start", ["x" * 43], "no-referrer")],
)
def test_pages_are_closed_to_other_sites(client, name, arguments, referrer):
    page = client.get(reverse(name, args=arguments))
    policy = page["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page["Referrer-Policy"] == referrer
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["X-Frame-Options"] == "DENY"


def test_cookies_are_out_of_reach_of_scripts(client):
    cookie = client.get(reverse("accounts:sign_in")).cookies["csrftoken"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_form_of_more_fields_than_any_page_has_is_refused(client):
    fields = {f"field{number}": "1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert client.post(reverse("accounts:sign_in"), fields).status_code == 400
