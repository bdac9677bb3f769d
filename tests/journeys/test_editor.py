"""An editor's way from a file to a closed wave, in a real browser, and every page of it under axe."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from barometer import sweeps
from respondents.responses import save_page, submit
from surveys.models import Wave, WaveEvent
from tests import building, desk
from tests.journeys.looking import assert_fits, press_enter, tab_to

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [(320, "dark"), (1280, "light")]
MORE_LOOKS = [(320, "light"), (1280, "dark")]
SAMPLE = building.csv(
    "name,email,role,gp,organisations",
    "Ann Archer,ann@example.org,chair,1,00C",
    "Bob Baker,bob@example.org,ao,0,00D;00J",
).decode()


@pytest.fixture
def small_desk() -> desk.User:
    """One person with every role, as on a small desk."""
    return desk.staff("editor", "analyst", "publisher", "fieldwork")


@pytest.fixture
def without_script(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    with browser.new_context(**{**browser_context_args, "java_script_enabled": False}) as context:
        yield context.new_page()


@pytest.fixture
def is_sound(assert_no_violations: Callable[[Page], None]) -> Callable[..., None]:
    """`is_sound(page)`: axe finds nothing and nothing sticks out, narrow and wide, light and dark.

    `crossed` looks at every pair of the two.
    """

    def check(page: Page, *, crossed: bool = False) -> None:
        for width, scheme in [*LOOKS, *(MORE_LOOKS if crossed else [])]:
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)
            assert_no_violations(page)
            assert_fits(page, width)

    return check


def sign_in(page: Page, url: str, user: desk.User) -> None:
    """Sign in with the form, from the first page."""
    page.goto(url)
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(desk.PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Waves")


def winter() -> dict[str, Any]:
    """The Barometer of winter 2013 without its times."""
    document = json.loads((building.SAMPLE / "2013-winter.wave.json").read_bytes())
    for key in ("opens_at", "closes_at"):
        del document["wave"][key]
    return document


def upload(page: Page, document: dict[str, Any]) -> None:
    page.get_by_role("link", name="New wave").click()
    page.get_by_role("link", name="From a file").click()
    data = building.as_bytes(document)
    page.get_by_label("File", exact=True).set_input_files(
        {"name": "winter.wave.json", "mimeType": "application/json", "buffer": data}
    )
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What was understood")


def set_times(page: Page) -> None:
    """From midnight for a fortnight."""
    today = timezone.localdate()
    page.get_by_role("link", name="Set the times").click()
    page.get_by_label("Opens on").fill(today.isoformat())
    page.get_by_label("Opens at").fill("00:00")
    page.get_by_label("Closes on").fill((today + timedelta(days=14)).isoformat())
    page.get_by_label("Closes at").fill("17:00")
    page.get_by_role("button", name="Save the times").click()
    expect(page.get_by_role("status")).to_contain_text("The times are set.")


def invite(page: Page) -> None:
    page.get_by_role("link", name="Upload a sample").first.click()
    page.get_by_label("Or paste its text").fill(SAMPLE)
    page.get_by_role("button", name="Upload the sample").click()
    expect(page.get_by_role("status")).to_contain_text("2 people are invited.")


def open_alone(page: Page) -> None:
    page.get_by_role("link", name="Ready? Open the wave").click()
    expect(page.get_by_text("Nothing stops this wave from opening.")).to_be_visible()
    page.get_by_label("Nobody else confirms this.").check()
    page.get_by_role("button", name="Open the wave").click()
    expect(page.get_by_role("status")).to_contain_text("The wave is open.")


def close_alone(page: Page) -> None:
    page.get_by_role("link", name="Extend or close").click()
    page.get_by_role("region", name="Close the wave now").get_by_label("Nobody else confirms this.").check()
    page.get_by_role("button", name="Close the wave now").click()
    expect(page.get_by_role("status")).to_contain_text("The wave is closing.")


def test_an_editor_takes_a_wave_from_the_file_to_the_close_without_javascript(
    without_script: Page, live_server: Any, small_desk: desk.User, smtp_server: Any
) -> None:
    building.register()
    page = without_script
    sign_in(page, live_server.url, small_desk)
    upload(page, winter())
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Winter 2013")
    expect(page.get_by_text("2 things stop this wave from opening")).to_be_visible()
    set_times(page)
    invite(page)
    page.get_by_role("link", name="Send the invitations").click()
    page.get_by_role("button", name="Send the invitations").click()
    expect(page.get_by_text("The invitations go out when the wave opens.").first).to_be_visible()
    open_alone(page)

    sweeps.run_until_idle()
    assert {message["X-Envelope-To"] for message in smtp_server.messages} == {"ann@example.org", "bob@example.org"}
    page.reload()
    expect(page.get_by_text("Invitations: 2 sent, 0 waiting.")).to_be_visible()

    answer_from_the_mail(smtp_server.messages, to="bob@example.org")
    page.reload()
    rates = page.get_by_role("table", name="Response rates")
    expect(rates.get_by_role("row", name="People 1 2 50%")).to_be_visible()
    expect(rates.get_by_role("row", name="Organisations 2 211 1%")).to_be_visible()
    expect(rates.get_by_role("row", name="Accountable officer 1 1 100%")).to_be_visible()

    close_alone(page)
    sweeps.run_until_idle()
    page.reload()
    expect(page.get_by_text("Closed on")).to_be_visible()
    expect(page.get_by_role("link", name="See the results")).to_be_visible()
    expect(page.get_by_text("1 responses frozen")).to_be_visible()
    assert Wave.objects.get().state == "closed"
    assert WaveEvent.objects.filter(note__contains="decided by one person").count() == 2


def answer_from_the_mail(messages: list[Any], *, to: str) -> None:
    """What the respondent's browser would do with the link in the mail."""
    body = next(each for each in messages if each["X-Envelope-To"] == to).get_content()
    found = re.search(r"/a/([^/\s]+)/", body)
    assert found
    now = timezone.now()
    save_page(found[1], {"GRIP": [2]}, revision=0, now=now)
    submit(found[1], revision=1, now=now)


