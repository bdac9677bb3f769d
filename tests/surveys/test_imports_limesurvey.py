"""LimeSurvey structures: what each question type becomes, which routing survives, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from surveys.compiling import compile_document
from surveys.copying import blank_document, create
from surveys.imports import REGISTRY, Understood, importer_for
from surveys.imports.limesurvey_types import TYPES
from surveys.instrument.journey import path
from surveys.instrument.questionnaire import Instrument
from surveys.wave_file import document_of
from tests.building import counts
from tests.foreign_files import SID, dump, structure, table

pytestmark = pytest.mark.django_db

READER = REGISTRY["limesurvey"]


@pytest.fixture(params=["version 3", "version 6"])
def read(request) -> Understood:
    """The structure of the tests, as an old LimeSurvey and as a new one writes it."""
    return READER.understand(structure(old=request.param == "version 3"))


def items(read: Understood) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for section in read.document["sections"] for item in section["items"]}


def told(read: Understood, place: str) -> str:
    return " / ".join(note.message for note in read.notes if note.place == f"question {place}")


def test_a_structure_is_understood_as_a_sound_wave(read):
    assert read.problems == ()
    assert read.document["survey"]["title"] == "CCG leaders & money"
    assert [section["title"] for section in read.document["sections"]] == ["About *your* CCG", "Money", "Left out"]
    assert read.questions == 17


def test_reading_writes_nothing_and_what_was_read_makes_a_wave(read):
    before = counts()
    READER.understand(structure())
    assert counts() == before
    assert document_of(create(read.document)) == read.document


def test_each_type_becomes_its_counterpart(read):
    assert {name: item["type"] for name, item in items(read).items()} == {
        "ABOUT_1": "note",
        "ROLE": "single",
        "WAYS": "multiple",
        "LIKELY": "grid",
        "SPEND": "number",
        "ORDER": "ranking",
        "WHY": "text",
        "WORD": "text",
        "NOTE": "note",
        "FIVE": "single",
        "SURE": "single",
        "STAFF_GP": "number",
        "STAFF_OTHER": "number",
        "BEST": "single",
        "BEST_COMMENT": "text",
        "TREND": "grid",
        "LAST": "single",
    }


def test_words_codes_and_bounds_are_kept(read):
    found = items(read)
    assert found["ROLE"]["options"][1] == {"code": 2, "label": "Accountable officer"}
    assert found["ROLE"]["required"] is True
    assert found["LIKELY"]["text"] == "How **likely** is each?"
    assert found["LIKELY"]["rows"] == [{"name": "SQ001", "text": "Pool & share"}, {"name": "SQ002", "text": "Split"}]
    assert found["LIKELY"]["options"][2] == {"code": 3, "label": "Don't know", "kind": "dont_know"}
    assert found["WAYS"]["options"][3] == {"code": 4, "label": "Other", "specify": True}
    assert [(o["code"], o["label"], o.get("exclusive")) for o in found["WAYS"]["options"]] == [
        (1, "Alliance", None),
        (2, "Merger", None),
        (3, "None of these", True),
        (4, "Other", None),
    ]
    spend = {key: found["SPEND"][key] for key in ("min", "max", "unit", "hint", "required")}
    assert spend == {"min": 0, "max": 900, "unit": "£m", "hint": "To the nearest million", "required": True}
    assert [option["label"] for option in found["ORDER"]["options"]] == ["Beds", "Staff", "Drugs"]
    assert (found["WHY"].get("long"), found["WORD"].get("long")) == (True, None)
    assert [option["code"] for option in found["FIVE"]["options"]] == [1, 2, 3, 4, 5]
    assert [option["label"] for option in found["TREND"]["options"]] == ["Increase", "Same", "Decrease"]
    assert found["STAFF_GP"]["text"] == "How many staff? GPs"


def test_relevance_equations_become_conditions(read):
    group = ["any_of", "ROLE", 1, 2]
    assert {name: item.get("show_if") for name, item in items(read).items()} == {
        "ABOUT_1": None,
        "ROLE": None,
        "WAYS": None,
        "LIKELY": ["any_of", "WAYS", 1],
        "SPEND": ["all", group, ["answered", "ROLE"]],
        "ORDER": ["all", group, ["any_of", "LIKELY_SQ001", 2], ["not", ["any_of", "ROLE", 3]]],
        "WHY": ["all", group, ["answered", "SPEND"]],
        "WORD": group,
        "NOTE": group,
        "FIVE": ["all", group, ["any_of", "ROLE", 1]],
        "SURE": ["all", group, ["any_of", "FIVE", 4, 5]],
        "STAFF_GP": ["all", group, ["any_of", "SURE", 1]],
        "STAFF_OTHER": ["all", group, ["any_of", "SURE", 1]],
        "BEST": group,
        "BEST_COMMENT": group,
        "TREND": group,
        "LAST": None,
    }


def test_the_routing_leads_people_as_it_did_there(read):
    questionnaire = Instrument.from_document(compile_document(read.document)).for_role("everyone")

    def asked(**answers: list[Any]) -> list[str]:
        return [question.name for question in path(questionnaire, answers) if question.variables]

    assert asked() == ["ROLE", "WAYS", "LAST"]
    assert "LIKELY" in asked(ROLE=[3], WAYS=[1, 2])
    assert asked(ROLE=[3], WAYS=[2]) == ["ROLE", "WAYS", "LAST"]
    everything = asked(ROLE=[1], WAYS=[1], LIKELY_SQ001=[2], SPEND=[3], FIVE=[5], SURE=[1])
    assert len(everything) == 15


def test_what_was_left_out_or_changed_is_said_with_its_reason(read):
    assert "array (dual scale)" in told(read, "DUAL")
    assert "date" in told(read, "WHEN")
    assert "hidden" in told(read, "SECRET")
    assert "SPEND is written, not chosen" in told(read, "WORD")
    assert "regexmatch" in told(read, "LAST")
    assert "random order" in told(read, "LIKELY")
    assert "DK is 3" in told(read, "LIKELY")
    assert "check of the answer" in told(read, "WHY")
    assert "asks who chooses it to say what" in told(read, "WAYS")
    assert "became a question each" in told(read, "STAFF")
    assert "question of its own" in told(read, "BEST")
    assert [note.message for note in read.notes if note.place == "quota"]


def test_old_and_new_files_of_one_survey_say_the_same():
    old, new = (READER.understand(structure(old=old)) for old in (True, False))
    assert old.document == new.document


def test_a_structure_goes_into_a_wave_that_was_named_before():
    into = blank_document({"slug": "leaders", "title": "Leaders"}, slug="spring", title="Spring")
    read = READER.understand(structure(), into=into)
    assert (read.document["wave"]["slug"], read.document["survey"]["slug"], into["sections"]) == (
        "spring",
        "leaders",
        [],
    )


def test_every_type_of_limesurvey_is_read_or_named():
    assert set(TYPES) == set("15AB CDEFGHIKLMNOPQRSTUXY!|*;:".replace(" ", ""))
    for letter, kind in TYPES.items():
        question = {"qid": 1, "gid": 1, "type": letter, "title": "Q1", "question": "What?", "mandatory": "N"}
        part = {"qid": 2, "parent_qid": 1, "title": "A", "question": "Part"}
        answers = [{"qid": 1, "code": code, "answer": f"Answer {code}", "sortorder": code} for code in (1, 2)]
        data = dump(
            [
                table("answers", answers),
                table("groups", [{"gid": 1, "group_name": "G"}]),
                table("questions", [question]),
                table("subquestions", [part]),
                table("surveys", [{"sid": SID, "language": "en"}]),
            ]
        )
        read = READER.understand(data)
        assert read.problems == (), letter
        assert bool(read.questions) == (kind.read is not None), letter
        assert kind.read or kind.label in read.notes[0].message


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (b"", "not the plain XML"),
        (b"<document>", "not the plain XML"),
        (b"<document/>", "not a LimeSurvey survey structure"),
        (dump([], kind="Question"), "Question"),
        (structure().replace(b"<document>", b'<!DOCTYPE d [<!ENTITY a "b">]><document>', 1), "not the plain XML"),
        (b"<!DOCTYPE d SYSTEM 'file:///etc/passwd'><document/>", "not the plain XML"),
        (b"\xff\xfe\x00", "not the plain XML"),
        (b" " * (9 * 1024 * 1024), "larger than"),
    ],
)
def test_what_is_no_structure_or_means_harm_is_refused(data, because):
    read = READER.understand(data)
    assert read.document is None
    assert because in read.problems[0].message


def test_a_billion_laughs_are_not_laughed():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    kind = "<LimeSurveyDocType>&l9;</LimeSurveyDocType>"
    bomb = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "ha">{laughs}]><document>{kind}</document>'
    assert READER.understand(bomb.encode()).document is None


def test_a_file_is_known_by_its_beginning():
    assert importer_for("questions.xml", structure()).key == "limesurvey"
    assert importer_for("survey.lss", b"<document/>").key == "limesurvey"
