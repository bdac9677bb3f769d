"""The pages of the question bank: searching, a question, its wordings, topics, retiring, merging, the library."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from barometer.accounts.models import AuditEntry
from results.models import Release
from surveys.models import Item, Question, QuestionVersion, SavedScale, Section, Survey, Topic, Wave
from tests import building, desk
from tests.unscripted import as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    return desk.browsing(desk.staff("editor"))


def words(response: Any) -> str:
    return response.content.decode()


def page_of(name: str, what: str = "results:question") -> str:
    return reverse(what, args=["leaders", name])


def reworded(text: str = "Is the grip of the centre right?") -> Wave:
    """A second wave in which one question is worded differently."""
    data = building.document(slug="autumn", title="Autumn 2026", number=4)
    data["sections"][0]["items"][1]["text"] = text
    return building.draft(data)


# --- Searching -----------------------------------------------------------------------------------------------------


def test_questions_are_found_by_words_and_say_where_they_were_put(client: Client) -> None:
    building.draft()
    page = words(client.get(reverse("bank:search"), {"q": "pool budgets"}))
    assert "How likely is each?" in page
    assert "Spring 2026" in page
    assert "Is the grip right?" not in page
    assert "No question fits" in words(client.get(reverse("bank:search"), {"q": "zzz"}))
    assert client.get(reverse("bank:search"), {"page": "-1", "topic": "x", "q": "\x00"}).status_code == 200


def test_topics_narrow_the_search_and_are_set_on_the_question(client: Client) -> None:
    building.draft()
    client.post(page_of("GRIP", "bank:topic"), {"topic": " The  centre "})
    topic = Topic.objects.get()
    assert topic.name == "The centre"
    page = words(client.get(reverse("bank:search"), {"topic": topic.pk}))
    assert "Is the grip right?" in page
    assert "How much?" not in page
    client.post(page_of("GRIP", "bank:topic"), {"topic": ""})
    assert Question.objects.get(name="GRIP").topic is None
    assert AuditEntry.objects.filter(kind="bank").count() == 2


def test_only_the_surveys_one_works_on_are_searched() -> None:
    building.draft()
    elsewhere = Survey.objects.create(slug="elsewhere", title="Elsewhere")
    stranger = desk.browsing(desk.staff("editor", survey=elsewhere))
    assert "The bank is empty" in words(stranger.get(reverse("bank:search")))
    for what in ("results:question", "bank:wording", "bank:merge"):
        assert stranger.get(page_of("GRIP", what)).status_code == 404
    reader = desk.browsing(desk.staff("analyst"))
    assert reader.get(page_of("GRIP")).status_code == 200
    assert "Word it anew" not in words(reader.get(page_of("GRIP")))
    assert reader.post(page_of("GRIP", "bank:retire")).status_code == 403


def large_bank(*, questions: int, waves: int) -> Survey:
    """A bank of so many questions, each put by some of so many waves."""
    survey = Survey.objects.create(slug="large", title="Large")
    topics = Topic.objects.bulk_create(Topic(survey=survey, name=f"Topic {number}") for number in range(20))
    rows = Question.objects.bulk_create(
        Question(survey=survey, name=f"Q{number}", topic=topics[number % 20]) for number in range(questions)
    )
    said = [
        f"How far does {'grip' if number % 7 else 'money'} matter in year {number}?" for number in range(questions)
    ]
    versions = QuestionVersion.objects.bulk_create(
        QuestionVersion(
            question=row,
            number=1,
            type="text",
            text=text,
            definition={"type": "text", "text": text},
            digest=f"{number:064}",
            search_text=text.lower(),
        )
        for number, (row, text) in enumerate(zip(rows, said, strict=True))
    )
    fielded = Wave.objects.bulk_create(
        Wave(survey=survey, slug=f"wave-{number}", title=f"Wave {number}", state="closed") for number in range(waves)
    )
    sections = Section.objects.bulk_create(Section(wave=wave, position=0, name="one", title="One") for wave in fielded)
    Item.objects.bulk_create(
        Item(section=section, position=place, version=versions[(number * 83 + place) % questions])
        for number, section in enumerate(sections)
        for place in range(min(83, questions))
    )
    return survey


@pytest.mark.parametrize(("questions", "waves"), [(20, 1), (600, 60)])
def test_a_search_costs_as_many_queries_in_a_large_bank_as_in_a_small_one(
    client: Client, django_assert_num_queries: Any, questions: int, waves: int
) -> None:
    large_bank(questions=questions, waves=waves)
    client.get(reverse("bank:search"))
    for sent in ({"q": "grip matter"}, {"q": "year"}, {}):
        with django_assert_num_queries(10 if sent else 9):
            assert client.get(reverse("bank:search"), sent).status_code == 200


# --- A question ----------------------------------------------------------------------------------------------------


def test_a_question_shows_its_wordings_with_the_verdict_on_the_change(client: Client) -> None:
    building.draft()
    reworded()
    page = words(client.get(page_of("GRIP")))
    assert "Breaks the trend" in page
    assert "The question is worded differently." in page
    assert "<ins>of the centre</ins>" in page
    assert "Wording 1" in page
    assert "Wording 2" in page
    assert "Autumn 2026" in page


def test_results_stand_beside_it_and_are_in_the_ledger(client: Client) -> None:
    desk.closed_wave()
    page = words(client.get(page_of("GRIP")))
    assert "What was answered" in page
    assert re.search(
        r"Spring 2026</a></th><td class=\"num\">\d+%( \(\d+ of \d+\))?</td><td class=\"num\">1\d\*\*</td>", page
    )
    assert Release.objects.get().channel == "bank"
    assert "What was answered" not in words(client.get(page_of("WHY")))


def test_advice_comes_with_its_source(client: Client) -> None:
    data = building.document()
    data["sections"][0]["items"][1]["text"] = "Do you agree that grip and money are right?"
    building.draft(data)
    page = words(client.get(page_of("GRIP")))
    assert "To think about" in page
    assert "2014" in page or "1995" in page or "2010" in page


# --- Wording it anew -----------------------------------------------------------------------------------------------


def test_a_new_wording_is_judged_before_it_is_saved(client: Client) -> None:
    building.draft()
    url = page_of("GRIP", "bank:wording")
    page = words(client.get(url))
    assert 'value="save"' not in page.replace('name="do" value="save" tabindex', "")
    sent = as_sent(page)
    sent["text"] = "Is the grip of the centre right?"
    sent["do"] = "check"
    judged = words(client.post(url, sent))
    assert "Breaks the trend" in judged
    assert "Save as a new wording" in judged
    assert QuestionVersion.objects.filter(question__name="GRIP").count() == 1
    again = as_sent(judged)
    again["do"] = "save"
    client.post(url, again)
    made = QuestionVersion.objects.get(question__name="GRIP", number=2)
    first = QuestionVersion.objects.get(question__name="GRIP", number=1)
    assert made.text == "Is the grip of the centre right?"
    assert made.scale == first.scale
    assert {**made.definition, "text": ""} == {**first.definition, "text": ""}
    assert AuditEntry.objects.filter(kind="bank", note="GRIP: GRIP v2").exists()


@pytest.mark.parametrize("name", ["INTRO", "GRIP", "WHY", "WAYS", "PLANS", "SPEND"])
def test_a_wording_sent_back_unchanged_is_the_same_and_is_not_saved(client: Client, name: str) -> None:
    building.draft()
    url = page_of(name, "bank:wording")
    sent = as_sent(words(client.get(url)))
    for do in ("check", "save"):
        sent["do"] = do
        answer = client.post(url, sent)
        assert answer.status_code == 422
        assert "has this very wording already" in words(answer)
    assert QuestionVersion.objects.filter(question__name=name).count() == 1


def test_a_wording_no_wave_has_put_gives_way_to_the_next(client: Client) -> None:
    building.draft()
    url = page_of("GRIP", "bank:wording")
    for text in ("Is the grip fine?", "Is the grip firm?"):
        sent = as_sent(words(client.get(url)))
        sent["text"], sent["do"] = text, "save"
        client.post(url, sent)
    texts = QuestionVersion.objects.filter(question__name="GRIP").values_list("number", "text")
    assert list(texts) == [(1, "Is the grip right?"), (2, "Is the grip firm?")]


def test_rows_are_added_and_moved_without_a_script_and_nothing_is_stored(client: Client) -> None:
    building.draft()
    url = page_of("WAYS", "bank:wording")
    sent = as_sent(words(client.get(url)))
    sent["do"], sent["text"] = "options.up.1", "Kept while rows move"
    page = words(client.post(url, sent))
    moved = as_sent(page)
    assert moved["text"] == "Kept while rows move"
    assert moved["options-0-code"] == "2"
    assert QuestionVersion.objects.filter(question__name="WAYS").count() == 1


# --- Keeping it in order -------------------------------------------------------------------------------------------


def test_a_question_is_retired_and_offered_again(client: Client) -> None:
    desk.closed_wave()
    client.post(page_of("GRIP", "bank:retire"), {"do": "retire"})
    assert Question.objects.get(name="GRIP").retired_at
    assert "Is the grip right?" not in words(client.get(reverse("bank:search"), {"q": "grip"}))
    assert "Is the grip right?" in words(client.get(reverse("bank:search"), {"q": "grip", "retired": "on"}))
    client.post(page_of("GRIP", "bank:retire"), {"do": "restore"})
    assert Question.objects.get(name="GRIP").retired_at is None


def test_a_question_in_a_draft_is_not_retired_and_the_page_says_why(client: Client) -> None:
    building.draft()
    page = words(client.post(page_of("GRIP", "bank:retire"), {"do": "retire"}, follow=True))
    assert "is put in spring, which has not closed" in page
    assert Question.objects.get(name="GRIP").retired_at is None


def test_merging_shows_what_would_happen_and_happens_when_confirmed(client: Client) -> None:
    building.draft()
    data = building.document(slug="autumn", title="Autumn 2026", number=4)
    data["sections"][0]["items"][1]["name"] = "HOLD"
    data["sections"][0]["items"][2]["show_if"] = ["answered", "HOLD"]
    building.draft(data)
    url = page_of("HOLD", "bank:merge")
    assert "There is no question NONE" in words(client.get(url, {"into": "none"}))
    page = words(client.get(url, {"into": "grip"}))
    assert "Autumn 2026." in page
    assert "Merge HOLD into GRIP" in page
    assert Question.objects.filter(name="HOLD").exists()
    client.post(url, {"into": "GRIP"})
    assert not Question.objects.filter(name="HOLD").exists()
    refused = client.post(page_of("GRIP", "bank:merge"), {"into": "WHY"})
    assert refused.status_code == 422
    assert Question.objects.filter(name="GRIP").exists()


def test_a_question_that_no_wave_puts_is_removed_after_a_page_that_asks(client: Client) -> None:
    wave = building.draft()
    url = page_of("GRIP", "bank:remove")
    client.post(url)
    assert Question.objects.filter(name="GRIP").exists()
    wave.sections.all().delete()
    assert client.get(url).status_code == 200
    client.post(url)
    assert not Question.objects.filter(name="GRIP").exists()


# --- The library ---------------------------------------------------------------------------------------------------


def test_scales_are_listed_with_nets_saved_and_taken_out(client: Client) -> None:
    building.draft()
    library, scale = (reverse(f"bank:{name}", args=["leaders"]) for name in ("library", "scale"))
    page = words(client.get(library))
    for told in ("likely", "Unlikely", "Any: 1, 2", "None of these", "don’t know"):
        assert told in page
    sent = as_sent(words(client.get(scale, {"like": "likely"})))
    sent["do"] = "save"
    client.post(scale, sent)
    assert SavedScale.objects.get().document == Wave.objects.get().scales[0]
    sent["options-0-label"] = "Not likely"
    refused = client.post(scale, sent)
    assert refused.status_code == 422
    assert "another scale is saved as likely" in words(refused)
    client.post(reverse("bank:forget_scale", args=["leaders"]), {"name": "likely"})
    assert not SavedScale.objects.exists()
    notes = AuditEntry.objects.filter(kind="bank").order_by("pk").values_list("note", flat=True)
    assert list(notes) == ["likely: saved in the library", "likely: out of the library"]


def test_what_was_retired_long_ago_says_when(client: Client) -> None:
    building.draft()
    Question.objects.filter(name="GRIP").update(retired_at=timezone.now())
    assert "retired on" in words(client.get(page_of("GRIP")))
