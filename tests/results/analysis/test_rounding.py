"""Percentages are rounded half up, on exact fractions."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.analysis.frame import build_frame
from results.analysis.rounding import exact_percent, percent_half_up, printed
from results.analysis.tabulate import tabulate
from results.printing import mean
from surveys.codebook import Code, Codebook, Variable


def test_half_a_per_cent_goes_up():
    assert percent_half_up(23, 184) == 13
    assert percent_half_up(1, 200) == 1
    assert percent_half_up(1, 8) == 13
    assert percent_half_up(5, 8) == 63


@given(whole=st.integers(0, 99), base=st.integers(1, 5000).map(lambda number: 200 * number))
def test_every_exact_half_goes_up(whole, base):
    count = (2 * whole + 1) * base // 200
    assert percent_half_up(count, base) == whole + 1


@given(base=st.integers(1, 10**6), data=st.data())
def test_a_whole_percentage_is_at_most_half_a_point_away(base, data):
    count = data.draw(st.integers(0, base))
    away = percent_half_up(count, base) - Fraction(100 * count, base)
    assert Fraction(-1, 2) < away <= Fraction(1, 2)


def test_sums_of_weights_round_as_the_decimals_they_stand_for():
    assert percent_half_up(sum([0.1] * 3) + 0.7, 8.0) == 13
    assert percent_half_up(12.499, 100.0) == 12


def test_an_empty_base_has_no_percentage():
    assert percent_half_up(0, 0) is None
    assert exact_percent(0, 0) is None


@pytest.mark.parametrize(
    ("percent", "shown"), [(0.0, "–"), (None, "–"), (0.3, "*"), (0.5, "1"), (99.5, "100"), (12.4, "12")]
)
def test_none_and_next_to_none_have_their_own_signs(percent, shown):
    assert printed(percent) == shown


def test_a_half_that_comes_of_weights_goes_up_whatever_their_range():
    """4,082 weights of 0.7 are exactly an eighth of all, however large the largest: 13 per cent, not 12."""
    yes, no = [0.7] * 4082, [20001.7, 0.1]
    book = Codebook((Variable("Y", "", "one", codes=(Code(1, "Yes"), Code(2, "No"))),))
    rows = [({}, {"Y": [code]}, weight) for code, weights in ((1, yes), (2, no)) for weight in weights]
    table = tabulate(build_frame(book, rows, weighted=True), "Y", thresholds=None)
    assert table["rows"][0]["cells"][0]["percent"] == 13


def test_a_mean_is_printed_half_up():
    assert [mean(each) for each in (6.25, 6.35, 6.249, -0.04, None)] == ["6.3", "6.4", "6.2", "0.0", "–"]
