"""Letters, overlapping columns, small bases and adjusted levels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from results.analysis.comparisons import letter_of
from results.analysis.frame import build_frame
from results.analysis.notable import notable
from results.analysis.significance import fisher_test, holm, proportion_test, welch_test
from results.analysis.tabulate import tabulate
from tests.results.analysis import random_waves as waves


def people(role, code, count, weight=1.0, **more):
    return [({"role": role}, {"GRIP": [code], **more}, weight)] * count


def row(table, name):
    return next(each for each in table["rows"] if each["id"] == name)


@given(small=st.integers(1, 29), large=st.integers(1, 120), data=st.data())
def test_fishers_test_equals_scipys(small, large, data):
    one, two = data.draw(st.integers(0, small)), data.draw(st.integers(0, large))
    expected = stats.fisher_exact([[one, small - one], [two, large - two]]).pvalue
    assert float(fisher_test(one, small, two, large)) == pytest.approx(expected, abs=1e-9)


def test_columns_of_thirty_and_more_are_compared_by_t_and_smaller_ones_by_fisher():
    rows = people("chair", 1, 40) + people("chair", 2, 10) + people("ao", 1, 10) + people("ao", 2, 30)
    rows += people("x", 1, 5) + people("x", 2, 20)
    found = row(tabulate(build_frame(waves.CODEBOOK, rows), "GRIP", by="role"), "1")["differences"]
    assert {(each["higher"], each["lower"], each["method"]) for each in found} == {
        ("chair", "ao", "t"),
        ("chair", "x", "fisher"),
    }


def test_weighted_columns_with_a_small_effective_base_are_not_compared():
    rows = people("chair", 1, 40) + people("chair", 2, 2) + people("ao", 1, 2) + people("ao", 2, 20)
    table = tabulate(build_frame(waves.CODEBOOK, rows, weighted=True), "GRIP", by="role")
    assert row(table, "1")["differences"] == []


def test_a_capital_stands_for_95_per_cent_and_a_small_letter_for_90():
    sure = people("chair", 1, 60) + people("chair", 2, 40) + people("ao", 1, 40) + people("ao", 2, 60)
    likely = people("chair", 1, 57) + people("chair", 2, 43) + people("ao", 1, 44) + people("ao", 2, 56)
    for rows, letter in ((sure, "B"), (likely, "b")):
        cells = row(tabulate(build_frame(waves.CODEBOOK, rows), "GRIP", by="role"), "1")["cells"]
        assert [cell["letters"] for cell in cells] == ["", letter, "", ""]


def test_holm_is_applied_within_a_row():
    """Three columns, the p of one pair just under .05: three tests ask for a third of that."""
    rows = people("chair", 1, 58) + people("chair", 2, 42) + people("ao", 1, 44) + people("ao", 2, 56)
    rows += people("x", 1, 51) + people("x", 2, 49)
    found = row(tabulate(build_frame(waves.CODEBOOK, rows), "GRIP", by="role"), "1")["differences"]
    assert found == []
    assert float(proportion_test(0.58, 100.0, 0.44, 100.0)[2]) < 0.05


def test_holm_leaves_out_what_was_not_tested():
    assert holm(np.array([0.01, np.nan, 0.04]))[[0, 2]].tolist() == [0.02, 0.04]


def test_people_in_both_columns_make_a_difference_more_certain_than_it_would_be_without():
    apart = proportion_test(0.6, 80.0, 0.45, 90.0)
    shared = proportion_test(0.6, 80.0, 0.45, 90.0, shared=50.0)
    assert float(shared[2]) < float(apart[2])
    assert float(shared[1]) == 80 + 90 - 50 - 2


def test_overlapping_columns_are_compared_with_the_overlap_of_their_bases():
    """100 gave One, 80 of them Two as well, and 60 gave Two alone."""
    rows = (
        people("chair", 1, 20, STEPS=[1]) + people("chair", 1, 50, STEPS=[1, 2]) + people("chair", 2, 30, STEPS=[1, 2])
    )
    rows += people("chair", 2, 60, STEPS=[2])
    table = tabulate(build_frame(waves.CODEBOOK, rows), "GRIP", by="STEPS")
    expected = float(proportion_test(0.7, 100.0, 50 / 140, 140.0, shared=80.0)[2])
    (found,) = row(table, "1")["differences"]
    assert (found["higher"], found["lower"]) == ("1", "2")
    assert found["p"] == pytest.approx(expected)


def test_means_carry_letters_by_welchs_test():
    rows = [({"role": "chair"}, {"AGE": [age]}, None) for age in range(40, 80)]
    rows += [({"role": "ao"}, {"AGE": [age]}, None) for age in range(25, 65)]
    table = tabulate(build_frame(waves.CODEBOOK, rows), "AGE", by="role")
    assert [mean["letters"] for mean in table["mean"]] == ["", "B", "", ""]
    spread = np.std(np.arange(40), ddof=1)
    expected = float(welch_test(59.5, spread, 40.0, 44.5, spread, 40.0)[2])
    assert table["mean_differences"][0]["p"] == pytest.approx(expected)


def test_columns_beyond_z_have_two_letters():
    assert [letter_of(place) for place in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


def test_a_table_test_ignores_hidden_columns():
    rows = people("chair", 1, 40) + people("chair", 2, 20) + people("ao", 1, 30) + people("ao", 2, 30)
    shown = tabulate(build_frame(waves.CODEBOOK, rows), "GRIP", by="role")["test"]
    assert shown["method"] == "pearson"
    assert shown["statistic"] == pytest.approx(
        stats.chi2_contingency([[40, 30], [20, 30]], correction=False).statistic
    )
    hidden = tabulate(build_frame(waves.CODEBOOK, rows + people("x", 3, 3)), "GRIP", by="role")
    assert hidden["suppressed"] == ["ao", "x"]
    assert hidden["test"] is None


def test_notable_differences_keep_false_discoveries_down():
    real = {"variable": "A", "by": "gp", "rows": [], "test": {"p": 0.001, "method": "pearson"}}
    chance = [
        {"variable": f"B{i}", "by": "gp", "rows": [], "test": {"p": 0.04, "method": "pearson"}} for i in range(3)
    ]
    null = [{"variable": f"C{i}", "by": "gp", "rows": [], "test": {"p": 0.5, "method": "pearson"}} for i in range(10)]
    assert [found["variable"] for found in notable([*chance, real, *null])] == ["A"]


def test_answers_that_weigh_nothing_stand_in_no_weighted_test():
    chance = np.random.default_rng(3)
    rows = [
        ({"role": ("chair", "ao")[place % 2]}, {"GRIP": [int(chance.integers(1, 3))]}, float(chance.uniform(0.5, 2)))
        for place in range(80)
    ]
    nothing = [({"role": "chair"}, {"GRIP": [3]}, 0.0)] * 5
    tested = [
        tabulate(build_frame(waves.CODEBOOK, each, weighted=True), "GRIP", by="role")["test"]
        for each in (rows, rows + nothing)
    ]
    assert tested[1]["statistic"] == pytest.approx(tested[0]["statistic"])
