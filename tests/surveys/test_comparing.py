"""The verdict on two wordings: what breaks a trend, what nobody notices, and the words that say why."""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from surveys.comparing import BREAKS, SAME, TRIVIAL, Piece, verdict, word_diff
from surveys.compiling import compile_document
from surveys.instrument.questionnaire import Instrument
from surveys.wave_checks import items_of, scales_of
from surveys.wording import as_fielded, written_out
from tests.building import SAMPLE, SAMPLE_WAVES

GRIP: dict[str, Any] = {
    "name": "GRIP",
    "type": "single",
    "text": "Which of these best describes the “Everyone Counts” guidance?",
    "hint": "Think of the guidance as it was organised in December.",
    "options": [
        {"code": 1, "label": "Too much grip", "score": 1},
        {"code": 2, "label": "The right balance", "score": 2},
        {"code": 9, "label": "Don't know", "kind": "dont_know"},
    ],
    "nets": [{"name": "any", "label": "Any", "codes": [1, 2]}],
    "roles": ["chair", "ao"],
    "show_if": ["any_of", "AWARE", 1],
}
BATTERY: dict[str, Any] = {
    "name": "WAYS",
    "type": "grid",
    "text": "How likely is each?",
    "rows": [{"name": "POOL", "text": "Pooling budgets"}, {"name": "SPLIT", "text": "Splitting roles"}],
    "options": [{"code": 1, "label": "Unlikely"}, {"code": 2, "label": "Likely"}],
}
SPEND: dict[str, Any] = {"name": "SPEND", "type": "number", "text": "How much?", "unit": "£m", "min": 0, "max": 90}


def changed(definition: dict[str, Any], **keys: Any) -> dict[str, Any]:
    made = {**deepcopy(definition), **keys}
    return {key: value for key, value in made.items() if value is not None}


def option(place: int, **keys: Any) -> dict[str, Any]:
    made = deepcopy(GRIP)
    made["options"][place].update(keys)
    return made


