"""The desk: files in, times, opening, closing, and what a page says when something is wrong."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from respondents.models import Invitation, Mailing
from surveys.models import Wave, WaveEvent
from surveys.wave_file import dump_wave
from tests import building, desk
from tests.unscripted import as_sent

pytestmark = pytest.mark.django_db

ALONE = {"alone": "on"}


@pytest.fixture(autouse=True)
def _now() -> Any:
    """Three days into the fieldwork of the small wave."""
    with time_machine.travel(building.NOW, tick=False):
        yield


@pytest.fixture
def editor() -> Client:
    return desk.browsing(desk.staff("editor"))


@pytest.fixture
def small_desk() -> Client:
    """One person with every role."""
    return desk.browsing(desk.staff("editor", "analyst", "publisher", "fieldwork"))


def words(response: HttpResponse) -> str:
    return response.content.decode()


def upload(client: Client, data: bytes, **more: str) -> Any:
    file = SimpleUploadedFile("spring.wave.json", data, content_type="application/json")
    return client.post(reverse("surveys:upload"), {"file": file, **more})


# --- The wave file ---------------------------------------------------------------------------------------------


def test_a_wave_file_becomes_a_draft(editor: Client) -> None:
    response = upload(editor, building.as_bytes(building.document()))
    wave = Wave.objects.get()
    assert response["Location"] == reverse("desk:wave", args=["spring"])
    assert wave.is_draft
    assert "Spring 2026 is a draft now, with 6 items." in words(editor.get(response["Location"]))


def test_every_problem_of_a_wave_file_is_shown_with_its_place_and_nothing_is_written(editor: Client) -> None:
    document = building.document(roles=["chair", "nurse"])
    document["sections"][0]["items"][1]["show_if"] = ["any_of", "WAYS", 1]
    before = building.counts()
    response = upload(editor, building.as_bytes(document))
    assert response.status_code == 422
    assert building.counts() == before
    shown = words(response)
    assert "wave.roles[1]" in shown
    assert "sections[0].items[1].show_if" in shown
    assert "<title>Error:" in shown


def test_a_refused_file_comes_back_as_text_to_be_put_right(editor: Client) -> None:
    data = building.as_bytes(building.document(roles=["nurse"]))
    form = as_sent(words(upload(editor, data)))
    assert json.loads(form["text"]) == json.loads(data)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "The submitted file is empty."),
        (b"{", "line 1, column 2"),
        (b"\xff\xfe{}", "is not UTF-8"),
        (b"[1]", "nothing was written"),
    ],
)
def test_a_file_that_is_no_wave_file_is_refused_in_words(editor: Client, data: bytes, told: str) -> None:
    response = upload(editor, data)
    assert response.status_code == 422
    assert told in words(response)
    assert not Wave.objects.exists()


def test_nothing_chosen_is_said_so(editor: Client) -> None:
    response = editor.post(reverse("surveys:upload"), {})
    assert response.status_code == 422
    assert "Choose a file, or paste its text." in words(response)


def test_a_draft_is_replaced_only_when_asked(editor: Client) -> None:
    building.draft()
    data = building.as_bytes(building.document(title="Another spring"))
    assert "is a draft already" in words(upload(editor, data))
    assert Wave.objects.get().title == "Spring 2026"
    upload(editor, data, replace="on")
    assert Wave.objects.get().title == "Another spring"


def test_an_open_wave_is_never_replaced(editor: Client) -> None:
    building.opened()
    response = upload(editor, building.as_bytes(building.document(title="Another")), replace="on")
    assert response.status_code == 422
    assert "only a draft can change" in words(response)
    assert Wave.objects.get().title == "Spring 2026"


def test_the_wave_file_can_be_taken_out_again(editor: Client) -> None:
    wave = building.draft()
    response = editor.get(reverse("surveys:file", args=[wave.slug]))
    assert words(response) == dump_wave(wave)
    assert 'filename="spring.wave.json"' in response["Content-Disposition"]


# --- Times -----------------------------------------------------------------------------------------------------


def times(client: Client, opens: tuple[str, str], closes: tuple[str, str]) -> Any:
    data = {"opens_on": opens[0], "opens_time": opens[1], "closes_on": closes[0], "closes_time": closes[1]}
    return client.post(reverse("surveys:times", args=["spring"]), data)


def test_times_are_those_of_british_clocks(editor: Client) -> None:
    building.draft()
    times(editor, ("2026-03-16", "09:00"), ("2026-04-17", "17:00"))
    wave = Wave.objects.get()
    assert wave.opens_at == datetime(2026, 3, 16, 9, tzinfo=UTC)
    assert wave.closes_at == datetime(2026, 4, 17, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    ("opens", "closes", "told"),
    [
        (("2026-03-29", "01:30"), ("2026-04-17", "17:00"), "the clocks change"),
        (("2026-03-16", "09:00"), ("2026-10-25", "01:30"), "the clocks change"),
        (("2026-04-17", "09:00"), ("2026-04-17", "09:00"), "must close after it opens"),
        (("", "09:00"), ("2026-04-17", "09:00"), "Give the day as a date"),
    ],
)
def test_times_that_cannot_be_are_refused_and_kept(editor: Client, opens: Any, closes: Any, told: str) -> None:
    wave = building.draft()
    response = times(editor, opens, closes)
    assert response.status_code == 422
    assert told in words(response)
    assert as_sent(words(response))["closes_on"] == closes[0]
    wave.refresh_from_db()
    assert (wave.opens_at, wave.closes_at) == (building.OPENS, building.CLOSES)


# --- Opening and closing ---------------------------------------------------------------------------------------


def test_what_stops_a_wave_from_opening_is_listed_and_no_button_is_there() -> None:
    building.draft(opens_at=None, closes_at=None)
    page = words(desk.browsing(desk.staff("publisher")).get(reverse("surveys:open", args=["spring"])))
    assert "2 things stop this wave from opening" in page
    assert "wave.closes_at" in page
    assert 'name="do"' not in page


def test_a_publisher_opens_what_an_editor_drafted() -> None:
    wave = building.draft()
    user = desk.staff("publisher")
    response = desk.browsing(user).post(reverse("surveys:open", args=["spring"]))
    assert response.status_code == 302
    wave.refresh_from_db()
    assert wave.state == "open"
    event = WaveEvent.objects.get()
    assert (event.by, event.note) == (user, "")


def test_an_editor_alone_cannot_open(editor: Client) -> None:
    wave = building.draft()
    page = words(editor.get(reverse("surveys:open", args=["spring"])))
    assert "A publisher opens the wave." in page
    assert editor.post(reverse("surveys:open", args=["spring"])).status_code == 403
    wave.refresh_from_db()
    assert wave.is_draft


def test_one_person_with_both_roles_says_so_and_the_log_does_too(small_desk: Client) -> None:
    wave = building.draft()
    refused = small_desk.post(reverse("surveys:open", args=["spring"]))
    assert refused.status_code == 422
    wave.refresh_from_db()
    assert wave.is_draft
    small_desk.post(reverse("surveys:open", args=["spring"]), ALONE)
    wave.refresh_from_db()
    assert wave.state == "open"
    assert WaveEvent.objects.get().note == "decided by one person, as editor and publisher"


def test_a_wave_whose_time_is_to_come_is_scheduled_and_can_be_taken_back(small_desk: Client) -> None:
    later = (building.NOW + timedelta(days=2)).isoformat()
    wave = building.draft(opens_at=later)
    small_desk.post(reverse("surveys:open", args=["spring"]), ALONE)
    wave.refresh_from_db()
    assert wave.state == "scheduled"
    small_desk.post(reverse("surveys:draft", args=["spring"]))
    wave.refresh_from_db()
    assert wave.is_draft


def test_an_open_wave_is_not_taken_back(small_desk: Client) -> None:
    wave = building.opened()
    page = small_desk.post(reverse("surveys:draft", args=["spring"]), follow=True)
    wave.refresh_from_db()
    assert wave.state == "open"
    assert "cannot become draft" in words(page)


def test_closing_early_moves_the_closing_time_and_is_logged(small_desk: Client) -> None:
    wave = building.opened()
    url = reverse("surveys:closing", args=["spring"])
    assert "A closed wave never opens again." in words(small_desk.get(url))
    assert small_desk.post(url, {"now": "x"}).status_code == 422
    small_desk.post(url, {"now": "x", "now-alone": "on"})
    wave.refresh_from_db()
    assert wave.closes_at == building.NOW
    assert "decided by one person" in WaveEvent.objects.last().note  # type: ignore[union-attr]


def test_an_open_wave_is_extended(small_desk: Client) -> None:
    wave = building.opened()
    url = reverse("surveys:closing", args=["spring"])
    data = {"move": "x", "move-closes_on": "2026-04-01", "move-closes_time": "17:00", "move-alone": "on"}
    small_desk.post(url, data)
    wave.refresh_from_db()
    assert wave.closes_at == datetime(2026, 4, 1, 16, tzinfo=UTC)


def test_a_draft_has_no_closing_time_to_move(small_desk: Client) -> None:
    building.draft()
    page = small_desk.post(reverse("surveys:closing", args=["spring"]), {"now": "x", "now-alone": "on"}, follow=True)
    assert "Only an open wave" in words(page)


# --- People ----------------------------------------------------------------------------------------------------

HEAD = "name,email,role,gp,organisations"


def test_a_sample_invites_everybody_in_it(editor: Client) -> None:
    building.draft()
    building.organisation("00C")
    text = building.csv(HEAD, "Ann,ann@example.org,chair,1,00C", "Bob,bob@example.org,ao,0,").decode()
    page = editor.post(reverse("desk:sample", args=["spring"]), {"text": text}, follow=True)
    assert "2 people are invited." in words(page)
    assert Invitation.objects.count() == 2


def test_every_problem_of_a_sample_is_shown_by_line_and_column(editor: Client) -> None:
    building.draft()
    text = building.csv(HEAD, "Ann,ann,chair,1,", "Bob,bob@example.org,nurse,2,ZZZ").decode()
    before = building.counts()
    response = editor.post(reverse("desk:sample", args=["spring"]), {"text": text})
    shown = words(response)
    assert response.status_code == 422
    for place in ("line 2, column email", "line 3, column role", "line 3, column gp", "line 3, column organisations"):
        assert place in shown
    assert building.counts() == before
    assert as_sent(shown)["text"].replace("\r\n", "\n") == text


def test_invitations_are_ordered_once(editor: Client) -> None:
    wave = building.opened()
    building.link(wave)
    url = reverse("desk:invitations", args=["spring"])
    assert "One person gets a mail" in words(editor.get(url))
    for _ in range(2):
        editor.post(url)
    assert Mailing.objects.get().due_at == building.NOW


def test_invitations_for_nobody_are_refused_in_words(editor: Client) -> None:
    building.opened()
    page = editor.post(reverse("desk:invitations", args=["spring"]), follow=True)
    assert "nobody is invited yet" in words(page)
    assert not Mailing.objects.exists()


def test_the_questionnaire_is_previewed_as_each_role(editor: Client) -> None:
    building.draft()
    chair, officer = (words(editor.get(reverse("desk:preview", args=["spring", role]))) for role in ("chair", "ao"))
    assert "How likely is each?" in chair
    assert "How much?" not in chair
    assert "How likely is each?" not in officer
    assert "How much?" in officer
    assert editor.get(reverse("desk:preview", args=["spring", "clerk"])).status_code == 404


# --- Requests --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["surveys:open", "surveys:times", "surveys:closing", "desk:sample", "desk:invitations"]
)
def test_looking_changes_nothing(small_desk: Client, name: str) -> None:
    wave = building.opened() if name == "surveys:closing" else building.draft()
    before = building.counts()
    for method in ("get", "head"):
        assert getattr(small_desk, method)(reverse(name, args=[wave.slug])).status_code == 200
    assert building.counts() == before
    assert Wave.objects.get().state == wave.state


def test_a_forged_form_is_refused() -> None:
    user = desk.staff("publisher")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    wave = building.draft()
    assert client.post(reverse("surveys:open", args=["spring"])).status_code == 403
    wave.refresh_from_db()
    assert wave.is_draft
