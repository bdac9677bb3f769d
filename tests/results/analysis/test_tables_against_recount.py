"""Every table equals what a plain recount of the same answers gives."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.analysis.frame import build_frame
from results.analysis.tabulate import tabulate
from tests.results.analysis import random_waves as waves

BREAKS = (None, "role", "gp", "GRIP", "STEPS")


def columns_of(by: str | None) -> list[Any]:
    return ["total", *([code.code for code in waves.CODEBOOK[by].codes] if by else [])]


def row_codes(row: dict[str, Any], name: str) -> set[Any]:
    variable = waves.CODEBOOK[name]
    if row["kind"] == "net":
        return set(next(net.codes for net in variable.nets if f"net:{net.name}" == row["id"]))
    return {next(code.code for code in variable.codes if str(code.code) == row["id"].split(":")[-1])}


def belongs(answer: list[Any], row: dict[str, Any], name: str) -> bool:
    if row["kind"] in ("first", "top"):
        return bool(row_codes(row, name) & set(answer[: row["top"]]))
    return bool(row_codes(row, name) & set(answer))


@settings(max_examples=1000)
@given(
    wave=waves.WAVES,
    name=st.sampled_from(waves.CLOSED),
    by=st.sampled_from(BREAKS),
    where=waves.FILTERS,
    weighted=st.booleans(),
)
def test_a_table_equals_a_plain_recount(wave, name, by, where, weighted):
    frame = build_frame(waves.CODEBOOK, wave, weighted=weighted)
    table = tabulate(frame, name, by=by, where=where, thresholds=None)
    people = waves.passing(wave, where)
    assert table["not_asked"] == sum(waves.given(row, name) is None for row in people)
    assert table["no_answer"] == sum(waves.given(row, name) == [] for row in people)
    assert [column["id"] for column in table["columns"]] == [str(code) for code in columns_of(by)]
    for place, code in enumerate(columns_of(by)):
        members = [row for row in people if waves.given(row, name) and waves.in_column(row, by, code)]
        assert table["columns"][place]["base"] == len(members)
        for row in table["rows"]:
            check_cell(
                row["cells"][place],
                [m for m in members if belongs(waves.given(m, name), row, name)],
                members,
                weighted,
            )


def check_cell(cell, chosen, members, weighted):
    weight = (lambda row: row[2]) if weighted else (lambda row: 1)
    count, base = sum(map(weight, chosen)), sum(map(weight, members))
    assert cell["count"] == count
    if weighted:
        assert cell["people"] == len(chosen)
    if not base:
        assert cell["percent"] is None
        assert cell["exact"] is None
        return
    assert cell["percent"] == waves.half_up(count, base)
    assert cell["exact"] == pytest.approx(100 * count / base, abs=1e-9)
    assert cell["low"] <= cell["exact"] + 1e-9
    assert cell["high"] >= cell["exact"] - 1e-9


@settings(max_examples=200)
@given(wave=waves.WAVES, by=st.sampled_from(BREAKS), weighted=st.booleans())
def test_means_of_scores_and_numbers_equal_a_plain_recount(wave, by, weighted):
    frame = build_frame(waves.CODEBOOK, wave, weighted=weighted)
    scores = {code.code: code.score for code in waves.GRIP.codes if code.score is not None}
    for name, value in (("GRIP", scores.get), ("AGE", lambda number: number)):
        table = tabulate(frame, name, by=by, thresholds=None)
        for place, code in enumerate(columns_of(by)):
            pairs = [
                (value(answer[0]), row[2] if weighted else 1)
                for row in wave
                if (answer := waves.given(row, name))
                and value(answer[0]) is not None
                and waves.in_column(row, by, code)
            ]
            mean, sd = waves.mean_and_sd(pairs)
            made = table["mean"][place]
            assert made["base"] == len(pairs)
            assert made["value"] == (None if mean is None else pytest.approx(mean, abs=1e-9))
            assert made["sd"] == (None if sd is None else pytest.approx(sd, abs=1e-9))


@settings(max_examples=200)
@given(wave=waves.WAVES, weighted=st.booleans())
def test_mean_ranks_equal_a_plain_recount(wave, weighted):
    frame = build_frame(waves.CODEBOOK, wave, weighted=weighted)
    for row in tabulate(frame, "ORDER", thresholds=None)["rows"]:
        if row["kind"] == "code":
            code = int(row["id"])
            pairs = [(r[1]["ORDER"].index(code) + 1, r[2] if weighted else 1) for r in wave if code in r[1]["ORDER"]]
            mean, _ = waves.mean_and_sd(pairs)
            assert row["mean_rank"][0]["base"] == len(pairs)
            assert row["mean_rank"][0]["value"] == (None if mean is None else pytest.approx(mean))


@settings(max_examples=200)
@given(wave=waves.WAVES, where=waves.FILTERS)
def test_columns_that_exclude_each_other_add_up_to_those_whose_attribute_is_known(wave, where):
    frame = build_frame(waves.CODEBOOK, wave)
    table = tabulate(frame, "GRIP", by="role", where=where, thresholds=None)
    known = tabulate(frame, "GRIP", where=(where or {}) | {"role": ["chair", "ao", "x"]}, thresholds=None)
    assert sum(column["base"] for column in table["columns"][1:]) == (
        known["columns"][0]["base"] if "role" not in (where or {}) else table["columns"][0]["base"]
    )
    codes = [row for row in table["rows"] if row["kind"] == "code"]
    for place, column in enumerate(table["columns"]):
        assert sum(row["cells"][place]["count"] for row in codes) == column["base"]


@settings(max_examples=200)
@given(wave=waves.WAVES, by=st.sampled_from(BREAKS))
def test_a_net_is_at_least_its_largest_code_and_at_most_their_sum_and_the_base(wave, by):
    frame = build_frame(waves.CODEBOOK, wave)
    for name in ("GRIP", "STEPS"):
        table = tabulate(frame, name, by=by, thresholds=None)
        counts = {row["id"]: [cell["count"] for cell in row["cells"]] for row in table["rows"]}
        for net in waves.CODEBOOK[name].nets:
            for place, column in enumerate(table["columns"]):
                parts = [counts[str(code)][place] for code in net.codes]
                assert max(parts) <= counts[f"net:{net.name}"][place] <= min(sum(parts), column["base"])
