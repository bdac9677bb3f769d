"""The wave file, both ways: what is loaded is dumped byte for byte, what is wrong is refused with its place."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from surveys.models import QuestionVersion, Wave
from surveys.problems import Refused
from surveys.wave_checks import variables_of
from surveys.wave_file import dump_wave, load_wave, read_wave_file
from tests.building import NOW, SAMPLE, SAMPLE_WAVES, as_bytes, counts, document, draft, opened, refused

pytestmark = pytest.mark.django_db


def load(data: bytes) -> Wave:
    return load_wave(read_wave_file(data))


def dumped(data: dict[str, Any]) -> str:
    return dump_wave(Wave.objects.get(pk=load(as_bytes(data)).pk))


# --- There and back --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", SAMPLE_WAVES)
def test_a_sample_wave_is_dumped_as_it_was_loaded_byte_for_byte(slug: str) -> None:
    data = (SAMPLE / f"{slug}.wave.json").read_bytes()
    once = dump_wave(Wave.objects.get(pk=load(data).pk)).encode()
    twice = dump_wave(Wave.objects.get(pk=load(once).pk)).encode()
    assert once == data
    assert twice == data


def odd_but_valid() -> dict[str, Any]:
    """Every key of the format that the sample waves leave out, and none of the keys that may be left out."""
    return {
        "format": "barometer.wave/1",
        "survey": {"slug": "people", "title": "People"},
        "wave": {
            "slug": "p-1",
            "title": "Ünïcode — “quoted” \\ / \u2028",
            "opens_at": "2013-06-30T23:30:00+02:00",
            "closes_at": "2013-12-01T00:00:00.250000-05:00",
            "frame_kind": None,
            "roles": ["b", "a"],
            "weighting": {"margins": ["gp", "role"], "method": "rake"},
            "partner": {"name": "A & B"},
        },
        "roles": [{"label": "A", "code": "a"}, {"label": "B", "code": "b"}],
        "sections": [
            {"items": [], "title": "Empty", "name": "empty"},
            {
                "name": "all",
                "title": "All",
                "items": [
                    {"type": "note", "text": "Only *words*", "name": "WORDS", "required": False},
                    {
                        "text": "Which?",
                        "name": "Q",
                        "type": "multiple",
                        "hint": "",
                        "nets": [{"codes": [7, -3], "label": "Both", "name": "both"}],
                        "options": [
                            {"label": "Seven", "code": 7, "score": 0.1},
                            {"code": -3, "kind": "not_applicable", "label": "N/A"},
                            {"code": 0, "label": "None", "exclusive": True},
                            {"code": 2147483647, "label": "Won't say", "kind": "refused", "exclusive": False},
                        ],
                        "track": "OLD_Q",
                        "sensitive": True,
                    },
                    {
                        "name": "ORDER",
                        "type": "ranking",
                        "text": "Order?",
                        "options": [{"code": 2, "label": "B"}, {"code": 1, "label": "A"}],
                        "show_if": ["all", ["not", ["any", ["any_of", "Q", 7, 0], ["answered", "Q"]]]],
                        "roles": ["a"],
                        "required": True,
                    },
                    {"name": "HOW", "type": "number", "text": "How much?", "max": 1e9, "min": -0.5, "unit": "£"},
                    {"name": "TELL", "type": "text", "text": "Tell", "long": False},
                ],
            },
        ],
    }


def test_a_wave_that_leaves_out_all_it_may_is_stable_from_the_first_dump_on() -> None:
    once = dumped(odd_but_valid())
    assert dumped(json.loads(once)) == once


def test_nothing_of_an_odd_wave_is_lost() -> None:
    given, kept = odd_but_valid(), json.loads(dumped(odd_but_valid()))
    for item in given["sections"][1]["items"]:
        item.pop("required", None) if not item.get("required") else None
    for key in given["wave"].keys() - {"opens_at", "closes_at"}:
        assert kept["wave"][key] == given["wave"][key]
    assert kept["sections"] == given["sections"]
    assert kept["roles"] == given["roles"]
    assert kept["scales"] == kept["banners"] == []
    assert kept["wave"]["opens_at"] == "2013-06-30T22:30:00+01:00"
    assert kept["wave"]["closes_at"] == "2013-12-01T05:00:00.250000+00:00"


def test_keys_come_out_in_the_order_of_the_format_whatever_order_they_came_in() -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: turned(value[key]) for key in reversed(value)}
        return [turned(each) for each in value] if isinstance(value, list) else value

    assert dumped(turned(document())) == dumped(document())


def test_a_byte_order_mark_and_windows_line_ends_are_read_over() -> None:
    plain = (SAMPLE / "2013-winter.wave.json").read_bytes()
    strange = b"\xef\xbb\xbf" + plain.replace(b"\n", b"\r\n")
    assert dump_wave(load(strange)).encode() == plain


# --- Loading again ---------------------------------------------------------------------------------------------


def test_loading_again_brings_the_draft_to_the_file() -> None:
    first = draft()
    changed = document(title="Autumn", number=None, closes_at=None)
    changed["sections"][0]["items"][1]["text"] = "Is it?"
    del changed["sections"][1]
    again = load(as_bytes(changed))
    assert again.pk == first.pk
    assert json.loads(dump_wave(Wave.objects.get())) == {**changed, "wave": {**changed["wave"], "number": None}}


def test_loading_the_same_file_again_adds_no_row() -> None:
    draft()
    before = counts()
    draft()
    assert counts() == before


def test_a_wording_that_another_wave_uses_is_shared_and_kept() -> None:
    draft()
    draft(slug="autumn")
    wordings = QuestionVersion.objects.count()
    changed = document(slug="autumn")
    changed["sections"][0]["items"][1]["text"] = "Is it?"
    load(as_bytes(changed))
    assert wordings == 6
    assert QuestionVersion.objects.count() == wordings + 1
    assert [each.number for each in QuestionVersion.objects.filter(question__name="GRIP")] == [1, 2]


def test_a_wave_that_has_opened_is_refused() -> None:
    opened()
    with refused() as refusal:
        load(as_bytes(document(title="Changed")))
    assert refusal.told == ["wave.slug: spring is open; only a draft can change"]
    assert Wave.objects.get().title == "Spring 2026"


def test_a_scheduled_wave_is_refused() -> None:
    from surveys.lifecycle import schedule_wave

    schedule_wave(draft(), now=NOW)
    with refused() as refusal:
        load(as_bytes(document(title="Changed")))
    assert refusal.told == ["wave.slug: spring is scheduled; only a draft can change"]


def test_the_slug_of_another_surveys_wave_is_refused() -> None:
    draft()
    other = document()
    other["survey"] = {"slug": "other", "title": "Other"}
    with refused() as refusal:
        load(as_bytes(other))
    assert refusal.told == ["wave.slug: spring is a wave of another survey, Leaders"]


# --- What is refused -------------------------------------------------------------------------------------------


def item(data: dict[str, Any], section: int, index: int) -> dict[str, Any]:
    return data["sections"][section]["items"][index]


def _scale_unknown(data: dict[str, Any]) -> None:
    item(data, 0, 1)["scale"] = "likely7"


def _grip_later(data: dict[str, Any]) -> None:
    data["sections"].insert(0, data["sections"].pop(1))
    item(data, 0, 0)["show_if"] = ["answered", "GRIP"]


def _same_variable_by_two_items(data: dict[str, Any]) -> None:
    item(data, 1, 0)["name"] = "PLANS_POOL"


FAULTS: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "an item's name twice": (
        lambda data: item(data, 1, 0).update(name="GRIP"),
        "sections[1].items[0].name: GRIP is used twice",
    ),
    "a variable made by two items": (
        _same_variable_by_two_items,
        "sections[1].items[1].name: the variable PLANS_POOL is already made by PLANS_POOL",
    ),
    "a row twice": (
        lambda data: item(data, 1, 1)["rows"].append({"name": "POOL", "text": "Again"}),
        "sections[1].items[1].rows[2].name: POOL is used twice",
    ),
    "an unknown scale": (_scale_unknown, "sections[0].items[1].scale: likely7 is not among the scales"),
    "both scale and options": (
        lambda data: item(data, 1, 0).update(scale="likely"),
        "sections[1].items[0].options: give either a scale or options",
    ),
    "a code twice in a scale": (
        lambda data: data["scales"][0]["options"][1].update(code=1),
        "scales[0].options[1].code: 1 is used twice",
    ),
    "a code twice in options": (
        lambda data: item(data, 1, 0)["options"][1].update(code=1),
        "sections[1].items[0].options[1].code: 1 is used twice",
    ),
    "a net with a code not offered": (
        lambda data: data["scales"][0]["nets"][0].update(codes=[1, 5]),
        "scales[0].nets[0].codes: 5 is not among the options",
    ),
    "an item's net with a code not offered": (
        lambda data: item(data, 1, 0).update(nets=[{"name": "n", "label": "N", "codes": [3]}]),
        "sections[1].items[0].nets[0].codes: 3 is not among the options",
    ),
    "a net twice": (
        lambda data: data["scales"][0]["nets"].append({"name": "any", "label": "Any", "codes": [2]}),
        "scales[0].nets[1].name: any is used twice",
    ),
    "only don't knows": (
        lambda data: item(data, 1, 0).update(options=[{"code": 9, "label": "?", "kind": "dont_know"}]),
        "sections[1].items[0].options: offer at least one answer that is not a don't know or the like",
    ),
    "a role of the wave not in the list": (
        lambda data: data["wave"]["roles"].append("nurse"),
        "wave.roles[2]: nurse is not among the roles: chair, ao, clerk",
    ),
    "a role of an item not in the list": (
        lambda data: item(data, 1, 1)["roles"].append("nurse"),
        "sections[1].items[1].roles[1]: nurse is not among the roles: ao, chair, clerk",
    ),
    "a role twice": (lambda data: data["wave"]["roles"].append("ao"), "wave.roles[2]: ao is used twice"),
    "a role's code twice": (lambda data: data["roles"][1].update(code="chair"), "roles[1].code: chair is used twice"),
    "a section's name twice": (
        lambda data: data["sections"][1].update(name="grip"),
        "sections[1].name: grip is used twice",
    ),
    "a scale's name twice": (
        lambda data: data["scales"].append(data["scales"][0]),
        "scales[1].name: likely is used twice",
    ),
    "an unknown type": (
        lambda data: item(data, 0, 1).update(type="slider"),
        "sections[0].items[1].type: slider is not a question type; use single, multiple, grid, ",
    ),
    "a later variable": (_grip_later, "sections[0].items[0].show_if: GRIP is not an earlier variable"),
    "its own variable": (
        lambda data: item(data, 0, 1).update(show_if=["answered", "GRIP"]),
        "sections[0].items[1].show_if: GRIP is not an earlier variable",
    ),
    "a grid's name instead of its row": (
        lambda data: item(data, 1, 2).update(show_if=["answered", "PLANS"]),
        "sections[1].items[2].show_if: PLANS is not an earlier variable",
    ),
    "a code not offered in a rule": (
        lambda data: item(data, 0, 2).update(show_if=["any_of", "GRIP", 1, 7]),
        "sections[0].items[2].show_if: 7 is not a code of GRIP",
    ),
    "a code that is a truth": (
        lambda data: item(data, 0, 2).update(show_if=["any_of", "GRIP", True]),
        "sections[0].items[2].show_if: True is not a code of GRIP",
    ),
    "a rule without codes": (
        lambda data: item(data, 0, 2).update(show_if=["any_of", "GRIP"]),
        'sections[0].items[2].show_if: "any_of" needs at least one code of GRIP',
    ),
    "a rule on a comment's codes": (
        lambda data: item(data, 1, 0).update(show_if=["any_of", "WHY", 1]),
        'sections[1].items[0].show_if: WHY has no codes; use ["answered", "WHY"]',
    ),
    "an unknown rule": (
        lambda data: item(data, 0, 2).update(show_if=["nor", ["answered", "GRIP"]]),
        'sections[0].items[2].show_if: "nor" is not a rule; use any_of, answered, all, any or not',
    ),
    "a rule that is no rule": (
        lambda data: item(data, 0, 2).update(show_if=["not", "GRIP"]),
        'sections[0].items[2].show_if: a rule is a list such as ["any_of", "GRIP", 1]',
    ),
    "an unknown banner": (
        lambda data: data["banners"][0].update(by="NOWHERE"),
        "banners[0].by: NOWHERE is neither role, gp, region, area_team, stp nor a closed variable of this wave",
    ),
    "a banner by a comment": (
        lambda data: data["banners"][0].update(by="WHY"),
        "banners[0].by: WHY is neither role, gp, region, area_team, stp nor a closed variable of this wave",
    ),
    "a banner by places without organisations": (
        lambda data: (data["wave"].update(frame_kind=None), data["banners"][0].update(by="region")),
        "banners[0].by: region needs organisations, but the wave has no frame_kind",
    ),
    "a time without offset": (
        lambda data: data["wave"].update(opens_at="2026-03-02T09:00:00"),
        "wave.opens_at: '2026-03-02T09:00:00' does not say its offset from UTC; write 2026-03-02T09:00:00+00:00 or ",
    ),
    "a time that is none": (
        lambda data: data["wave"].update(opens_at="soon"),
        "wave.opens_at: 'soon' is not a time such as 2013-01-07T09:00:00+00:00",
    ),
    "a time before time": (
        lambda data: data["wave"].update(opens_at="0001-01-01T00:00:00+14:00"),
        "wave.opens_at: '0001-01-01T00:00:00+14:00' is not in a year from 1900 to 2200",
    ),
    "a time after time": (
        lambda data: data["wave"].update(closes_at="9999-12-31T23:59:59-14:00"),
        "wave.closes_at: '9999-12-31T23:59:59-14:00' is not in a year from 1900 to 2200",
    ),
    "closing before opening": (
        lambda data: data["wave"].update(closes_at=data["wave"]["opens_at"]),
        "wave.closes_at: is not after opens_at",
    ),
    "a day that is none": (
        lambda data: data["wave"].update(frame_date="2013-02-30"),
        "wave.frame_date: '2013-02-30' is not a date such as 2013-04-01",
    ),
    "a population without a day": (
        lambda data: data["wave"].update(frame_date=None),
        "wave.frame_date: say on which day the CCGs are the population",
    ),
    "raking without margins": (
        lambda data: data["wave"].update(weighting={"method": "rake"}),
        'wave.weighting.margins: name at least one margin, such as ["role", "region"]',
    ),
    "an unknown key": (
        lambda data: data.update(colour="red"),
        "unknown key colour; known are banners, format, roles, scales, sections, survey, wave",
    ),
    "an unknown key of an item": (
        lambda data: item(data, 0, 1).update(Scale="likely"),
        "sections[0].items[1]: unknown key Scale; known are consent, high, hint, ",
    ),
    "a missing key": (lambda data: data["wave"].pop("title"), "wave: title is missing"),
    "another format": (
        lambda data: data.update(format="barometer.wave/2"),
        "format: 'barometer.wave/1' was expected",
    ),
    "a name in small letters": (
        lambda data: item(data, 0, 1).update(name="grip"),
        "sections[0].items[1].name: 'grip' does not fit the pattern",
    ),
    "a code that is a word": (
        lambda data: data["scales"][0]["options"][0].update(code="1"),
        "scales[0].options[0].code: '1' is not of type 'integer'",
    ),
    "a code with a fraction": (
        lambda data: data["scales"][0]["options"][0].update(code=1.5),
        "scales[0].options[0].code: 1.5 is not of type 'integer'",
    ),
    "a code beyond 32 bits": (
        lambda data: data["scales"][0]["options"][0].update(code=2**31),
        "scales[0].options[0].code: 2147483648 is greater than the maximum of 2147483647",
    ),
    "a control character": (
        lambda data: item(data, 0, 1).update(text="Is\x00it?"),
        "sections[0].items[1].text: contains U+0000, which cannot be kept; remove it",
    ),
    "a lone surrogate": (
        lambda data: item(data, 0, 1).update(text="Is\ud800it?"),
        "sections[0].items[1].text: contains U+D800, which cannot be kept; remove it",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_refused_with_its_place_and_nothing_is_written(fault: str) -> None:
    spoil, told = FAULTS[fault]
    data = document()
    spoil(data)
    with refused() as refusal:
        load(json.dumps(data).encode())
    assert any(line.startswith(told) for line in refusal.told), refusal.told


def test_the_issues_own_example_is_told_in_its_words() -> None:
    data = json.loads((SAMPLE / "2013-winter.wave.json").read_text("utf-8"))
    data["sections"][0]["items"] = [one for one in data["sections"][0]["items"] if one["name"] != "GRIP"]
    data["sections"][1]["items"] = [one for one in data["sections"][1]["items"] if one["name"] != "GRIP"]
    data["sections"][1]["items"][0]["show_if"] = ["any_of", "GRIP", 1]
    with refused() as refusal:
        load(as_bytes(data))
    assert "sections[1].items[0].show_if: GRIP is not an earlier variable" in refusal.told


def test_all_problems_are_told_at_once() -> None:
    data = document()
    _scale_unknown(data)
    data["wave"]["roles"].append("nurse")
    data["scales"][0]["options"][1]["code"] = 1
    with refused() as refusal:
        load(as_bytes(data))
    places = {problem.place for problem in refusal.problems}
    assert {"sections[0].items[1].scale", "wave.roles[2]", "scales[0].options[1].code"} <= places


TEXT = json.dumps(document(), indent=1)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "line 1: the file is empty"),
        (b"\xef\xbb\xbf \r\n", "line 1: the file is empty"),
        (b'{\n "format": "barometer.wave/1",\n "survey": }', "line 3, column 12: not JSON: Expecting value"),
        (b"not json", "line 1, column 1: not JSON: Expecting value"),
        (
            b'{\n "title": "caf\xe9"}',
            "line 2, column 15: byte 0xe9 is not UTF-8; save the file as UTF-8 and try again",
        ),
        (TEXT.encode("utf-16"), "line 1, column 1: byte 0xff is not UTF-8; save the file as UTF-8 and try again"),
        (b'{"format": "barometer.wave/1", "format": "x"}', "format: the key stands twice in one object"),
        (b'{"\\ud800": 1, "\\ud800": 2}', "the key stands twice in one object"),
        (TEXT.replace('"score": 1', '"score": NaN').encode(), "NaN is not a number JSON knows"),
        (TEXT.replace('"score": 1', '"score": -Infinity').encode(), "-Infinity is not a number JSON knows"),
        (TEXT.replace('"score": 1', '"score": 1e999').encode(), "is greater than the maximum"),
        (TEXT.replace('"number": 3', f'"number": {"9" * 5000}').encode(), "not JSON: Exceeds the limit"),
        (TEXT.replace('"number": 3', f'"number": {"9" * 4000}').encode(), "wave.number: 999"),
        (b"[]", "[] is not of type 'object'"),
        (b"null", "None is not of type 'object'"),
        (b'{"a": "tab\there"}', "line 1, column 11: not JSON: Invalid control character at"),
        (b'{"\\u0000key": 1}', "unknown key"),
        (b'{"\\ud800key": 1}', "unknown key"),
    ],
)
def test_a_file_that_is_no_wave_file_is_refused_where_it_goes_wrong(data: bytes, told: str) -> None:
    with refused() as refusal:
        load(data)
    assert any(told in line for line in refusal.told), refusal.told
    for line in refusal.told:
        assert len(line) < 600
        assert line.encode()
        assert "\x00" not in line


@pytest.mark.parametrize("depth", [40, 41, 200, 900, 990, 5_000, 100_000])
@pytest.mark.parametrize("where", ["rule", "text", "top"])
def test_json_of_any_depth_is_refused_in_words(depth: int, where: str) -> None:
    deep = "[" * depth + "]" * depth
    text = {
        "rule": TEXT.replace('["any_of", "GRIP", 1]', deep).replace(
            '"show_if": [\n      "any_of",\n      "GRIP",\n      1\n     ]', f'"show_if": {deep}'
        ),
        "text": TEXT.replace('"Is the grip right?"', deep),
        "top": deep,
    }[where]
    assert deep in text
    with refused() as refusal:
        load(text.encode())
    assert all(len(line) < 600 for line in refusal.told)


def test_no_depth_is_too_deep_for_the_parser_and_yet_not_for_what_comes_after() -> None:
    for depth in range(900, 1001):
        with pytest.raises(Refused):
            read_wave_file(TEXT.replace('"number": 3', f'"number": {"[" * depth}{"]" * depth}').encode())


def test_rules_twenty_deep_are_understood_and_deeper_ones_refused() -> None:
    def nested(depth: int) -> list[Any]:
        return ["answered", "GRIP"] if not depth else ["not", nested(depth - 1)]

    data = document()
    item(data, 0, 2)["show_if"] = nested(20)
    assert read_wave_file(as_bytes(data))
    item(data, 0, 2)["show_if"] = nested(21)
    with refused() as refusal:
        load(as_bytes(data))
    assert refusal.told == ["sections[0].items[2].show_if: rules are nested more than 20 deep"]


def test_a_name_too_long_for_its_column_is_refused_before_a_database_cuts_it() -> None:
    data = document()
    item(data, 1, 1)["name"] = "A" * 60
    item(data, 1, 1)["rows"][0]["name"] = "B" * 60
    data["banners"].append({"name": "x" * 60, "title": "T" * 200, "by": f"{'A' * 60}_{'B' * 60}"})
    load(as_bytes(data))
    for spoil in (
        lambda: item(data, 1, 1).update(name="A" * 61),
        lambda: data["survey"].update(title="T" * 201),
        lambda: data["wave"].update(slug="s" * 81),
        lambda: data["wave"].update(frame_kind="k" * 21),
        lambda: data["roles"][0].update(code="r" * 41),
    ):
        spoil()
        with refused():
            load(as_bytes(data))


def test_one_point_nought_is_one() -> None:
    data = document()
    data["scales"][0]["options"][0].update(code=1.0, score=-0.0)
    assert json.loads(dumped(data))["scales"][0]["options"][0] == {"code": 1, "label": "Unlikely", "score": 0}
    assert '"code": 1,' in dumped(data)


def test_the_variables_of_a_document_are_those_of_its_questions() -> None:
    assert list(variables_of(document())) == ["GRIP", "WHY", "WAYS", "PLANS_POOL", "PLANS_SPLIT", "SPEND"]
