"""The way through a questionnaire: what is asked of whom, on which page, and what is sent."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.compiling import compile_document
from surveys.instrument.journey import on_path_answers, pages, path, total_is_certain
from surveys.instrument.questionnaire import Instrument, Questionnaire
from tests.building import document


def questionnaire(sections: list[list[dict[str, Any]]] | None = None, role: str = "chair") -> Questionnaire:
    made = document()
    if sections is not None:
        made["banners"] = []
        made["sections"] = [{"name": f"s{i}", "title": f"S{i}", "items": items} for i, items in enumerate(sections)]
    return Instrument.from_document(compile_document(made)).for_role(role)


def asked(name: str, *, of: str = "single", **more: Any) -> dict[str, Any]:
    scale = {"scale": "likely"} if of == "single" else {}
    return {"name": name, "type": of, "text": f"{name}?", **scale, **more}


def names(questions: Any) -> list[str]:
    return [question.name for question in questions]


# --- What is asked of whom -------------------------------------------------------------------------------------


def test_a_role_is_asked_what_is_for_all_and_what_is_for_it() -> None:
    assert list(questionnaire().variables) == ["GRIP", "WHY", "WAYS", "PLANS_POOL", "PLANS_SPLIT"]
    assert list(questionnaire(role="ao").variables) == ["GRIP", "WHY", "WAYS", "SPEND"]


def test_a_section_in_which_a_role_is_asked_nothing_is_left_out() -> None:
    made = [[asked("A")], [asked("B", roles=["ao"])]]
    assert [section.name for section in questionnaire(made).sections] == ["s0"]
    assert [section.name for section in questionnaire(made, "ao").sections] == ["s0", "s1"]


def test_a_role_that_is_not_asked_this_time_has_no_questionnaire() -> None:
    with pytest.raises(KeyError, match="clerk"):
        questionnaire(role="clerk")


# --- The path --------------------------------------------------------------------------------------------------


def test_a_question_is_on_the_path_when_its_rule_holds() -> None:
    assert "WHY" not in names(path(questionnaire(), {}))
    assert "WHY" in names(path(questionnaire(), {"GRIP": [1]}))
    assert "WHY" not in names(path(questionnaire(), {"GRIP": [2]}))


def test_an_answer_left_behind_decides_nothing() -> None:
    chain = questionnaire(
        [[asked("A"), asked("B", show_if=["any_of", "A", 1]), asked("C", show_if=["any_of", "B", 1])]]
    )
    answers = {"A": [2], "B": [1], "C": [1]}
    assert names(path(chain, answers)) == ["A"]
    assert on_path_answers(chain, answers) == {"A": [2]}


def test_an_answer_of_another_role_decides_nothing() -> None:
    chain = questionnaire([[asked("A", roles=["ao"]), asked("B", show_if=["answered", "A"]), asked("C")]])
    assert names(path(chain, {"A": [1]})) == ["C"]


def test_what_is_sent_holds_blanks_as_empty_lists_and_nothing_unasked() -> None:
    assert on_path_answers(questionnaire(role="ao"), {"GRIP": [2], "WHY": ["old"], "PLANS_POOL": [1]}) == {
        "GRIP": [2],
        "WAYS": [],
        "SPEND": [],
    }


def test_what_is_sent_is_a_copy() -> None:
    saved = {"GRIP": [2]}
    on_path_answers(questionnaire(), saved)["GRIP"].append(9)
    assert saved == {"GRIP": [2]}


def naive_path(sections: list[list[dict[str, Any]]], answers: dict[str, list[Any]]) -> list[str]:
    """Decided from the beginning for every item: it is on when its rule holds of the answers that are on."""

    def true(rule: list[Any], on: dict[str, list[Any]]) -> bool:
        if rule[0] == "any_of":
            return bool(set(rule[2:]) & set(on.get(rule[1], [])))
        if rule[0] == "answered":
            return len(on.get(rule[1], [])) > 0
        results = [true(each, on) for each in rule[1:]]
        return {"all": False not in results, "any": True in results, "not": results == [False]}[rule[0]]

    items = [item for section in sections for item in section]

    def is_on(index: int) -> bool:
        before = {item["name"]: answers[item["name"]] for i, item in enumerate(items[:index]) if is_on(i)}
        return "show_if" not in items[index] or true(items[index]["show_if"], before)

    return [item["name"] for index, item in enumerate(items) if is_on(index)]


@st.composite
def routed(draw: st.DrawFn) -> tuple[list[list[dict[str, Any]]], dict[str, list[Any]]]:
    """A questionnaire of a few questions that depend on each other in any way, and any answers."""
    known = [f"Q{number}" for number in range(draw(st.integers(1, 6)))]
    items, answers = [], {}
    for index, name in enumerate(known):
        rule = draw(_rules(known[:index])) if index and draw(st.booleans()) else None
        items.append(asked(name, **({"show_if": rule} if rule else {})))
        answers[name] = draw(st.sampled_from([[], [1], [2], [9]]))
    cut = draw(st.integers(0, len(items)))
    return [items[:cut], items[cut:]], answers


def _rules(earlier: list[str]) -> st.SearchStrategy[list[Any]]:
    leaf = st.one_of(
        st.tuples(st.just("any_of"), st.sampled_from(earlier), st.sampled_from([1, 2, 9])).map(list),
        st.tuples(st.just("answered"), st.sampled_from(earlier)).map(list),
    )
    return st.recursive(
        leaf,
        lambda inner: st.one_of(
            st.tuples(st.sampled_from(["all", "any"]), inner, inner).map(list), inner.map(lambda one: ["not", one])
        ),
        max_leaves=4,
    )


@given(routed())
def test_the_path_is_that_of_a_naive_reading_of_the_rules(drawn: Any) -> None:
    sections, answers = drawn
    assert names(path(questionnaire(sections), answers)) == naive_path(sections, answers)


@given(routed())
def test_what_is_sent_is_exactly_what_was_on_the_path(drawn: Any) -> None:
    sections, answers = drawn
    sent = on_path_answers(questionnaire(sections), answers)
    assert sent == {name: answers[name] for name in naive_path(sections, answers)}
    assert on_path_answers(questionnaire(sections), sent) == sent


@given(routed())
def test_pages_show_the_path_once_and_in_order(drawn: Any) -> None:
    sections, answers = drawn
    shown = pages(questionnaire(sections), answers)
    assert [question.name for page in shown for question in page.questions] == naive_path(sections, answers)
    assert len({page.name for page in shown}) == len(shown)


@given(routed())
def test_a_total_that_is_certain_does_not_change_by_any_one_answer(drawn: Any) -> None:
    sections, answers = drawn
    made = questionnaire(sections)
    if total_is_certain(made, answers):
        for name in made.variables:
            if not answers[name]:
                for code in (1, 2, 9):
                    assert len(pages(made, {**answers, name: [code]})) == len(pages(made, answers))


# --- Pages -----------------------------------------------------------------------------------------------------


def test_a_note_stands_above_the_question_that_follows_it() -> None:
    (first, second, third) = pages(questionnaire(), {})
    assert (first.name, names(first.questions), first.variables) == ("GRIP", ["INTRO", "GRIP"], ("GRIP",))
    assert (second.name, names(second.questions)) == ("WAYS", ["WAYS"])
    assert third.variables == ("PLANS_POOL", "PLANS_SPLIT")


def test_notes_at_the_end_of_a_section_have_a_page_of_their_own() -> None:
    made = questionnaire([[asked("A"), asked("N1", of="note"), asked("N2", of="note")], [asked("B")]])
    assert [(page.name, names(page.questions), page.section.name) for page in pages(made, {})] == [
        ("A", ["A"], "s0"),
        ("N2", ["N1", "N2"], "s0"),
        ("B", ["B"], "s1"),
    ]


def test_notes_at_the_very_end_are_shown_too() -> None:
    made = questionnaire([[asked("A"), asked("BYE", of="note")]])
    assert [page.name for page in pages(made, {})] == ["A", "BYE"]
    assert pages(made, {})[-1].variables == ()


def test_a_note_has_a_rule_like_any_question() -> None:
    made = questionnaire([[asked("A"), asked("N", of="note", show_if=["any_of", "A", 1]), asked("B")]])
    assert [names(page.questions) for page in pages(made, {"A": [1]})] == [["A"], ["N", "B"]]
    assert [names(page.questions) for page in pages(made, {"A": [2]})] == [["A"], ["B"]]


def test_a_note_waits_for_the_next_question_on_the_path() -> None:
    made = questionnaire([[asked("A"), asked("N", of="note"), asked("B", show_if=["answered", "A"]), asked("C")]])
    assert [names(page.questions) for page in pages(made, {})] == [["A"], ["N", "C"]]


def test_the_total_is_certain_once_nothing_open_decides_it() -> None:
    made = questionnaire()
    assert not total_is_certain(made, {})
    assert total_is_certain(made, {"GRIP": [2]})
    assert total_is_certain(questionnaire([[asked("A"), asked("B")]]), {})
