"""The small ways of respondents in a real browser: codes, handing over, leaving, withdrawing, pages that say no."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Literal

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from respondents import keys
from respondents.codes import give_code
from respondents.models import Frozen, Invitation, Response
from respondents.receipts import receipt_hash
from respondents.views import opening
from results.closing import close_wave
from results.snapshot import build_snapshot
from surveys.models import Wave
from tests import building, desk
from tests.journeys.looking import press_enter, tab_to, tab_to_name
from tests.journeys.test_respondent import assert_fine as fine
from tests.journeys.test_respondent import every_kind, winter

pytestmark = pytest.mark.django_db(transaction=True)

Check = Callable[[Page], None]
SCHEMES: tuple[Literal["dark", "light"], ...] = ("light", "dark")
RECEIPT = "7QF2-M0ZK-9TAB-X3CD"


@pytest.fixture
def without_script(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    with browser.new_context(**{**browser_context_args, "java_script_enabled": False}) as context:
        yield context.new_page()


def with_results() -> None:
    """A published wave in which one receipt is known."""
    document = building.document(slug="earlier")
    document["survey"] = {"slug": "earlier", "title": "Earlier"}
    wave = building.opened(document)
    for _ in range(12):
        building.sent(wave, {"GRIP": [1], "WAYS": [1, 2]})
    close_wave(wave, now=building.NOW, without_grace=True)
    wave.refresh_from_db()
    build_snapshot(wave, now=timezone.now())
    Wave.objects.filter(pk=wave.pk).update(state="published")
    Frozen.objects.filter(pk=Frozen.objects.first().pk).update(receipt_hash=receipt_hash(RECEIPT))


class Visit:
    """Somebody who looks at pages, each of them found fine by axe."""

    def __init__(self, page: Page, url: str, check: Check) -> None:
        self.page, self.url, self.check = page, url, check

    def go(self, path: str) -> None:
        """Go to a page without looking closely."""
        self.page.goto(self.url + path)

    def open(self, path: str, words: str) -> None:
        """Go to a page that has this heading."""
        self.go(path)
        self.see(words)

    def press(self, button: str, words: str) -> None:
        """Press a button that leads to a page with this heading."""
        self.page.get_by_role("button", name=button).click()
        self.see(words)

    def see(self, words: str) -> None:
        """The page has this heading, and is fine."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(words)
        self.look()

    def look(self) -> None:
        """The page is fine by day and in the dark."""
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)
            fine(self.page, self.check)


@pytest.mark.any_database
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_at_the_doors(
    browser: Browser,
    browser_context_args: dict[str, Any],
    live_server: Any,
    assert_no_violations: Check,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
) -> None:
    wave, now = every_kind(), timezone.now()
    fresh, leaver = building.link(wave).token, building.link(wave).token
    telling = {"LONG": ["Ask Dr Person about it."], "LONG_USE": [3], "LEVERS": [7], "LEVERS_SAY_7": ["A ledger"]}
    draft = building.begun(wave, telling, now=now).token
    with_results()
    looks = {**browser_context_args, "viewport": {"width": width, "height": 800}}
    with browser.new_context(**looks) as context:
        visit = Visit(context.new_page(), live_server.url, assert_no_violations)
        own_words(visit, draft)
        codes_and_receipts(visit)
        ways_out(visit, leaver=leaver, fresh=fresh, draft=draft)
        with monkeypatch.context() as broken:
            broken.setattr(opening, "_facts", lambda found: 1 / 0)
            visit.open(f"/a/{fresh}/", "Something went wrong on our side")
        refusals(visit)
        Wave.objects.filter(pk=wave.pk).update(state="scheduled", opens_at=now + timedelta(days=1))
        visit.open(f"/a/{fresh}/", "This survey is not open yet")


def own_words(visit: Visit, draft: str) -> None:
    """Own words to an option, the use of a comment, and the names in it."""
    visit.go(f"/a/{draft}/")
    visit.page.get_by_role("button", name="Carry on").click()
    visit.go(f"/a/{draft}/page/LEVERS/")
    expect(visit.page.get_by_label("In your own words")).to_have_value("A ledger")
    visit.look()
    visit.open(f"/a/{draft}/check/", "Check your answers")
    expect(visit.page.get_by_text("Your comments mention names")).to_be_visible()
    expect(visit.page.get_by_text("Contact me to go on record")).to_be_visible()


def codes_and_receipts(visit: Visit) -> None:
    """The pages without a link: a code that nobody knows, a receipt that shows and one that deletes."""
    visit.open("/code/", "Enter your code")
    visit.page.get_by_label("Your code").fill("00000-00000")
    visit.press("Open my survey", "Enter your code")
    expect(visit.page.locator("#error-summary")).to_be_focused()
    visit.open("/mine/", "Your answers beside the others")
    visit.page.get_by_label("Your receipt").fill(RECEIPT)
    visit.press("Show my answers", "Your answers beside the others")
    expect(visit.page.get_by_text("Your answer", exact=True).first).to_be_visible()
    visit.open("/withdraw/", "Withdraw your answers")
    visit.press("Delete my answers", "Withdraw your answers")
    visit.page.get_by_label("Your receipt").fill(RECEIPT)
    visit.press("Delete my answers", "Your answers are deleted")


