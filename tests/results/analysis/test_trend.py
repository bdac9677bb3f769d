"""Waves are compared only when they may be, and a change is named only when it is one."""

import pytest

from results.analysis.frame import build_frame
from results.analysis.tabulate import tabulate
from results.analysis.trend import BREAKS, SAME, Comparison, Linked, Point, change, phi, trend
from surveys.codebook import Codebook
from tests.results.analysis import random_waves as waves


def point(wave, *, yes, no, variable=waves.GRIP, **more):
    rows = [({}, {"GRIP": [1]}, None)] * yes + [({}, {"GRIP": [2]}, None)] * no
    table = tabulate(build_frame(Codebook((variable,)), rows), "GRIP")
    return Point(wave, wave.title(), "2013-01-25", variable, table, **more)


def always(kind, *reasons):
    return lambda earlier, later: Comparison(kind, reasons)


def made(*points, **options):
    return trend(points, judge=always(SAME), **options)["points"]


def row(point, name="1"):
    return next(each for each in point["changes"] if each["row"] == name)


def test_a_real_change_rose_and_a_small_one_is_little_changed():
    line = made(point("one", yes=50, no=50), point("two", yes=70, no=30), point("three", yes=68, no=32))
    assert row(line[1])["verdict"] == "rose"
    assert row(line[1])["difference"] == pytest.approx(20)
    assert row(line[2])["verdict"] == "little changed"
    assert row(line[1], "2")["verdict"] == "fell"


def test_where_the_verdict_breaks_the_line_breaks_and_nothing_is_tested():
    points = point("one", yes=50, no=50), point("two", yes=90, no=10)
    broken = trend(points, judge=always(BREAKS, "the wording changed"))
    assert broken["points"][1]["comparable"] == "breaks"
    assert broken["points"][1]["reasons"] == ["the wording changed"]
    assert broken["points"][1]["changes"] == []
    assert broken["points"][1]["mean_change"] is None
    assert broken["lines"] == [["one"], ["two"]]


def test_a_question_that_was_put_otherwise_once_is_compared_across_that_wave():
    def judge(earlier, later):
        return Comparison(BREAKS if "odd" in (earlier.wave, later.wave) else SAME)

    points = point("one", yes=50, no=50), point("odd", yes=90, no=10), point("three", yes=70, no=30)
    found = trend(points, judge=judge)
    assert found["points"][1]["compared_with"] is None
    assert found["points"][2]["compared_with"] == "one"
    assert row(found["points"][2])["difference"] == pytest.approx(20)
    assert found["points"][2]["comparable"] == "breaks"
    assert found["lines"] == [["one"], ["odd"], ["three"]]


def test_small_waves_are_tested_by_fisher_and_left_out_of_the_line():
    found = trend((point("one", yes=10, no=10), point("two", yes=60, no=40)), judge=always(SAME))
    assert row(found["points"][1])["method"] == "fisher"
    assert [each["in_line"] for each in found["points"]] == [False, True]
    assert found["lines"] == [["two"]]


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
    line = made(point("one", yes=50, no=50), point("two", yes=2, no=1), point("three", yes=60, no=40))
    assert {each["verdict"] for each in line[1]["changes"]} == {"not tested"}
    assert line[1]["base"] is None
    assert line[2]["compared_with"] == "one"
