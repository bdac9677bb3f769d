"""An editor at the wave desk in a real browser: a blank draft becomes the Barometer of winter 2013, by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import cycle
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from surveys.models import ItemComment, Wave
from surveys.wave_file import document_of, dump_wave
from tests import building, desk
from tests.by_hand import Desk, fields_of, rows, scale_fields
from tests.journeys.looking import assert_fits
from tests.journeys.test_editor import sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.any_database]

WINTER = json.loads((building.SAMPLE / "2013-winter.wave.json").read_bytes())
NARROW, WIDE = (320, "dark"), (1280, "light")


@pytest.fixture
def is_sound(assert_no_violations: Callable[[Page], None]) -> Callable[..., None]:
    """`is_sound(page)`: axe finds nothing, by turns at 400 % in the dark and wide in the light; nothing sticks out."""
    turns = cycle((NARROW, WIDE))

    def check(page: Page) -> None:
        width, scheme = next(turns)
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        assert_no_violations(page)
        page.set_viewport_size({"width": 320, "height": 900})
        assert_fits(page, 320)

    return check


@pytest.fixture
def colleague(browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Page]:
    """Somebody else's browser, that runs no scripts."""
    with browser.new_context(**{**browser_context_args, "java_script_enabled": False}) as context:
        yield context.new_page()


def names(wave: Wave) -> list[str]:
    wave.refresh_from_db()
    return [item["name"] for section in document_of(wave)["sections"] for item in section["items"]]


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).click()


def test_a_blank_draft_becomes_winter_2013_by_hand(
    page: Page, colleague: Page, live_server: Any, is_sound: Callable[..., None]
) -> None:
    editor, other = desk.staff("editor", "analyst"), desk.staff("editor")
    sign_in(page, live_server.url, editor)
    wave = begun(page)
    is_sound(page)
    told_about(page, is_sound)
    roles_and_scale(page, is_sound)
    contracts(page, is_sound)
    guidance(page, is_sound)
    the_rest_by_its_forms(editor, wave)
    times(desk.browsing(editor), wave)
    page.goto(desk_of(live_server, wave))
    is_sound(page)
    assert json.loads(dump_wave(Wave.objects.get())) == WINTER

    moved(page, wave)
    met(page, colleague, other, live_server, is_sound)
    commented(page, is_sound)
    assert json.loads(dump_wave(Wave.objects.get())) == WINTER
    assert ItemComment.objects.get().item == "GRIP"


def desk_of(live_server: Any, wave: Wave) -> str:
    return f"{live_server.url}{reverse('draft:desk', args=[wave.slug])}"


def begun(page: Page) -> Wave:
    """A blank draft, on its own page."""
    page.get_by_role("link", name="New wave").click()
    page.get_by_role("link", name="Blank").click()
    page.get_by_label("Title of the new survey").fill("CCG Barometer")
    page.get_by_label("Its short name").fill("ccg-barometer")
    page.get_by_label("Title of the wave").fill("A blank one")
    page.get_by_label("Short name", exact=True).fill("2013-winter")
    press(page, "Make the draft")
    page.get_by_role("link", name="Edit the questionnaire").click()
    expect(page.get_by_text("There is nothing here yet.")).to_be_visible()
    return Wave.objects.get()


def told_about(page: Page, is_sound: Callable[..., None]) -> None:
    page.get_by_role("link", name="Edit what the wave is about").click()
    page.get_by_label("Title").fill("")
    page.get_by_label("Number").fill("2")
    page.get_by_label("Kind of organisation").fill("CCG")
    page.get_by_label("Open on").fill("2013-04-01")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("Fill in “Title”")
    is_sound(page)
    page.get_by_label("Title").fill("Winter 2013")
    press(page, "Save")
    expect(page.get_by_text("Every CCG open on 1 April 2013")).to_be_visible()


