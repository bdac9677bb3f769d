"""The preview: the pages respondents see, as any role, with the path explained and nothing stored."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from respondents.previewing import begin
from surveys.compiling import draft_instrument
from tests import building, desk
from tests.unscripted import as_sent

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editor() -> Client:
    return desk.browsing(desk.staff("editor"))


def address(role: str = "chair") -> str:
    return reverse("desk:preview", args=["spring", role])


def inside(response: HttpResponse) -> str:
    """The respondents' page in the frame."""
    found = re.search(r'srcdoc="([^"]*)"', response.content.decode())
    assert found
    return html.unescape(found[1])


def around(response: HttpResponse) -> str:
    """The page around the frame, in text."""
    page = re.sub(r'srcdoc="[^"]*"', "", response.content.decode())
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page).split()))


def walked(editor: Client, response: HttpResponse, **answers: Any) -> HttpResponse:
    """The next page, after these answers on this one."""
    form = as_sent(inside(response)).dict()
    return editor.post(address(), {**form, "go": "on", **answers})


def test_every_role_sees_its_own_questions(editor: Client) -> None:
    building.draft()
    chair, officer = around(editor.get(address())), around(editor.get(address("ao")))
    assert "How likely is each?" in chair
    assert "How much?" not in chair
    assert "How likely is each?" not in officer
    assert "How much?" in officer
    assert editor.get(address("clerk")).status_code == 404


def test_the_frame_holds_the_page_that_respondents_see(editor: Client) -> None:
    building.draft()
    page = inside(editor.get(address()))
    assert "Question 1" in page
    assert "What we promise" not in page
    assert "respond.css" in page
    assert 'target="_parent"' in page
    assert "Continue" in page


def test_the_path_is_explained_as_one_goes(editor: Client) -> None:
    building.draft()
    first = editor.get(address())
    assert "Not shown because it is asked only if GRIP is ‘Unlikely’; GRIP is blank." in around(first)
    likely = walked(editor, first, GRIP="2")
    assert "Not shown because it is asked only if GRIP is ‘Unlikely’; GRIP is ‘Likely’." in around(likely)
    assert "Which ways?" in inside(likely)
    unlikely = walked(editor, first, GRIP="1")
    assert "Not shown" not in around(unlikely)
    assert "Why?" in inside(unlikely)


def test_it_can_be_walked_to_the_end_and_nothing_is_stored(editor: Client) -> None:
    building.draft()
    before = building.counts()
    page = walked(editor, editor.get(address()), GRIP="1")
    page = walked(editor, page, WHY="Too many targets.")
    page = walked(editor, page, WAYS="1")
    page = walked(editor, page, PLANS_POOL="2", PLANS_SPLIT="1")
    assert "End of the preview" in inside(page)
    assert "Too many targets." in inside(page)
    assert "Alliance" in inside(page)
    again = editor.post(address(), as_sent(inside(page)).dict() | {"go": "start"})
    assert "Is the grip right?" in inside(again)
    assert building.counts() == before


def test_what_is_wrong_is_said_as_to_respondents_and_back_goes_back(editor: Client) -> None:
    building.draft()
    first = editor.get(address())
    blank = walked(editor, first)
    assert blank.status_code == 422
    assert "Error:" in inside(blank)
    second = walked(editor, first, GRIP="2")
    back = editor.post(address(), as_sent(inside(second)).dict() | {"go": "back"})
    assert as_sent(inside(back))["GRIP"] == "2"


@pytest.mark.parametrize("carried", ["", "x", "eyJhIjpbMV19:1abc:zzz"])
def test_what_was_meddled_with_counts_as_no_answers(editor: Client, carried: str) -> None:
    building.draft()
    form = {"carried": carried, "at": "WAYS", "go": "on", "WAYS": "1"}
    response = editor.post(address(), form)
    assert response.status_code == 200
    assert "GRIP is blank" in around(response)
    assert editor.post(address(), {"at": "NOBODY"}).status_code == 200


def test_any_question_can_be_looked_at_and_the_frame_widened(editor: Client) -> None:
    building.draft()
    response = editor.get(address(), {"page": "PLANS", "frame": "desk"})
    assert "Pool budgets" in inside(response)
    assert 'class="desk"' in response.content.decode()
    assert editor.get(address(), {"page": "NOBODY", "frame": "wall"}).status_code == 200


def test_the_waves_own_words_stand_beside(editor: Client) -> None:
    building.draft(introduction="Why we *ask*.", thank_you="<script>x</script>Thanks.")
    page = editor.get(address()).content.decode()
    assert "<em>ask</em>" in page
    assert "<script>x" not in page
    assert "Thanks." in page


def test_a_draft_that_makes_no_sense_says_why(editor: Client) -> None:
    wave = building.draft()
    wave.scales = []
    wave.save()
    for name in ("desk:preview", "desk:paper"):
        response = editor.get(reverse(name, args=["spring", "chair"]))
        assert response.status_code == 409
        assert "is not among the scales" in response.content.decode()


def test_the_whole_questionnaire_is_on_one_page_to_print(editor: Client) -> None:
    building.draft()
    page = editor.get(reverse("desk:paper", args=["spring", "ao"])).content.decode()
    assert "How much?" in page
    assert "Only if you chose ‘Unlikely’ in question 1" in page
    assert editor.get(reverse("desk:paper", args=["spring", "clerk"])).status_code == 404


def test_a_walk_begins_at_the_first_page() -> None:
    questionnaire = draft_instrument(building.draft()).for_role("chair")
    walk = begin(questionnaire, address="/x")
    assert walk.page is not None
    assert walk.page.name == "GRIP"
    assert [step.state for step in walk.steps] == ["here", "here", "hidden", "ahead", "ahead"]
