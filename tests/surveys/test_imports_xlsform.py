"""XLSForm in and out: a real form with its routing, our own export without loss, and workbooks made to harm."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest

from surveys.comparing import SAME, verdict
from surveys.copying import blank_document
from surveys.exports import REGISTRY as EXPORTS
from surveys.imports import REGISTRY, Understood, importer_for, spreadsheets
from surveys.imports.spreadsheets import sheets_of
from surveys.problems import Refused
from surveys.wave_checks import items_of, scales_of
from surveys.wording import written_out
from tests.building import SAMPLE, SAMPLE_WAVES, document
from tests.foreign_files import workbook

pytestmark = pytest.mark.django_db

READER, WRITER = REGISTRY["xlsform"], EXPORTS["xlsform"]

HEADER = ["type", "name", "label::Cymraeg (cy)", "label::English (en)", "hint::English (en)", "required", "relevant"]
HEADER += ["constraint", "appearance", "parameters", "choice_filter", "calculation", "media::image"]


def row(kind: str, name: str = "", label: str = "", **more: str) -> list[str]:
    cells = {
        "type": kind,
        "name": name,
        "label::English (en)": label,
        "label::Cymraeg (cy)": "Cwestiwn" if label else "",
    }
    cells |= {"hint::English (en)": more.pop("hint", "")} | more
    return [cells.get(column, "") for column in HEADER]


SURVEY = [
    HEADER,
    row("start", "start"),
    row("begin group", "about", "About you", appearance="field-list"),
    row("select_one role", "role", "What is your role?", required="yes"),
    row("select multiple from ways", "ways", "Which ways do you <b>use</b>?", hint="Tick all"),
    row("end group"),
    row("begin_group", "money", "Money", relevant="${role} != 'clerk'"),
    row("integer", "spend", "How much?", constraint=". >= 0 and . <= 900", relevant="selected(${ways}, 'pool')"),
    row("begin_group", "likely", "How likely is each?", appearance="table-list", relevant="${spend} != ''"),
    row("select_one likely", "likely_beds", "More beds"),
    row("select_one likely", "likely_staff", "More staff", relevant="${role} = 'chair'"),
    row("end_group"),
    row("begin_group", "inner", "Inner"),
    row("rank things", "order", "Put in order", relevant="${likely_beds} = 'yes' or ${likely_staff} = 'yes'"),
    row("end_group"),
    row("range", "sure", "How sure are you?", parameters="start=1 end=7 step=1"),
    row("range", "weight", "How heavy?", parameters="start=0 end=1 step=0.1"),
    row("decimal", "rate", "At which rate?", relevant="${spend} > 10", constraint="${spend} > ."),
    row("text", "why", "Why?", appearance="multiline", relevant="${sure} >= 6"),
    row("text", "word", "In a word?"),
    row("note", "thanks", "Nearly **done**."),
    row("geopoint", "where", "Where are you?"),
    row("select_one missing", "lost", "Lost?"),
    row("calculate", "sum", "", calculation="${spend} * 2"),
    row("select_one role", "filtered", "Filtered?", choice_filter="x = 1"),
    row("end_group"),
    row("begin_repeat", "people", "People"),
    row("text", "person", "Who?"),
    row("end_repeat"),
    row("select_one role or_other", "last one", "Last?", relevant="${person} = 'x'"),
]
CHOICES = [
    ["list_name", "name", "label::English (en)"],
    ["role", "chair", "Chair"],
    ["role", "clerk", "Clerk"],
    ["role", "dk", "Don’t know"],
    ["ways", "pool", "Pool"],
    ["ways", "split", "Split"],
    ["ways", "none", "None of these"],
    ["likely", "no", "No"],
    ["likely", "yes", "Yes"],
    ["things", 10, "Beds"],
    ["things", 20, "Staff"],
]
SETTINGS = [["form_title", "form_id", "default_language"], ["Leaders’ form", "leaders", "English (en)"]]


@pytest.fixture
def read() -> Understood:
    return READER.understand(workbook({"survey": SURVEY, "choices": CHOICES, "settings": SETTINGS}))


def items(read: Understood) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for _place, item in items_of(read.document)}


def told(read: Understood, name: str) -> str:
    return " / ".join(note.message for note in read.notes if f"({name})" in note.place)


def test_a_form_is_understood_as_a_sound_wave(read):
    assert read.problems == ()
    assert (read.document["wave"]["title"], read.document["survey"]["slug"]) == ("Leaders’ form", "leaders-form")
    sections = [(each["title"], each.get("together"), len(each["items"])) for each in read.document["sections"]]
    assert sections == [("About you", True, 2), ("Money", None, 11)]


def test_each_type_becomes_its_counterpart(read):
    assert {name: item["type"] for name, item in items(read).items()} == {
        "ROLE": "single",
        "WAYS": "multiple",
        "SPEND": "number",
        "LIKELY": "grid",
        "ORDER": "ranking",
        "SURE": "scale",
        "WEIGHT": "number",
        "RATE": "number",
        "WHY": "text",
        "WORD": "text",
        "THANKS": "note",
        "FILTERED": "single",
        "LAST_ONE": "single",
    }


def test_words_codes_and_bounds_are_kept(read):
    found = items(read)
    assert found["ROLE"]["options"] == [
        {"code": 1, "label": "Chair"},
        {"code": 2, "label": "Clerk"},
        {"code": 3, "label": "Don’t know", "kind": "dont_know"},
    ]
    assert found["ROLE"]["required"] is True
    assert (found["WAYS"]["text"], found["WAYS"]["hint"]) == ("Which ways do you **use**?", "Tick all")
    assert found["WAYS"]["options"][2] == {"code": 3, "label": "None of these", "exclusive": True}
    assert (found["SPEND"]["min"], found["SPEND"]["max"]) == (0, 900)
    assert found["LIKELY"]["rows"] == [{"name": "BEDS", "text": "More beds"}, {"name": "STAFF", "text": "More staff"}]
    assert [option["code"] for option in found["ORDER"]["options"]] == [10, 20]
    assert [option["code"] for option in found["SURE"]["options"]] == [1, 2, 3, 4, 5, 6, 7]
    assert (found["WHY"].get("long"), found["WORD"].get("long")) == (True, None)
    assert found["LAST_ONE"]["options"][-1] == {"code": 4, "label": "Other", "specify": True}


def test_another_answer_leaves_the_codes_of_a_list_alone_and_is_not_asked_of_a_ranking():
    survey = [
        row("select_multiple things or_other", "needs", "Needs?"),
        row("rank things or_other", "order", "Order?"),
        row("text", "why", "Why?", relevant="selected(${needs}, 'other')"),
    ]
    read = READER.understand(workbook({"survey": [HEADER, *survey], "choices": CHOICES, "settings": SETTINGS}))
    assert read.problems == ()
    found = items(read)
    assert [each["code"] for each in found["NEEDS"]["options"]] == [10, 20, 21]
    assert found["NEEDS"]["options"][-1] == {"code": 21, "label": "Other", "specify": True}
    assert found["WHY"]["show_if"] == ["any_of", "NEEDS", 21]
    assert [each["code"] for each in found["ORDER"]["options"]] == [10, 20]
    assert "cannot ask for another answer" in told(read, "order")


def test_relevance_becomes_conditions(read):
    group = ["not", ["any_of", "ROLE", 2]]
    rules = {name: item.get("show_if") for name, item in items(read).items()}
    assert rules["ROLE"] is None
    assert rules["SPEND"] == ["all", group, ["any_of", "WAYS", 1]]
    assert rules["LIKELY"] == ["all", group, ["answered", "SPEND"]]
    assert rules["ORDER"] == ["all", group, ["any", ["any_of", "LIKELY_BEDS", 2], ["any_of", "LIKELY_STAFF", 2]]]
    assert rules["WHY"] == ["all", group, ["any_of", "SURE", 6, 7]]
    assert (rules["RATE"], rules["LAST_ONE"]) == (group, None)


def test_what_was_left_out_or_changed_is_said_with_its_reason(read):
    assert "written, not chosen" in told(read, "rate")
    assert "check of the answer" in told(read, "rate")
    assert "condition of a statement" in told(read, "likely_staff")
    assert "there is no such question here" in told(read, "where")
    assert "there is no such question here" in told(read, "lost")
    assert "there is no such question here" in told(read, "sum")
    assert "became a number" in told(read, "weight")
    assert "repeated group" in told(read, "people")
    assert "filter" in told(read, "filtered")
    assert "asks who chooses it to say what" in told(read, "last one")
    assert "no title of its own" in told(read, "inner")
    assert "chair is 1" in told(read, "role")
    assert not told(read, "start")


def test_a_form_in_the_simplest_shape_is_read():
    simple = {"survey": [["type", "name", "label"], ["text", "a", "A?"], ["select_one yn", "b", "B?"]]}
    read = READER.understand(
        workbook({**simple, "choices": [["list name", "name", "label"], ["yn", 1, "Yes"], ["yn", 0, "No"]]})
    )
    assert read.problems == ()
    assert [option["code"] for option in items(read)["B"]["options"]] == [1, 0]
    assert read.document["sections"][0]["title"] == "Questions"


def test_a_battery_of_questions_that_do_not_match_is_taken_apart():
    survey = [
        ["type", "name", "label", "appearance"],
        ["begin_group", "g", "G", "table-list"],
        ["select_one a", "x", "X?", ""],
        ["select_one b", "y", "Y?", ""],
        ["end_group", "", "", ""],
    ]
    choices = [["list_name", "name", "label"], ["a", 1, "One"], ["a", 2, "Two"], ["b", 1, "Eins"], ["b", 2, "Zwei"]]
    read = READER.understand(workbook({"survey": survey, "choices": choices}))
    assert set(items(read)) == {"X", "Y"}
    assert "one by one" in read.notes[0].message


# --- Our own export --------------------------------------------------------------------------------------------


def with_everything() -> dict[str, Any]:
    """A wave with every type, roles, rules, scores, nets, kinds, bounds."""
    data = document()
    options = [{"code": code, "label": str(code), "score": code / 2} for code in (1, 2, 3)]
    net = {"name": "top", "label": "Top", "codes": [2, 3]}
    data["sections"][1]["together"] = True
    data["sections"][1]["items"] += [
        {"name": "SURE", "type": "scale", "text": "How sure?", "options": options, "nets": [net], "low": "No",
         "high": "Yes"},
        {"name": "ORDER", "type": "ranking", "text": "=Order?", "options": options, "required": True,
         "track": "RANKS"},
        {"name": "COMMENT", "type": "text", "text": "Why “so”?", "long": True, "sensitive": True, "roles": ["ao"],
         "consent": False, "show_if": ["all", ["any_of", "SURE", 1, 2],
                     ["not", ["any", ["answered", "WAYS"], ["any_of", "PLANS_POOL", 2]]]]},
    ]  # fmt: skip
    data["sections"][1]["items"][1].pop("roles")
    data["sections"][1]["items"][0]["options"].append({"code": 7, "label": "Another", "specify": True})
    return data


@pytest.mark.parametrize("data", [document(), with_everything()], ids=["small", "everything"])
def test_our_own_export_reads_back_the_same(data):
    read = READER.understand(WRITER.write(data))
    assert read.problems == ()
    assert read.notes == ()
    assert read.document["wave"]["roles"] == data["wave"]["roles"]
    assert [(s["name"], s["title"], s.get("together")) for s in read.document["sections"]] == [
        (s["name"], s["title"], s.get("together")) for s in data["sections"]
    ]
    for (_p, old), (_q, new) in zip(items_of(data), items_of(read.document), strict=True):
        before, after = written_out(old, scales_of(data)), written_out(new)
        before.setdefault("nets", [])
        after.setdefault("nets", [])
        assert after == before


@pytest.mark.parametrize("slug", SAMPLE_WAVES)
def test_the_sample_waves_go_out_and_come_back_comparable(slug):
    data = json.loads((SAMPLE / f"{slug}.wave.json").read_text())
    read = READER.understand(WRITER.write(data))
    assert (read.problems, read.notes) == ((), ())
    pairs = zip(items_of(data), items_of(read.document), strict=True)
    assert {verdict(written_out(old, scales_of(data)), written_out(new)).kind for (_p, old), (_q, new) in pairs} == {
        SAME
    }


def test_roles_that_a_wave_has_already_are_kept():
    into = blank_document({"slug": "s", "title": "S"}, slug="w", title="W", roles=[{"code": "ao", "label": "AO"}])
    read = READER.understand(WRITER.write(with_everything()), into=into)
    assert read.problems == ()
    assert read.document["wave"]["roles"] == ["ao"]
    assert items(read)["COMMENT"]["roles"] == ["ao"]


def test_what_looks_like_a_formula_is_written_as_text():
    cells = sheets_of(WRITER.write(with_everything()))["survey"]
    assert any("=Order?" in row for row in cells)
    with zipfile.ZipFile(io.BytesIO(WRITER.write(with_everything()))) as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


# --- Workbooks that are none, or mean harm ---------------------------------------------------------------------


def repacked(replace: dict[str, bytes]) -> bytes:
    """A small workbook with some of its parts replaced."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook({"survey": [["type"]]}))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(name, replace.get(name, old.read(name)))
        for name in replace.keys() - set(old.namelist()):
            new.writestr(name, replace[name])
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
OPENING = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
CLOSING = b"</sheetData></worksheet>"


