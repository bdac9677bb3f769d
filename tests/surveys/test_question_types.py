"""One contract for all question types, held against each of them in the registry."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from crispy_forms.utils import render_crispy_form
from django.template.loader import get_template
from hypothesis import given
from hypothesis import strategies as st

from respondents.pages import PageForm
from surveys.codebook import HOLDS, Codebook, Variable
from surveys.compiling import compile_document
from surveys.instrument.journey import asked_of, pages
from surveys.instrument.questionnaire import Instrument, Question
from surveys.problems import Refused
from surveys.question_types import REGISTRY, QuestionType
from surveys.texts import forbidden_character
from surveys.wave_file import read_wave_file
from tests.building import as_bytes, document
from tests.unscripted import as_sent

OPTIONS = [
    {"code": 3, "label": "Three; and more", "score": 3},
    {"code": -1, "label": "Minus one"},
    {"code": 10, "label": '<Ten> & "more"', "score": 10.5},
    {"code": 8, "label": "None of these", "exclusive": True},
    {"code": 9, "label": "Don't know", "kind": "dont_know"},
]
SPECIFYING = [{**option, "specify": True} if option["code"] == 10 else option for option in OPTIONS]
NETS = [{"name": "some", "label": "Some", "codes": [3, 10]}]
ROWS = [{"name": "POOL", "text": "Pool *budgets*"}, {"name": "2ND", "text": "Second"}]

EXAMPLES: dict[str, dict[str, Any]] = {
    "single": {"options": SPECIFYING, "nets": NETS},
    "multiple": {"options": SPECIFYING, "nets": NETS},
    "grid": {"scale": "likely", "rows": ROWS},
    "scale": {"options": OPTIONS[:3], "nets": NETS},
    "number": {"min": -5, "max": 10.5, "unit": "£m"},
    "ranking": {"options": OPTIONS[:4]},
    "text": {"long": True},
    "note": {},
}
VARIABLES = {
    "grid": ["ASKED_POOL", "ASKED_2ND"],
    "note": [],
    "single": ["ASKED", "ASKED_SAY_10"],
    "multiple": ["ASKED", "ASKED_SAY_10"],
    "text": ["ASKED", "ASKED_USE"],
}


def a_document(key: str, **more: Any) -> dict[str, Any]:
    made = document()
    item = {"name": "ASKED", "type": key, "text": "What *is* it?", "hint": "Think.", **EXAMPLES[key], **more}
    made["sections"] = [{"name": "one", "title": "One", "items": [item]}]
    return made


def questionnaire(key: str, **more: Any):
    compiled = compile_document(read_wave_file(as_bytes(a_document(key, **more))))
    return Instrument.from_document(compiled).for_role("chair")


def question(key: str, **more: Any) -> Question:
    return questionnaire(key, **more).questions[0]


def own_variables(asked: Question) -> list[Variable]:
    """The variables that do not go with another's answer."""
    return [variable for variable in asked.variables if variable.asked_if is None]


def problems_of(key: str, **more: Any) -> list[str]:
    try:
        read_wave_file(as_bytes(a_document(key, **more)))
    except Refused as refused:
        return [str(problem) for problem in refused.problems]
    return []


