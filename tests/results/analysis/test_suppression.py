"""No small group can be read off a table, nor worked out from the columns beside it."""

import pytest

from results.analysis.frame import build_frame
from results.analysis.suppression import PUBLIC, STAFF, Group, Thresholds, hidden_columns
from results.analysis.tabulate import tabulate
from tests.results.analysis import random_waves as waves


def hidden(total, bases, *, rest=0, **options):
    groups = {"total": Group(total)} | {name: Group(base) for name, base in bases.items()}
    return hidden_columns(groups, thresholds=STAFF, remainder=Group(rest), **options)


def test_a_small_column_takes_the_next_smallest_with_it():
    assert hidden(60, {"a": 2, "b": 20, "c": 38}) == {"a", "b"}


def test_two_small_columns_that_are_many_together_need_no_third():
    assert hidden(46, {"a": 3, "b": 3, "c": 40}) == {"a", "b"}


def test_two_small_columns_that_are_few_together_need_a_third():
    assert hidden(64, {"a": 2, "b": 2, "c": 20, "d": 40}) == {"a", "b", "c"}


def test_a_small_remainder_hides_the_smallest_column():
    assert hidden(62, {"a": 20, "b": 40}, rest=2) == {"a"}


def test_a_large_remainder_protects_a_small_column():
    assert hidden(62, {"a": 2, "b": 40}, rest=20) == {"a"}


def test_empty_columns_hide_nothing_and_protect_nothing():
    assert hidden(40, {"a": 0, "b": 15, "c": 25}) == set()
    assert hidden(42, {"a": 0, "b": 2, "c": 40}) == {"b", "c"}


def test_a_small_total_hides_everything():
    assert hidden(4, {"a": 2, "b": 2}) == {"total", "a", "b"}


def test_a_column_of_several_answers_that_leaves_few_is_hidden():
    assert hidden(40, {"a": 38, "b": 20}, overlapping={"a", "b"}) == {"a"}


def test_a_filter_that_leaves_out_few_hides_everything():
    groups = {"total": Group(50, left_out=(3,)), "a": Group(25, left_out=(0,)), "b": Group(25, left_out=(3,))}
    assert hidden_columns(groups, thresholds=STAFF) == {"total", "a", "b"}


def test_a_filter_that_leaves_few_out_of_a_column_hides_it_and_another():
    groups = {
        "total": Group(60, left_out=(33,)),
        "a": Group(20, left_out=(3,)),
        "b": Group(20, left_out=(10,)),
        "c": Group(20, left_out=(20,)),
    }
    assert hidden_columns(groups, thresholds=STAFF) == {"a", "b"}


def test_in_a_crossed_break_every_line_is_protected():
    bases = {"x|1": 2, "x|2": 30, "y|1": 30, "y|2": 30}
    lines = [{"x|1", "x|2"}, {"y|1", "y|2"}, {"x|1", "y|1"}, {"x|2", "y|2"}]
    assert hidden(92, bases, lines=[(line, Group(0)) for line in lines]) == set(bases)


def test_in_a_crossed_break_a_few_whose_other_part_is_unknown_are_protected():
    bases = {"x|1": 20, "x|2": 30, "y|1": 30, "y|2": 30}
    lines = [({"x|1", "x|2"}, Group(2)), ({"y|1", "y|2"}, Group(0))]
    assert hidden(112, bases, rest=2, lines=lines) == {"x|1"}


def test_what_is_apart_from_overlapping_columns_must_not_leave_few():
    """17 in all, 11 of them none of these, 4 one of them, 2 unknown: 17 − 11 = 6 would be a group of under ten."""
    groups = {"total": Group(17), "a": Group(4), "none": Group(11)}
    found = hidden_columns(groups, thresholds=Thresholds(10), remainder=Group(2), overlapping={"a"})
    assert found == {"a", "none"}


def test_unpublishable_organisations_hide_a_column_whatever_its_size():
    groups = {"total": Group(60), "a": Group(30, publishable=False), "b": Group(30)}
    assert hidden_columns(groups, thresholds=PUBLIC) == {"a", "b"}


def people(role, gp, count, code=1):
    return [({"role": role, "gp": gp}, {"GRIP": [code]}, None)] * count


@pytest.fixture
def frame():
    return build_frame(waves.CODEBOOK, people("chair", 1, 40) + people("ao", 0, 30, 2) + people("x", 0, 3, 3))


