"""The rules of `show_if`: given answers, when a rule is asked, then it holds or not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.codebook import Code, Variable
from surveys.instrument.routing import MAX_DEPTH, faults, holds, in_words, names

VARIABLES = {
    "GRIP": Variable("GRIP", "Grip?", "one", codes=(Code(1, "Too much"), Code(2, "Right"))),
    "WAYS": Variable("WAYS", "Ways?", "many", codes=(Code(1, "Care"), Code(2, "Alliance"))),
    "WHY": Variable("WHY", "Why?", "text"),
}

CASES = [
    # given, when, then
    ({"GRIP": [1]}, ["any_of", "GRIP", 1], True),
    ({"GRIP": [1]}, ["any_of", "GRIP", 2], False),
    ({"GRIP": [1]}, ["any_of", "GRIP", 2, 1], True),
    ({"WAYS": [1, 2]}, ["any_of", "WAYS", 2], True),
    ({"WAYS": [3, 2, 1]}, ["any_of", "WAYS", 4], False),
    ({"GRIP": []}, ["any_of", "GRIP", 1], False),
    ({}, ["any_of", "GRIP", 1], False),
    ({"WHY": ["words"]}, ["answered", "WHY"], True),
    ({"WHY": []}, ["answered", "WHY"], False),
    ({}, ["answered", "WHY"], False),
    ({"GRIP": [0]}, ["answered", "GRIP"], True),
    ({}, ["not", ["answered", "GRIP"]], True),
    ({"GRIP": [1]}, ["not", ["any_of", "GRIP", 1]], False),
    ({"GRIP": [1], "WAYS": [2]}, ["all", ["any_of", "GRIP", 1], ["any_of", "WAYS", 2]], True),
    ({"GRIP": [1], "WAYS": [1]}, ["all", ["any_of", "GRIP", 1], ["any_of", "WAYS", 2]], False),
    ({"GRIP": [1], "WAYS": [1]}, ["any", ["any_of", "GRIP", 2], ["any_of", "WAYS", 1]], True),
    ({"GRIP": [1], "WAYS": [1]}, ["any", ["any_of", "GRIP", 2], ["any_of", "WAYS", 2]], False),
    ({"GRIP": [1]}, ["all", ["not", ["answered", "WAYS"]], ["any", ["any_of", "GRIP", 1]]], True),
]


@pytest.mark.parametrize(("given_", "when", "then"), CASES)
def test_a_rule_holds_of_the_answers_it_asks_about(given_: Any, when: Any, then: bool) -> None:
    assert holds(when, given_) is then


def test_what_is_no_rule_does_not_hold_silently() -> None:
    with pytest.raises(ValueError, match="'nor' is not a rule"):
        holds(["nor", ["answered", "GRIP"]], {})


leaves = st.one_of(
    st.tuples(st.just("any_of"), st.sampled_from(["GRIP", "WAYS"]), st.integers(1, 2)).map(list),
    st.tuples(st.just("answered"), st.sampled_from(list(VARIABLES))).map(list),
)
rules = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["all", "any"]), st.lists(inner, min_size=1, max_size=3)).map(
            lambda t: [t[0], *t[1]]
        ),
        inner.map(lambda rule: ["not", rule]),
    ),
    max_leaves=6,
)
answers = st.fixed_dictionaries(
    {},
    optional={
        "GRIP": st.sampled_from([[], [1], [2]]),
        "WAYS": st.sampled_from([[], [1], [1, 2]]),
        "WHY": st.just(["x"]),
    },
)


@given(rules)
def test_a_sound_rule_has_no_faults(rule: Any) -> None:
    assert list(faults(rule, VARIABLES)) == []


@given(rules, answers)
def test_not_turns_a_rule_round(rule: Any, given_: Any) -> None:
    assert holds(["not", rule], given_) is not holds(rule, given_)


@given(rules, answers)
def test_a_rule_depends_on_the_variables_it_names_alone(rule: Any, given_: Any) -> None:
    told = {name: values for name, values in given_.items() if name in names(rule)}
    assert holds(rule, told) is holds(rule, given_)


@given(rules)
def test_a_rule_that_names_what_comes_later_is_faulty(rule: Any) -> None:
    told = set(faults(rule, {}))
    assert told == {f"{name} is not an earlier variable" for name in names(rule)}


@given(rules)
def test_every_rule_can_be_said_in_words(rule: Any) -> None:
    said = in_words(rule, VARIABLES)
    assert all(name in said for name in names(rule))


NOT_A_RULE = 'a rule is a list such as ["any_of", "GRIP", 1]'


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("GRIP", NOT_A_RULE),
        ([], NOT_A_RULE),
        ([["answered", "GRIP"]], NOT_A_RULE),
        ([None], NOT_A_RULE),
        ({"any_of": 1}, NOT_A_RULE),
        (["any_of"], '"any_of" needs the name of a variable'),
        (["answered", 3], '"answered" needs the name of a variable'),
        (["answered", ["GRIP"]], '"answered" needs the name of a variable'),
        (["answered", "GRIP", 1], '"answered" takes one variable and nothing else'),
        (["any_of", "GRIP", "1"], "'1' is not a code of GRIP"),
        (["any_of", "GRIP", [1]], "[1] is not a code of GRIP"),
        (["any_of", "GRIP", None], "None is not a code of GRIP"),
        (["all"], '"all" needs at least one rule'),
        (["not"], '"not" needs exactly one rule'),
        (["not", ["answered", "GRIP"], ["answered", "WAYS"]], '"not" needs exactly one rule'),
        (["any", ["answered", "GRIP"], "WAYS"], NOT_A_RULE),
    ],
)
def test_a_faulty_rule_is_told_why(rule: Any, fault: str) -> None:
    assert list(faults(rule, VARIABLES)) == [fault]


def test_rules_are_followed_to_a_depth_and_no_further() -> None:
    rule: Any = ["answered", "GRIP"]
    for _ in range(MAX_DEPTH):
        rule = ["not", rule]
    assert list(faults(rule, VARIABLES)) == []
    assert list(faults(["not", rule], VARIABLES)) == [f"rules are nested more than {MAX_DEPTH} deep"]


def test_a_rule_in_words_reads_as_one_would_say_it() -> None:
    rule = ["all", ["any_of", "GRIP", 1, 2], ["not", ["answered", "WHY"]]]
    assert in_words(rule, VARIABLES) == "(GRIP is ‘Too much’ or ‘Right’) and (not (WHY was answered))"