def ways_out(visit: Visit, *, leaver: str, fresh: str, draft: str) -> None:
    """Handing over, stopping mails, withdrawing, leaving: asked, refused and done."""
    page = visit.page
    visit.go(f"/a/{leaver}/leave/pass-on/")
    visit.press("Invite them in my place", "Pass it to a colleague")
    page.get_by_label("Your colleague's name").fill("Ann Other")
    page.get_by_label("Their e-mail address").fill("ann@example.org")
    visit.press("Invite them in my place", "Thank you for passing it on")
    visit.go(f"/a/{fresh}/stop/")
    visit.press("Stop the mails", "Stop our mails")
    page.get_by_label("Yes, send me no more mails").check()
    visit.press("Stop the mails", "We will not mail you again")
    visit.go(f"/a/{draft}/withdraw/")
    page.get_by_label("Yes, I want my answers deleted").check()
    visit.press("Delete my answers", "Your answers are deleted")
    visit.go(f"/a/{draft}/leave/gone/")
    page.get_by_label("Yes, I no longer hold this post").check()
    visit.press("Take me off the list", "You are off the list")


def refusals(visit: Visit) -> None:
    """What is not here, what is not allowed; and to whom it is, who asked to be contacted."""
    visit.open("/a/", "Nothing is here")
    for role, path, words in (
        ("analyst", "sample", "Not with your role"),
        ("fieldwork", "contacts", "To be contacted"),
    ):
        session = desk.browsing(desk.staff(role)).cookies[settings.SESSION_COOKIE_NAME].value
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": visit.url}
        visit.page.context.add_cookies([cookie])
        visit.open(f"/waves/earlier/{path}/", words)


@pytest.mark.any_database
def test_the_small_ways_by_keyboard_alone_without_javascript(without_script: Page, live_server: Any) -> None:
    wave, page = winter(), without_script
    first, second, third = (building.link(wave) for _ in range(3))

    def enter(words: str) -> None:
        tab_to(page, words)
        press_enter(page)

    def tick() -> None:
        tab_to_name(page, "sure")
        page.keyboard.press("Space")

    def reach(words: str) -> None:
        expect(page.get_by_role("heading", level=1)).to_have_text(words)

    page.goto(f"{live_server.url}/code/")
    tab_to_name(page, "code")
    page.keyboard.type(give_code(first.invitation, key=keys.read_key(wave)).lower())
    enter("Open my survey")
    page.wait_for_url(f"**/a/{first.token}/")
    enter("Not for you? Pass it on, or stop our mails")
    enter("Pass it to a colleague")
    tab_to_name(page, "name")
    page.keyboard.type("Ann Other")
    tab_to_name(page, "email")
    page.keyboard.type("ann@example.org")
    enter("Invite them in my place")
    reach("Thank you for passing it on")
    page.goto(f"{live_server.url}/a/{second.token}/leave/")
    enter("I no longer hold this post")
    tick()
    enter("Take me off the list")
    reach("You are off the list")
    page.goto(f"{live_server.url}/a/{third.token}/leave/")
    enter("Stop our mails")
    tick()
    enter("Stop the mails")
    reach("We will not mail you again")
    assert Invitation.objects.get(pk=third.invitation.pk).stopped
    building.begun(wave, {"GRIP": [1]}, now=timezone.now())
    page.goto(f"{live_server.url}/a/{third.token}/page/GRIP/")
    tab_to_name(page, "GRIP")
    page.keyboard.press("Space")
    enter("Continue")
    page.goto(f"{live_server.url}/a/{third.token}/withdraw/")
    tick()
    enter("Delete my answers")
    reach("Your answers are deleted")
    assert Response.objects.count() == 1
    page.goto(f"{live_server.url}/withdraw/")
    tab_to_name(page, "receipt")
    page.keyboard.type(RECEIPT)
    enter("Delete my answers")
    expect(page.get_by_text("Something needs another look")).to_be_visible()


@pytest.mark.any_database
def test_own_words_appear_with_their_option_and_are_sent_without_javascript(
    without_script: Page, live_server: Any
) -> None:
    link, page = building.link(every_kind()), without_script
    page.goto(f"{live_server.url}/a/{link.token}/page/LEVERS/")
    expect(page.get_by_label("In your own words")).to_be_hidden()
    page.get_by_label("Another lever", exact=True).check()
    page.get_by_label("In your own words").fill("A shared ledger")
    page.get_by_role("button", name="Continue").click()
    page.goto(f"{live_server.url}/a/{link.token}/page/LONG/")
    page.locator("textarea").fill("Candidly")
    page.get_by_label("You may quote it with my role").check()
    page.get_by_role("button", name="Continue").click()
    said = Response.objects.get().answers
    assert said == {"LEVERS": [7], "LEVERS_SAY_7": ["A shared ledger"], "LONG": ["Candidly"], "LONG_USE": [1]}


@pytest.mark.any_database
def test_a_ranking_is_made_by_dragging(page: Page, live_server: Any) -> None:
    link = building.link(every_kind())
    page.set_viewport_size({"width": 375, "height": 900})
    page.goto(f"{live_server.url}/a/{link.token}/page/RANKED/")
    rows = page.locator(".rank")
    drag(page, rows.nth(3), onto=rows.nth(0))
    expect(rows.nth(0)).to_contain_text("Workforce")
    drag(page, rows.nth(2), onto=rows.nth(0))
    expect(rows.nth(0)).to_contain_text("Money")
    expect(rows.nth(0).locator("select")).to_have_value("1")
    expect(rows.nth(1).locator("select")).to_have_value("2")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/page/SPEND/")
    assert Response.objects.get().answers["RANKED"] == [2, 4]


def drag(page: Page, row: Any, *, onto: Any) -> None:
    """Take a row by its handle and let it go above another."""
    handle, target = row.locator(".handle").bounding_box(), onto.bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(target["x"] + 5, target["y"] + 2, steps=4)
    page.mouse.up()
