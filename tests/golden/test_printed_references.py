"""Figures printed elsewhere, and tables counted by hand with the arithmetic shown."""

import pytest

from results.analysis.claims import feasible_bases, feasible_numerators
from results.analysis.frame import build_frame
from results.analysis.significance import proportion_test, quantum_proportion_test
from results.analysis.tabulate import tabulate
from results.analysis.trend import LITTLE_CHANGED, change
from surveys.codebook import DONT_KNOW, Code, Codebook, Net, Variable

GP = Variable("gp", "GP or not", "one", codes=(Code(1, "GP"), Code(0, "Not a GP")), attribute=True)
GRIP = Variable(
    "GRIP",
    "The planning guidance?",
    "one",
    codes=(Code(1, "Too much grip"), Code(2, "Right"), Code(3, "Too flexible"), Code(9, "Don't know", kind=DONT_KNOW)),
)
BUDGET = Variable(
    "BUDGET",
    "Confidence",
    "one",
    codes=tuple(Code(score, str(score), float(score)) for score in range(1, 11)),
    nets=(Net("confident", "7 to 10", (7, 8, 9, 10)),),
)


@pytest.fixture(scope="module")
def winter():
    """The grip question of Winter 2013: 51 GPs and 29 others who answered, and 5 who did not."""
    said = {(1, 1): 31, (1, 2): 16, (1, 9): 4, (0, 1): 9, (0, 2): 16, (0, 9): 4}
    rows = [({"gp": gp}, {"GRIP": [code]}, None) for (gp, code), people in said.items() for _ in range(people)]
    blank = [({"gp": 1}, {"GRIP": []}, None)] * 5
    return build_frame(Codebook((GP, GRIP)), rows + blank)


def test_the_quantum_manual_prints_the_same_standard_error_t_and_degrees_of_freedom():
    """P = (128 + 16)/(312 + 125) = .329519; .329519·.670481·(1/312 + 1/125)·437/436 = .0024813, root .049813."""
    error, t, freedom = quantum_proportion_test(128 / 312, 312, 16 / 125, 125)
    assert round(error, 6) == 0.049813
    assert round(t, 6) == 5.666362
    assert freedom == 436


def test_our_own_test_differs_from_quantums_by_its_factor_alone():
    ours = proportion_test(128 / 312, 312.0, 16 / 125, 125.0)
    assert float(ours[0]) == pytest.approx(5.666362 * (437 / 436) ** 0.5, abs=1e-6)
    assert float(ours[1]) == 435


def test_the_grip_question_of_winter_2013_prints_as_it_did(winter):
    table = tabulate(winter, "GRIP", by="gp")
    printed = {row["id"]: [cell["percent"] for cell in row["cells"]] for row in table["rows"]}
    assert printed == {"1": [50, 61, 31], "2": [40, 31, 55], "3": [0, 0, 0], "9": [10, 8, 14]}
    assert [column["base"] for column in table["columns"]] == [80, 51, 29]
    assert (table["not_asked"], table["no_answer"]) == (0, 5)
    assert [cell["flag"] for cell in table["rows"][0]["cells"]] == ["", "", "**"]


def test_the_difference_between_gps_and_others_is_real_by_fishers_test(winter):
    """31 of 51 against 9 of 29."""
    row = tabulate(winter, "GRIP", by="gp")["rows"][0]
    (found,) = row["differences"]
    assert (found["higher"], found["lower"], found["method"]) == ("1", "0", "fisher")
    assert round(found["p"], 3) == 0.019
    assert [cell["letters"] for cell in row["cells"]] == ["", "B", ""]


def total(count: int, base: int) -> dict:
    cell = {"count": count, "exact": 100 * count / base}
    return {"columns": [{"base": base}], "rows": [{"id": "good", "cells": [cell]}]}


def test_from_62_of_85_to_64_of_94_is_little_changed():
    """P = 126/179 = .7039, se = √(.7039·.2961·(1/85 + 1/94)) = .0683, t = −.0486/.0683 = −.71."""
    found = change(total(62, 85), total(64, 94), row="good")
    assert found["verdict"] == LITTLE_CHANGED
    assert round(found["difference"], 1) == -4.9
    assert round(found["p"], 2) == 0.48


def test_a_mean_and_its_deviation_counted_by_hand():
    """5, 6, 6, 9: mean 26/4 = 6.5; (2.25 + .25 + .25 + 6.25)/3 = 3; root 1.7321; error 1.7321/2 = .8660."""
    rows = [({}, {"BUDGET": [score]}, None) for score in (5, 6, 6, 9)] + [({}, {"BUDGET": []}, None)]
    mean = tabulate(build_frame(Codebook((BUDGET,)), rows), "BUDGET", thresholds=None)["mean"][0]
    assert mean["value"] == 6.5
    assert mean["sd"] == pytest.approx(3**0.5)
    assert mean["se"] == pytest.approx(3**0.5 / 2)
    assert mean["base"] == 4


def test_weighted_shares_bases_and_deviation_counted_by_hand():
    """Weights 2, 1, 1 on scores 5, 6, 9: base 4, effective 16/6; mean (10 + 6 + 9)/4 = 6.25.

    (2·1.5625 + .0625 + 7.5625)/(4 − 1) = 3.5833; of weight 4, 1 is at 7 or more: 25 per cent.
    """
    rows = [({}, {"BUDGET": [5]}, 2.0), ({}, {"BUDGET": [6]}, 1.0), ({}, {"BUDGET": [9]}, 1.0)]
    table = tabulate(build_frame(Codebook((BUDGET,)), rows, weighted=True), "BUDGET", thresholds=None)
    column, mean = table["columns"][0], table["mean"][0]
    assert (column["base"], column["weighted_base"]) == (3, 4.0)
    assert column["effective_base"] == pytest.approx(16 / 6)
    assert column["design_effect"] == pytest.approx(3 * 6 / 16)
    assert mean["value"] == 6.25
    assert mean["sd"] ** 2 == pytest.approx(10.75 / 3)
    net = next(row for row in table["rows"] if row["id"] == "net:confident")
    assert net["cells"][0]["percent"] == 25


def test_the_printed_grip_figures_cannot_come_from_all_85_answers():
    assert 85 not in feasible_bases([50, 40, 0, 10], largest=85)


def test_with_gps_61_and_others_31_only_four_bases_remain():
    """Some GPs and others must print 61 and 31 and together make the half of the total."""
    bases = {
        base
        for base in feasible_bases([50, 40, 0, 10], largest=85)
        for gps in range(1, base)
        for some in feasible_numerators(61, gps)
        for rest in feasible_numerators(31, base - gps)
        if some + rest in feasible_numerators(50, base)
    }
    assert bases == {70, 72, 78, 80}
