"""The desk: files in, times, opening, closing, and what a page says when something is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from respondents.models import Invitation, Mailing
from surveys.models import Proposal, Wave, WaveEvent
from tests import building, desk
from tests.by_hand import fields_of
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


# --- Times -----------------------------------------------------------------------------------------------------


def times(client: Client, opens: tuple[str, str], closes: tuple[str, str]) -> Any:
    data = {"opens_on": opens[0], "opens_time": opens[1], "closes_on": closes[0], "closes_time": closes[1]}
    url = reverse("surveys:times", args=["spring"])
    return client.post(url, {**fields_of(client.get(url)), **data})


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
    assert "Closing time: set this time before opening" in page
    assert 'name="do"' not in page


def test_a_publisher_opens_what_an_editor_proposes(editor: Client) -> None:
    wave = building.draft()
    user = desk.staff("publisher")
    publisher = desk.browsing(user)
    assert publisher.post(reverse("surveys:open", args=["spring"])).status_code == 403
    proposed = editor.post(reverse("surveys:open", args=["spring"]))
    wave.refresh_from_db()
    assert wave.is_draft
    assert "proposed by Desk Person" in words(publisher.get(reverse("desk:wave", args=["spring"])))
    page = words(publisher.get(proposed["Location"]))
    assert "Confirm: Open the wave" in page
    assert publisher.post(proposed["Location"]).status_code == 302
    wave.refresh_from_db()
    assert wave.state == "open"
    event = WaveEvent.objects.latest("pk")
    assert (event.by, event.note) == (user, "proposed by Desk Person")
    assert publisher.post(proposed["Location"]).status_code == 409
    assert "Confirmed by Desk Person" in words(editor.get(proposed["Location"]))


def test_an_editor_sees_who_confirms_and_cannot_do_it(editor: Client) -> None:
    wave = building.draft()
    page = words(editor.get(reverse("surveys:open", args=["spring"])))
    assert "Nobody is a publisher of this survey yet" in page
    desk.staff("publisher")
    assert "confirms it: Desk Person" in words(editor.get(reverse("surveys:open", args=["spring"])))
    proposed = editor.post(reverse("surveys:open", args=["spring"]))["Location"]
    page = words(editor.get(proposed))
    assert "somebody else confirms it" in page
    assert "Confirm: Open the wave" not in page
    assert editor.post(proposed).status_code == 403
    wave.refresh_from_db()
    assert wave.is_draft
    editor.post(f"{proposed}aside/")
    assert "proposed by" not in words(editor.get(reverse("surveys:open", args=["spring"])))


def test_somebody_with_both_roles_needs_the_colleague_who_could_confirm(small_desk: Client) -> None:
    wave = building.draft()
    desk.staff("publisher")
    proposed = small_desk.post(reverse("surveys:open", args=["spring"]), ALONE)["Location"]
    refused = small_desk.post(proposed)
    assert refused.status_code == 409
    assert "You proposed this yourself" in words(refused)
    wave.refresh_from_db()
    assert wave.is_draft


def test_a_draft_changed_since_it_was_proposed_is_not_opened(editor: Client) -> None:
    building.draft()
    publisher = desk.browsing(desk.staff("publisher"))
    proposed = editor.post(reverse("surveys:open", args=["spring"]))["Location"]
    times(editor, ("2026-03-02", "09:00"), ("2026-03-17", "17:00"))
    refused = publisher.post(proposed)
    assert refused.status_code == 409
    assert "has changed since this was proposed" in words(refused)


def test_what_there_is_to_think_about_stops_nothing(editor: Client) -> None:
    document = building.document()
    document["sections"][0]["items"][1]["text"] = "Do you not agree that the grip and the rules are right?"
    building.draft(document)
    building.organisation("00C")
    page = words(editor.get(reverse("surveys:open", args=["spring"])))
    assert "Nothing stops this wave from opening." in page
    assert "None of this stops the wave from opening." in page
    assert "too few to be published" in page
    assert "Wording" in page
    assert "Propose to open the wave" in page


def test_a_question_nobody_can_reach_and_one_that_breaks_the_trend_are_named(editor: Client) -> None:
    desk.closed_wave()
    document = building.document(slug="summer", title="Summer 2026")
    document["sections"][0]["items"][1]["text"] = "Is the hold right?"
    document["sections"][1]["items"][2]["show_if"] = ["answered", "PLANS_POOL"]
    building.draft(document)
    page = words(editor.get(reverse("surveys:open", args=["summer"])))
    assert "breaks the trend since Spring 2026" in page
    assert "is never asked of Accountable officer" in page


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
    assert Proposal.objects.get().alone


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


def test_two_people_extend_an_open_wave(editor: Client) -> None:
    wave = building.opened()
    publisher, url = desk.browsing(desk.staff("publisher")), reverse("surveys:closing", args=["spring"])
    assert "An editor proposes" in words(publisher.get(url))
    data = {"move": "x", "move-closes_on": "2026-04-01", "move-closes_time": "17:00"}
    proposed = editor.post(url, data)["Location"]
    page = words(publisher.get(proposed))
    assert "it would close at" in page
    publisher.post(proposed)
    wave.refresh_from_db()
    assert wave.closes_at == datetime(2026, 4, 1, 16, tzinfo=UTC)
    past = {**data, "move-closes_on": "2026-03-03"}
    assert editor.post(url, past).status_code == 422


def test_a_wording_is_corrected_by_two_people_and_shown(editor: Client) -> None:
    building.opened()
    publisher, url = desk.browsing(desk.staff("publisher")), reverse("surveys:correct", args=["spring", "GRIP"])
    assert "Correct GRIP" in words(editor.get(reverse("surveys:corrections", args=["spring"])))
    form = {f"part-{index}": value for index, value in enumerate(["Is the Grip right?", "Unlikely", "Likely"])}
    form["part-3"] = "Don't know"
    too_much = editor.post(url, {**form, "part-0": "Is the hold right?", "reason": "A slip"})
    assert too_much.status_code == 422
    assert "worded differently" in words(too_much)
    assert 'value="Is the hold right?"' in words(too_much)
    assert editor.post(url, form).status_code == 422
    proposed = editor.post(url, {**form, "reason": "A slip"})["Location"]
    seen = words(publisher.get(proposed))
    assert "Is the <del>grip</del> right?" in seen
    assert "Is the <ins>Grip</ins> right?" in seen
    publisher.post(proposed)
    page = words(publisher.get(reverse("surveys:corrections", args=["spring"])))
    assert "Proposed by Desk Person, confirmed by Desk Person" in page
    assert "Is the Grip right?" in words(editor.get(reverse("desk:preview", args=["spring", "chair"])))
    assert editor.get(reverse("surveys:correct", args=["spring", "NOBODY"])).status_code == 404


def test_a_draft_is_edited_not_corrected(editor: Client) -> None:
    building.draft()
    page = editor.get(reverse("surveys:correct", args=["spring", "GRIP"]), follow=True)
    assert "a draft is simply edited" in words(page)


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
    user = desk.staff("editor", "publisher")
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    wave = building.draft()
    assert client.post(reverse("surveys:open", args=["spring"])).status_code == 403
    wave.refresh_from_db()
    assert wave.is_draft


HOSTILE = ["\x00", "\ud800", "<script>'\";--", "x" * 5000]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_is_typed_breaks_a_page(editor: Client, text: str) -> None:
    """Whatever stands in whichever field is refused or taken, with no page for developers."""
    building.opened()
    sent = text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    names = {"title": sent, "slug": sent, "survey": sent, "survey_title": sent, "survey_slug": sent, "roles": sent}
    everything = {**names, "words": sent, "question": sent, "opens_on": sent, "opens_time": sent, "text": sent}
    looked = editor.post(reverse("surveys:upload"), {"text": "{}"})["Location"]
    urls = [reverse(f"surveys:{name}") for name in ("blank", "from_bank", "upload")]
    urls += [looked, reverse("surveys:copy", args=["spring"]), reverse("surveys:closing", args=["spring"])]
    urls += [reverse("surveys:correct", args=["spring", "GRIP"]), reverse("surveys:open", args=["spring"])]
    words = {"part-0": sent, "part-1": sent, "reason": sent, "move": "x", "move-closes_on": sent, "now": sent}
    for url in urls:
        for find in ({}, {"survey": "leaders", "find": "1"}, {"survey": "leaders", "look": "1"}):
            assert editor.post(url, {**everything, **words, **find}).status_code in (200, 302, 422), url
    for number in ("0", "9" * 30):
        assert editor.get(f"/waves/spring/proposals/{number}/").status_code == 404
