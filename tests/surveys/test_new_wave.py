"""New waves from the desk: from a file of any kind, from the bank, from the last wave, blank; and out again."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from surveys.imports.base import MOST_BYTES
from surveys.models import DraftStep, QuestionVersion, Survey, Upload, Wave
from surveys.uploads import KEPT_FOR, MOST_KEPT
from surveys.wave_file import document_of, dump_wave
from tests import building, desk, foreign_files
from tests.unscripted import as_sent

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(building.NOW, tick=False):
        yield


@pytest.fixture
def editor() -> Client:
    return desk.browsing(desk.staff("editor"))


def words(response: HttpResponse) -> str:
    return response.content.decode()


def uploaded(client: Client, data: bytes, name: str = "spring.wave.json") -> str:
    """Upload a file; the address of the page that says what was understood."""
    response = client.post(reverse("surveys:upload"), {"file": SimpleUploadedFile(name, data)})
    assert response.status_code == 302, words(response)
    return response["Location"]


def proposed(client: Client, url: str, **changed: str) -> dict[str, Any]:
    """The form of that page as it proposes itself, with some fields changed."""
    return {**as_sent(words(client.get(url))).dict(), **changed}


def names_in(wave: Wave) -> list[list[tuple[str, Any]]]:
    """The name and the condition of each question, section by section."""
    sections = document_of(wave)["sections"]
    return [[(item["name"], item.get("show_if")) for item in section["items"]] for section in sections]


# --- From a file -----------------------------------------------------------------------------------------------


def test_a_wave_file_is_shown_before_it_becomes_a_draft(editor: Client) -> None:
    before = {name: count for name, count in building.counts().items() if name != "surveys.Upload"}
    url = uploaded(editor, building.as_bytes(building.document()))
    page = words(editor.get(url))
    assert "6 questions and notes were understood." in page
    assert "Everything in the file was understood." in page
    assert "Only if GRIP is ‘Unlikely’" in page
    assert "Asked of: CCG chair" in page
    assert before == {name: count for name, count in building.counts().items() if name != "surveys.Upload"}
    response = editor.post(url, proposed(editor, url))
    wave = Wave.objects.get()
    assert response["Location"] == reverse("desk:wave", args=["spring"])
    assert json.loads(dump_wave(wave)) == json.loads(dump_wave(wave)) | building.document()
    assert "Spring 2026 is a draft now, with 6 items." in words(editor.get(response["Location"]))
    assert not Upload.objects.exists()


def test_every_problem_is_shown_with_its_place_and_nothing_is_written(editor: Client) -> None:
    document = building.document(roles=["chair", "nurse"])
    document["sections"][0]["items"][1]["show_if"] = ["any_of", "WAYS", 1]
    response = editor.get(uploaded(editor, building.as_bytes(document)))
    assert response.status_code == 422
    shown = words(response)
    assert "wave.roles[1]" in shown
    assert "sections[0].items[1].show_if" in shown
    assert "<title>Error:" in shown
    assert not Survey.objects.exists()


def test_a_broken_file_can_be_put_right_on_the_spot(editor: Client) -> None:
    data = building.as_bytes(building.document(roles=["nurse"]))
    url = uploaded(editor, data)
    text = as_sent(words(editor.get(url)))["text"]
    assert json.loads(text) == json.loads(data)
    again = editor.post(url, {"text": text.replace('"nurse"', '"chair"')})["Location"]
    assert "Everything in the file was understood." in words(editor.get(again))
    assert Upload.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "name", "told"),
    [
        (b"{", "spring.wave.json", "line 1, column 2"),
        (b"\xff\xfe{}", "spring.wave.json", "is not UTF-8"),
        (b"[1]", "spring.wave.json", "nothing was written"),
        (b"x", "spring.doc", "this is none of the files that can be read"),
        (b"PK\x03\x04broken", "spring.xlsx", "nothing was written"),
        (b"<document><!DOCTYPE x></document>", "a.lss", "nothing was written"),
        (b"name,wrong\nA,b\n", "questions.csv", "the column text is missing"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(editor: Client, data: bytes, name: str, told: str) -> None:
    url = uploaded(editor, data, name)
    response = editor.get(url)
    assert response.status_code == 422
    assert told in words(response)
    assert editor.post(url, {"title": "A", "survey": "+", "survey_title": "B", "do": "x"}).status_code == 422
    assert not Wave.objects.exists()


def test_nothing_an_empty_file_and_one_too_large_are_said_so(editor: Client) -> None:
    url = reverse("surveys:upload")
    assert "Choose a file, or paste its text." in words(editor.post(url, {}))
    assert "The submitted file is empty." in words(editor.post(url, {"file": SimpleUploadedFile("a.csv", b"")}))
    large = editor.post(url, {"file": SimpleUploadedFile("a.csv", b"x" * (MOST_BYTES + 1))})
    assert large.status_code == 422
    assert "larger than 8 MB" in words(large)
    assert not Upload.objects.exists()


def test_an_xlsform_of_ours_comes_back_whole(editor: Client) -> None:
    wave = building.draft()
    book = editor.get(reverse("surveys:questionnaire", args=["spring", "xlsform"]))
    assert 'filename="spring.xlsx"' in book["Content-Disposition"]
    url = uploaded(editor, book.content, "spring.xlsx")
    editor.post(url, proposed(editor, url, survey="leaders", title="Again", slug="again"))
    again = Wave.objects.get(slug="again")
    assert names_in(again) == names_in(wave)
    assert (
        document_of(again)["sections"][1]["items"][1]["rows"] == document_of(wave)["sections"][1]["items"][1]["rows"]
    )


def test_a_limesurvey_structure_tells_what_it_left_out(editor: Client) -> None:
    url = uploaded(editor, foreign_files.structure(), "leaders.lss")
    page = words(editor.get(url))
    assert "LimeSurvey" in page
    assert "not as they were" in page
    response = editor.post(url, proposed(editor, url, survey_title="Leaders", survey_slug="leaders", slug="lime"))
    assert response.status_code == 302
    assert Wave.objects.get().survey.title == "Leaders"


def test_a_pasted_list_of_questions_takes_the_roles_of_the_last_wave(editor: Client) -> None:
    building.draft()
    text = (
        "name,text,type,options,roles\nGRIP,Is the grip right?,single,Yes|No,\nONLY,Only chairs?,single,Yes|No,chair\n"
    )
    url = editor.post(reverse("surveys:upload"), {"text": text})["Location"]
    form = proposed(editor, url, survey="leaders", title="Summer", slug="summer")
    form.pop("text", None)
    looked = editor.post(url, {**form, "look": "x"})
    assert "Asked of: CCG chair" in words(looked)
    assert not Wave.objects.filter(slug="summer").exists()
    editor.post(url, form)
    assert Wave.objects.get(slug="summer").roles == ["chair", "ao"]


def test_a_draft_is_replaced_only_when_asked_and_it_can_be_undone(editor: Client) -> None:
    building.draft()
    url = uploaded(editor, building.as_bytes(building.document(title="Another spring")))
    refused = editor.post(url, proposed(editor, url))
    assert refused.status_code == 422
    assert "here is a draft with this short name" in words(refused)
    assert Wave.objects.get().title == "Spring 2026"
    editor.post(url, proposed(editor, url, replace="on"))
    assert Wave.objects.get().title == "Another spring"
    assert DraftStep.objects.get().before["wave"]["title"] == "Spring 2026"


def test_an_open_wave_is_never_replaced(editor: Client) -> None:
    building.opened()
    url = uploaded(editor, building.as_bytes(building.document(title="Another")))
    response = editor.post(url, proposed(editor, url, replace="on"))
    assert response.status_code == 422
    assert "here is already a wave called spring" in words(response)
    assert Wave.objects.get().title == "Spring 2026"


def test_an_upload_is_its_senders_alone_and_does_not_stay_for_ever(editor: Client) -> None:
    url = uploaded(editor, building.as_bytes(building.document()))
    other = desk.browsing(desk.staff("editor")).get(url, follow=True)
    assert "That file is no longer here." in words(other)
    assert "That file is no longer here." in words(editor.get(reverse("surveys:look", args=["x"]), follow=True))
    for _ in range(MOST_KEPT + 2):
        uploaded(editor, b"{}")
    assert Upload.objects.count() == MOST_KEPT
    with time_machine.travel(building.NOW + KEPT_FOR + timedelta(minutes=1), tick=False):
        editor.force_login(Upload.objects.first().by)  # type: ignore[union-attr]
        uploaded(editor, b"{}")
    assert Upload.objects.count() == 1


def test_an_editor_of_one_survey_makes_nothing_in_another() -> None:
    wave = building.draft()
    elsewhere = Survey.objects.create(slug="elsewhere", title="Elsewhere")
    client = desk.browsing(desk.staff("editor", survey=elsewhere))
    url = uploaded(client, building.as_bytes(building.document(title="Taken over")))
    for survey in ("leaders", "+"):
        form = {"survey": survey, "survey_title": "New", "title": "Taken over", "slug": "spring", "replace": "on"}
        assert client.post(url, form).status_code == 422
        assert client.post(reverse("surveys:blank"), form).status_code == 422
    assert client.get(reverse("surveys:copy", args=["spring"])).status_code == 404
    client.post(url, {"survey": "elsewhere", "title": "Taken over", "slug": "spring", "replace": "on"})
    wave.refresh_from_db()
    assert (wave.title, wave.survey.slug, Wave.objects.count()) == ("Spring 2026", "leaders", 1)


# --- Blank, from the bank, from the last wave ------------------------------------------------------------------


def test_a_blank_wave_begins_a_new_survey(editor: Client) -> None:
    assert "There is no earlier wave." in words(editor.get(reverse("surveys:new")))
    form = {
        "survey": "+",
        "survey_title": "Leaders",
        "title": "Winter 2027",
        "roles": "chair = CCG chair\nao = Officer",
    }
    response = editor.post(reverse("surveys:blank"), form)
    wave = Wave.objects.get()
    assert response["Location"] == reverse("desk:wave", args=["winter-2027"])
    assert (wave.survey.slug, wave.roles, wave.number) == ("leaders", ["chair", "ao"], 1)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"title": ""}, "Give the wave a title."),
        ({"survey_title": ""}, "Give the new survey a title."),
        ({"slug": "No Slug"}, "Small letters, digits, hyphens and underscores only"),
        ({"roles": "chair"}, "Line 1 is not a code, an equals sign and a label."),
        ({"roles": "a b = C"}, "does not fit the pattern"),
        ({"title": "…"}, "Give a short name"),
        ({"survey_slug": "leaders"}, "There is a survey with this short name already"),
        ({"survey": "nowhere"}, "Select a valid choice"),
        ({"title": "x" * 201}, "at most 200 characters"),
    ],
)
def test_a_blank_wave_that_cannot_be_is_refused_and_kept(editor: Client, changed: dict[str, str], told: str) -> None:
    Survey.objects.create(slug="leaders", title="Leaders")
    form = {"survey": "+", "survey_title": "Others", "title": "Winter", "slug": "", "survey_slug": "", "roles": ""}
    response = editor.post(reverse("surveys:blank"), {**form, **changed})
    assert response.status_code == 422
    assert told in words(response)
    assert not Wave.objects.exists()
    (field, value) = next(iter(changed.items()))
    assert as_sent(words(response)).get(field, "") == value or field == "survey"


def test_questions_are_ticked_in_the_bank_and_kept_while_searching(editor: Client) -> None:
    building.opened()
    grip = str(QuestionVersion.objects.get(question__name="GRIP").question_id)
    url = reverse("surveys:from_bank")
    page = words(editor.post(url, {"survey": "leaders", "question": [grip], "find": "1", "words": "budgets"}))
    assert "PLANS" in page
    assert f'value="{grip}" id="q{grip}" checked' in page
    assert "SPEND" not in page
    none = editor.post(url, {"survey": "leaders", "title": "Summer", "do": "1"})
    assert none.status_code == 422
    assert "Tick the questions" in words(none)
    junk = {"survey": "leaders", "title": "Summer", "question": [grip, "x", "99999999999", "²"], "do": "1"}
    assert editor.post(url, junk).status_code == 302
    wave = Wave.objects.get(slug="summer")
    assert [item["name"] for section in document_of(wave)["sections"] for item in section["items"]] == ["GRIP"]
    taken = editor.post(url, junk)
    assert taken.status_code == 422
    assert "here is already a wave called summer" in words(taken)


def test_a_copy_says_what_it_takes_and_which_dates_change(editor: Client) -> None:
    building.opened()
    url = reverse("surveys:copy", args=["spring"])
    page = words(editor.get(url))
    assert "CCG chair, Accountable officer" in page
    form = {"title": "Summer 2026", "slug": "", "opens_on": "2026-06-01", "opens_time": "09:00"}
    looked = words(editor.post(url, {**form, "look": "x"}))
    assert "9am BST on Monday 1 June 2026" in looked
    assert "10am BST on Monday 15 June 2026" not in looked
    assert "9am BST on Monday 15 June 2026" in looked
    assert "1 June 2026" in looked
    assert Wave.objects.count() == 1
    told = words(editor.post(url, form, follow=True))
    assert "The draft is made, like Spring 2026." in told
    assert "check the date" in told
    made = Wave.objects.get(slug="summer-2026")
    assert (made.number, str(made.frame_date), made.is_draft) == (4, "2026-06-01", True)
    assert editor.post(url, {**form, "opens_time": ""}).status_code == 422
    again = editor.post(url, form)
    assert again.status_code == 422
    assert "here is already a wave called summer-2026" in words(again)


@pytest.mark.parametrize("key", ["wave", "xlsform", "pdf"])
def test_the_questionnaire_can_be_taken_out(editor: Client, key: str) -> None:
    building.draft()
    response = editor.get(reverse("surveys:questionnaire", args=["spring", key]))
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith('attachment; filename="spring')
    assert editor.get(reverse("surveys:questionnaire", args=["spring", "docx"])).status_code == 404


def test_the_wave_file_taken_out_is_the_dump(editor: Client) -> None:
    wave = building.draft()
    for url in (reverse("surveys:file", args=["spring"]), reverse("surveys:questionnaire", args=["spring", "wave"])):
        assert words(editor.get(url)) == dump_wave(wave)
