"""A reporter's way through a closed wave, in a real browser: dashboard, a break, comments, exports, all under axe."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from results.finishing import load_and_close
from results.snapshot import build_snapshot
from surveys.models import Wave
from tests import building, desk
from tests.journeys.test_editor import is_sound, sign_in, without_script

__all__ = ["is_sound", "without_script"]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def winter() -> Wave:
    """Winter 2013 with its sample answers, closed."""
    building.register()
    wave = building.sample_wave("2013-winter")
    Wave.objects.filter(pk=wave.pk).update(synthetic=True)
    wave.refresh_from_db()
    load_and_close(wave, (building.SAMPLE / "2013-winter.responses.csv").read_bytes(), now=building.NOW)
    build_snapshot(wave, now=building.NOW)
    return wave


@pytest.mark.usefixtures("winter")
def test_a_reporter_finds_the_published_figures_without_javascript(without_script: Page, live_server: Any) -> None:
    page = without_script
    sign_in(page, live_server.url, desk.staff("editor"))
    page.get_by_role("link", name="Results of Winter 2013").click()
    expect(page.get_by_text("85 leaders from 78 organisations, 37% of 211")).to_be_visible()
    expect(page.get_by_text("Sample answers are synthetic.", exact=True).first).to_be_visible()
    grip = page.get_by_role("article", name="Which of these best describes the Everyone Counts planning guidance?")
    expect(grip.get_by_role("row", name="It will give the commissioning board too much grip")).to_contain_text("50")
    expect(grip.get_by_role("img").first).to_be_visible()
    page.get_by_role("link", name="GP or not").click()
    expect(page).to_have_url(f"{live_server.url}/waves/2013-winter/results/by/gp/")
    row = grip.get_by_role("row", name="It will give the commissioning board too much grip")
    expect(row.get_by_role("cell")).to_have_text(["50", "61 B", "31 9 of 29"])


@pytest.mark.usefixtures("winter")
def test_an_analyst_takes_answers_out_for_a_reason(page: Page, live_server: Any, tmp_path: Path) -> None:
    sign_in(page, live_server.url, desk.staff("analyst"))
    page.get_by_role("link", name="Results of Winter 2013").click()
    page.get_by_role("link", name="Exports").click()
    page.get_by_role("link", name="Answers as codes").click()
    page.get_by_role("button", name="Download the answers").click()
    expect(page.get_by_text("Say what you need the answers for.").first).to_be_visible()
    page.get_by_label("What do you need them for?").fill("Checking the figure for GRIP")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download the answers").click()
    waiting.value.save_as(tmp_path / "answers.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "answers.csv").read_text())))
    answered = [row["GRIP"] for row in rows if row["GRIP"]]
    assert len(rows) == 85
    assert (answered.count("1"), len(answered)) == (40, 80)
    page.goto(f"{live_server.url}/waves/2013-winter/exports/")
    expect(page.get_by_role("table", name="Answers taken out")).to_contain_text("Checking the figure for GRIP")


@pytest.mark.any_database
@pytest.mark.usefixtures("winter")
def test_every_page_of_results_is_accessible(page: Page, live_server: Any, is_sound: Callable[..., None]) -> None:
    sign_in(page, live_server.url, desk.staff("analyst"))
    for path in (
        "results/",
        "results/by/gp/",
        "results/comments/",
        "exports/",
        "exports/csv/answers/",
    ):
        page.goto(f"{live_server.url}/waves/2013-winter/{path}")
        is_sound(page, crossed=path == "results/by/gp/")
    page.get_by_role("button", name="Download the answers").click()
    is_sound(page)


@pytest.mark.any_database
@pytest.mark.usefixtures("winter")
def test_a_wide_table_can_be_scrolled_by_keyboard(page: Page, live_server: Any) -> None:
    sign_in(page, live_server.url, desk.staff("analyst"))
    page.set_viewport_size({"width": 320, "height": 900})
    page.goto(f"{live_server.url}/waves/2013-winter/results/by/region/")
    box = page.locator("#GRIP .scroll").first
    box.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("element => element.scrollLeft > 0", arg=box.element_handle())


@pytest.mark.usefixtures("winter")
def test_no_page_loads_anything_from_elsewhere(page: Page, live_server: Any) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    sign_in(page, live_server.url, desk.staff("analyst"))
    page.goto(f"{live_server.url}/waves/2013-winter/results/")
    assert [url for url in asked if not url.startswith(live_server.url)] == []


@pytest.mark.any_database
def test_waiting_and_refusing_pages_are_accessible(
    page: Page, live_server: Any, is_sound: Callable[..., None]
) -> None:
    building.opened()
    sign_in(page, live_server.url, desk.staff("editor"))
    for path in ("waves/spring/results/", "waves/spring/closing/", "waves/nowhere/"):
        page.goto(f"{live_server.url}/{path}")
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        is_sound(page)
