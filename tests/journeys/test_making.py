"""From an empty installation to an opened wave, and on to the next, by two people in two browsers and no command."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from playwright.sync_api import Browser, Page, expect

from barometer import sweeps
from respondents.collected import load_responses
from respondents.models import Frozen
from surveys.models import Proposal, Wave
from surveys.wave_file import dump_wave
from tests import building, desk
from tests.journeys.looking import assert_fits
from tests.journeys.test_editor import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

WINTER = building.SAMPLE / "2013-winter.wave.json"
ANSWERS = building.SAMPLE / "2013-winter.responses.csv"
FIELDWORK, A_YEAR_LATER = datetime(2013, 1, 9, 12, tzinfo=UTC), datetime(2014, 1, 8, 12, tzinfo=UTC)
LOOKS = [(320, "dark"), (1280, "light")]


@pytest.fixture
def colleague(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """The browser of somebody else."""
    with browser.new_context(**browser_context_args) as context:
        yield context.new_page()


@pytest.fixture
def is_sound(assert_no_violations: Callable[[Page], None]) -> Callable[[Page], None]:
    """`is_sound(page)`: axe finds nothing and nothing sticks out, on a narrow dark and a wide light page by turns."""
    turns = iter(LOOKS * 50)

    def check(page: Page) -> None:
        width, scheme = next(turns)
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        assert_no_violations(page)
        assert_fits(page, width)

    return check


@pytest.fixture
def clock() -> Iterator[time_machine.Coordinates]:
    """The middle of the fieldwork of winter 2013."""
    with time_machine.travel(FIELDWORK) as travelled:
        yield travelled


def test_a_wave_is_made_by_two_people_and_the_next_one_from_it(
    page: Page,
    colleague: Page,
    live_server: Any,
    clock: Any,
    is_sound: Callable[[Page], None],
) -> None:
    building.register()
    sign_in(page, live_server.url, desk.staff("editor", "analyst"))
    sign_in(colleague, live_server.url, desk.staff("publisher"))
    winter = made_from_the_file(page, is_sound)
    looked_through(page, is_sound)
    confirmed(page, colleague, propose="Propose to open the wave", confirm="Confirm: Open the wave", is_sound=is_sound)
    winter.refresh_from_db()
    assert winter.state == "open"
    assert json.loads(dump_wave(winter)) == json.loads(WINTER.read_text())
    corrected(page, colleague, is_sound)
    answered_and_closed(page, colleague, winter)

    clock.move_to(A_YEAR_LATER)
    sign_in_again(page, colleague, live_server.url)
    spring = copied(page, live_server.url, is_sound)
    reworded(page)
    page.get_by_role("link", name="Ready? Open the wave").click()
    page.get_by_text("Comparison with the last wave").wait_for()
    assert "breaks the trend since Winter 2013" in page.locator("main").inner_text()
    confirmed(page, colleague, propose="Propose to open the wave", confirm="Confirm: Open the wave")
    answered_and_closed(page, colleague, spring)
    page.goto(f"{live_server.url}/waves/{spring.slug}/results/")
    line = page.locator("#GRIP details.over-waves")
    line.locator("summary").click()
    expect(line).to_contain_text("The question is worded differently.")
    other = page.locator("#AREATEAM details.over-waves")
    other.locator("summary").click()
    expect(other).not_to_contain_text("worded differently")
    assert Proposal.objects.filter(outcome="confirmed", alone=False).count() == 5


def made_from_the_file(page: Page, is_sound: Callable[[Page], None]) -> Wave:
    """Winter 2013, from the home page of an empty installation."""
    page.get_by_role("link", name="New wave").click()
    is_sound(page)
    page.get_by_role("link", name="From a file").click()
    page.get_by_label("File", exact=True).set_input_files(WINTER)
    page.get_by_role("button", name="Look at it").click()
    expect(page.get_by_text("Everything in the file was understood.")).to_be_visible()
    assert not Wave.objects.exists()
    is_sound(page)
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Winter 2013")
    return Wave.objects.get()


def looked_through(page: Page, is_sound: Callable[[Page], None]) -> None:
    """The preview, walked a step with its reasons; the dry run."""
    page.get_by_role("link", name="CCG chair").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_role("heading", name="What we promise")).to_be_visible()
    is_sound(page)
    frame.get_by_role("button", name="Start").click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("Compared with primary care trusts")
    frame.get_by_role("button", name="Continue").click()
    frame.get_by_label("It has the right balance").check()
    expect(page.locator(".way")).to_contain_text("Not shown because it is asked only if GRIP is")
    is_sound(page)
    frame.get_by_role("button", name="Continue").click()
    expect(frame.get_by_role("heading", level=1)).to_contain_text("area team")
    expect(page.locator(".way")).to_contain_text("GRIP is ‘It has the right balance")
    page.get_by_role("link", name="desk", exact=True).click()
    is_sound(page)
    page.get_by_role("link", name="Winter 2013").click()
    page.get_by_role("link", name="Dry run").click()
    expect(page.get_by_role("heading", name="The dashboard, made up")).to_be_visible()
    is_sound(page)
    page.get_by_role("link", name="Winter 2013").click()
    page.get_by_role("link", name="Ready? Open the wave").click()
    expect(page.get_by_text("Nothing stops this wave from opening.")).to_be_visible()
    is_sound(page)


def confirmed(
    page: Page, colleague: Page, *, propose: str, confirm: str, is_sound: Callable[[Page], None] | None = None
) -> None:
    """What the editor proposes on the page that is shown, the publisher confirms."""
    page.get_by_role("button", name=propose, exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("Proposed.")
    colleague.goto(page.url)
    if is_sound:
        is_sound(colleague)
    colleague.get_by_role("button", name=confirm).click()
    expect(colleague.get_by_role("status")).to_contain_text("Confirmed")
    page.get_by_role("navigation", name="Where you are").get_by_role("link").last.click()


def corrected(page: Page, colleague: Page, is_sound: Callable[[Page], None]) -> None:
    """A full stop put right while the wave is open, after a try that is more than that."""
    page.get_by_role("link", name="Correct a wording").click()
    is_sound(page)
    page.get_by_role("link", name="Correct GRIP").click()
    words = page.get_by_label("Question", exact=True).input_value()
    page.get_by_label("Question", exact=True).fill(f"{words} Really?")
    page.get_by_label("Why does it have to be corrected now?").fill("A stop was missing.")
    page.get_by_role("button", name="Propose the correction").click()
    expect(page.get_by_text("The question is worded differently.")).to_be_visible()
    is_sound(page)
    page.get_by_label("Question", exact=True).fill(words.replace("?", "?!"))
    confirmed(
        page, colleague, propose="Propose the correction", confirm="Confirm: Correct a wording", is_sound=is_sound
    )


def answered_and_closed(page: Page, colleague: Page, wave: Wave) -> None:
    """The answers of winter 2013, then the close, by two."""
    load_responses(wave, ANSWERS.read_bytes())
    page.get_by_role("link", name="Extend or close").click()
    confirmed(page, colleague, propose="Propose to close the wave now", confirm="Confirm: Close the wave now")
    sweeps.run_until_idle()
    wave.refresh_from_db()
    assert wave.state == "closed"
    assert Frozen.objects.filter(wave=wave).count() == 85


def sign_in_again(page: Page, colleague: Page, url: str) -> None:
    """A year later the sessions have run out."""
    for each, email in ((page, "desk0@example.org"), (colleague, "desk1@example.org")):
        each.context.clear_cookies()
        sign_in(each, url, desk.User.objects.get(email=email))


def copied(page: Page, url: str, is_sound: Callable[[Page], None]) -> Wave:
    """The next wave, begun like the last."""
    page.get_by_role("link", name="New wave").click()
    page.get_by_role("link", name="Begin like Winter 2013").click()
    page.get_by_label("Title of the wave").fill("Winter 2014")
    page.get_by_label("Opens on").fill("2014-01-06")
    page.get_by_label("Opens at").fill("09:00")
    page.get_by_role("button", name="Show the dates").click()
    expect(page.get_by_text("9am GMT on Monday 6 January 2014")).to_be_visible()
    is_sound(page)
    page.get_by_role("button", name="Make the draft").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Winter 2014")
    return Wave.objects.get(slug="winter-2014")


def reworded(page: Page) -> None:
    """One question in other words, on the desk."""
    page.get_by_role("link", name="Edit the questionnaire").click()
    page.get_by_role("link", name="Edit GRIP").click()
    page.get_by_label("Question", exact=True).fill("What do you make of the planning guidance?")
    page.get_by_role("button", name="Save").first.click()
    page.get_by_role("link", name="Winter 2014").first.click()
