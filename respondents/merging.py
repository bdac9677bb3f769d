"""Saving a page that was read a while ago: pages that nobody else touched merge, the same page twice is a conflict."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from respondents.pages import PageForm
from respondents.progress import mark_of
from respondents.responses import StaleRevision, Standing, save_page

_ATTEMPTS = 8

ANOTHER_DRAFT = -1
"""The revision that no draft has: after a withdrawal they count from the beginning, and the same number says
nothing.
"""


def save_form(token: str, form: PageForm, *, revision: int, mark: str, now: datetime | None = None) -> Standing:
    """Save the answers of a valid form that was rendered at `revision`, when the page's stored answers had `mark`.

    A save elsewhere that left this page alone is no conflict. Raises StaleRevision when it did not, and NotTaken.
    """
    if mark and mark_of(form.page, form.stored, token=token) != mark:
        revision = ANOTHER_DRAFT
    for attempt in range(_ATTEMPTS):
        try:
            return save_page(token, _worth_keeping(form), revision=revision, now=now)
        except StaleRevision as stale:
            if attempt == _ATTEMPTS - 1 or mark_of(form.page, stale.response.answers, token=token) != mark:
                raise
            form.stored = stale.response.answers
            revision = stale.response.revision
    raise AssertionError("unreachable")


def _worth_keeping(form: PageForm) -> dict[str, list[Any]]:
    """The answers, but no blank where none was given before: passing a page by is no answer and changes nothing."""
    return {name: values for name, values in form.answers().items() if values or name in form.stored}
