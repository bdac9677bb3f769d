"""Weights meet the frame's margins, stay within their bounds, and say what they cost."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.analysis.weighting import rake

ROLES, REGIONS = ("chair", "ao", "x"), ("north", "south")


@settings(max_examples=100)
@given(data=st.data())
def test_raked_weights_meet_every_margin(data):
    cells = [(role, region) for role in ROLES for region in REGIONS]
    sizes = data.draw(st.lists(st.integers(5, 40), min_size=6, max_size=6))
    people = [cell for cell, size in zip(cells, sizes, strict=True) for _ in range(size)]
    given_ = {"role": [role for role, _ in people], "region": [region for _, region in people]}
    targets = {
        "role": dict(zip(ROLES, data.draw(st.lists(st.integers(10, 90), min_size=3, max_size=3)), strict=True)),
        "region": dict(zip(REGIONS, data.draw(st.lists(st.integers(10, 90), min_size=2, max_size=2)), strict=True)),
    }
    weights, report = rake(given_, targets, trim=None)
    assert report.converged
    assert report.margin_error < 1e-9
    assert weights.sum() == pytest.approx(len(people))
    for name, target in targets.items():
        for label, wanted in target.items():
            share = weights[np.array(given_[name]) == label].sum() / weights.sum()
            assert share == pytest.approx(wanted / sum(target.values()), rel=1e-8)


def test_trimmed_weights_stay_within_bounds_and_meet_the_margins():
    given_ = {"role": ["chair"] * 90 + ["ao"] * 10, "region": (["north"] * 9 + ["south"]) * 10}
    targets = {"role": {"chair": 75, "ao": 25}, "region": {"north": 80, "south": 20}}
    free, _ = rake(given_, targets, trim=None)
    weights, report = rake(given_, targets)
    assert free.max() == pytest.approx(5)
    assert weights.max() == pytest.approx(3)
    assert weights.min() > 0.3
    assert report.converged
    assert report.trimmed == 1


def test_the_report_gives_the_design_effect():
    _, report = rake({"role": ["chair"] * 3 + ["ao"]}, {"role": {"chair": 50, "ao": 50}}, trim=None)
    assert (report.base, report.weighted_base) == (4, pytest.approx(4))
    assert report.effective_base == pytest.approx(16 / (3 * (2 / 3) ** 2 + 4))
    assert report.design_effect == pytest.approx(4 / report.effective_base)


@pytest.mark.parametrize(
    ("given_", "targets", "complaint"),
    [
        ({"role": ["chair"]}, {"role": {"chair": 1, "ao": 1}}, "nobody of 'ao' answered"),
        ({"role": ["chair", "ao"]}, {"role": {"chair": 1}}, "no 'ao' to weight to"),
        ({"role": ["chair", "ao"]}, {"role": {"chair": 1, "ao": 0}}, "the frame has none"),
        ({"role": ["chair"]}, {"role": {"chair": -1}}, "not negative"),
        ({}, {}, "no margin"),
    ],
)
def test_what_cannot_be_weighted_is_refused(given_, targets, complaint):
    with pytest.raises(ValueError, match=complaint):
        rake(given_, targets)
