"""The lint on questions written badly, on the same questions written well, and on the six real waves."""

from __future__ import annotations

import json
from typing import Any

import pytest

from surveys.lint import RULES, lint_definition, lint_document, sources
from surveys.lint.abbreviations import abbreviations_in, known_from_the_start
from surveys.lint.bands import gap_or_overlap
from tests.building import SAMPLE, SAMPLE_WAVES, document

DONT_KNOW = {"code": 99, "label": "Don't know", "kind": "dont_know"}
NONE = {"code": 98, "label": "None of these", "exclusive": True}


def asked(text: str, *labels: str, type: str = "single", extra: Any = DONT_KNOW, **more: Any) -> dict[str, Any]:  # noqa: A002
    options = [{"code": code, "label": label} for code, label in enumerate(labels or ("Yes", "No"), 1)]
    return {"name": "Q", "type": type, "text": text, "options": [*options, *([extra] if extra else [])], **more}


def battery(text: str, *rows: str, labels: tuple[str, ...] = ("Unlikely", "Likely")) -> dict[str, Any]:
    made = asked(text, *labels, type="grid")
    return {**made, "rows": [{"name": str(place), "text": row} for place, row in enumerate(rows)]}


def codes(definition: dict[str, Any], **more: Any) -> list[str]:
    return [finding.code for finding in lint_definition(definition, **more)]


# --- One rule at a time ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        (asked("How satisfied or dissatisfied are you with the price and quality of support?"), "double_barrelled"),
        (asked("Do you have time? And do you have staff?"), "double_barrelled"),
        (asked("Can you keep to budget without cutting beds or staff?"), "double_barrelled"),
        (battery("How likely is each?", "Pooling budgets and merging teams"), "double_barrelled"),
        (asked("Don't you think the tariff has failed?"), "leading"),
        (asked("Is the tariff clearly a barrier?"), "leading"),
        (asked("Most leaders say the tariff is a barrier. Is it?"), "leading"),
        (asked("Do you agree with the tariff?"), "one_sided"),
        (asked("How satisfied are you with the area team?"), "one_sided"),
        (asked("Which of these do you not use?"), "negative"),
        (asked("Is the plan not unlikely to work?"), "double_negative"),
        (asked("Should boards never refuse to not publish?"), "double_negative"),
        (
            battery("Do you agree or disagree?", "We do not have enough time", labels=("Disagree", "Agree")),
            "double_negative",
        ),
        (asked("Have services improved recently?"), "undated"),
        (asked("Will services improve in the next year?"), "undated"),
        (asked("What changed over the last few months?"), "undated"),
        (asked(" ".join(["word"] * 26) + "?"), "long"),
        (asked("Does the QIPP plan work?"), "abbreviation"),
        (asked("Who are your main stakeholders?"), "jargon"),
        (asked("How good was it?", "Excellent", "Good", "Fair", "Poor"), "unbalanced"),
        (
            asked("How was it?", "Very satisfied", "Satisfied", "Neither satisfied nor dissatisfied", "Dissatisfied"),
            "unbalanced",
        ),
        (asked("How good is it?", "Excellent", "Good", "It exists"), "unbalanced"),
        (asked("Does the tariff work?", extra=None), "missing_dont_know"),
        (asked("How many?", "0-5", "5-10", "11 or more"), "bands_overlap"),
        (asked("How many?", "1 to 4", "6 to 9", "10+"), "bands_gap"),
        (asked("The tariff works.", "Strongly disagree", "Disagree", "Agree", "Strongly agree"), "acquiescence"),
        (asked("How many times do you meet?", "Often", "Sometimes", "Never"), "vague_frequency"),
        (asked("Which one?", *[f"Answer {place}" for place in range(11)]), "many_options"),
        (asked("Put in order", *[f"Way {place}" for place in range(8)], type="ranking", extra=None), "many_to_rank"),
        (battery("How likely?", *[f"Way {place}" for place in range(11)]), "long_battery"),
        (asked("Which?", "Short", " ".join(["word"] * 26)), "long_option"),
        (asked("Which of these?", "Alliance", "Merger", type="multiple", extra=None), "missing_none"),
        (asked("What is your ethnic group?", "One", "Other"), "sensitive"),
        (asked("Have you been ill?", "Yes", "No", sensitive=True), "sensitive"),
        (asked("How confident?", "1", "2", "3", type="scale"), "unlabelled_ends"),
    ],
)
def test_a_question_written_badly_is_found(definition, code):
    assert code in codes(definition)


