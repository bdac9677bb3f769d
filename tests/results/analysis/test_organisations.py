"""Organisations are counted at the close, each with one vote, and nothing is kept of a small group."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from results.analysis.frame import build_frame_with_payloads
from results.analysis.organisations import tally_organisations
from results.analysis.suppression import PUBLIC
from results.analysis.tabulate import tabulate
from tests.results.analysis import random_waves as waves

ROW = st.tuples(waves.rows(), st.lists(st.sampled_from("ABCDE"), unique=True, max_size=3))


def framed(rows):
    return build_frame_with_payloads(waves.CODEBOOK, [(*row, tuple(codes)) for row, codes in rows])


def votes(rows, name, code, role):
    """The votes by the definition: each organisation's share of its members in the base who gave the code."""
    base = [
        (row, codes) for row, codes in rows if waves.given(row, name) and (role is None or row[0].get("role") == role)
    ]
    organisations = {organisation for _, codes in base for organisation in codes}
    total = Fraction(0)
    for organisation in organisations:
        members = [row for row, codes in base if organisation in codes]
        total += Fraction(sum(code in waves.given(row, name) for row in members), len(members))
    return total, len(organisations)


@settings(max_examples=200)
@given(rows=st.lists(ROW, max_size=30))
def test_votes_equal_their_definition(rows):
    frame, memberships = framed(rows)
    tallies = tally_organisations(frame, memberships, banners=["role"])
    for name in ("GRIP", "STEPS"):
        table = tabulate(frame, name, by="role", denominator="organisations", organisations=tallies) if rows else None
        for place, role in enumerate([None, "chair", "ao", "x"]):
            if table is None or table["columns"][place]["base"] is None:
                continue
            for row in table["rows"]:
                if row["kind"] == "code":
                    expected, organisations = votes(rows, name, int(row["id"]), role)
                    assert table["columns"][place]["organisations"] == organisations
                    assert row["cells"][place]["count"] == pytest.approx(float(expected))


@settings(max_examples=100)
@given(rows=st.lists(ROW, max_size=30))
def test_the_mean_of_votes_equals_its_definition_in_any_order(rows):
    """Each organisation's members with a number share its vote; the mean is over votes."""
    frame, memberships = framed(rows)
    made = tally_organisations(frame, memberships, banners=[])["variables"]["AGE"][""].get("total")
    held = [(waves.given(row, "AGE")[0], codes) for row, codes in rows if waves.given(row, "AGE")]
    sizes = Counter(code for _, codes in held for code in codes)
    votes = [(Fraction(age), Fraction(1, sizes[code])) for age, codes in held for code in codes]
    if made is None:
        assert 0 < len(held) < 5
        return
    assert made["mean"]["base"] == len(sizes)
    whole = sum(share for _, share in votes)
    mean = float(sum(age * share for age, share in votes) / whole) if votes else None
    assert made["mean"]["value"] == (pytest.approx(mean) if votes else None)
    again = tally_organisations(*framed(rows[::-1]), banners=[])["variables"]["AGE"][""]["total"]
    assert again == made


def person(role, organisations, code, gp=1):
    return ({"role": role, "gp": gp}, {"GRIP": [code]}, None), organisations


def test_an_organisation_of_three_has_one_vote_like_an_organisation_of_one():
    """A: 2 of 3 say yes, 2/3 vote; B to E: one each, all yes. 4⅔ of 5 votes, 93.3 per cent; of people 6 of 7."""
    rows = [person("chair", "A", code) for code in (1, 1, 2)] + [person("chair", name, 1) for name in "BCDE"]
    frame, memberships = framed(rows)
    tallies = tally_organisations(frame, memberships, banners=[])
    cell = tabulate(frame, "GRIP", denominator="organisations", organisations=tallies)["rows"][0]["cells"][0]
    assert cell["count"] == pytest.approx(14 / 3)
    assert cell["percent"] == 93
    assert tabulate(frame, "GRIP", organisations=tallies)["rows"][0]["cells"][0]["percent"] == 86


def test_a_leader_of_two_organisations_votes_in_each():
    rows = [person("chair", "AB", 1), *(person("chair", name, 2) for name in "CDEF")]
    frame, memberships = framed(rows)
    tallies = tally_organisations(frame, memberships, banners=[])
    table = tabulate(frame, "GRIP", denominator="organisations", organisations=tallies)
    assert (table["columns"][0]["base"], table["columns"][0]["organisations"]) == (5, 6)
    assert table["rows"][0]["cells"][0]["count"] == 2
    assert tallies["overall"] == 6


def test_nothing_is_kept_of_a_column_that_staff_may_not_see():
    rows = [person("chair", f"A{place}", 1) for place in range(20)]
    rows += [person("ao", f"B{place}", 2) for place in range(10)] + [person("x", "C", 3)] * 3
    frame, memberships = framed([(row, [name]) for row, name in rows])
    stored = tally_organisations(frame, memberships, banners=["role"])["variables"]["GRIP"]["role"]
    assert stored["x"] is None
    assert stored["ao"] is None
    assert stored["chair"]["organisations"] == 20
    assert stored["ao+x"]["organisations"] == 11


def test_a_column_held_by_one_organisation_is_not_public():
    rows = [person("chair", ["A"], 1)] * 11 + [person("chair", [name], 1) for name in "BCDEF"]
    rows += [person("ao", [f"B{place}"], 2) for place in range(20)]
    frame, memberships = framed(rows)
    tallies = tally_organisations(frame, memberships, banners=["role"])
    assert tallies["variables"]["GRIP"]["role"]["chair"]["publishable"] is False
    table = tabulate(frame, "GRIP", by="role", organisations=tallies, thresholds=PUBLIC)
    assert table["suppressed"] == ["chair", "ao"]


def test_memberships_must_be_as_many_as_respondents():
    frame, _ = framed([person("chair", "A", 1)])
    with pytest.raises(ValueError, match="2 memberships for 1"):
        tally_organisations(frame, ["A", "B"], banners=[])


@pytest.mark.parametrize("options", [{"by": "gp"}, {"where": {"gp": [1]}}])
def test_organisations_are_refused_where_they_were_not_counted(options):
    frame, memberships = framed([person("chair", f"A{place}", 1) for place in range(20)])
    tallies = tally_organisations(frame, memberships, banners=["role"])
    with pytest.raises(ValueError, match="known only while the wave closed"):
        tabulate(frame, "GRIP", denominator="organisations", organisations=tallies, **options)
    assert tabulate(frame, "GRIP", organisations=tallies, **options)["columns"][0]["organisations"] is None
