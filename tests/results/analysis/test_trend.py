"""Waves are compared only when the same was asked of the same people, and a change is named only when it is one."""

from dataclasses import replace

import pytest

from results.analysis.frame import build_frame
from results.analysis.tabulate import tabulate
from results.analysis.trend import Linked, Point, change, phi, trend, verdict
from surveys.codebook import Code, Codebook
from tests.results.analysis import random_waves as waves


def point(wave, *, yes, no, variable=waves.GRIP, **more):
    rows = [({}, {"GRIP": [1]}, None)] * yes + [({}, {"GRIP": [2]}, None)] * no
    table = tabulate(build_frame(Codebook((variable,)), rows), "GRIP")
    return Point(wave, wave.title(), "2013-01-25", variable, table, **more)


def made(*points, **options):
    return trend(points, **options)["points"]


def row(point, name="1"):
    return next(each for each in point["changes"] if each["row"] == name)


def test_a_real_change_rose_and_a_small_one_is_little_changed():
    line = made(point("one", yes=50, no=50), point("two", yes=70, no=30), point("three", yes=68, no=32))
    assert row(line[1])["verdict"] == "rose"
    assert row(line[1])["difference"] == pytest.approx(20)
    assert row(line[2])["verdict"] == "little changed"
    assert row(line[1], "2")["verdict"] == "fell"


def test_new_wording_breaks_the_line_and_nothing_is_tested():
    other = replace(waves.GRIP, text="Is there too much grip now?")
    line = made(point("one", yes=50, no=50), point("two", yes=90, no=10, variable=other))
    assert line[1]["comparable"] == "breaks"
    assert line[1]["reasons"] == ["the wording changed"]
    assert line[1]["changes"] == []
    assert line[1]["mean_change"] is None


def test_a_comma_is_trivial():
    other = replace(waves.GRIP, text="Too much  grip")
    found, reasons = verdict(point("one", yes=50, no=50), point("two", yes=50, no=50, variable=other))
    assert found == "trivial"
    assert reasons == ["the wording differs in spelling or punctuation only"]


@pytest.mark.parametrize(
    "changes",
    [
        {"variable": replace(waves.GRIP, codes=(*waves.GRIP.codes, Code(4, "Other")))},
        {
            "variable": replace(
                waves.GRIP, codes=(replace(waves.GRIP.codes[0], label="Certainly"), *waves.GRIP.codes[1:])
            )
        },
        {"base": "GPs"},
        {"mode": "telephone"},
    ],
)
def test_other_codes_people_or_modes_break_the_line(changes):
    assert verdict(point("one", yes=50, no=50), point("two", yes=50, no=50, **changes))[0] == "breaks"


def test_small_waves_are_tested_by_fisher_and_left_out_of_the_line():
    line = made(point("one", yes=10, no=10), point("two", yes=60, no=40))
    assert row(line[1])["method"] == "fisher"
    assert [each["in_line"] for each in line] == [False, True]


def test_people_known_to_be_in_both_waves_sharpen_the_test():
    one, two = point("one", yes=50, no=50), point("two", yes=61, no=39)
    apart = change(one.table, two.table, row="1")["p"]
    linked = change(one.table, two.table, row="1", linked=Linked(80, {"1": phi(38, 4, 12, 26)}))["p"]
    assert linked < apart


def test_it_says_when_printed_figures_seem_to_add_up_otherwise():
    """12.4 and 17.6 print as 12 and 18, six apart; they are 5.2 apart."""
    found = change(point("one", yes=124, no=876).table, point("two", yes=176, no=824).table, row="1")
    assert found["difference"] == pytest.approx(5.2)
    assert found["figures_are_rounded"] is True
    plain = change(point("one", yes=120, no=880).table, point("two", yes=180, no=820).table, row="1")
    assert plain["figures_are_rounded"] is False


def test_a_suppressed_wave_is_not_tested():
    line = made(point("one", yes=2, no=1), point("two", yes=60, no=40))
    assert row(line[1])["verdict"] == "not tested"
    assert line[0]["base"] is None