@pytest.fixture(params=sorted(REGISTRY))
def key(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def kind(key: str) -> QuestionType:
    return REGISTRY[key]


@st.composite
def values(draw: st.DrawFn, variable: Variable) -> list[Any]:
    """Any answer that the variable can hold, blank included."""
    return draw(st.one_of(st.just([]), _VALUES[variable.holds](variable)))


def _many(variable: Variable) -> st.SearchStrategy[list[Any]]:
    free = [code.code for code in variable.codes if not code.exclusive and not code.kind]
    alone = [[code.code] for code in variable.codes if code.exclusive or code.kind]
    several = st.sets(st.sampled_from(free), min_size=1).map(lambda some: [code for code in free if code in some])
    return st.one_of(several, st.sampled_from(alone)) if alone else several


def _order(variable: Variable) -> st.SearchStrategy[list[Any]]:
    codes = [code.code for code in variable.codes]
    return st.permutations(codes).flatmap(lambda all_: st.integers(1, len(all_)).map(lambda size: list(all_[:size])))


def _number(variable: Variable) -> st.SearchStrategy[list[Any]]:
    exact = st.decimals(variable.minimum, variable.maximum, places=6, allow_nan=False, allow_infinity=False)
    return exact.map(lambda it: [int(it) if it == it.to_integral_value() else float(it)])


def _text(variable: Variable) -> st.SearchStrategy[list[Any]]:
    kept = st.text(max_size=200).filter(
        lambda words: words.strip() and not forbidden_character(words) and "\r" not in words
    )
    return kept.map(lambda words: [words])


_VALUES = {
    "one": lambda variable: st.sampled_from([[code.code] for code in variable.codes]),
    "many": _many,
    "order": _order,
    "number": _number,
    "text": _text,
}


@st.composite
def answered(draw: st.DrawFn) -> tuple[str, Question, dict[str, list[Any]]]:
    """A question of any type with any answers to it."""
    key = draw(st.sampled_from(sorted(REGISTRY)))
    asked = question(key)
    answers = {variable.name: draw(values(variable)) for variable in asked.variables}
    put = {variable.name for variable in asked_of(asked, answers)}
    return key, asked, {name: values if name in put else [] for name, values in answers.items()}


def test_every_registered_type_has_an_example_here() -> None:
    assert set(EXAMPLES) == set(REGISTRY)
    assert {variable.holds for key in REGISTRY for variable in question(key).variables} == set(HOLDS)


def test_a_type_is_registered_under_its_own_key(key: str, kind: QuestionType) -> None:
    assert kind.key == key
    assert str(kind.label)


def test_a_type_finds_nothing_wrong_with_its_example(key: str) -> None:
    assert problems_of(key) == []


def test_a_type_names_the_keys_it_does_not_know(key: str, kind: QuestionType) -> None:
    strange = {"unit": "£", "rows": ROWS, "long": True, "low": "Low"}
    unknown = sorted(strange.keys() - kind.keys)
    assert unknown
    told = problems_of(key, **{name: strange[name] for name in unknown})
    assert told == [f'sections[0].items[0].{name}: a question of type "{key}" has no "{name}"' for name in unknown]


def test_variables_are_named_after_the_item(key: str, kind: QuestionType) -> None:
    made = question(key).variables
    assert [variable.name for variable in made] == VARIABLES.get(key, ["ASKED"])
    assert {variable.item for variable in made} <= {"ASKED"}
    assert {variable.holds for variable in made} <= set(HOLDS)
    assert [bool(variable.codes) for variable in made] == [variable.closed for variable in made]


def test_variables_carry_what_the_item_says_of_them(key: str) -> None:
    for variable in own_variables(question(key, sensitive=True, track="OLD")):
        assert (variable.sensitive, variable.track, variable.text) == (True, "OLD", "What *is* it?")
    for variable in own_variables(question(key)):
        assert (variable.sensitive, variable.track) == (False, "ASKED")


def test_variables_survive_being_written_down(key: str) -> None:
    book = Codebook(question(key).variables)
    assert Codebook.from_list(book.as_list()) == book


@pytest.mark.parametrize("bound", [0, 0.0, -1, 7])
def test_a_bound_of_nought_is_a_bound_once_it_is_frozen(bound: float) -> None:
    (variable,) = question("number", min=bound, max=bound).variables
    assert (variable.minimum, variable.maximum) == (bound, bound)
    with pytest.raises(ValueError, match="is not between"):
        REGISTRY["number"].from_cell(variable, str(bound - 1))


def test_settings_hold_what_the_type_needs_and_no_name_to_look_up(key: str, kind: QuestionType) -> None:
    settings = question(key).settings
    assert "scale" not in settings
    assert settings.keys() <= kind.keys | {"options", "low", "high", "nets"}
    for name in EXAMPLES[key].keys() - {"scale"}:
        assert settings[name] == EXAMPLES[key][name]


def test_a_type_has_a_template(kind: QuestionType) -> None:
    assert get_template(kind.template)


def test_there_is_a_field_for_each_variable_and_no_other(key: str, kind: QuestionType) -> None:
    asked = question(key)
    assert list(kind.form_fields(asked)) == [variable.name for variable in asked.variables]


def test_fields_are_required_where_the_question_is(key: str, kind: QuestionType) -> None:
    for required in (True, False):
        asked = question(key, required=required)
        fields = kind.form_fields(asked)
        own = {variable.name for variable in own_variables(asked)}
        assert {field.required for name, field in fields.items() if name in own} <= {required}
        assert not any(field.required for name, field in fields.items() if name not in own)


def test_a_blank_answer_is_an_empty_list_for_every_variable(key: str, kind: QuestionType) -> None:
    asked = question(key)
    assert kind.answers_from(asked, {}) == {variable.name: [] for variable in asked.variables}
    assert kind.initial(asked, {variable.name: [] for variable in asked.variables}) == {}


def test_blank_answers_are_described_by_no_words(key: str, kind: QuestionType) -> None:
    asked = question(key)
    described = kind.describe(asked, {})
    assert not any(words for _label, words in described)
    own = [variable.row or asked.text for variable in own_variables(asked)]
    assert [label for label, _words in described[: len(own)]] == own
    assert len({label for label, _words in described}) == len(asked.variables)


def test_an_empty_cell_is_blank(key: str, kind: QuestionType) -> None:
    for variable in question(key).variables:
        assert kind.from_cell(variable, "") == kind.from_cell(variable, "  ") == []
        assert kind.to_cell(variable, []) == kind.to_cell(variable, [], labels=True) == ""


def test_every_variable_has_an_encoder_in_the_frame(key: str) -> None:
    from results.analysis.encoding import ENCODERS

    assert {variable.holds for variable in question(key).variables} <= set(ENCODERS)


@given(answered())
def test_what_a_cell_says_is_read_back(drawn) -> None:
    key, asked, answers = drawn
    for variable in asked.variables:
        cell = REGISTRY[key].to_cell(variable, answers[variable.name])
        assert REGISTRY[key].from_cell(variable, cell) == answers[variable.name]


@given(answered())
def test_what_a_cell_may_hold_has_no_problems(drawn) -> None:
    key, asked, answers = drawn
    for variable in asked.variables:
        assert list(REGISTRY[key].problems_of_answer(variable, answers[variable.name])) == []


@given(answered())
def test_an_answer_is_described_in_words(drawn) -> None:
    key, asked, answers = drawn
    described = REGISTRY[key].describe(asked, answers)
    assert [bool(words) for _, words in described] == [bool(answers[variable.name]) for variable in asked.variables]
    for variable, (_, words) in zip(asked.variables, described, strict=True):
        assert words == REGISTRY[key].words(variable, answers[variable.name])
        labels = [code.label for code in variable.codes if code.code in answers[variable.name]]
        assert all(label in words for label in labels)


@given(answered())
def test_a_page_sent_back_unchanged_says_the_same(drawn) -> None:
    key, _asked, answers = drawn
    (page,) = pages(questionnaire(key), answers)
    shown = as_sent(render_crispy_form(PageForm(page, answers=answers)))
    form = PageForm(page, answers=answers, data=shown)
    assert form.is_valid(), form.errors
    assert form.is_whole
    assert form.answers() == answers


@given(answered())
def test_answers_can_be_kept_as_json(drawn) -> None:
    _key, _asked, answers = drawn
    assert json.loads(json.dumps(answers, allow_nan=False)) == answers


def test_types_can_be_sent_to_other_processes(kind: QuestionType) -> None:
    assert pickle.loads(pickle.dumps(kind)).key == kind.key


# --- What single types refuse ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "cell", "said"),
    [
        ("single", "4", "4 is not a code of ASKED; use"),
        ("single", "3;10", "one answer is allowed"),
        ("single", "three", "'three' is not a code of ASKED"),
        ("single", "--1", "'--1' is not a code of ASKED"),
        ("single", "-", "'-' is not a code of ASKED"),
        ("single", "٣", "is not a code of ASKED"),
        ("single", "3.0", "'3.0' is not a code of ASKED"),
        ("single", "1" * 5000, "is not a code of ASKED"),
        ("single", "3" + "0" * 12, "is not a code of ASKED"),
        ("multiple", "3;3", "given twice"),
        ("multiple", "3;8", "8 (None of these) excludes every other answer"),
        ("multiple", "9;3", "9 (Don't know) excludes every other answer"),
        ("multiple", "3;", "'' is not a code of ASKED"),
        ("grid", "3", "3 is not a code of ASKED_POOL"),
        ("ranking", "3;10;3", "given twice"),
        ("ranking", "3,10", "'3,10' is not a code"),
        ("number", "ten", "'ten' is not a number"),
        ("number", "NaN", "'NaN' is not a number"),
        ("number", "1e999999", "is not between -5 and 10.5"),
        ("number", "-Infinity", "is not a number"),
        ("number", "1_0", "'1_0' is not a number"),
        ("number", "10.6", "10.6 is not between -5 and 10.5"),
        ("text", "x" * 10_001, "longer than 10000 characters"),
        ("text", "a\x00b", "contains U+0000"),
        ("text", "a\ud800b", "contains U+D800"),
    ],
)
def test_a_cell_that_cannot_be_an_answer_is_refused_in_words(key: str, cell: str, said: str) -> None:
    variable = question(key).variables[0]
    with pytest.raises(ValueError, match=r".") as caught:
        REGISTRY[key].from_cell(variable, cell)
    assert said in str(caught.value)
    assert len(str(caught.value)) < 300