def test_what_is_hidden_is_null_everywhere_and_named(frame):
    table = tabulate(frame, "GRIP", by="role")
    assert table["suppressed"] == ["ao", "x"]
    for place in (2, 3):
        assert table["columns"][place]["base"] is None
        assert all(row["cells"][place] is None for row in table["rows"])
        assert table["mean"][place] is None
    assert not any(found["lower"] in ("ao", "x") for row in table["rows"] for found in row["differences"])


def test_merging_shows_the_small_columns_as_one(frame):
    table = tabulate(frame, "GRIP", by="role", merge=True)
    assert [(column["id"], column["base"]) for column in table["columns"]] == [
        ("total", 73),
        ("chair", 40),
        ("ao+x", 33),
    ]
    assert table["columns"][2]["label"] == "AO or X"
    assert table["suppressed"] == []
    assert [row["cells"][2]["count"] for row in table["rows"]][:3] == [0, 30, 3]


def test_a_few_whose_attribute_is_unknown_join_the_merged_column():
    unknown = [({}, {"GRIP": [1]}, None)] * 2
    frame = build_frame(waves.CODEBOOK, people("chair", 1, 40) + people("ao", 0, 30) + unknown)
    assert tabulate(frame, "GRIP", by="role")["suppressed"] == ["ao"]
    merged = tabulate(frame, "GRIP", by="role", merge=True)
    assert [(column["id"], column["base"]) for column in merged["columns"]] == [
        ("total", 72),
        ("chair", 40),
        ("x", 0),
        ("ao+?", 32),
    ]


def test_a_filter_leaving_out_three_of_a_wave_shows_nothing(frame):
    table = tabulate(frame, "GRIP", where={"role": ["chair", "ao"]})
    assert table["suppressed"] == ["total"]
    assert table["columns"][0]["base"] is None
    assert (table["not_asked"], table["no_answer"]) == (None, None)


def test_a_filter_of_several_codes_does_not_give_away_one_that_few_have(frame):
    """The 33 of AO or X, less the 30 that the column of AO shows, are the 3 whose column is hidden."""
    table = tabulate(frame, "GRIP", where={"role": ["ao", "x"]})
    assert table["suppressed"] == ["total"]
    assert tabulate(frame, "GRIP", where={"gp": [1, 0]})["suppressed"] == []


def test_a_filter_does_not_show_what_the_break_by_its_variable_hides():
    """Two people's post is unknown: by role the 20 AOs are hidden to protect them, and so are they as a filter."""
    answers = people("chair", 1, 40) + people("ao", 0, 20) + [({}, {"GRIP": [1]}, None)] * 2
    frame = build_frame(waves.CODEBOOK, answers)
    assert tabulate(frame, "GRIP", by="role")["suppressed"] == ["ao"]
    assert tabulate(frame, "GRIP", where={"role": ["ao"]})["suppressed"] == ["total"]
    assert tabulate(frame, "GRIP", where={"role": ["chair"]})["suppressed"] == []
    assert tabulate(frame, "GRIP", where={"role": ["ao"]}, thresholds=None)["suppressed"] == []


def test_a_column_does_not_show_what_the_filter_turned_round_hides():
    """Among GPs an AO is rare: the chairs hide them there, so chairs who are GPs stay hidden under a filter too."""
    answers = people("chair", 1, 20) + people("ao", 1, 3) + people("chair", 0, 20) + people("ao", 0, 20)
    frame = build_frame(waves.CODEBOOK, answers)
    assert tabulate(frame, "GRIP", by="role", where={"gp": [1]})["suppressed"] == ["chair", "ao"]
    assert "1" in tabulate(frame, "GRIP", by="gp", where={"role": ["chair"]})["suppressed"]


def test_a_filter_of_several_answers_does_not_give_away_who_gave_one_alone():
    """23 gave the first or the second; less the 20 who gave the first, 3 gave the second alone."""
    steps = [({}, {"STEPS": codes}, None) for codes in [[1]] * 10 + [[1, 2]] * 10 + [[2]] * 3 + [[3]] * 20]
    frame = build_frame(waves.CODEBOOK, steps)
    assert tabulate(frame, "STEPS", where={"STEPS": [1, 2]})["suppressed"] == ["total"]
    assert tabulate(frame, "STEPS", where={"STEPS": [2, 3]})["suppressed"] == []


def test_the_public_never_sees_a_table_whose_organisations_are_not_known(frame):
    with pytest.raises(ValueError, match="known only while the wave closed"):
        tabulate(frame, "GRIP", by="role", thresholds=PUBLIC)


def test_nothing_is_hidden_without_thresholds(frame):
    assert tabulate(frame, "GRIP", by="role", thresholds=None)["suppressed"] == []
    assert tabulate(frame, "GRIP", by="role", thresholds=Thresholds(people=1))["suppressed"] == []
