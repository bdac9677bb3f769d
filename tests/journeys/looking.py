"""How the journeys look at a page and go about on it by keyboard: only ever at a page that is there as a whole."""

from __future__ import annotations

from playwright.sync_api import Page

WIDTH = "document.documentElement.scrollWidth"
HAS_WORDS = """([words, whole]) => {
  const element = document.activeElement;
  if (!element || element === document.body) return false;
  return whole ? element.innerText?.trim() === words : element.textContent.includes(words);
}"""
HAS_NAME = "(name) => document.activeElement?.name === name"


def assert_fits(page: Page, width: int) -> None:
    """Nothing has to be scrolled sideways in a window of this width, in CSS pixels."""
    page.wait_for_load_state()
    wide = page.evaluate(WIDTH)
    assert wide <= width, f"{page.url} is {wide} wide in a window of {width}"


def tab_to(page: Page, words: str, *, whole: bool = True) -> None:
    """Press Tab until the focus is on what bears these words, alone (`whole`) or among others.

    Raises AssertionError when it never is.
    """
    _tab_until(page, HAS_WORDS, [words, whole])


def tab_to_name(page: Page, name: str) -> None:
    """Press Tab until the focus is in a field of this name. Raises AssertionError when it never is."""
    _tab_until(page, HAS_NAME, name)


def press_enter(page: Page) -> None:
    """Press Enter on what leads to another page, and wait for that."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _tab_until(page: Page, test: str, argument: object) -> None:
    page.wait_for_load_state()
    for _ in range(80):
        if page.evaluate(test, argument):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {argument!r} by Tab on {page.url}")