@pytest.mark.parametrize(
    "definition",
    [
        asked("How satisfied or dissatisfied are you with the quality of support?"),
        asked("How well do you and your area team work together?"),
        asked("Is there trust between hospitals and practices?"),
        asked("Do NHS England and NHS Improvement agree or disagree with you?"),
        asked("Were the terms and conditions acceptable?"),
        asked("Which of your hopes and fears came true in 2013?"),
        asked("Did you decide whether or not to merge by April 2013?"),
        asked("Which method do you use, if not a tender?"),
        asked("Which method do you NOT use?"),
        asked("Will services improve between now and March 2014?"),
        asked("In the last 12 months, how many contracts did you sign?", "None", "1-4", "5-9", "10 or more"),
        asked("What will you do in the next year to 18 months?"),
        asked(" ".join(["word"] * 25) + "?"),
        asked(
            "How likely is it?", "Very unlikely", "Unlikely", "Neither likely nor unlikely", "Likely", "Very likely"
        ),
        asked("How good is it?", "Very poor", "Poor", "Average", "Good", "Very good"),
        asked("How important is it?", "Not important", "Slightly important", "Important", "Very important"),
        asked("How far is it a barrier?", "Not a barrier", "A minor barrier", "A significant barrier"),
        asked("What is the effect?", "Greatly reduce it", "Reduce it", "Increase it", "Greatly increase it"),
        asked("Are you a GP?", extra=None),
        asked("How much?", "Under £1m", "£1m to under £5m", "£5m or more"),
        asked("How many?", "Fewer than 10", "10 to 19", "20 to 29", "30 or more"),
        asked("How confident?", "1", "2", "3", type="scale", low="Not at all", high="Entirely"),
        asked("Which of these?", "Alliance", "Merger", type="multiple", extra=NONE),
        asked("What is your ethnic group?", "One", "Other", extra={"code": 9, "label": "No answer", "kind": "refused"})
        | {
            "hint": "",
            "options": [{"code": 1, "label": "One"}, DONT_KNOW, {"code": 3, "label": "-", "kind": "refused"}],
        },
        {"name": "Q", "type": "text", "text": "What are your hopes and your fears, and what would help with them?"},
        {"name": "Q", "type": "note", "text": "Recently the rules changed and nobody was told. " * 9},
        {"name": "Q", "type": "number", "text": "How many contracts did you sign in 2013?", "unit": "contracts"},
    ],
)
def test_a_question_written_well_is_left_alone(definition):
    assert codes(definition, known={"GP", "NHS"}) == []


def test_every_finding_gives_its_reason_and_its_source():
    cited = {value for name, value in vars(sources).items() if name.isupper()}
    definition = battery("Don't you think recently everything and everyone failed?", "Not enough QIPP")
    found = lint_definition(definition)
    assert len(found) > 3
    assert all(finding.message.endswith(".") and finding.source in cited for finding in found)


def test_every_rule_finds_something_in_some_test():
    bad = test_a_question_written_badly_is_found.pytestmark[0].args[1]
    silent = [rule.__name__ for rule in RULES if not any(True for case in bad for _found in _of(rule, case[0]))]
    assert silent == []


def _of(rule, definition):
    from surveys.lint.finding import Asked

    return rule(Asked.of(definition))


# --- A whole wave ----------------------------------------------------------------------------------------------


def test_a_place_leads_to_the_words_in_the_document():
    data = document()
    data["sections"][1]["items"][1]["rows"][1]["text"] = "Split teams and budgets"
    found = {finding.code: finding for finding in lint_document(data)}["double_barrelled"]
    assert (found.place, found.item) == ("sections[1].items[1].rows[1].text", "PLANS")


def test_an_abbreviation_is_told_once_and_not_where_it_is_known_or_explained():
    data = document()
    items = data["sections"][0]["items"]
    items[1]["text"] = "Does the CCG follow the STP?"
    items[2]["text"] = "Why does the STP matter to the ACO?"
    data["sections"][0]["title"] = "Accountable care organisations"
    found = [(f.item, f.words) for f in lint_document(data) if f.code == "abbreviation"]
    assert found == [("GRIP", ("STP",))]
    assert "CCG" in known_from_the_start(data)


def test_capitals_for_emphasis_are_not_abbreviations():
    assert abbreviations_in("PLEASE READ THIS FIRST") == []
    assert abbreviations_in("The ICBs, ICSs and NHSE") == ["ICB", "ICS", "NHSE"]


EXPECTED = {
    "2012-autumn": {
        "METHODS": {"double_barrelled", "undated"},
        "BARRIERS": {"double_barrelled", "double_negative", "undated"},
        "BUDGET": {"double_barrelled", "undated", "long", "missing_dont_know"},
        "HOPES": {"undated"},
    },
    "2013-winter": {
        "CONTRACTS": {"double_barrelled"},
        "BUDGET": {"double_barrelled", "undated", "long", "missing_dont_know"},
    },
    "2016-spring": {"IMPORTANCE": {"double_barrelled", "undated"}},
    "nhscc-2013": {"SUPPORT": {"double_barrelled"}},
    "members-2013": {"TIME": {"double_barrelled"}},
    "members-2014": {"TIME": {"double_barrelled"}},
}


@pytest.mark.parametrize("slug", SAMPLE_WAVES)
def test_the_findings_on_a_real_wave_are_those_an_editor_agreed_with(slug):
    found: dict[str, set[str]] = {}
    for finding in lint_document(json.loads((SAMPLE / f"{slug}.wave.json").read_text())):
        found.setdefault(finding.item, set()).add(finding.code)
    assert found == EXPECTED[slug]


# --- Ranges ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["0-5", "5-10"], "overlap"),
        (["Under 5", "5-10", "Over 10"], None),
        (["Up to 5", "5-10"], "overlap"),
        (["Under 5", "6-10"], "gap"),
        (["Under 5", "Over 5"], "gap"),
        (["0.5-1.5", "1.6-2.0"], "gap"),
        (["Less than £1m", "£1m-£4m", "£5m-£9m", "£10m or more"], None),
        (["£1m-£4m", "£6m-£9m"], "gap"),
        (["18–24", "25–34", "35+"], None),
        (["1", "2", "3", "7"], None),
        (["Winter 2013", "Spring 2014"], None),
        (["Less likely", "More likely"], None),
        (["20 or more", "10 to 20"], "overlap"),
    ],
)
def test_ranges_are_read_as_people_read_them(labels, kind):
    fault = gap_or_overlap(labels)
    assert (fault.kind if fault else None) == kind