@pytest.mark.any_database
def test_every_page_of_the_way_is_accessible(
    page: Page, live_server: Any, small_desk: desk.User, is_sound: Callable[..., None]
) -> None:
    building.register()
    sign_in(page, live_server.url, small_desk)
    is_sound(page)
    broken = winter()
    broken["wave"]["roles"] = ["chair", "nurse"]
    upload(page, broken)
    expect(page.get_by_role("heading", name="One thing is wrong; nothing was written")).to_be_visible()
    expect(page.get_by_label("The text of the file")).to_have_value(re.compile("nurse"))
    is_sound(page)
    page.get_by_label("The text of the file").fill(building.as_bytes(winter()).decode())
    page.get_by_role("button", name="Read it again").click()
    expect(page.get_by_text("Everything in the file was understood.")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Make the draft").click()
    is_sound(page)
    page.get_by_role("link", name="CCG chair").click()
    is_sound(page)
    page.get_by_role("link", name="All on one page").click()
    is_sound(page)
    page.get_by_role("link", name="Back to the desk").click()
    page.get_by_role("link", name="Set the times").click()
    page.get_by_role("button", name="Save the times").click()
    expect(page.get_by_text("Give the day as a date").first).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Winter 2013").click()
    set_times(page)
    page.get_by_role("link", name="Upload a sample").first.click()
    page.get_by_label("Or paste its text").fill("name,email,role,gp,organisations\nAnn,ann,nurse,2,ZZZ\n")
    page.get_by_role("button", name="Upload the sample").click()
    expect(page.get_by_text("line 2, column organisations")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Winter 2013").click()
    invite(page)
    page.get_by_role("link", name="Send the invitations").click()
    is_sound(page)
    page.get_by_role("button", name="Send the invitations").click()
    page.get_by_role("link", name="Ready? Open the wave").click()
    page.get_by_role("button", name="Open the wave").click()
    expect(page.get_by_text("Tick the box to show that you decide alone").first).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Winter 2013").click()
    open_alone(page)
    is_sound(page, crossed=True)
    page.get_by_role("link", name="Extend or close").click()
    page.get_by_role("button", name="Close the wave now").click()
    is_sound(page)
    page.get_by_role("link", name="Winter 2013").click()
    close_alone(page)
    is_sound(page)


@pytest.mark.any_database
def test_the_way_can_be_gone_by_keyboard_alone(page: Page, live_server: Any, small_desk: desk.User) -> None:
    building.draft()
    sign_in(page, live_server.url, small_desk)
    tab_to(page, "Spring 2026", whole=False)
    press_enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Ready?")
    tab_to(page, "Spring 2026")
    press_enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Spring 2026")
    tab_to(page, "Set the times")
    press_enter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Opening and closing times")
    tab_to(page, "Save the times")
    press_enter(page)
    expect(page.get_by_role("status")).to_contain_text("The times are set.")
