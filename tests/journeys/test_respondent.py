"""A leader's way from the link to the receipt, in a real browser, and every page of it under axe."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from respondents.models import Response
from respondents.responses import save_page
from surveys.models import Wave
from tests import building
from tests.journeys.looking import assert_fits, press_enter, tab_to, tab_to_name

pytestmark = pytest.mark.django_db(transaction=True)

LOOKS = [(320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")]
Check = Callable[[Page], None]


def open_now(document: dict[str, Any]) -> Wave:
    """A wave with this document, open since yesterday for another day."""
    now = timezone.now()
    document["wave"]["opens_at"] = (now - timedelta(days=1)).isoformat()
    document["wave"]["closes_at"] = (now + timedelta(days=1)).isoformat()
    return building.opened(document, now=now)


def winter() -> Wave:
    """The Barometer of winter 2013, open now."""
    return open_now(json.loads((building.SAMPLE / "2013-winter.wave.json").read_bytes()))


def every_kind() -> Wave:
    """A wave with a question of every type, some of them hard to set."""
    return open_now(json.loads((building.Path(__file__).parent / "every-kind.wave.json").read_bytes()))


@pytest.fixture
def address(live_server: Any) -> Callable[[str], str]:
    """The whole address of a page under a link."""
    return lambda token, path="": f"{live_server.url}/a/{token}/{path}"


@pytest.fixture
def without_script(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    with browser.new_context(**{**browser_context_args, "java_script_enabled": False}) as context:
        yield context.new_page()


def answer_winter(page: Page) -> None:
    """Answer the winter questionnaire from the start page to the check page, with the mouse."""
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Compared with primary care trusts")
    statement = page.get_by_role("group", name="Providers pressured to provide integrated services")
    statement.get_by_label("Much more likely").check()
    page.get_by_role("group", name="More competition introduced").get_by_label("Don't know").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("It will give the commissioning board too much grip").check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What problems")
    page.get_by_label("What problems").fill("Too many targets.\nAnd too late.")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Good", exact=True).check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("Good", exact=True)).to_be_checked()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("7", exact=True).check()
    page.get_by_role("button", name="Continue").click()


def test_winter_2013_from_the_link_to_the_receipt_without_javascript(
    without_script: Page, address: Callable[..., str]
) -> None:
    organisation = building.organisation("00A", region="Y54")
    link = building.link(winter(), gp=True, organisations=[organisation])
    page = without_script
    page.goto(address(link.token))
    expect(page.get_by_text("CCG chair")).to_be_visible()
    answer_winter(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.get_by_text("Too many targets.")).to_be_visible()
    page.get_by_role("link", name="Change Which of these best describes").click()
    page.get_by_label("It has the right balance").check()
    page.get_by_role("button", name="Save and return").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check your answers")
    expect(page.get_by_text("Too many targets.")).to_have_count(0)
    page.get_by_role("button", name="Send my answers").click()
    receipt = page.locator(".receipt").inner_text()
    response = Response.objects.get()
    assert receipt == response.receipt
    assert response.attributes == {"role": "chair", "gp": 1, "region": "Y54"}
    assert response.sent == {
        "CONTRACTS_INTEGRATED": [5],
        "CONTRACTS_COMMUNITY": [],
        "CONTRACTS_RECONFIGURE": [],
        "CONTRACTS_PENALTIES": [],
        "CONTRACTS_INCOME": [],
        "CONTRACTS_COMPETITION": [9],
        "CONTRACTS_FINANCE": [],
        "GRIP": [2],
        "AREATEAM": [4],
        "CSU": [],
        "BUDGET": [7],
    }


def test_winter_2013_by_keyboard_alone(page: Page, address: Callable[..., str]) -> None:
    link = building.link(winter())
    page.goto(address(link.token))
    tab_to(page, "Start")
    press_enter(page)
    page.wait_for_url("**/page/CONTRACTS/")
    page.keyboard.press("Tab")
    tab_to_name(page, "CONTRACTS_INTEGRATED")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Continue")
    press_enter(page)
    page.wait_for_url("**/page/GRIP/")
    tab_to_name(page, "GRIP")
    page.keyboard.press("Space")
    tab_to(page, "Continue")
    press_enter(page)
    page.wait_for_url("**/page/GUIDANCE/")
    tab_to_name(page, "GUIDANCE")
    page.keyboard.type("Typed without a mouse.")
    for following in ("page/AREATEAM", "page/CSU", "page/BUDGET", "check"):
        tab_to(page, "Continue")
        press_enter(page)
        page.wait_for_url(f"**/{following}/")
    tab_to(page, "Send my answers")
    press_enter(page)
    page.wait_for_url("**/received/")
    sent = Response.objects.get().sent
    assert sent["CONTRACTS_INTEGRATED"] == [3]
    assert sent["GRIP"] == [1]
    assert sent["GUIDANCE"] == ["Typed without a mouse."]


@pytest.mark.any_database
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_in_any_state(
    browser: Browser,
    browser_context_args: dict[str, Any],
    address: Callable[..., str],
    assert_no_violations: Check,
    width: int,
    scheme: str,
) -> None:
    wave = winter()
    now = timezone.now()
    fresh = building.link(wave).token
    draft = building.begun(wave, {"GRIP": [1], "GUIDANCE": ["Too many targets."]}, now=now).token
    done = building.sent(wave, {"GRIP": [2]}, now=now).token
    settings = {**browser_context_args, "viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with browser.new_context(**settings) as context:
        page = context.new_page()
        for token, path in [
            *((fresh, path) for path in ("", "promise/", "paper/", "stop/")),
            *((fresh, f"leave/{path}") for path in ("", "pass-on/", "gone/")),
            *((fresh, f"page/{name}/") for name in ("CONTRACTS", "GRIP", "AREATEAM", "BUDGET")),
            *((draft, path) for path in ("", "page/GRIP/", "page/GUIDANCE/", "check/", "withdraw/")),
            (done, "received/"),
            ("x" * 43, ""),
        ]:
            page.goto(address(token, path))
            assert_fine(page, assert_no_violations)
        conflict(page, draft, address)
        assert_fine(page, assert_no_violations)
        page.goto(address(draft))
        page.get_by_role("button", name="Carry on").click()
        expect(page.get_by_text("Welcome back")).to_be_visible()
        assert_fine(page, assert_no_violations)
        page.goto(address(draft, "check/"))
        page.get_by_role("button", name="Send my answers").click()
        expect(page.locator("#error-summary")).to_be_focused()
        assert_fine(page, assert_no_violations)
        page.get_by_label("Yes, these are the answers").check()
        page.get_by_role("button", name="Send my answers").click()
        expect(page.locator(".receipt")).to_be_visible()
        assert_fine(page, assert_no_violations)
        Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now() - timedelta(minutes=5))
        page.goto(address(draft, "page/AREATEAM/"))
        expect(page.get_by_text("You can still send")).to_be_visible()
        assert_fine(page, assert_no_violations)
        page.goto(address(fresh))
        expect(page.get_by_role("heading", level=1)).to_have_text("This survey has closed")
        assert_fine(page, assert_no_violations)


@pytest.mark.any_database
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_axe_finds_nothing_on_any_kind_of_question_with_and_without_errors(
    browser: Browser,
    browser_context_args: dict[str, Any],
    address: Callable[..., str],
    assert_no_violations: Check,
    width: int,
    scheme: str,
) -> None:
    wave = every_kind()
    token = building.link(wave).token
    settings = {**browser_context_args, "viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    with browser.new_context(**settings) as context:
        page = context.new_page()
        for name in ("LEVERS", "RANKED", "SPEND", "BATTERY", "SHORT", "LONG", "FORTY", "TEN", "ENOUGH"):
            page.goto(address(token, f"page/{name}/"))
            assert_fine(page, assert_no_violations)
        spoil(page, address(token, "page/LEVERS/"), lambda: check_both(page))
        assert_fine(page, assert_no_violations)
        for name in ("SPEND", "BATTERY", "FORTY"):
            spoil(page, address(token, f"page/{name}/"), lambda: None)
            assert page.title().startswith("Error: ")
            expect(page.locator("#error-summary")).to_be_focused()
            assert_fine(page, assert_no_violations)
        page.goto(address(token, "paper/"))
        assert_fine(page, assert_no_violations)


SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
p { margin-bottom: 2em !important; }"""
SPACED = """(css) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""


def test_nothing_is_cut_off_when_readers_space_the_text_out(page: Page, address: Callable[..., str]) -> None:
    """WCAG 1.4.12, on the narrowest screen."""
    token = building.link(every_kind()).token
    page.set_viewport_size({"width": 320, "height": 800})
    for path in ("", *(f"page/{name}/" for name in ("LEVERS", "RANKED", "SPEND", "BATTERY", "FORTY", "TEN"))):
        page.goto(address(token, path))
        page.evaluate(SPACED, SPACING)
        cut = page.evaluate(
            "[...document.querySelectorAll('main *')].filter((each) => !each.matches('.vh, .vh *, select')"
            " && each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline')"
            ".map((each) => each.outerHTML.slice(0, 120))"
        )
        assert not cut, (path, cut)


def assert_fine(page: Page, assert_no_violations: Check) -> None:
    """Axe finds nothing, and nothing has to be scrolled sideways."""
    assert_no_violations(page)
    assert page.viewport_size
    assert_fits(page, page.viewport_size["width"])


def conflict(page: Page, token: str, address: Callable[..., str]) -> None:
    """Answer a page that has been answered elsewhere since it was opened."""
    page.goto(address(token))
    page.get_by_role("button", name="Carry on").click()
    page.goto(address(token, "page/GUIDANCE/"))
    page.get_by_label("What problems").fill("From the desk")
    save_page(token, {"GUIDANCE": ["From the train"]}, revision=Response.objects.get(sent__isnull=True).revision)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("From the train")).to_be_visible()
    expect(page.get_by_text("From the desk")).to_be_visible()


def spoil(page: Page, url: str, wrongly: Callable[[], None]) -> None:
    """Open a page, answer it wrongly, go on."""
    page.goto(url)
    wrongly()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#error-summary")).to_be_visible()


def check_both(page: Page) -> None:
    """Choose an exclusive answer beside another, which only the server can refuse once the script is fooled."""
    page.evaluate("document.querySelectorAll('[name=LEVERS]').forEach((box) => { box.checked = true; })")


def test_the_script_saves_by_itself_and_says_so(page: Page, address: Callable[..., str]) -> None:
    link = building.link(winter())
    page.goto(address(link.token, "page/AREATEAM/"))
    page.get_by_label("Good", exact=True).check()
    expect(page.locator("#saved")).to_contain_text("Saved at")
    assert Response.objects.get().answers == {"AREATEAM": [4]}
    page.get_by_label("Unhelpful", exact=True).check()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/page/CSU/")
    assert Response.objects.get().answers == {"AREATEAM": [2]}


def test_the_script_keeps_an_exclusive_answer_alone(page: Page, address: Callable[..., str]) -> None:
    link = building.link(every_kind())
    page.goto(address(link.token, "page/LEVERS/"))
    page.get_by_label("Pooled budgets").check()
    page.get_by_label("None of these").check()
    expect(page.get_by_label("Pooled budgets")).not_to_be_checked()
    page.get_by_label("Pooled budgets").check()
    expect(page.get_by_label("None of these")).not_to_be_checked()


def test_a_ranking_is_made_with_buttons(page: Page, address: Callable[..., str]) -> None:
    link = building.link(every_kind())
    page.goto(address(link.token, "page/RANKED/"))
    for option in ("Workforce", "Money"):
        page.get_by_role("button", name=f"Move up: {option}").click()
    page.get_by_role("button", name="Move up: Money").click()
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/page/SPEND/")
    assert Response.objects.get().answers["RANKED"] == [2, 4]


def test_the_room_left_in_a_comment_is_counted(page: Page, address: Callable[..., str]) -> None:
    link = building.link(every_kind())
    page.goto(address(link.token, "page/LONG/"))
    page.locator("textarea").fill("Candidly")
    expect(page.locator(".count")).to_have_text("9,992 characters left")


def test_a_double_click_sends_once(page: Page, address: Callable[..., str]) -> None:
    link = building.begun(winter(), {"GRIP": [2]}, now=timezone.now())
    page.goto(address(link.token, "check/"))
    page.get_by_label("Yes, these are the answers").check()
    page.get_by_role("button", name="Send my answers").dblclick()
    page.wait_for_url("**/received/")
    assert page.locator(".receipt").inner_text() == Response.objects.get().receipt


def test_a_first_visit_is_light_and_asks_nobody_else(page: Page, live_server: Any) -> None:
    link = building.link(winter())
    sizes: dict[str, int] = {}
    page.on("response", lambda reply: sizes.update({reply.url: len(reply.body())}))
    page.goto(f"{live_server.url}/a/{link.token}/page/CONTRACTS/", wait_until="networkidle")
    assert all(url.startswith(live_server.url) for url in sizes)
    assert len(sizes) <= 5, sorted(sizes)
    assert sum(sizes.values()) <= 50_000, sizes
