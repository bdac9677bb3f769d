"""What a table says beside its counts: bands, batteries, crossed columns, intervals on a known frame, texts."""

import pytest

from results.analysis.banner import Banner
from results.analysis.frame import build_frame
from results.analysis.summary import summary
from results.analysis.tabulate import tabulate
from surveys.codebook import Code, Codebook, Variable
from tests.results.analysis import random_waves as waves


def ages(*given):
    return build_frame(waves.CODEBOOK, [({"gp": 1}, {"AGE": [age]}, None) for age in given])


def test_numbers_stand_in_bands_that_add_up_to_the_base():
    table = tabulate(ages(0, 12.4, 12.5, 49, 99, 100, 100), "AGE")
    counts = {row["id"]: row["cells"][0]["count"] for row in table["rows"]}
    assert counts == {"band:0": 3, "band:20": 0, "band:40": 1, "band:60": 0, "band:80": 3}
    assert [row["label"] for row in table["rows"]][::4] == ["0 to under 20", "80 to 100"]
    assert {row["kind"] for row in table["rows"]} == {"band"}


def number(*given, **bounds):
    """The bands of these numbers: what each is called, and how many it holds."""
    frame = build_frame(
        Codebook((Variable("N", "N", "number", **bounds),)), [({}, {"N": [each]}, None) for each in given]
    )
    rows = tabulate(frame, "N", thresholds=None)["rows"]
    return {row["id"]: (row["label"], row["cells"][0]["count"]) for row in rows}


def test_a_number_on_the_edge_of_a_band_begins_it_in_decimals_too():
    """Three times 0.1 is more than 0.3 to a computer, so that 0.3 stood in the band below its own."""
    made = number(0.1, 0.2, 0.3, 0.3, 0.6, 0.7, 0.8, minimum=0, maximum=0.8)
    counts = [count for _label, count in made.values()]
    assert counts == [0, 1, 1, 2, 0, 0, 1, 2]
    assert list(made.values())[3][0] == "0.3 to under 0.4"


def test_bands_of_large_numbers_have_names_of_their_own():
    made = number(1_000_000, 1_000_007, minimum=1_000_000, maximum=1_000_008)
    assert len(made) == 8
    assert made["band:1000007"] == ("1000007 to 1000008", 1)


def test_a_number_has_median_and_quartiles():
    mean = tabulate(ages(10, 20, 30, 40, 50, 60), "AGE")["mean"][0]
    assert (mean["lower_quartile"], mean["median"], mean["upper_quartile"]) == (20, 35, 50)


def test_a_crossed_break_counts_every_combination():
    rows = [
        ({"role": role, "gp": gp}, {"GRIP": [1]}, None) for role in ("chair", "ao") for gp in (0, 1) for _ in range(6)
    ]
    table = tabulate(build_frame(waves.CODEBOOK, rows), "GRIP", by=["role", "gp"])
    assert table["by"] == "role|gp"
    found = {column["id"]: (column["label"], column["base"]) for column in table["columns"]}
    assert found["chair|1"] == ("Chair, GP", 6)
    assert found["x|0"] == ("X, Not a GP", 0)


def test_a_banner_has_a_name_of_its_own():
    frame = build_frame(waves.CODEBOOK, [({"role": "chair"}, {"GRIP": [1]}, None)] * 9)
    assert tabulate(frame, "GRIP", by=Banner("post", "Post", "role"))["by"] == "post"


def test_a_known_frame_narrows_the_interval_and_nothing_else():
    rows = [({"gp": gp}, {"GRIP": [1 + place % 2]}, None) for gp in (0, 1) for place in range(40)]
    frame = build_frame(waves.CODEBOOK, rows)
    free, known = (
        tabulate(frame, "GRIP", by="gp"),
        tabulate(frame, "GRIP", by="gp", frame_sizes={"total": 100, "1": 40}),
    )
    for one, two in zip(free["rows"], known["rows"], strict=True):
        widths = [
            (a["high"] - a["low"], b["high"] - b["low"]) for a, b in zip(one["cells"], two["cells"], strict=True)
        ]
        assert widths[0][1] < widths[0][0]
        assert widths[1][1] == pytest.approx(0, abs=1e-9)
        assert widths[2][1] == widths[2][0]
        assert one["differences"] == two["differences"]
    smaller = tabulate(frame, "GRIP", by="gp", frame_sizes={"total": 30})
    assert smaller["rows"] == free["rows"], "a frame that is smaller than those who answered is not theirs"


