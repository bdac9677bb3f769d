"""A colleague’s way in, in a real browser: a password, a second factor, and the pages for it, all under axe."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import cycle
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.utils import timezone
from playwright.sync_api import Page, expect

from barometer.accounts import letters
from barometer.accounts.models import User
from tests import building, desk
from tests.barometer.test_second_factor import code_for
from tests.journeys.looking import assert_fits, press_enter, tab_to

pytestmark = pytest.mark.django_db(transaction=True)

PASSWORD = "flexibility and grip"


@pytest.fixture
def is_sound(assert_no_violations: Callable[[Page], None]) -> Callable[[Page], None]:
    """`is_sound(page)`: nothing sticks out at 320 pixels, which are 1280 at four times the size; axe finds nothing.

    Axe looks at one page on a phone in the dark, at the next on a desk by day, and so on in turns.
    """
    looks = cycle(((320, "dark"), (1280, "light")))

    def check(page: Page) -> None:
        page.set_viewport_size({"width": 320, "height": 900})
        assert_fits(page, 320)
        width, scheme = next(looks)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert_no_violations(page)

    return check


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def by_keyboard(page: Page, words: str) -> None:
    """Press Tab until the focus is on what has these words, then Enter."""
    tab_to(page, words, whole=False)
    press_enter(page)


@pytest.mark.any_database
def test_a_colleague_is_invited_comes_in_with_a_second_factor_and_works_in_the_bank(
    page: Page, live_server: Any, smtp_server: Any, settings: Any, is_sound: Callable[[Page], None]
) -> None:
    settings.SITE_URL = live_server.url
    boss = desk.staff("admin")
    building.draft()

    page.goto(live_server.url)
    sign_in(page, boss.email, desk.PASSWORD)
    by_keyboard(page, "Colleagues")
    is_sound(page)
    by_keyboard(page, "Invite a colleague")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("Choose a role at least.").first).to_be_visible()
    is_sound(page)
    page.get_by_label("Name").fill("Bob Baker")
    page.get_by_label("E-mail address").fill("bob@example.org")
    page.get_by_label("Editor").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_role("status")).to_contain_text("Bob Baker is invited.")
    page.get_by_role("link", name="Bob Baker").click()
    is_sound(page)
    page.get_by_role("link", name="Log", exact=True).click()
    expect(page.get_by_text("Invited a colleague: Bob Baker")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Sign out").click()

    settings.SECOND_FACTOR_REQUIRED = True
    page.goto(the_link(smtp_server))
    is_sound(page)
    for label in ("Password", "The same password again"):
        page.get_by_label(label, exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set the password").click()
    sign_in(page, "bob@example.org", PASSWORD)
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up a second factor")
    is_sound(page)
    secret = page.locator("code.secret").inner_text().replace(" ", "")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Set up the second factor").click()
    is_sound(page)
    page.get_by_label("Code").fill(code_for(secret, steps=-1))
    page.get_by_role("button", name="Set up the second factor").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    is_sound(page)
    page.get_by_role("link", name="bob@example.org").click()
    is_sound(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto(live_server.url)
    sign_in(page, "bob@example.org", PASSWORD)
    is_sound(page)
    page.get_by_label("Code").fill(code_for(secret))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="What needs doing")).to_be_visible()
    is_sound(page)
    in_the_bank(page, is_sound)
    around_the_account(page, live_server.url, is_sound)
    assert User.objects.get(email="bob@example.org").last_login


def the_link(smtp_server: Any) -> str:
    """The link in the one mail."""
    assert letters.send_staff_letters(timezone.now()) == 1
    (message,) = smtp_server.messages
    assert message["X-Envelope-To"] == "bob@example.org"
    found = re.search(r"http\S+/welcome/\S+", message.get_content())
    assert found
    return found[0]


def in_the_bank(page: Page, is_sound: Callable[[Page], None]) -> None:
    """Find a question, word it anew, put it on a topic, save a scale."""
    page.get_by_role("link", name="Question bank").click()
    page.get_by_label("Words").fill("grip")
    page.get_by_role("button", name="Search").click()
    is_sound(page)
    page.get_by_role("link", name="Is the grip right?").click()
    is_sound(page)
    page.get_by_role("link", name="Word it anew").click()
    page.get_by_label("Question", exact=True).fill("Is the grip of the centre right?")
    page.get_by_role("button", name="Compare with the wording it has").click()
    expect(page.get_by_text("Breaks the trend")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Save as a new wording").click()
    expect(page.get_by_role("status")).to_contain_text("Wording 2 is saved.")
    is_sound(page)
    page.get_by_label("Topic").fill("The centre")
    page.get_by_role("button", name="Put it there").click()
    page.get_by_label("Into the question").fill("WHY")
    page.get_by_role("button", name="See what would happen").click()
    is_sound(page)
    page.get_by_role("link", name="Question bank").first.click()
    page.get_by_role("link", name="Scales and answers of Leaders").click()
    is_sound(page)
    page.get_by_role("link", name=re.compile("Save it in the library.*likely")).click()
    is_sound(page)
    page.get_by_role("button", name="Save the scale").click()
    expect(page.get_by_role("status")).to_contain_text("The scale likely is in the library.")


def around_the_account(page: Page, url: str, is_sound: Callable[[Page], None]) -> None:
    """The pages one rarely sees: removing a question, one's password and codes, a link that is used up."""
    page.goto(f"{url}/bank/leaders/GRIP/remove/")
    is_sound(page)
    for path, words in (
        ("password/", "Change the password"),
        ("recovery-codes/", "Recovery codes"),
        ("recovery-codes/new/", "Make new recovery codes"),
        ("second-factor/off/", "Switch the second factor off"),
    ):
        page.goto(f"{url}/account/{path}")
        expect(page.get_by_role("heading", level=1)).to_have_text(words)
        is_sound(page)
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{url}/forgotten/")
    is_sound(page)
    page.get_by_label("E-mail address").fill("bob@example.org")
    page.get_by_role("button").last.click()
    is_sound(page)
    assert page.goto(f"{url}/welcome/no-such-link/")
    is_sound(page)
    refused = render_to_string("accounts/refused.html", {"words": "Nobody here has this address."})
    page.route("**/refused-by-others/", lambda route: route.fulfill(body=refused, content_type="text/html"))
    page.goto(f"{url}/refused-by-others/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not let in")
    is_sound(page)