def reasons(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return [reason.words for reason in verdict(old, new).reasons]


@pytest.mark.parametrize("definition", [GRIP, BATTERY, SPEND])
def test_a_wording_is_the_same_as_itself(definition):
    found = verdict(definition, deepcopy(definition))
    assert (found.kind, found.reasons, found.diff) == (SAME, (), ())


@pytest.mark.parametrize(
    "new",
    [
        changed(GRIP, text="which of these best describes the 'Everyone counts' guidance"),
        changed(GRIP, text="Which of these  best describes the\n*“Everyone Counts”* guidance?"),
        changed(GRIP, hint="Think of the guidance as it was organized in December."),
        option(0, label="Too much grip."),
        option(2, label="Don’t know"),
        changed(GRIP, required=True),
        changed(GRIP, nets=[]),
        changed(GRIP, nets=[{"name": "any", "label": "Either", "codes": [2, 1]}]),
    ],
)
def test_what_nobody_notices_is_trivial(new):
    found = verdict(GRIP, new)
    assert found.kind == TRIVIAL, found
    assert found.reasons


@pytest.mark.parametrize(
    ("new", "place", "because"),
    [
        (changed(GRIP, text=GRIP["text"].replace("best", "most")), "text", "The question is worded differently."),
        (changed(GRIP, text=GRIP["text"].replace("best ", "")), "text", "The question is worded differently."),
        (changed(GRIP, hint="Think of money."), "hint", "The hint is worded differently."),
        (changed(GRIP, hint=None), "hint", "is gone"),
        (option(0, label="Far too much grip"), "options[1]", "“Too much grip” is worded differently"),
        (option(0, score=3), "options[1]", "another score"),
        (option(2, kind="refused"), "options[9]", "another kind"),
        (option(0, exclusive=True), "options[1]", "excludes"),
        (changed(GRIP, options=GRIP["options"][:2]), "options[9]", "no longer offered"),
        (changed(GRIP, options=[*GRIP["options"], {"code": 3, "label": "Too little"}]), "options[3]", "is new"),
        (changed(GRIP, options=[GRIP["options"][k] for k in (1, 0, 2)]), "options", "another order"),
        (
            changed(GRIP, options=[{**each, "code": each["code"] + 1} for each in GRIP["options"]]),
            "options",
            "other codes",
        ),
        (changed(GRIP, nets=[{"name": "any", "label": "Any", "codes": [1]}]), "nets[any]", "other answers"),
        (changed(GRIP, roles=["chair"]), "roles", "other roles"),
        (changed(GRIP, show_if=None), "show_if", "another condition"),
        (changed(GRIP, type="multiple"), "type", "“One answer” before, “Several answers” now"),
    ],
)
def test_what_changes_the_answers_breaks_the_trend(new, place, because):
    found = verdict(GRIP, new)
    assert found.kind == BREAKS
    assert [reason.place for reason in found.reasons] == [place]
    assert because in found.reasons[0].words


@pytest.mark.parametrize(
    ("keys", "because"),
    [({"unit": "£k"}, "another unit"), ({"max": 80}, "largest number"), ({"min": None}, "smallest number")],
)
def test_another_measure_breaks_the_trend_of_a_number(keys, because):
    assert verdict(SPEND, changed(SPEND, **keys)).kind == BREAKS
    assert because in reasons(SPEND, changed(SPEND, **keys))[0]


def test_figures_and_signs_of_quantity_are_words():
    old = changed(SPEND, text="Did it cost more than £1.5m in 2013-14?")
    for text in ("Did it cost more than £15m in 2013-14?", "Did it cost more than 1.5m in 2013-14?"):
        assert verdict(old, changed(old, text=text)).kind == BREAKS
    assert verdict(old, changed(old, text="Did it cost more than £1.5m in 2013–14")).kind == TRIVIAL


def test_only_the_statement_that_changed_loses_its_line():
    new = deepcopy(BATTERY)
    new["rows"][0]["text"] = "Pooling all budgets"
    new["rows"].append({"name": "MERGE", "text": "Merging"})
    found = verdict(BATTERY, new)
    assert found.kind == BREAKS
    assert [found.of_row(row) for row in ("POOL", "SPLIT", "MERGE")] == [BREAKS, SAME, TRIVIAL]


def test_what_is_common_to_a_battery_breaks_every_line_of_it():
    found = verdict(BATTERY, changed(BATTERY, text="How likely is each of these?"))
    assert {found.of_row(row) for row in ("POOL", "SPLIT")} == {BREAKS}


def test_a_statement_that_goes_or_moves_leaves_the_others_comparable():
    gone, moved = changed(BATTERY, rows=BATTERY["rows"][:1]), changed(BATTERY, rows=BATTERY["rows"][::-1])
    assert verdict(BATTERY, gone).kind == TRIVIAL
    assert "no longer asked" in reasons(BATTERY, gone)[0]
    assert verdict(BATTERY, moved).of_row("POOL") == TRIVIAL


def test_the_diff_shows_the_words_that_went_and_came():
    assert word_diff("a good plan here", "a bad plan") == (
        Piece("same", "a"),
        Piece("removed", "good"),
        Piece("added", "bad"),
        Piece("same", "plan"),
        Piece("removed", "here"),
    )


def test_the_diff_names_every_part_that_reads_differently():
    new = option(1, label="A fair balance")
    new["text"] = GRIP["text"].replace("best", "most")
    found = {change.place: (change.before, change.after) for change in verdict(GRIP, new).diff}
    assert found == {
        "text": (GRIP["text"], new["text"]),
        "options[2]": ("The right balance", "A fair balance"),
    }


@given(some.lists(some.text("ab c’'.", max_size=12), min_size=2, max_size=2))
def test_a_diff_holds_both_texts_whole(texts):
    old, new = (" ".join(text.split()) for text in texts)
    pieces = word_diff(old, new)
    assert " ".join(piece.words for piece in pieces if piece.kind != "added") == old
    assert " ".join(piece.words for piece in pieces if piece.kind != "removed") == new


@given(some.sampled_from([GRIP, BATTERY, SPEND]), some.sampled_from([GRIP, BATTERY, SPEND]))
def test_the_weight_of_a_verdict_does_not_depend_on_which_came_first(old, new):
    assert verdict(old, new).kind == verdict(new, old).kind


def test_a_named_scale_counts_as_the_answers_written_out():
    scale = {"name": "grip", "options": GRIP["options"], "nets": GRIP["nets"]}
    named = {key: value for key, value in GRIP.items() if key not in ("options", "nets")} | {"scale": "grip"}
    assert verdict(GRIP, written_out(named, {"grip": scale})).kind == SAME


@pytest.mark.parametrize("slug", SAMPLE_WAVES)
def test_a_fielded_question_compares_as_the_item_it_was_compiled_from(slug):
    document = json.loads((SAMPLE / f"{slug}.wave.json").read_text())
    fielded = {question.name: question for question in Instrument.from_document(compile_document(document)).questions}
    for _place, item in items_of(document):
        assert verdict(written_out(item, scales_of(document)), as_fielded(fielded[item["name"]])).kind == SAME


def test_the_budget_question_of_two_waves_is_the_same_but_the_area_team_question_is_not():
    waves = [json.loads((SAMPLE / f"{slug}.wave.json").read_text()) for slug in ("2012-autumn", "2013-winter")]
    budgets = [written_out(item, scales_of(w)) for w in waves for _p, item in items_of(w) if item["name"] == "BUDGET"]
    assert verdict(*budgets).kind == SAME
    other = json.loads((SAMPLE / "nhscc-2013.wave.json").read_text())
    teams = [
        written_out(item, scales_of(w))
        for w in (waves[1], other)
        for _p, item in items_of(w)
        if item["name"] == "AREATEAM"
    ]
    assert [reason.place for reason in verdict(*teams).reasons] == ["text"]
