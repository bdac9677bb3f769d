"""Conditions of other programs as rules, and those that cannot be said."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from surveys.imports.conditions import NotUnderstood, Symbol, translate
from surveys.instrument.routing import holds

SYMBOLS = {
    "a": Symbol("A", {"yes": 1, "no": 2}),
    "n": Symbol("N", {"1": 1, "2": 2, "3": 3, "9": 9}),
    "w": Symbol("W"),
    "m_1": Symbol("M", ticked=1),
    "m_2": Symbol("M", ticked=2),
}


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ("${a} = 'yes'", ["any_of", "A", 1]),
        ("selected(${a}, 'yes')", ["any_of", "A", 1]),
        ("'yes' = ${a}", ["any_of", "A", 1]),
        ("not(selected(${a}, 'yes'))", ["not", ["any_of", "A", 1]]),
        ("${a} != 'yes'", ["not", ["any_of", "A", 1]]),
        ("${w} != ''", ["answered", "W"]),
        ("${w} = ''", ["not", ["answered", "W"]]),
        ("string-length(${w}) > 0", ["answered", "W"]),
        ("count-selected(${a}) >= 1", ["answered", "A"]),
        ("${n} >= 2", ["any_of", "N", 2, 3, 9]),
        ("2 > ${n}", ["any_of", "N", 1]),
        ("${a} = 'yes' or ${a} = 'no'", ["any_of", "A", 1, 2]),
        ("${a} = 'yes' and (${n} = 1 or ${w} != '')",
         ["all", ["any_of", "A", 1], ["any", ["any_of", "N", 1], ["answered", "W"]]]),
        ('((a.NAOK == "yes"))', ["any_of", "A", 1]),
        ('(a.NAOK eq "yes" && !is_empty(w.NAOK)) || n.NAOK lt 2',
         ["any", ["all", ["any_of", "A", 1], ["answered", "W"]], ["any_of", "N", 1]]),
        ('m_1 == "Y"', ["any_of", "M", 1]),
        ('m_1.NAOK == "Y" or m_2.NAOK == "Y"', ["any_of", "M", 1, 2]),
        ('m_1.NAOK != "Y"', ["not", ["any_of", "M", 1]]),
        ("is_empty(m_2.NAOK)", ["not", ["any_of", "M", 2]]),
        ("w", ["answered", "W"]),
        ("true() and ${a} = 'no'", ["any_of", "A", 2]),
        ("1", None),
        ("1 == 1 or ${a} = 'yes'", None),
    ],
)  # fmt: skip
def test_a_condition_becomes_the_rule_it_says(condition, rule):
    assert translate(condition, SYMBOLS) == rule


@pytest.mark.parametrize(
    ("condition", "because"),
    [
        ("${w} > 3", "written, not chosen"),
        ("${a} = 'maybe'", "no answer “maybe”"),
        ("${a} > 'no'", "not numbers"),
        ("${b} = 'yes'", "b is not an earlier question"),
        ("${a} = ${n}", "compares two questions"),
        ("sum(n, 1) > 2", "the function sum"),
        ("${n} > 9", "no answer of N is that much"),
        ("count-selected(${a}) > 2", "counts letters or answers"),
        ("false()", "never true"),
        ("1 == 2", "never true"),
        ("(${a} = 'yes'", "“)” is missing"),
        ("${a} = 'yes' + 1", "is not known here"),
        ("${a} =", "ends too early"),
        ("m_1 == 'N'", "ticked or not"),
        ("and", "not an earlier question"),
        ("(" * 60 + "w" + ")" * 60, "nested too deeply"),
        ("w " * 3000, "too long"),
        ("regex(${w}, '[a-z]')", "the function regex"),
    ],
)
def test_what_cannot_be_said_is_told_with_its_reason(condition, because):
    with pytest.raises(NotUnderstood) as raised:
        translate(condition, SYMBOLS)
    assert because in str(raised.value)


@given(some.text(alphabet="aw()=!<>&|'\"1 ${}.,notrdmpyes_", max_size=40))
def test_whatever_is_written_is_a_sound_rule_or_a_reason(condition):
    try:
        rule = translate(condition, SYMBOLS)
    except NotUnderstood:
        return
    assert rule is None or isinstance(holds(rule, {"A": [1]}), bool)


# --- Against a reading of our own: Python decides the same conditions ------------------------------------------

_LEAVES = [
    ("${a} = 'yes'", lambda v: v["A"] == [1]),
    ("${a} != 'no'", lambda v: v["A"] != [2]),
    ("${n} >= 2", lambda v: bool(v["N"]) and v["N"][0] >= 2),
    ("${w} = ''", lambda v: not v["W"]),
    ("m_1 == 'Y'", lambda v: 1 in v["M"]),
]


@some.composite
def conditions(draw: Any, depth: int = 3) -> tuple[str, Any]:
    if depth == 0 or draw(some.booleans()):
        return draw(some.sampled_from(_LEAVES))
    (left, is_left), (right, is_right) = draw(conditions(depth - 1)), draw(conditions(depth - 1))
    return draw(
        some.sampled_from(
            [
                (f"({left} and {right})", lambda v: is_left(v) and is_right(v)),
                (f"({left} || {right})", lambda v: is_left(v) or is_right(v)),
                (f"not({left})", lambda v: not is_left(v)),
                (f"!({left}) && {right}", lambda v: not is_left(v) and is_right(v)),
            ]
        )
    )


ANSWERS = [
    dict(zip("ANWM", each, strict=True))
    for each in itertools.product([[], [1], [2]], [[], [1], [2], [9]], [[], ["x"]], [[], [1], [1, 2]])
]


@given(conditions())
def test_a_rule_is_true_of_the_answers_its_condition_is_true_of(made):
    condition, decides = made
    rule = translate(condition, SYMBOLS)
    for answers in ANSWERS:
        assert (rule is None or holds(rule, answers)) == bool(decides(answers)), (condition, rule, answers)