def sheet(*cells: bytes) -> bytes:
    return OPENING + b"".join(b"<row>" + cell + b"</row>" for cell in cells) + CLOSING


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>' + sheet(b'<c r="A1"><v>&b;</v></c>')


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (b"PK\x03\x04 no", "not an .xlsx workbook"),
        (b"", "not an .xlsx workbook"),
        (repacked({"junk.bin": b"\0" * (45 * 1024 * 1024)}), "unpacks to more"),
        (repacked({SHEET: sheet(b'<c r="A1"><v>1</v></c>', b'<c r="XFD1048576"><v>1</v></c>')}), "cells beyond"),
        (repacked({SHEET: sheet(*[b"<c><v>1</v></c>"] * 6000)}), "cells beyond"),
        (repacked({SHEET: sheet(b"<c/>" * 300)}), "cells beyond"),
        (repacked({SHEET: LAUGHS}), "not the plain XML"),
        (repacked({SHEET: b"<worksheet>"}), "not the plain XML"),
        (repacked({f"x{n}": b"" for n in range(600)}), "parts"),
        (workbook({"other": [["a"]]}), "no sheet called survey"),
        (workbook({"survey": [["type", "name"], *([["text", "a"]] * 5001)]}), "cells beyond"),
    ],
)
def test_a_workbook_that_is_none_or_means_harm_is_refused(data, because):
    read = READER.understand(data)
    assert read.document is None
    assert because in read.problems[0].message


