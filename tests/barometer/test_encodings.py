"""Bodies in another encoding than UTF-8 never reach Django."""

from __future__ import annotations

import pytest

from barometer.encodings import OnlyUtf8

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("content_type", "passes"),
    [
        ("", True),
        (FORM, True),
        (f"{FORM}; charset=UTF-8", True),
        (f'{FORM}; charset="utf8"', True),
        (f"{FORM}; charset=utf-16", False),
        (f"{FORM}; CHARSET=hex", False),
        ("multipart/form-data; boundary=b; charset=unicode_escape", False),
    ],
)
def test_only_utf8_reaches_the_application(content_type, passes):
    said = []
    inside = OnlyUtf8(lambda environ, start_response: [b"inside"])
    body = inside({"CONTENT_TYPE": content_type}, lambda status, headers: said.append(status))
    assert (body == [b"inside"]) is passes
    assert said == ([] if passes else ["400 Bad Request"])
