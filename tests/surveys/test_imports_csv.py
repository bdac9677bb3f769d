"""A CSV list of questions, and wave files, through the same door."""

from __future__ import annotations

import pytest

from surveys.copying import blank_document
from surveys.imports import REGISTRY, importer_for
from surveys.wave_checks import items_of
from tests.building import as_bytes, csv, document

READER = REGISTRY["csv"]
INTO = blank_document({"slug": "s", "title": "S"}, slug="w", title="W", roles=[{"code": "ao", "label": "AO"}])

LIST = csv(
    "name,type,section,text,hint,options,rows,required,show_if,min,max,unit,low,high,long,roles,sensitive,track",
    "grip,,Grip,Is the grip right?,Think,1=Yes|2=No|9=Don't know,,yes,,,,,,,,ao,,",
    "ways,multiple,Grip,Which ways?,,Alliance|Merger|None of these,,,GRIP = 1,,,,,,,,,",
    'plans,grid,Plans,"How likely, each?",,1=Unlikely|2=Likely,POOL=Pool budgets|SPLIT=Split,,,,,,,,,,,PLANNED',
    "spend,number,Plans,How much?,,,,,PLANS_POOL = 2 or WAYS = 1,0,90.5,£m,,,,,,",
    "sure,scale,Plans,How sure?,,1|2|3,,,,,,,Not at all,Entirely,,,,",
    "why,text,Plans,Why?,,,,,SPEND > 3,,,,,,yes,,yes,",
    "order,ranking,Plans,Put in order,,Beds|Staff,,,not(WHY = ''),,,,,,,,,",
    ",,,,,,,,,,,,,,,,,",
)


def read(data: bytes, into=INTO):
    return READER.understand(data, into=into)


def items(found) -> dict:
    return {item["name"]: item for _place, item in items_of(found.document)}


def test_a_list_is_understood_as_a_sound_wave():
    found = read(LIST)
    assert found.problems == ()
    assert [(section["title"], len(section["items"])) for section in found.document["sections"]] == [
        ("Grip", 2),
        ("Plans", 5),
    ]
    assert items(found)["GRIP"] == {
        "name": "GRIP",
        "type": "single",
        "text": "Is the grip right?",
        "hint": "Think",
        "options": [
            {"code": 1, "label": "Yes"},
            {"code": 2, "label": "No"},
            {"code": 9, "label": "Don't know", "kind": "dont_know"},
        ],
        "required": True,
        "roles": ["ao"],
    }


def test_every_column_is_read():
    found = items(read(LIST))
    assert found["WAYS"]["options"][2] == {"code": 3, "label": "None of these", "exclusive": True}
    assert found["WAYS"]["show_if"] == ["any_of", "GRIP", 1]
    assert found["PLANS"]["rows"] == [{"name": "POOL", "text": "Pool budgets"}, {"name": "SPLIT", "text": "Split"}]
    assert found["PLANS"]["track"] == "PLANNED"
    assert found["SPEND"]["show_if"] == ["any", ["any_of", "PLANS_POOL", 2], ["any_of", "WAYS", 1]]
    assert (found["SPEND"]["min"], found["SPEND"]["max"], found["SPEND"]["unit"]) == (0, 90.5, "£m")
    assert (found["SURE"]["low"], found["SURE"]["high"]) == ("Not at all", "Entirely")
    assert (found["WHY"]["long"], found["WHY"]["sensitive"]) == (True, True)
    assert found["ORDER"]["show_if"] == ["answered", "WHY"]


def test_what_was_not_understood_is_said_with_its_line():
    notes = {note.place: note.message for note in read(LIST).notes if "condition" in note.message}
    assert list(notes) == ["line 7"]
    assert "written, not chosen" in notes["line 7"]


@pytest.mark.parametrize(
    ("data", "place", "because"),
    [
        (csv("name,question", "a,b"), "line 1", "text is missing"),
        (csv("name,text,colour", "a,b,c"), "line 1", "'colour' is not known"),
        (csv("name,text,text", "a,b,c"), "line 1", "stands twice"),
        (csv("name,text,type", "a,b,poll"), "line 2", "'poll' is not one of"),
        (csv("name,text,type,min", "a,b,number,some"), "line 2", "min 'some' is not a number"),
        (csv("name,text", '"a,b'), "line 2", "not CSV"),
        (b"name,text\n\xff,b\n", "line 2, column 1", "not UTF-8"),
        (b"", "line 1", "empty"),
        (csv("name,text", *["a,b"] * 2100), "", "more than 2000 lines"),
        (csv("name,text", f"a,{'x' * 200_000}"), "line 2", "not CSV"),
        (csv("name,text,type", "a,b,single"), "sections[0].items[0].options", "give either"),
        (csv("name,text,type", f"a,{'x' * 6000},text"), "sections[0].items[0].text", "longer than 5000"),
        (csv("name,text,type,roles", "a,b,text,king"), "sections[0].items[0].roles[0]", "king"),
    ],
)
def test_a_bad_list_is_told_with_its_place(data, place, because):
    problem = read(data).problems[0]
    assert problem.place == place
    assert because in problem.message


def test_names_are_made_fit_and_told():
    found = read(csv("name,text,type", "Wie geht's?,A?,text", "1st,B?,text", "1st,C?,text"))
    assert list(items(found)) == ["WIE_GEHT_S", "Q1ST", "Q1ST_2"]
    assert len(found.notes) == 3


def test_a_wave_file_goes_through_the_same_door():
    reader = importer_for("x.wave.json", as_bytes(document()))
    assert reader.key == "wave"
    assert reader.understand(as_bytes(document())).document == document()
    renamed = reader.understand(as_bytes(document()), into=INTO).document
    assert (renamed["wave"]["slug"], renamed["wave"]["title"], renamed["survey"]["slug"]) == ("w", "W", "s")
    assert reader.understand(b'{"format": 1}').problems


@pytest.mark.parametrize("key", REGISTRY)
@pytest.mark.parametrize(
    "data", [b"", b"\0" * 100, b"PK\x03\x04", b"{}", b"<a/>", b"\xff\xfe", b"a,b\n", b"[" * 100_000]
)
def test_no_importer_raises_for_what_a_file_may_hold(key, data):
    found = REGISTRY[key].understand(data)
    assert not found.sound
    assert found.problems