def test_a_part_that_lies_about_its_size_is_unpacked_no_further_than_allowed(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MOST_UNPACKED", 20_000)
    data = bytearray(repacked({"junk.bin": b"\0" * 1_000_000}))
    place = data.index(b"PK\x01\x02", data.rindex(b"junk.bin") - 60)
    data[place + 24 : place + 28] = (100).to_bytes(4, "little")
    with pytest.raises(Refused):
        sheets_of(bytes(data))


def test_a_file_is_known_by_its_beginning():
    assert importer_for("form", workbook({"survey": [["type"]]})).key == "xlsform"
    with pytest.raises(Refused, match="none of the files"):
        importer_for("form.doc", b"\xd0\xcf\x11")


def test_broken_values_of_our_own_columns_are_passed_over():
    survey = [["type", "name", "label", "barometer_type"], ["select_one a", "x", "X?", "poll"]]
    choices = [
        ["list_name", "name", "label", "barometer_score", "barometer_kind"],
        ["a", 1, "One", "much", "odd"],
        ["a", 2, "B", "", ""],
    ]
    nets = [["list_name", "name", "label", "codes"], ["a", "n", "N", "1 x 99999999999"]]
    read = READER.understand(workbook({"survey": survey, "choices": choices, "barometer_nets": nets}))
    assert {problem.place for problem in read.problems} == {"sections[0].items[0].options[0].kind"}