def test_a_battery_is_summed_up_each_statement_on_its_own_base():
    codes = (Code(1, "Yes"), Code(2, "No"))
    rows = [Variable(f"B_{name}", "Agree?", "one", item="B", row=name, codes=codes) for name in ("ONE", "TWO")]
    answers = [({}, {"B_ONE": [1], "B_TWO": [2]}, None)] * 6 + [({}, {"B_ONE": [1], "B_TWO": []}, None)] * 4
    frame = build_frame(Codebook(tuple(rows)), answers)
    made = summary([tabulate(frame, row.name) for row in rows])
    assert [(row["text"], row["base"], row["cells"][0]["percent"]) for row in made["rows"]] == [
        ("ONE", 10, 100),
        ("TWO", 6, 0),
    ]
    assert [column["label"] for column in made["columns"]] == ["Yes", "No"]
    with pytest.raises(ValueError, match="no column"):
        summary([tabulate(frame, row.name) for row in rows], column="gp")


def test_a_text_has_bases_and_no_contents():
    frame = build_frame(waves.CODEBOOK, [({}, {"WHY": ["because"]}, None)] * 6 + [({}, {"WHY": []}, None)] * 2)
    table = tabulate(frame, "WHY")
    assert (table["rows"], table["mean"], table["columns"][0]["base"], table["no_answer"]) == ([], None, 6, 2)
    assert "because" not in str(table)


def test_an_empty_wave_has_tables_without_percentages():
    table = tabulate(build_frame(waves.CODEBOOK, []), "GRIP", by="role")
    assert [column["base"] for column in table["columns"]] == [0, 0, 0, 0]
    assert all(cell["percent"] is None for row in table["rows"] for cell in row["cells"])


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("NEW", {}),
        ("GRIP", {"by": "AGE"}),
        ("GRIP", {"by": "nowhere"}),
        ("GRIP", {"where": {"gp": [7]}}),
        ("GRIP", {"where": {"WHY": ["because"]}}),
        ("GRIP", {"denominator": "beds"}),
    ],
)
def test_what_does_not_exist_is_refused(name, options):
    with pytest.raises(ValueError, match=r"\w+"):
        tabulate(ages(1, 2, 3, 4, 5, 6), name, **options)


def test_without_dont_knows_the_base_is_smaller_and_says_so():
    """31 of 51 with don't know; 31 of 47 without: 66 per cent."""
    said = {1: 31, 2: 16, 9: 4}
    rows = [({"gp": 1}, {"GRIP": [code]}, None) for code, people in said.items() for _ in range(people)]
    frame = build_frame(waves.CODEBOOK, [*rows, ({"gp": 1}, {"GRIP": []}, None)])
    table = tabulate(frame, "GRIP", by="gp", substantive=True)
    assert [column["base"] for column in table["columns"]] == [47, 47, 0]
    assert [row["id"] for row in table["rows"]] == ["1", "2", "3", "net:any", "net:known"]
    assert table["rows"][0]["cells"][0]["percent"] == 66
    assert (table["set_aside"], table["no_answer"]) == (4, 1)


def test_a_dont_know_beside_several_answers_is_set_aside_and_in_a_ranking_refused():
    codes = (Code(1, "a"), Code(2, "b"), Code(9, "Don't know", kind="dont_know"))
    book = Codebook((Variable("M", "M", "many", codes=codes), Variable("R", "R", "order", codes=codes)))
    answers = [{"M": [1, 2], "R": [1, 2]}, {"M": [9], "R": [9, 1]}, {"M": [2], "R": [2]}]
    frame = build_frame(book, [({}, each, None) for each in answers * 5])
    table = tabulate(frame, "M", substantive=True)
    assert (table["columns"][0]["base"], table["set_aside"]) == (10, 5)
    assert [(row["id"], row["cells"][0]["percent"]) for row in table["rows"]] == [("1", 50), ("2", 100)]
    with pytest.raises(ValueError, match="cannot be set aside"):
        tabulate(frame, "R", substantive=True)


def test_organisations_votes_are_not_given_without_dont_knows():
    with pytest.raises(ValueError, match="don't know"):
        tabulate(ages(1), "AGE", denominator="organisations", substantive=True)