def roles_and_scale(page: Page, is_sound: Callable[..., None]) -> None:
    """A table typed into, with a row more than there was room for; a scale."""
    page.get_by_role("link", name="Edit the roles").click()
    press(page, "More roles")
    expect(page.get_by_label("Code, row 5")).to_be_visible()
    for number, role in enumerate(WINTER["roles"], 1):
        page.get_by_label(f"Role, row {number}").fill(role["label"])
        page.get_by_label(f"Code, row {number}").fill(role["code"])
        page.get_by_label(f"Asked, row {number}").check()
    is_sound(page)
    press(page, "Save the roles")
    page.get_by_role("link", name="Add a scale").click()
    scale = WINTER["scales"][0]
    page.get_by_label("Short name", exact=True).fill(scale["name"])
    for _more in range(2):
        before = page.get_by_role("row").count()
        press(page, "More answers")
        expect(page.get_by_role("row")).to_have_count(before + 2)
    for number, option in enumerate(scale["options"], 1):
        page.get_by_label(f"Answer, row {number}").fill(option["label"])
        page.get_by_label(f"Score, row {number}").fill(str(option.get("score", "")))
    page.get_by_label("Kind, row 6").select_option("dont_know")
    for number, net in enumerate(scale["nets"], 1):
        page.get_by_label(f"Net, row {number}").fill(net["label"])
        page.get_by_label(f"Codes, row {number}").fill(", ".join(map(str, net["codes"])))
        page.get_by_label(f"Short name, row {number}").fill(net["name"])
        press(page, "More nets")
        expect(page.get_by_label(f"Net, row {number + 1}")).to_be_visible()
    is_sound(page)
    press(page, "Save the scale")
    expect(page.get_by_role("link", name="versus_pct5")).to_be_visible()


def section(page: Page, number: int) -> None:
    page.get_by_role("link", name="Add a section").click()
    page.get_by_label("Title").fill(WINTER["sections"][number]["title"])
    page.get_by_label("Short name").fill(WINTER["sections"][number]["name"])
    press(page, "Save the section")


def contracts(page: Page, is_sound: Callable[..., None]) -> None:
    """A battery on the scale, its kind changed on the way."""
    section(page, 0)
    (battery,) = WINTER["sections"][0]["items"]
    page.get_by_role("link", name="Add a question to Contracts").click()
    is_sound(page)
    page.get_by_role("link", name="One answer").click()
    page.get_by_label("Name", exact=True).fill(battery["name"])
    page.get_by_label("Question", exact=True).fill(battery["text"])
    page.get_by_label("Kind", exact=True).select_option("grid")
    expect(page.get_by_label("Statement, row 1")).to_be_visible()
    expect(page.get_by_label("Question", exact=True)).to_have_value(battery["text"])
    for number, row in enumerate(battery["rows"], 1):
        if not page.get_by_label(f"Statement, row {number}").count():
            press(page, "More statements")
            expect(page.get_by_label(f"Statement, row {number}")).to_be_visible()
        page.get_by_label(f"Statement, row {number}").fill(row["text"])
        page.locator(f"#id_rows-{number - 1}-name").fill(row["name"])
    press(page, "Save the question")
    expect(page.get_by_role("alert")).to_contain_text("Give at least one answer, or choose a scale.")
    is_sound(page)
    page.get_by_label("Answers", exact=True).select_option("wave:versus_pct5")
    press(page, "Save the question")
    expect(page.get_by_role("status").first).to_contain_text("Added CONTRACTS")


def guidance(page: Page, is_sound: Callable[..., None]) -> None:
    """A question with answers of its own, and one that is asked only of some."""
    section(page, 1)
    grip, problems = WINTER["sections"][1]["items"]
    page.get_by_role("link", name="Add a question to Planning guidance").click()
    page.get_by_role("link", name="One answer").click()
    page.get_by_label("Name", exact=True).fill(grip["name"])
    page.get_by_label("Question", exact=True).fill(grip["text"])
    press(page, "More answers")
    expect(page.get_by_label("Answer, row 4")).to_be_visible()
    for number, option in enumerate(grip["options"], 1):
        page.get_by_label(f"Code, row {number}").fill(str(option["code"]))
        page.get_by_label(f"Answer, row {number}").fill(option["label"])
    page.get_by_label("Kind, row 4").select_option("dont_know")
    page.get_by_label("Name", exact=True).press("Enter")
    page.get_by_role("link", name="Add a question to Planning guidance").click()
    page.get_by_role("link", name="Own words").click()
    page.get_by_label("Name", exact=True).fill(problems["name"])
    page.get_by_label("Question", exact=True).fill(problems["text"])
    page.get_by_label("A large box").check()
    press(page, "Save the question")
    page.get_by_role("link", name="Condition of GUIDANCE").click()
    press(page, "Add a condition")
    page.get_by_label("Question", exact=True).select_option("GRIP")
    page.get_by_label("It will give the commissioning board too much grip").check()
    expect(page.locator(".rule-words")).to_contain_text("GRIP is ‘It will give the commissioning board too much grip")
    is_sound(page)
    press(page, "Save the condition")
    expect(page.locator("#GUIDANCE")).to_contain_text("Asked only if GRIP is")