def test_a_note_has_no_cell() -> None:
    with pytest.raises(ValueError, match="a note has no answers"):
        REGISTRY["note"].from_cell(Variable("ASKED", "?", "text"), "words")


def test_a_cell_of_several_is_kept_in_the_order_offered() -> None:
    assert REGISTRY["multiple"].from_cell(question("multiple").variables[0], "10; 3") == [3, 10]


def test_a_ranking_keeps_the_order_given() -> None:
    assert REGISTRY["ranking"].from_cell(question("ranking").variables[0], "10;-1;3") == [10, -1, 3]


@pytest.mark.parametrize("cell", ["-1e-400", "-0", "-0.0"])
def test_nothing_is_kept_as_plain_zero_on_every_database(cell: str) -> None:
    assert str(REGISTRY["number"].from_cell(question("number").variables[0], cell)[0]).lstrip("0.") == ""


def posted(key: str, data: dict[str, Any], **more: Any) -> PageForm:
    (page,) = pages(questionnaire(key, **more), {})
    sent = as_sent(render_crispy_form(PageForm(page, answers={})))
    for name, value in data.items():
        sent.setlist(name, value if isinstance(value, list) else [value])
    return PageForm(page, answers={}, data=sent)


@pytest.mark.parametrize(
    ("key", "data", "said"),
    [
        ("single", {"ASKED": "4"}, "Choose one of the answers offered"),
        ("multiple", {"ASKED": ["3", "8"]}, "Choose either ‘None of these’ or the other answers, not both"),
        ("multiple", {"ASKED": ["3", "99"]}, "Choose from the answers offered"),
        ("grid", {"ASKED_POOL": "77"}, "Choose one of the answers offered"),
        ("ranking", {"ASKED_3": "1", "ASKED_-1": "1"}, "Give each rank once: 1 is given to 2 options"),
        ("ranking", {"ASKED_3": "7"}, "Choose from the ranks offered"),
        ("number", {"ASKED": "twelve"}, "Enter a number, such as 12 or 12.5"),
        ("number", {"ASKED": "nan"}, "Enter a number, such as 12 or 12.5"),
        ("number", {"ASKED": "11"}, "10.5"),
        ("text", {"ASKED": "x" * 10_001}, "Shorten your answer to 10000 characters; it has 10001"),
    ],
)
def test_a_form_says_what_is_wrong(key: str, data: dict[str, Any], said: str) -> None:
    form = posted(key, data)
    assert not form.is_valid()
    assert said in " ".join(message for messages in form.errors.values() for message in messages)


