"""Changing a draft: one door, nothing overwritten, everything undoable, and always sound."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from surveys import changes
from surveys.editing import STEPS_KEPT, Stale, edit, history, last_step, speaks_of, undo, would_break
from surveys.lifecycle import open_wave, schedule_wave, set_times
from surveys.models import DraftStep, Item, QuestionVersion, Wave
from surveys.problems import Refused
from surveys.wave_checks import form_problems, sense_problems
from surveys.wave_file import document_of, dump_wave, load_wave, read_wave_file
from tests.building import CLOSES, NOW, OPENS, SAMPLE, as_bytes, document, draft, refused

pytestmark = pytest.mark.django_db

MERGE = {"name": "MERGE", "type": "single", "text": "Will you merge?", "scale": "likely"}


def changed(wave: Wave, change: Any, **more: Any) -> Wave:
    return edit(wave, change, revision=more.pop("revision", wave.revision), now=NOW, **more)


def names(wave: Wave) -> list[list[str]]:
    return [[item["name"] for item in section["items"]] for section in document_of(wave)["sections"]]


def item(wave: Wave, name: str) -> dict[str, Any]:
    return next(each for section in document_of(wave)["sections"] for each in section["items"] if each["name"] == name)


def item_of_document(name: str) -> dict[str, Any]:
    return next(each for section in document()["sections"] for each in section["items"] if each["name"] == name)


# --- Each change -----------------------------------------------------------------------------------------------


def test_sections_are_added_titled_moved_and_removed():
    wave = draft()
    changed(wave, changes.AddSection("money", "Money", position=0))
    changed(wave, changes.ChangeSection("money", "Money, money", together=True))
    changed(wave, changes.MoveSection("money", 2))
    sections = document_of(wave)["sections"]
    assert [section["name"] for section in sections] == ["grip", "ways", "money"]
    assert (sections[2]["title"], sections[2]["together"]) == ("Money, money", True)
    changed(wave, changes.RemoveSection("ways"))
    assert [section.name for section in wave.sections.all()] == ["grip", "money"]


def test_items_are_added_moved_and_removed():
    wave = draft()
    changed(wave, changes.AddItem("ways", MERGE, position=1))
    assert names(wave) == [["INTRO", "GRIP", "WHY"], ["WAYS", "MERGE", "PLANS", "SPEND"]]
    changed(wave, changes.MoveItem("MERGE", "grip", 0))
    assert names(wave)[0] == ["MERGE", "INTRO", "GRIP", "WHY"]
    changed(wave, changes.RemoveItem("MERGE"))
    assert dump_wave(wave) == dump_wave(load_wave(read_wave_file(as_bytes(document()))))


def test_an_item_brings_its_scale():
    scale = {"name": "far", "options": [{"code": 1, "label": "Near"}, {"code": 2, "label": "Far"}]}
    wave = changed(draft(), changes.AddItem("ways", {**MERGE, "scale": "far"}, scale=scale))
    assert [each["name"] for each in wave.scales] == ["likely", "far"]
    with refused() as refusal:
        changed(wave, changes.AddItem("ways", {**MERGE, "name": "M2"}, scale={**scale, "low": "Here"}))
    assert refusal.problems[0].place == "scales[far]"


def test_a_new_name_is_followed_by_rules_and_breakdowns():
    data = document()
    data["sections"][1]["items"][2]["show_if"] = ["all", ["answered", "PLANS_POOL"], ["not", ["any_of", "GRIP", 2]]]
    data["banners"].append({"name": "grip", "title": "Grip", "by": "GRIP"})
    data["sections"][1]["items"][1]["roles"] = ["chair", "ao"]
    wave = draft(data)
    changed(wave, changes.ReplaceItem("GRIP", {**item(wave, "GRIP"), "name": "HOLD"}))
    changed(wave, changes.ReplaceItem("PLANS", {**item(wave, "PLANS"), "name": "INTENT"}))
    assert item(wave, "WHY")["show_if"] == ["any_of", "HOLD", 1]
    assert item(wave, "SPEND")["show_if"] == ["all", ["answered", "INTENT_POOL"], ["not", ["any_of", "HOLD", 2]]]
    assert wave.banners[1]["by"] == "HOLD"


def test_the_matrix_of_roles_is_set_at_once():
    wave = changed(draft(), changes.SetRoles({"GRIP": ["ao"], "PLANS": ["ao", "chair"], "WHY": ["ao"]}))
    assert item(wave, "GRIP")["roles"] == ["ao"]
    assert "roles" not in item(wave, "PLANS")
    with refused() as refusal:
        changed(wave, changes.SetRoles({"GRIP": []}))
    assert refusal.problems[0].place == "GRIP"


def test_rules_and_duties_are_set_and_taken_back():
    wave = changed(draft(), changes.SetRule("PLANS", ["any_of", "GRIP", 2]))
    changed(wave, changes.SetRequired("PLANS", required=True))
    assert (item(wave, "PLANS")["show_if"], item(wave, "PLANS")["required"]) == (["any_of", "GRIP", 2], True)
    changed(wave, changes.SetRule("PLANS", None))
    changed(wave, changes.SetRequired("PLANS", required=False))
    assert item(wave, "PLANS") == item_of_document("PLANS")


def test_the_wave_itself_is_changed():
    wave = draft()
    changed(wave, changes.SetAbout("Summer 2026", number=4, partner="PA"))
    changed(wave, changes.SetTimes(OPENS, None))
    changed(wave, changes.SetPopulation(None, None))
    changed(wave, changes.SetBanners([{"name": "gp", "title": "GP", "by": "gp"}]))
    changed(wave, changes.SetWeighting({"method": "rake", "margins": ["role"]}))
    wave = Wave.objects.get()
    assert (wave.title, wave.number, wave.partner) == ("Summer 2026", 4, {"name": "PA"})
    assert (wave.opens_at, wave.closes_at, wave.frame_kind, wave.frame_date) == (OPENS, None, None, None)
    assert (wave.banners[0]["by"], wave.weighting["method"]) == ("gp", "rake")


def test_roles_that_go_leave_the_items_that_named_them():
    wave = changed(draft(), changes.SetRoles({"GRIP": ["chair"], "WHY": ["chair"]}))
    new = [{"code": "chair", "label": "Chair"}, {"code": "cfo", "label": "Finance"}]
    with refused() as refusal:
        changed(wave, changes.SetRoleList(new, ["chair", "cfo"]))
    assert [problem.place for problem in refusal.problems] == ["SPEND"]
    changed(wave, changes.RemoveItem("SPEND"))
    changed(wave, changes.SetRoleList(new, ["chair", "cfo"]))
    assert (wave.roles, item(wave, "GRIP")["roles"]) == (["chair", "cfo"], ["chair"])


def test_scales_are_put_replaced_and_removed():
    wave = draft()
    new = {"name": "likely", "options": [{"code": 1, "label": "No"}, {"code": 2, "label": "Yes"}]}
    changed(wave, changes.PutScale(new))
    assert Item.objects.get(version__question__name="GRIP").version.scale == new
    with refused() as refusal:
        changed(wave, changes.RemoveScale("likely"))
    assert [problem.place for problem in refusal.problems if "scale" in problem.place] == [
        "sections[0].items[1].scale",
        "sections[1].items[1].scale",
    ]
    changed(wave, changes.PutScale({**new, "name": "spare"}))
    changed(wave, changes.RemoveScale("spare"))
    assert [scale["name"] for scale in wave.scales] == ["likely"]


def test_a_file_replaces_a_draft_and_can_be_undone():
    wave = draft()
    other = read_wave_file((SAMPLE / "2013-winter.wave.json").read_bytes())
    before = dump_wave(wave)
    changed(wave, changes.ReplaceAll(other))
    assert (wave.slug, wave.survey.slug, wave.title) == ("spring", "leaders", "Winter 2013")
    undo(wave, revision=wave.revision, now=NOW)
    assert dump_wave(Wave.objects.get()) == before


def test_several_changes_are_one_step():
    wave = draft()
    both = changes.Several([changes.RemoveItem("WHY"), changes.RemoveItem("GRIP")], "Removed two")
    changed(wave, both)
    undo(wave, revision=wave.revision, now=NOW)
    assert names(wave)[0] == ["INTRO", "GRIP", "WHY"]


# --- The door --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (changes.RemoveItem("GRIP"), "sections[0].items[1].show_if"),
        (changes.MoveItem("WHY", "grip", 0), "sections[0].items[0].show_if"),
        (changes.AddItem("ways", {**MERGE, "name": "GRIP"}), "sections[1].items[3].name"),
        (changes.AddItem("ways", {**MERGE, "name": "merge"}), "sections[1].items[3].name"),
        (changes.AddItem("ways", {**MERGE, "scale": "far"}), "sections[1].items[3].scale"),
        (changes.AddItem("nowhere", MERGE), "sections[nowhere]"),
        (changes.RemoveItem("NOBODY"), "NOBODY"),
        (changes.SetRule("GRIP", ["any_of", "WAYS", 1]), "sections[0].items[1].show_if"),
        (changes.SetTimes(CLOSES, OPENS), "wave.closes_at"),
        (changes.SetPopulation("CCG", None), "wave.frame_date"),
        (changes.SetBanners([{"name": "b", "title": "B", "by": "WHY"}]), "banners[0].by"),
        (changes.SetAbout(""), "wave.title"),
    ],
)
def test_a_change_that_would_leave_the_draft_unsound_is_refused_with_its_place(change, place):
    wave = draft()
    with refused() as refusal:
        changed(wave, change)
    assert place in [problem.place for problem in refusal.problems]
    assert Wave.objects.get().revision == wave.revision


def test_every_problem_is_told_at_once():
    wave = draft()
    with refused() as refusal:
        changed(wave, changes.AddItem("ways", {"name": "low", "type": "poll", "text": ""}))
    assert len(refusal.problems) == 2, refusal.told


@pytest.mark.parametrize("move", [open_wave, schedule_wave])
def test_only_a_draft_can_be_changed(move):
    wave = draft(opens_at=(NOW + timedelta(days=1)).isoformat()) if move is schedule_wave else draft()
    move(wave, now=NOW)
    before = dump_wave(wave)
    with refused() as refusal:
        changed(wave, changes.RemoveItem("SPEND"))
    assert refusal.problems[0].place == "wave.state"
    with refused():
        undo(wave, revision=wave.revision, now=NOW)
    assert dump_wave(Wave.objects.get()) == before


def test_what_somebody_else_saved_is_never_overwritten():
    wave = draft()
    mine, theirs = Wave.objects.get(), Wave.objects.get()
    changed(theirs, changes.SetAbout("Theirs"))
    with pytest.raises(Stale) as raised:
        changed(mine, changes.SetAbout("Mine"), revision=wave.revision)
    assert Wave.objects.get().title == "Theirs"
    assert (raised.value.theirs["wave"]["title"], raised.value.yours["wave"]["title"]) == ("Theirs", "Mine")
    assert [since.label for since in raised.value.since] == ["Changed what the wave is called"]
    changed(mine, changes.SetAbout("Mine"), revision=raised.value.revision)
    assert Wave.objects.get().title == "Mine"


def test_a_stale_page_cannot_undo():
    wave = changed(draft(), changes.SetAbout("Once"))
    page = wave.revision
    changed(wave, changes.SetAbout("Twice"))
    with pytest.raises(Stale) as raised:
        undo(wave, revision=page, now=NOW)
    assert (raised.value.yours, Wave.objects.get().title) == (None, "Twice")


def test_a_file_or_new_times_make_open_pages_stale_too():
    wave = draft()
    page = wave.revision
    set_times(wave, opens_at=OPENS, closes_at=CLOSES + timedelta(days=1))
    with pytest.raises(Stale):
        changed(wave, changes.SetAbout("Mine"), revision=page)
    page = wave.revision
    draft()
    with pytest.raises(Stale) as raised:
        changed(wave, changes.SetAbout("Mine"), revision=page)
    assert raised.value.yours is None


def test_the_last_change_is_undone_and_done_again():
    wave = draft()
    first = dump_wave(wave)
    changed(wave, changes.RemoveItem("SPEND"))
    second = dump_wave(wave)
    undo(wave, revision=wave.revision, now=NOW)
    assert dump_wave(wave) == first
    undo(wave, revision=wave.revision, now=NOW)
    assert dump_wave(wave) == second
    assert [step.label for step in history(wave)] == [
        "Undid: Undid: Removed SPEND",
        "Undid: Removed SPEND",
        "Removed SPEND",
    ]


def test_there_is_nothing_to_undo_after_a_change_from_elsewhere():
    wave = changed(draft(), changes.SetAbout("Mine"))
    set_times(wave, opens_at=OPENS, closes_at=CLOSES + timedelta(days=1))
    assert last_step(wave) is None
    with refused():
        undo(wave, revision=wave.revision, now=NOW)


def test_who_changed_what_and_when_is_kept(django_user_model):
    ada = django_user_model.objects.create_user(email="ada@example.org", password="x")
    wave = changed(draft(), changes.RemoveItem("SPEND"), by=ada)
    step = last_step(wave)
    assert (step.by, step.at, step.label) == (ada, NOW, "Removed SPEND")


def test_a_change_that_changes_nothing_is_not_recorded():
    wave = draft()
    changed(wave, changes.SetRequired("GRIP", required=True))
    assert (wave.revision, DraftStep.objects.count()) == (1, 0)


def test_old_steps_are_let_go():
    wave = draft()
    for number in range(STEPS_KEPT + 3):
        changed(wave, changes.SetAbout(f"Title {number}"))
    assert DraftStep.objects.count() == STEPS_KEPT


def test_what_needs_a_question_is_named_before_it_goes():
    data = document()
    data["banners"].append({"name": "grip", "title": "Grip", "by": "GRIP"})
    assert speaks_of(data, "GRIP") == [("sections[0].items[2].show_if", "WHY"), ("banners[1].by", "grip")]
    assert {problem.place for problem in would_break(draft(data), changes.RemoveItem("GRIP"))} == {
        "sections[0].items[1].show_if",
        "banners[1].by",
    }


# --- Wordings --------------------------------------------------------------------------------------------------


def test_editing_a_draft_leaves_no_trail_of_wordings_nobody_was_asked():
    wave = draft()
    for words in ("Is it?", "Is it right?", "Is the grip right?"):
        changed(wave, changes.ReplaceItem("GRIP", {**item(wave, "GRIP"), "text": words}))
    versions = QuestionVersion.objects.filter(question__name="GRIP")
    assert [(version.number, version.text) for version in versions] == [(1, "Is the grip right?")]


def test_a_wording_that_another_wave_puts_stays_and_the_new_one_is_its_next_version():
    open_wave(draft(), now=NOW)
    wave = draft(slug="summer", number=4)
    changed(wave, changes.ReplaceItem("GRIP", {**item(wave, "GRIP"), "text": "Is the grip wrong?"}))
    versions = QuestionVersion.objects.filter(question__name="GRIP")
    assert [version.number for version in versions] == [1, 2]
    changed(wave, changes.ReplaceItem("GRIP", {**item(wave, "GRIP"), "text": "Is the grip right?"}))
    assert [version.number for version in versions.all()] == [1]


def test_a_change_takes_as_many_queries_in_a_long_wave_as_in_a_short_one():
    counts = []
    for length in (5, 60):
        data = document(slug=f"wave-{length}")
        data["sections"][1]["items"] += [{**MERGE, "name": f"M{number}"} for number in range(length)]
        wave = draft(data)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            changed(wave, changes.ReplaceItem("M3", {**MERGE, "name": "M3", "text": f"Really {length}?"}))
        counts.append(len(queries))
    assert counts[0] == counts[1], counts
    assert counts[0] <= 32


# --- Any changes, in any order ---------------------------------------------------------------------------------

_NAMES = some.sampled_from(["INTRO", "GRIP", "WHY", "WAYS", "PLANS", "SPEND", "MERGE", "NOBODY"])
_SECTIONS = some.sampled_from(["grip", "ways", "nowhere"])
_CHANGES = some.one_of(
    some.builds(changes.RemoveItem, _NAMES),
    some.builds(changes.MoveItem, _NAMES, _SECTIONS, some.integers(-1, 5)),
    some.builds(changes.AddItem, _SECTIONS, _NAMES.map(lambda name: {**MERGE, "name": name}), some.integers(0, 4)),
    some.builds(changes.MoveSection, _SECTIONS, some.integers(0, 3)),
    some.builds(changes.RemoveSection, _SECTIONS),
    some.builds(changes.SetRule, _NAMES, some.sampled_from([None, ["answered", "GRIP"], ["any_of", "WAYS", 1]])),
    some.builds(
        changes.SetRoles, some.dictionaries(_NAMES, some.lists(some.sampled_from(["ao", "chair"])), max_size=3)
    ),
    some.builds(changes.SetPopulation, some.sampled_from([None, "CCG"]), some.sampled_from([None, date(2013, 4, 1)])),
    some.builds(changes.SetTimes, some.none(), some.just(datetime(2026, 1, 1, tzinfo=UTC))),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some.lists(_CHANGES, min_size=1, max_size=8))
def test_whatever_is_tried_a_draft_stays_sound_and_every_step_can_be_undone(tried):
    wave = draft()
    for change in tried:
        before = deepcopy(document_of(wave))
        revision = wave.revision
        try:
            changed(wave, change)
        except Refused:
            assert document_of(wave) == before
            continue
        after = document_of(wave)
        assert not form_problems(after)
        assert not sense_problems(after)
        if wave.revision != revision:
            undo(wave, revision=wave.revision, now=NOW)
            assert document_of(wave) == before
            undo(wave, revision=wave.revision, now=NOW)
            assert document_of(wave) == after