def the_rest_by_its_forms(editor: desk.User, wave: Wave) -> None:
    """As the browser would post them."""
    rest = Desk(desk.browsing(editor), wave)
    for scale in WINTER["scales"][1:]:
        rest.fill("add_scale", scale_fields(scale))
    third = WINTER["sections"][2]
    rest.fill("add_section", {"name": third["name"], "title": third["title"]})
    for item in third["items"]:
        rest.add(third["name"], item, WINTER)
    rest.fill("banners", rows("banners", WINTER["banners"], banners=("title", "by", "name")))


def times(client: Any, wave: Wave) -> None:
    url = reverse("surveys:times", args=[wave.slug])
    days = {"opens_on": "2013-01-07", "opens_time": "09:00", "closes_on": "2013-01-25", "closes_time": "17:00"}
    assert client.post(url, {**fields_of(client.get(url)), **days}).status_code == 302


def moved(page: Page, wave: Wave) -> None:
    """By keyboard, by drag, and back."""
    before = names(wave)
    up = page.get_by_role("button", name="Up CSU")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("Moved CSU up.")
    expect(page.get_by_role("button", name="Up CSU")).to_be_focused()
    assert names(wave).index("CSU") < names(wave).index("AREATEAM")
    press(page, "Undo: Moved CSU up")
    expect(page.locator("#said")).to_contain_text("Undone: Moved CSU up.")
    assert names(wave) == before
    page.set_viewport_size({"width": 1280, "height": 3000})  # a page that scrolls under the mouse drags something else
    page.locator("#BUDGET").drag_to(page.locator("#GRIP"), target_position={"x": 20, "y": 4})
    expect(page.locator("#said")).to_contain_text("Moved BUDGET.")
    assert names(wave).index("BUDGET") == names(wave).index("GRIP") - 1
    press(page, "Undo: Moved BUDGET")
    expect(page.locator("#said")).to_contain_text("Undone")
    head = page.get_by_role("heading", name="Planning guidance")
    head.drag_to(page.get_by_role("heading", name="Contracts"), target_position={"x": 20, "y": 4})
    expect(page.locator("#said")).to_contain_text("Moved the section guidance.")
    assert names(wave)[0] == "GRIP"
    press(page, "Undo: Moved the section guidance")
    expect(page.locator("#said")).to_contain_text("Undone: Moved the section guidance.")
    assert names(wave) == before


def met(page: Page, colleague: Page, other: desk.User, live_server: Any, is_sound: Callable[..., None]) -> None:
    """Two editors in one question; the other one's browser runs no scripts."""
    sign_in(colleague, live_server.url, other)
    address = f"{live_server.url}{reverse('draft:item', args=['2013-winter', 'GRIP'])}"
    for each in (page, colleague):
        each.goto(address)
    words = WINTER["sections"][1]["items"][0]["text"]
    colleague.get_by_label("Question", exact=True).fill("What do you make of it?")
    press(colleague, "Save the question")
    page.get_by_label("Hint").fill("The planning guidance.")
    press(page, "Save the question")
    expect(page.get_by_role("alert")).to_contain_text("Somebody else has changed this since you opened the page")
    expect(page.get_by_role("alert")).to_contain_text("What do you make of it?")
    expect(page.get_by_label("Hint")).to_have_value("The planning guidance.")
    is_sound(page)
    page.get_by_label("Hint").fill("")
    press(page, "Save the question")
    expect(page.locator("#GRIP")).to_contain_text(words)


def commented(page: Page, is_sound: Callable[..., None]) -> None:
    page.get_by_role("link", name="Comment on GRIP").click()
    page.get_by_label("Your comment").fill("Is “too much grip” fair?")
    press(page, "Say it")
    is_sound(page)
    press(page, "Settle it")
    expect(page.locator("#comments")).to_contain_text("settled by")
    for words in ("Questionnaire", "Who is asked what"):
        page.get_by_role("link", name=words, exact=True).first.click()
    is_sound(page)
    page.get_by_role("link", name="Questionnaire", exact=True).click()
    page.get_by_role("link", name="What was changed").click()
    is_sound(page)
    page.get_by_role("link", name="Questionnaire", exact=True).click()
    page.get_by_role("link", name="Remove GRIP").click()
    expect(page.get_by_text("It is needed elsewhere; change this first:")).to_be_visible()
    is_sound(page)
