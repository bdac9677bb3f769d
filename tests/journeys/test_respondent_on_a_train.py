"""Answering where the connection comes and goes: nothing typed is thrown away, and the page says where it stands."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from respondents.models import Response
from tests import building
from tests.journeys.test_respondent import every_kind

TWO_CLICKS = "(button) => { button.click(); setTimeout(() => button.click()); }"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]


def test_words_typed_without_a_connection_stay_until_they_have_arrived(page: Page, live_server: Any) -> None:
    link = building.link(every_kind())
    page.goto(f"{live_server.url}/a/{link.token}/page/LONG/")
    words, said = page.locator("textarea"), page.locator("#saved")
    page.context.set_offline(True)
    words.fill("Typed in a tunnel.")
    page.get_by_role("button", name="Continue").click()
    expect(said).to_contain_text("nothing is lost")
    expect(words).to_have_value("Typed in a tunnel.")
    page.context.set_offline(False)
    expect(said).to_contain_text("Saved at")
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/page/FORTY/")
    assert Response.objects.get().answers == {"LONG": ["Typed in a tunnel."]}


def test_a_server_that_is_away_for_a_moment_costs_nobody_a_comment(page: Page, live_server: Any) -> None:
    link = building.link(every_kind())
    address = f"{live_server.url}/a/{link.token}/page/SHORT/"
    page.goto(address)

    def away(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=503, body="away")
        else:
            route.continue_()

    page.route(address, away)
    page.locator("[name=SHORT]").fill("Candid")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#saved")).to_contain_text("nothing is lost")
    page.unroute(address)
    page.get_by_role("button", name="Continue").click()
    page.wait_for_url("**/page/LONG/")
    assert Response.objects.get().answers == {"SHORT": ["Candid"]}


def test_a_second_click_asks_for_nothing_new(page: Page, live_server: Any) -> None:
    """Passing on ends the link with the first click; a second request would find nothing behind it."""
    link = building.link(every_kind())
    page.goto(f"{live_server.url}/a/{link.token}/leave/pass-on/")
    page.get_by_label("Your colleague's name").fill("Bo")
    page.get_by_label("Their e-mail address").fill("bo@example.org")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.get_by_role("button", name="Invite them in my place").evaluate(TWO_CLICKS)
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you for passing it on")
    assert len(sent) == 1


def test_a_page_brought_back_from_the_browsers_memory_is_read_anew(page: Page, live_server: Any) -> None:
    """A page kept by the browser has an old revision, and would be in conflict with its own reader."""
    link = building.link(every_kind())
    page.goto(f"{live_server.url}/a/{link.token}/page/SHORT/")
    expect(page.locator("[name=revision]")).to_have_value("0")
    building.save_page(link.token, {"SHORT": ["Candid"]}, revision=0)
    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    expect(page.locator("[name=revision]")).to_have_value("1")
