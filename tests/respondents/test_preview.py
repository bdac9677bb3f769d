"""The preview: the pages respondents see, as any role, with the path explained and nothing stored."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from respondents.previewing import START, begin
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


def pressed(editor: Client, response: HttpResponse, go: str = "") -> HttpResponse:
    """Where this button of the page leads; with no name, where the only one does."""
    form = as_sent(inside(response)).dict()
    return editor.post(address(), {**form, "go": go} if go else {k: v for k, v in form.items() if k != "go"})


def first_question(editor: Client) -> HttpResponse:
    return pressed(editor, editor.get(address()))


def at_the_check(editor: Client, **first: Any) -> HttpResponse:
    page = walked(editor, first_question(editor), **(first or {"GRIP": "1"}))
    page = walked(editor, page, WHY="Too many targets.")
    page = walked(editor, page, WAYS="1")
    return walked(editor, page, PLANS_POOL="2", PLANS_SPLIT="1")


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
    page = inside(first_question(editor))
    assert "Question 1" in page
    assert "If you have started by then you have 15 minutes more" in page
    assert "respond.css" in page
    assert "respond.js" not in page
    assert 'target="_parent"' in page
    assert "Continue" in page


def test_the_path_is_explained_as_one_goes(editor: Client) -> None:
    building.draft()
    first = first_question(editor)
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
    check = at_the_check(editor)
    assert "Check your answers" in inside(check)
    assert "Too many targets." in inside(check)
    assert "Alliance" in inside(check)
    done = pressed(editor, check)
    assert "Thank you. We have your answers" in inside(done)
    assert "7QF2-M0ZK-9TAB-X3CD" in inside(done)
    assert "Too many targets." in inside(done)
    assert "Check your answers" in inside(pressed(editor, done))
    assert building.counts() == before


def test_an_answer_is_changed_from_the_check_and_comes_straight_back(editor: Client) -> None:
    building.draft()
    change = pressed(editor, at_the_check(editor), "WAYS")
    assert "Save and return to your answers" in inside(change)
    again = walked(editor, change, WAYS="2")
    assert "Check your answers" in inside(again)
    assert "Merger" in inside(again)
    assert "Too many targets." in inside(again)
    opened = walked(editor, pressed(editor, at_the_check(editor), "GRIP"), GRIP="2")
    assert "Check your answers" in inside(opened)
    assert "How likely is each?" in inside(pressed(editor, again, "back"))


def test_what_must_be_answered_keeps_the_pretended_answers_from_being_sent(editor: Client) -> None:
    building.draft()
    check = editor.get(address(), {"page": "check"})
    refused = pressed(editor, check)
    assert refused.status_code == 422
    assert "One question still needs an answer." in inside(refused)
    assert "Error:" in inside(refused)


def test_the_first_page_is_the_one_respondents_open(editor: Client) -> None:
    building.draft(partner={"name": "PA"})
    page = inside(editor.get(address()))
    assert "HSJ, with PA, asks for your candid view." in page
    assert "CCG chair" in page
    assert "Nobody at HSJ or PA can see which answers are yours." in page
    assert "4 questions; about" in page
    promise = inside(editor.get(address(), {"page": "promise"}))
    assert "Each sentence below is kept" in promise


def test_what_is_wrong_is_said_as_to_respondents_and_back_goes_back(editor: Client) -> None:
    building.draft()
    first = first_question(editor)
    blank = walked(editor, first)
    assert blank.status_code == 422
    assert "Error:" in inside(blank)
    second = walked(editor, first, GRIP="2")
    back = editor.post(address(), as_sent(inside(second)).dict() | {"go": "back"})
    assert as_sent(inside(back))["GRIP"] == "2"
    start = pressed(editor, back, "back")
    assert "We have you down as" in inside(start)
    assert as_sent(inside(pressed(editor, start)))["GRIP"] == "2"


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


def test_the_waves_own_words_stand_where_respondents_read_them(editor: Client) -> None:
    building.draft(introduction="Why we *ask*.", thank_you="<script>x</script>Thanks.")
    assert "<em>ask</em>" in inside(editor.get(address()))
    done = inside(editor.get(address(), {"page": "done"}))
    assert "<script>x" not in done
    assert "Thanks." in done


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


def test_a_walk_begins_before_the_first_question() -> None:
    questionnaire = draft_instrument(building.draft()).for_role("chair")
    walk = begin(questionnaire, address="/x")
    assert walk.stage == START
    assert [step.state for step in walk.steps] == ["ahead", "ahead", "hidden", "ahead", "ahead"]
    walk = begin(questionnaire, address="/x", at="INTRO")
    assert walk.page is not None
    assert walk.page.name == "GRIP"
    assert [step.state for step in walk.steps] == ["here", "here", "hidden", "ahead", "ahead"]