@pytest.mark.parametrize("blank", ["", "   ", "\r\n", "\x00"])
def test_a_required_text_is_not_answered_by_blanks(blank: str) -> None:
    form = posted("text", {"ASKED": blank}, required=True)
    assert form.errors == {"ASKED": ["Enter an answer"]}


def test_what_is_typed_is_kept_as_it_was_typed_but_for_what_no_database_holds() -> None:
    form = posted("text", {"ASKED": "  One\r\n\tTwo\x00\x08  \ud800"})
    assert form.is_valid()
    assert form.answers() == {"ASKED": ["  One\n\tTwo  "], "ASKED_USE": []}


def test_gaps_between_ranks_are_closed() -> None:
    form = posted("ranking", {"ASKED_10": "2", "ASKED_3": "4"})
    assert form.is_valid()
    assert form.answers() == {"ASKED": [10, 3]}


def test_a_scale_scores_its_points_by_themselves_where_nothing_else_is_said() -> None:
    options = [{"code": 1, "label": "1"}, {"code": 2, "label": "2"}, {"code": 9, "label": "?", "kind": "dont_know"}]
    plain = question("scale", options=options, nets=[])
    assert [code.score for code in plain.variables[0].codes] == [1, 2, None]
    assert [code.score for code in question("scale").variables[0].codes] == [3, None, 10.5]


def test_nets_of_the_scale_come_before_those_of_the_item() -> None:
    own = [{"name": "mine", "label": "Mine", "codes": [2]}]
    assert [net.name for net in question("grid", nets=own).variables[0].nets] == ["any", "mine"]
