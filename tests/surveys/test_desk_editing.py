"""The wave desk, action by action: what each does, what it says to bad input, and what two editors meet."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from surveys import changes
from surveys.editing import edit, last_step
from surveys.lifecycle import open_wave
from surveys.models import ItemComment, Wave
from surveys.wave_file import document_of, dump_wave
from tests import building, desk
from tests.by_hand import Desk, fields_of, rows

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

HTMX = {"HX-Request": "true"}


@pytest.fixture
def wave() -> Wave:
    return building.draft()


@pytest.fixture
def mine(wave: Wave) -> Desk:
    return Desk(desk.browsing(desk.staff("editor")), wave)


@pytest.fixture
def theirs(wave: Wave) -> Desk:
    return Desk(desk.browsing(desk.staff("editor")), wave)


def now_of(wave: Wave) -> dict[str, Any]:
    return document_of(Wave.objects.get(pk=wave.pk))


def names(wave: Wave) -> list[list[str]]:
    return [[item["name"] for item in section["items"]] for section in now_of(wave)["sections"]]


def item(wave: Wave, name: str) -> dict[str, Any]:
    return next(each for section in now_of(wave)["sections"] for each in section["items"] if each["name"] == name)


def told(response: Any) -> str:
    return response.content.decode()


# --- The page ---------------------------------------------------------------------------------------------------


def test_the_desk_shows_each_item_with_its_condition_its_roles_and_what_to_think_about(mine: Desk) -> None:
    mine.fill("item", {"text": "Do you agree that the grip is right?"}, item="GRIP")
    page = told(mine.page("desk"))
    for words in ("Do you agree that", "Asked only if", "GRIP is ‘Unlikely’", "Pool budgets", "must be answered"):
        assert words in page
    assert "CCG chair <strong>2 min</strong>" in page
    assert "to think about" in page


def test_an_analyst_looks_and_finds_nothing_to_press_but_comments(wave: Wave) -> None:
    page = told(desk.browsing(desk.staff("analyst")).get(reverse("draft:desk", args=[wave.slug])))
    assert "Is the grip right?" in page
    assert f'{reverse("draft:item", args=[wave.slug, "GRIP"])}"' not in page
    assert reverse("draft:comments", args=[wave.slug, "GRIP"]) in page


def test_the_desk_says_where_a_trend_breaks() -> None:
    open_wave(building.draft(), now=building.NOW)
    data = building.document(slug="summer", number=4)
    data["sections"][0]["items"][1]["text"] = "Is the grip wrong?"
    wave = building.draft(data)
    client = desk.browsing(desk.staff("editor"))
    page = told(client.get(reverse("draft:desk", args=[wave.slug])))
    assert page.count("Breaks the trend since Spring 2026") == 1
    page = told(client.get(reverse("draft:item", args=[wave.slug, "GRIP"])))
    assert "this breaks the trend since Spring 2026" in page
    assert "<del>right?</del>" in page


def test_a_long_wave_in_a_large_bank_costs_as_many_queries_as_a_short_one(mine: Desk) -> None:
    open_wave(building.draft(slug="before", number=2), now=building.NOW)
    counts = []
    for length in (1, 40):
        data = building.document()
        data["sections"] += [
            {
                "name": f"more{number}",
                "title": "More",
                "items": [{"name": f"M{number}", "type": "text", "text": f"Why {number}?"}],
            }
            for number in range(length)
        ]
        building.draft(data)
        for number in range(length):
            ItemComment.objects.create(wave=mine.wave, item=f"M{number}", at=building.NOW, text="Hm")
        for name in ("desk", "asked", "item"):
            parts = {"item": "GRIP"} if name == "item" else {}
            with CaptureQueriesContext(connection) as queries:
                assert mine.page(name, **parts).status_code == 200
            counts.append((name, len(queries)))
    assert counts[:3] == counts[3:]
    assert max(count for _name, count in counts) <= 26


# --- Moving and undoing -----------------------------------------------------------------------------------------


def test_an_item_moves_by_its_buttons_over_the_edge_of_its_section(mine: Desk) -> None:
    mine.send("move", {"down": "INTRO"})
    assert names(mine.wave)[0] == ["GRIP", "INTRO", "WHY"]
    mine.send("move", {"down": "WHY"})
    assert names(mine.wave)[1][:2] == ["WHY", "WAYS"]
    mine.send("move", {"up": "WHY"})
    assert names(mine.wave)[0] == ["GRIP", "INTRO", "WHY"]


def test_a_section_moves_and_stays_at_the_ends(mine: Desk) -> None:
    answer = mine.send("move", {"section-up": "grip"})
    assert [len(each) for each in names(mine.wave)] == [3, 3]
    assert answer["Location"].endswith("#grip")
    wave = building.draft(slug="other", number=9)
    other = Desk(mine.client, wave)
    other.send("move", {"section-up": "ways"})
    assert names(wave)[0][0] == "WAYS"
    other.send("move", {"what": "section", "name": "ways", "after": "grip"})
    assert names(wave)[1][0] == "WAYS"
    other.send("move", {"what": "section", "name": "ways", "after": ""})
    assert names(wave)[0][0] == "WAYS"


def test_an_item_is_dropped_after_another_and_the_script_gets_the_outline_alone(mine: Desk) -> None:
    sent = {"name": "SPEND", "section": "grip", "after": "INTRO"}
    answer = mine.client.post(mine.url("move"), sent, headers=HTMX)
    assert names(mine.wave)[0] == ["INTRO", "SPEND", "GRIP", "WHY"]
    assert told(answer).startswith('<div id="outline">')
    assert "Moved SPEND." in told(answer)
    mine.send("move", {"name": "SPEND", "section": "grip", "after": ""})
    assert names(mine.wave)[0][0] == "SPEND"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"name": "WHY", "section": "grip", "after": ""}, "GRIP is not an earlier variable"),
        ({"up": "NOBODY"}, "is not in this wave"),
        ({"name": "GRIP"}, "It was not said what to move where."),
        ({"sideways": "GRIP"}, "It was not said what to move where."),
        ({"section-up": "nowhere"}, "there is no such section"),
        ({"name": "GRIP", "section": "nowhere"}, "there is no such section"),
    ],
)
def test_a_move_that_cannot_be_is_refused_in_words(mine: Desk, sent: dict[str, str], words: str) -> None:
    before = dump_wave(mine.wave)
    assert words in told(mine.client.post(mine.url("move"), sent, headers=HTMX))
    assert dump_wave(Wave.objects.get(pk=mine.wave.pk)) == before


def test_the_last_change_is_undone_but_not_over_somebody_elses(mine: Desk, theirs: Desk) -> None:
    before = names(mine.wave)
    mine.send("move", {"up": "SPEND"})
    page = mine.page("desk")
    assert "Undo: Moved SPEND up" in told(page)
    revision = Wave.objects.get().revision
    theirs.send("move", {"down": "WAYS"})
    answer = mine.client.post(mine.url("undo"), {"revision": revision}, headers=HTMX)
    assert "Nothing was undone." in told(answer)
    assert "Moved WAYS down" in told(answer)
    for _twice in range(2):
        revision = Wave.objects.get().revision
        mine.send("undo", {"revision": revision})
        break
    assert names(mine.wave)[1] == ["WAYS", "SPEND", "PLANS"]
    assert before[1] == ["WAYS", "PLANS", "SPEND"]
    assert mine.send("undo", {"revision": "x"}).status_code == 302


# --- Questions --------------------------------------------------------------------------------------------------


def test_a_question_is_edited_and_its_new_name_followed_by_rules_and_comments(mine: Desk) -> None:
    mine.send("comments", {"text": "Too blunt?"}, item="GRIP")
    mine.fill("item", {"name": "HOLD", "text": "Is the hold right?", "hint": "Think of today."}, item="GRIP")
    assert item(mine.wave, "HOLD")["hint"] == "Think of today."
    assert item(mine.wave, "WHY")["show_if"] == ["any_of", "HOLD", 1]
    assert ItemComment.objects.get().item == "HOLD"
    mine.send("undo", {"revision": Wave.objects.get().revision})
    assert item(mine.wave, "WHY")["show_if"] == ["any_of", "GRIP", 1]
    assert ItemComment.objects.get().item == "GRIP"


def test_an_untouched_form_changes_nothing(mine: Desk) -> None:
    before = dump_wave(mine.wave)
    for name in ("INTRO", "GRIP", "WHY", "WAYS", "PLANS", "SPEND"):
        mine.fill("item", {}, item=name)
        mine.fill("rule", {"do": "Save the condition"}, item=name)
    for name in ("about", "roles", "banners"):
        mine.fill(name, {})
    mine.fill("scale", {}, scale="likely")
    mine.fill("section", {}, section="grip")
    fresh = Wave.objects.get()
    assert dump_wave(fresh) == before
    assert (fresh.revision, last_step(fresh)) == (mine.wave.revision, None)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "grip"}, "Begin with a capital"),
        ({"name": "WAYS"}, "WAYS is used twice"),
        ({"text": ""}, "Fill in “Question”."),
        ({"text": "x" * 5001}, "at most 5000 characters"),
        ({"answers": "", **rows("options", [{"code": 1, "label": "A"}, {"code": 1, "label": "B"}], options="")}, ""),
        ({"answers": "wave:nowhere"}, "Select a valid choice"),
        ({"answers": "library:00"}, "Select a valid choice"),
        ({"answers": ""}, "Give at least one answer"),
        ({"options-0-code": "one", "options-0-label": "A"}, "Answer 1, code: write a whole number."),
        ({"options-0-code": "1", "options-0-label": "A"}, "it has a scale"),
        ({"nets-0-label": "Both", "nets-0-codes": "1, x"}, "Net 1, codes: write codes with commas"),
        ({"nets-0-label": "Both", "nets-0-codes": "1, 77"}, "77 is not among the options"),
        ({"roles": []}, "Tick at least one role"),
        ({"track": "lower"}, "Begin with a capital"),
    ],
)
def test_bad_input_is_told_where_it_is_and_kept_as_typed(mine: Desk, typed: dict[str, Any], words: str) -> None:
    before = dump_wave(mine.wave)
    data = {**mine.typed("item", item="GRIP"), "hint": "Keep me", **typed}
    answer = mine.send("item", data, item="GRIP")
    assert answer.status_code == 422
    assert words in told(answer)
    assert "Keep me" in told(answer)
    assert "<title>Error:" in told(answer)
    assert dump_wave(Wave.objects.get()) == before


def test_a_code_that_a_condition_speaks_of_cannot_go_unnoticed(mine: Desk) -> None:
    data = {**mine.typed("item", item="GRIP"), "answers": "", "options-0-code": "5", "options-0-label": "Yes"}
    answer = mine.send("item", data, item="GRIP")
    assert answer.status_code == 422
    assert "WHY (show_if): 1 is not a code of GRIP" in told(answer)


def test_rows_are_added_moved_and_removed_without_a_script_and_nothing_is_stored(mine: Desk) -> None:
    typed = mine.typed("item", item="WAYS")
    moved = mine.send("item", {**typed, "text": "Changed", "do": "options.up.1"}, item="WAYS")
    fields = fields_of(moved)
    assert moved.status_code == 200
    assert [fields[f"options-{n}-label"] for n in range(3)] == [["Merger"], ["Alliance"], ["None of these"]]
    assert (fields["text"], fields["revision"]) == (["Changed"], typed["revision"])
    fewer = fields_of(mine.send("item", {**fields, "do": "options.remove.0"}, item="WAYS"))
    assert [fewer[f"options-{n}-label"] for n in range(2)] == [["Alliance"], ["None of these"]]
    more = fields_of(mine.send("item", {**fewer, "do": "options.add"}, item="WAYS"))
    assert len([key for key in more if key.endswith("-label") and key.startswith("options")]) > 3
    assert Wave.objects.get().revision == mine.wave.revision
    assert mine.send("item", {**more, "options-2-label": "Neither"}, item="WAYS").status_code == 302
    kept = item(mine.wave, "WAYS")["options"]
    assert [(each["code"], each["label"]) for each in kept] == [(1, "Alliance"), (8, "None of these"), (2, "Neither")]


def test_another_kind_brings_its_own_fields_and_keeps_what_was_typed(mine: Desk) -> None:
    data = {**mine.typed("item", item="SPEND"), "type": "text", "text": "On what?", "do": "kind"}
    page = mine.send("item", data, item="SPEND")
    fields = fields_of(page)
    assert ("min" in fields, fields["text"]) == (False, ["On what?"])
    assert mine.send("item", {**fields, "long": "on"}, item="SPEND").status_code == 302
    assert item(mine.wave, "SPEND") == {
        "name": "SPEND",
        "type": "text",
        "text": "On what?",
        "long": True,
        "roles": ["ao"],
    }
    assert mine.send("item", {**fields, "type": "poll"}, item="SPEND").status_code == 404


def test_a_question_is_added_after_another_and_from_the_bank_with_its_scale(mine: Desk) -> None:
    mine.fill("add_item", {"name": "MORE", "text": "More?"}, {"type": "text"}, section="ways")
    assert names(mine.wave)[1][-1] == "MORE"
    other = building.document(slug="other", number=8)
    other["scales"] = [{"name": "far", "options": [{"code": 1, "label": "Near"}, {"code": 2, "label": "Far"}]}]
    other["sections"] = [
        {"name": "x", "title": "X", "items": [{"name": "HOW", "type": "single", "text": "How far?", "scale": "far"}]}
    ]
    wave = building.draft(other)
    page = mine.page("add_item", {"words": "how far"}, section="ways")
    assert "?bank=HOW" in told(page)
    assert "?bank=GRIP" not in told(mine.page("add_item", {"words": "grip"}, section="ways"))
    mine.fill("add_item", {}, {"bank": "HOW"}, section="ways")
    assert item(mine.wave, "HOW") == item(wave, "HOW")
    assert [scale["name"] for scale in now_of(mine.wave)["scales"]] == ["likely", "far"]
    assert mine.page("add_item", section="nowhere").status_code == 404
    assert mine.send("add_item", {"type": "text", "name": "X", "text": "X"}, section="nowhere").status_code == 422


def test_removing_says_what_stands_against_it_first(mine: Desk) -> None:
    page = mine.page("remove_item", item="GRIP")
    assert "WHY (show_if): GRIP is not an earlier variable" in told(page)
    assert mine.send("remove_item", mine.typed("remove_item", item="GRIP"), item="GRIP").status_code == 422
    mine.fill("remove_item", {}, item="WHY")
    mine.fill("remove_section", {}, section="ways")
    assert names(mine.wave) == [["INTRO", "GRIP"]]
    assert mine.page("remove_item", item="WHY").status_code == 404


def test_what_is_gone_is_answered_in_words_with_everything_typed(mine: Desk) -> None:
    typed = {**mine.typed("item", item="SPEND"), "text": "How much more?"}
    edit(mine.wave, changes.RemoveItem("SPEND"), revision=mine.wave.revision, now=building.NOW)
    answer = mine.send("item", typed, item="SPEND")
    assert answer.status_code == 409
    assert "How much more?" in told(answer)
    assert "Removed SPEND" in told(answer)
    again = {**fields_of(answer), "text": "How much more?"}
    assert mine.send("item", again, item="SPEND").status_code == 422
    assert mine.page("item", item="SPEND").status_code == 404


# --- Two editors ------------------------------------------------------------------------------------------------


def test_two_editors_of_one_question_both_see_both_versions_and_nothing_is_lost(mine: Desk, theirs: Desk) -> None:
    my_page, their_page = mine.typed("item", item="GRIP"), theirs.typed("item", item="GRIP")
    assert theirs.send("item", {**their_page, "text": "Theirs?"}, item="GRIP").status_code == 302
    answer = mine.send("item", {**my_page, "text": "Mine?"}, item="GRIP")
    assert answer.status_code == 409
    assert item(mine.wave, "GRIP")["text"] == "Theirs?"
    for words in ("<td>Theirs?</td>", "<td>Mine?</td>", "Somebody else has changed this", "Changed GRIP"):
        assert words in told(answer)
    assert fields_of(answer)["text"] == ["Mine?"]
    assert mine.send("item", fields_of(answer), item="GRIP").status_code == 302
    assert item(mine.wave, "GRIP")["text"] == "Mine?"


def test_two_editors_of_different_things_do_not_meet(mine: Desk, theirs: Desk) -> None:
    grip, ways = mine.typed("item", item="GRIP"), theirs.typed("item", item="WAYS")
    rule, about = mine.typed("rule", item="GRIP"), theirs.typed("about")
    assert theirs.send("item", {**ways, "text": "Which?"}, item="WAYS").status_code == 302
    assert mine.send("item", {**grip, "text": "Right?"}, item="GRIP").status_code == 302
    assert theirs.send("about", {**about, "title": "Spring"}).status_code == 302
    assert mine.send("rule", {**rule, "do": "Save the condition"}, item="GRIP").status_code == 302
    now = now_of(mine.wave)
    assert (item(mine.wave, "WAYS")["text"], item(mine.wave, "GRIP")["text"]) == ("Which?", "Right?")
    assert now["wave"]["title"] == "Spring"


def test_two_editors_of_the_times_both_see_both(mine: Desk, theirs: Desk) -> None:
    url = reverse("surveys:times", args=[mine.wave.slug])
    my_page, their_page = (fields_of(each.client.get(url)) for each in (mine, theirs))
    assert theirs.client.post(url, {**their_page, "closes_on": "2026-04-01"}).status_code == 302
    answer = mine.client.post(url, {**my_page, "closes_on": "2026-05-01"})
    assert answer.status_code == 409
    assert now_of(mine.wave)["wave"]["closes_at"].startswith("2026-04-01")
    assert mine.client.post(url, fields_of(answer)).status_code == 302
    assert now_of(mine.wave)["wave"]["closes_at"].startswith("2026-05-01")


@pytest.mark.parametrize("sent", [{}, {"revision": "x"}, {"revision": "-1"}, {"revision": "99999999999999999999"}])
def test_a_form_that_lost_its_revision_overwrites_nothing(mine: Desk, sent: dict[str, str]) -> None:
    typed = mine.typed("item", item="GRIP")
    data = {key: value for key, value in typed.items() if key not in ("revision", "seen")}
    answer = mine.send("item", {**data, **sent, "text": "Mine?"}, item="GRIP")
    assert answer.status_code in (409, 422)
    assert item(mine.wave, "GRIP")["text"] == "Is the grip right?"
    assert "Mine?" in told(answer)


# --- Conditions -------------------------------------------------------------------------------------------------


def test_a_condition_is_built_step_by_step_without_a_script(mine: Desk) -> None:
    fields = mine.typed("rule", item="SPEND")
    steps = [
        {"do": "begin"},
        {"n.name": "GRIP", "n.word": "is", "do": "look"},
        {"n.codes": ["1", "2"], "do": "add.n"},
        {"n.word": "any", "n.1.name": "WHY", "n.1.word": "not_answered", "do": "group.n"},
        {"n.2.word": "none", "n.2.0.name": "WAYS", "do": "look"},
        {"n.2.0.codes": ["8"], "do": "remove.n.2.1"},
    ]
    for step in steps:
        page = mine.send("rule", {**fields, **step}, item="SPEND")
        assert page.status_code == 200
        fields = fields_of(page)
    assert "GRIP is ‘Unlikely’ or ‘Likely’" in told(page)
    assert Wave.objects.get().revision == mine.wave.revision
    assert mine.send("rule", {**fields, "do": "Save the condition"}, item="SPEND").status_code == 302
    assert item(mine.wave, "SPEND")["show_if"] == [
        "any",
        ["any_of", "GRIP", 1, 2],
        ["not", ["answered", "WHY"]],
        ["not", ["any", ["any_of", "WAYS", 8]]],
    ]


def test_an_incomplete_condition_is_not_saved(mine: Desk) -> None:
    fields = mine.typed("rule", item="SPEND")
    for typed, words in [
        ({"n.word": "is"}, "Choose the question that each condition is about"),
        ({"n.word": "is", "n.name": "GRIP"}, "Tick at least one answer to GRIP."),
        ({"n.word": "is", "n.name": "SPEND", "n.codes": "1"}, "Choose the question"),
        ({"n.word": "is", "n.name": "WHY", "n.codes": "1"}, "WHY has no codes"),
        ({"n.word": "is", "n.name": "GRIP", "n.codes": "77"}, "77 is not a code of GRIP"),
        ({"n.word": "all"}, "Choose the question"),
    ]:
        answer = mine.send("rule", {**fields, **typed, "do": "Save the condition"}, item="SPEND")
        assert answer.status_code == 422, typed
        assert words in told(answer), typed
    assert "show_if" not in item(mine.wave, "SPEND")


def test_a_condition_is_taken_off(mine: Desk) -> None:
    fields = mine.typed("rule", item="WHY")
    fields = fields_of(mine.send("rule", {**fields, "do": "remove.n"}, item="WHY"))
    assert mine.send("rule", {**fields, "do": "Save the condition"}, item="WHY").status_code == 302
    assert "show_if" not in item(mine.wave, "WHY")


# --- The wave ---------------------------------------------------------------------------------------------------


def test_who_is_asked_what_is_ticked_a_section_at_a_time(mine: Desk) -> None:
    page = mine.page("asked")
    assert "39" not in told(page)
    data = {"section": "ways", "ask_WAYS": ["ao"], "ask_PLANS": ["chair", "ao"], "ask_SPEND": ["ao"]}
    form = _matrix_fields(told(page))
    assert mine.send("asked", {**form, **data}).status_code == 200
    assert item(mine.wave, "WAYS")["roles"] == ["ao"]
    assert "roles" not in item(mine.wave, "PLANS")
    answer = mine.send("asked", {**_matrix_fields(told(mine.page("asked"))), **data, "ask_WAYS": []})
    assert answer.status_code == 422
    assert '<a href="#id_ask_WAYS_0">WAYS is put to nobody' in told(answer)
    assert 'id="id_ask_WAYS_0"' in told(answer)
    assert mine.send("asked", {**data, "section": "nowhere"}).status_code == 422


def _matrix_fields(page: str) -> dict[str, str]:
    """Revision and mark of the form of the second section."""
    part = page[page.index('value="ways"') - 400 : page.index('value="ways"')]
    return {key: part.split(f'name="{key}" value="')[-1].split('"')[0] for key in ("revision", "seen")}


def test_introduction_thank_you_and_privacy_stand_in_the_file_and_before_respondents(mine: Desk, client: Any) -> None:
    words = {"introduction": "Read *this* first.", "thank_you": "Thank you for **that**.", "sealed": "on"}
    mine.fill("about", words)
    document = now_of(mine.wave)["wave"]
    assert {key: document[key] for key in words} == {**words, "sealed": True}
    wave = open_wave(Wave.objects.get(), now=building.NOW)
    Wave.objects.filter(pk=wave.pk).update(closes_at="2999-01-01T00:00Z", introduction="Changed behind the back")
    token = building.link(wave).token
    page = client.get(f"/a/{token}/").content.decode()
    assert "Read <em>this</em> first." in page
    assert "The team cannot see whether you have answered" in page
    building.save_page(token, {"GRIP": [2]}, revision=0, now=building.NOW)
    building.submit(token, revision=1, now=building.NOW)
    assert "Thank you for <strong>that</strong>." in client.get(f"/a/{token}/received/").content.decode()


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("about", {"title": ""}, "Fill in “Title”."),
        ("about", {"frame_kind": "CCG", "frame_date": ""}, "say on which day"),
        ("about", {"frame_date": "soon"}, "Give the day as a date"),
        ("about", {"number": "-4"}, "Give a number from 0"),
        ("about", {"weighting": "rake"}, "name at least one margin"),
        ("roles", {"roles-0-code": "no good"}, "use letters, digits"),
        ("roles", {"roles-2-code": "chair"}, "Row 3: chair is used twice"),
        ("roles", rows("roles", [{"label": "X", "code": "x"}] * 3, roles=("label", "code")), "Tick at least one role"),
        ("banners", {"banners-1-title": "Region", "banners-1-by": ""}, "fill it in."),
        ("banners", {"banners-1-title": "Role again", "banners-1-by": "role", "banners-1-name": "role"}, "used twice"),
        ("add_scale", {"name": "likely", "options-0-label": "Yes"}, "has a scale of this name"),
        ("add_scale", {"name": "new"}, "Give at least one answer"),
        ("add_section", {"title": "Ways", "name": "ways"}, "ways is used twice"),
    ],
)
def test_what_is_wrong_with_the_wave_is_told_and_kept(
    mine: Desk, name: str, typed: dict[str, Any], words: str
) -> None:
    data = {key: value for key, value in mine.typed(name).items() if not key.endswith("asked") or "Tick" not in words}
    before = dump_wave(mine.wave)
    answer = mine.send(name, {**data, **typed})
    assert answer.status_code == 422
    assert words in told(answer)
    assert dump_wave(Wave.objects.get()) == before


def test_a_scale_changes_for_every_question_on_it_and_goes_when_none_is_left(mine: Desk) -> None:
    assert "These questions are on it and change with it: GRIP, PLANS." in told(mine.page("scale", scale="likely"))
    mine.fill("scale", {"options-1-label": "Very likely"}, scale="likely")
    assert now_of(mine.wave)["scales"][0]["options"][1]["label"] == "Very likely"
    assert mine.send("remove_scale", mine.typed("remove_scale", scale="likely"), scale="likely").status_code == 422
    mine.fill("add_scale", {"name": "spare", "options-0-label": "Yes", "options-1-label": "No"})
    mine.fill("remove_scale", {}, scale="spare")
    assert [scale["name"] for scale in now_of(mine.wave)["scales"]] == ["likely"]
    assert mine.page("scale", scale="spare").status_code == 404


# --- Comments ---------------------------------------------------------------------------------------------------


def test_comments_are_said_settled_and_outlive_the_removal_of_their_question(mine: Desk) -> None:
    publisher = Desk(desk.browsing(desk.staff("publisher")), mine.wave)
    assert publisher.send("comments", {"text": "  Is this <fair>?  "}, item="SPEND").status_code == 302
    assert "Is this &lt;fair&gt;?" in told(mine.page("comments", item="SPEND"))
    assert "1 comment" in told(mine.page("desk"))
    answer = mine.send("comments", {"text": " "}, item="SPEND")
    assert (answer.status_code, "Write what should be thought about." in told(answer)) == (422, True)
    assert mine.send("comments", {"text": "x" * 2001}, item="SPEND").status_code == 422
    assert mine.send("comments", {"resolve": "77"}, item="SPEND").status_code == 422
    assert mine.send("comments", {"text": "?"}, item="NOBODY").status_code == 404
    said = ItemComment.objects.get()
    mine.send("comments", {"resolve": str(said.pk)}, item="SPEND")
    assert ItemComment.objects.unresolved().count() == 0
    mine.send("comments", {"resolve": str(said.pk)}, item="SPEND")
    mine.fill("remove_item", {}, item="SPEND")
    assert "Comments on questions that were removed" in told(mine.page("desk"))
    mine.send("undo", {"revision": Wave.objects.get().revision})
    assert "1 comment" in told(mine.page("desk"))


def test_comments_stay_with_their_wave(mine: Desk) -> None:
    other = building.draft(slug="other", number=9)
    mine.send("comments", {"text": "Here"}, item="GRIP")
    pk = ItemComment.objects.get().pk
    assert Desk(mine.client, other).send("comments", {"resolve": str(pk)}, item="GRIP").status_code == 422
    assert json.loads(dump_wave(Wave.objects.get(slug="spring"))) == building.document()
