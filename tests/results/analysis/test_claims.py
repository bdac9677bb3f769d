"""A printed percentage is checked against every count its base allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from results.analysis.claims import check_claim, count_claims, feasible_numerators
from results.analysis.rounding import percent_half_up


@given(base=st.integers(1, 400), percent=st.integers(0, 100))
def test_feasible_numerators_are_those_that_print_so(base, percent):
    expected = [count for count in range(base + 1) if percent_half_up(count, base) == percent]
    assert feasible_numerators(percent, base) == expected


@pytest.mark.parametrize(
    ("sentence", "numerators"),
    [
        ("61% of 51", [31]),
        ("61 per cent of the 51 GPs said so", [31]),
        ("61 % of 29", []),
        ("12.5 per cent of 184", [23]),
        ("50% of 1,160 leaders", list(range(575, 586))),
    ],
)
def test_a_claim_in_a_sentence_is_checked(sentence, numerators):
    ((_, found),) = check_claim(sentence)
    assert found == numerators


def test_a_sentence_without_a_claim_is_refused():
    with pytest.raises(ValueError, match="no percentage of a number"):
        check_claim("most leaders agree")


def test_a_count_of_a_base_prints_as_a_percentage():
    assert count_claims("31 per cent, 9 of 29") == [(9, 29, 31)]


def test_a_base_must_be_positive():
    with pytest.raises(ValueError, match="at least 1"):
        feasible_numerators(50, 0)
