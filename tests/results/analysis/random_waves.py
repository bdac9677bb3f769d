"""Random waves for property tests, and a recount in plain Python that shares nothing with the engine."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from surveys.codebook import DONT_KNOW, Code, Codebook, Net, Variable

ROLE = Variable(
    "role", "Role", "one", codes=(Code("chair", "Chair"), Code("ao", "AO"), Code("x", "X")), attribute=True
)
GP = Variable("gp", "GP or not", "one", codes=(Code(1, "GP"), Code(0, "Not a GP")), attribute=True)
GRIP = Variable(
    "GRIP",
    "Too much grip?",
    "one",
    codes=(Code(1, "Yes", 1.0), Code(2, "No", 2.5), Code(3, "Both", -1.0), Code(9, "Don't know", kind=DONT_KNOW)),
    nets=(Net("any", "Yes or both", (1, 3)), Net("known", "Said something", (1, 2, 3))),
)
STEPS = Variable(
    "STEPS",
    "Which steps?",
    "many",
    codes=(Code(1, "One"), Code(2, "Two"), Code(3, "Three"), Code(8, "None", exclusive=True)),
    nets=(Net("early", "One or two", (1, 2)), Net("all", "Any", (1, 2, 3))),
)
ORDER = Variable("ORDER", "Rank them", "order", codes=(Code(1, "A"), Code(2, "B"), Code(3, "C")))
AGE = Variable("AGE", "How old?", "number", minimum=0, maximum=100)
WHY = Variable("WHY", "Why?", "text")
CODEBOOK = Codebook((ROLE, GP, GRIP, STEPS, ORDER, AGE, WHY))
CLOSED = ("role", "gp", "GRIP", "STEPS", "ORDER")

Row = tuple[dict[str, Any], dict[str, list[Any]], float]


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """One respondent: some attributes unknown, questions routed away or left blank, a weight in quarters."""
    attributes: dict[str, Any] = {}
    if role := draw(st.sampled_from([None, "chair", "ao", "x"])):
        attributes["role"] = role
    if (gp := draw(st.sampled_from([None, 0, 1]))) is not None:
        attributes["gp"] = gp
    answers: dict[str, list[Any]] = {}
    if role != "x":
        answers["GRIP"] = draw(st.sampled_from([[], [1], [2], [3], [9]]))
    if answers.get("GRIP") != [9]:
        subsets = st.lists(st.sampled_from([1, 2, 3]), unique=True)
        answers["STEPS"] = draw(st.one_of(subsets, st.just([8])))
    answers["ORDER"] = draw(st.lists(st.sampled_from([1, 2, 3]), unique=True))
    answers["AGE"] = draw(st.one_of(st.just([]), st.integers(0, 100).map(lambda age: [age / 2])))
    answers["WHY"] = draw(st.sampled_from([[], ["because"], ["no reason"]]))
    return attributes, answers, draw(st.integers(1, 12)) / 4


WAVES = st.lists(rows(), max_size=24)
FILTERS = st.sampled_from(
    [None, {"gp": [1]}, {"role": ["chair", "ao"]}, {"GRIP": [1, 9], "gp": [0, 1]}, {"STEPS": [2]}]
)


def given(row: Row, name: str) -> list[Any] | None:
    """What one respondent said to a variable: None not asked, empty no answer."""
    if CODEBOOK[name].attribute:
        return [row[0][name]] if name in row[0] else []
    return row[1].get(name)


def passing(wave: list[Row], where: Mapping[str, list[Any]] | None) -> list[Row]:
    """Those whose answers are among the codes of every variable of the filter."""
    return [
        row for row in wave if all(set(given(row, name) or []) & set(codes) for name, codes in (where or {}).items())
    ]


def in_column(row: Row, by: str | None, code: Any) -> bool:
    """Whether a respondent belongs to a column: the total, or those who gave a code."""
    return code == "total" or (by is not None and code in (given(row, by) or []))


def half_up(count: float, base: float) -> int:
    """A percentage to the nearest whole number, halves upwards; counts in quarters are exact in binary."""
    return math.floor((200 * count + base) / (2 * base))


def mean_and_sd(pairs: list[tuple[float, float]]) -> tuple[float | None, float | None]:
    """Mean and deviation of (value, weight) pairs."""
    total = math.fsum(weight for _, weight in pairs)
    if not pairs:
        return None, None
    mean = math.fsum(value * weight for value, weight in pairs) / total
    if total <= 1:
        return mean, None
    return mean, math.sqrt(math.fsum(weight * (value - mean) ** 2 for value, weight in pairs) / (total - 1))
