"""A printed share must be possible on its base, and what a wave is said to have said must be what it said."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from results.analysis.rounding import percent_half_up
from results.claims import check, check_against
from results.story import story_of
from surveys.problems import Refused
from tests.results import barometers


def stands(sentence, **options):
    return [each.stands for each in check(sentence, **options)]


@pytest.mark.parametrize(
    ("claim", "numerators"),
    [
        ("61% of 51", (31,)),
        ("61 % of the 51 GPs", (31,)),
        ("61 per cent of the 51 GPs", (31,)),
        ("12.5% of 184", (23,)),
        ("13% of 184", (23, 24)),
        ("0% of 80", (0,)),
        ("31 per cent, nine of the 29", (9,)),
        ("31 per cent (9 of 29)", (9,)),
        ("61 per cent of GPs (31 of 51)", (31,)),
        ("nine of the 29 others, 31 per cent", (9,)),
        ("31 out of 51", (31,)),
        ("half of the 80", (40,)),
        ("half of the 80 who answered (50 per cent)", (40,)),
        ("one in four of the 52", (13,)),
        ("a third of 30", (10,)),
        ("three of the seven", (3,)),
        ("none of the 80", (0,)),
        ("5 per cent of 1,204", tuple(range(55, 67))),
    ],
)
def test_a_claim_has_the_counts_it_can_stand_for(claim, numerators):
    (found,) = check(claim)
    assert found.stands
    assert found.numerators == numerators


@pytest.mark.parametrize(
    "claim",
    [
        "61% of 29",
        "31 per cent, eight of the 29",
        "61 per cent of GPs (32 of 51)",
        "nine of the 29 others, 33 per cent",
        "60 of 51",
        "half of the 51",
        "one in four of the seven",
        "half of the 80 who answered (51 per cent)",
        "31 per cent of 0",
        "101% of 51",
    ],
)
def test_a_claim_that_cannot_be_is_refused_with_what_would_be_near(claim):
    (found,) = check(claim)
    assert not found.stands
    assert found.numerators == ()
    assert found.words.startswith("cannot be: ")


def test_it_says_what_the_neighbouring_counts_print_as():
    (found,) = check("61% of 29")
    assert found.words == "cannot be: 17 of 29 is 59 per cent, 18 of 29 is 62 per cent"


def test_a_sentence_is_read_claim_by_claim():
    sentence = "61 per cent of the 51 GPs said so, against 31 per cent, nine of the 29 others; half of the 81 did not."
    assert stands(sentence) == [True, True, False]


def test_percentages_without_a_base_are_held_against_the_one_given():
    """Winter 2013's 50, 40, none and 10 per cent cannot come from all 85 answers; from 80 they can."""
    sentence = "50 per cent too much grip, 40 right balance (40 per cent), 10 per cent don't know"
    assert stands(sentence, base=85) == [False, True, False]
    assert stands(sentence, base=80) == [True, True, True]


@pytest.mark.parametrize("words", ["", "hello", "61 per cent said so", "in 2013", "50 per cent more"])
def test_what_claims_no_share_of_a_number_is_refused(words):
    with pytest.raises(Refused, match="claims no share of a number"):
        check(words)


@given(st.integers(1, 2000), st.data())
def test_every_true_percentage_stands_and_lists_its_count(base, data):
    count = data.draw(st.integers(0, base))
    (found,) = check(f"{percent_half_up(count, base)}% of {base}")
    assert count in found.numerators


@given(st.integers(0, 100), st.integers(1, 400))
def test_a_claim_stands_exactly_when_some_count_prints_so(percent, base):
    possible = [count for count in range(base + 1) if percent_half_up(count, base) == percent]
    (found,) = check(f"{percent}% of {base}")
    assert list(found.numerators) == possible
    assert found.stands == bool(possible)


@pytest.mark.django_db
def test_claims_about_a_wave_name_the_figures_that_say_so():
    wave = barometers.winter()
    gps, others = check_against(wave, "GRIP", "61 per cent of the 51 GPs, against 31 per cent, nine of the 29 others")
    assert gps.figures == ("2013-winter/GRIP/gp/1/1",)
    assert others.figures == ("2013-winter/GRIP/gp/0/1",)
    (near,) = check_against(wave, "GRIP", "43 per cent of the 80")
    assert not near.stands
    assert near.words == "no figure of GRIP in 2013-winter is that; on a base of 80 it has 0, 10, 40, 50 per cent"
    (impossible,) = check_against(wave, "GRIP", "50 per cent of 85")
    assert impossible.words.startswith("cannot be: ")
    (bare,) = check_against(wave, "CONTRACTS_INTEGRATED", "99 per cent", by="role")
    assert "2013-winter/CONTRACTS_INTEGRATED/all/total/net:likely" in bare.figures
    assert {figure.split("/")[2] for figure in bare.figures} <= {"all", "role"}
    (other,) = check_against(wave, "GRIP", "61 per cent of the 51", by="role")
    assert not other.stands


@pytest.mark.django_db
def test_hidden_figures_are_not_confirmed():
    barometers.register()
    wave = barometers.closed(barometers.document(), barometers.rows()[:4])
    (found,) = check_against(wave, "AREATEAM", "75 per cent of the four")
    assert not found.stands


@pytest.mark.django_db
def test_weighted_figures_are_compared_as_they_are_printed():
    barometers.register()
    data = barometers.document()
    data["wave"]["weighting"] = {"method": "rake", "margins": ["region"]}
    wave = barometers.closed(data, barometers.rows())
    printed = wave.snapshot.tables.get(variable="AREATEAM", by="").document["rows"][3]["cells"][0]["percent"]
    (right,) = check_against(wave, "AREATEAM", f"{printed} per cent of the 85")
    assert right.figures == ("2013-winter/AREATEAM/all/total/4",)


@pytest.mark.django_db
def test_every_safe_sentence_of_the_story_passes_its_own_check():
    barometers.winter()
    for finding in story_of(barometers.spring()).findings:
        try:
            found = check(finding.sentence)
        except Refused:
            continue
        assert all(each.stands for each in found), finding.sentence


@pytest.mark.django_db
def test_the_command_prints_the_counts_or_ends_with_one():
    out = StringIO()
    call_command("check_claim", "61% of 51", stdout=out)
    assert out.getvalue() == "61% of 51: 31 of 51\n"
    with pytest.raises(CommandError, match="61% of 29: cannot be") as raised:
        call_command("check_claim", "61% of 29")
    assert raised.value.returncode == 1
    barometers.winter()
    out = StringIO()
    call_command("check_claim", "61% of 51", wave="2013-winter", variable="GRIP", json=True, stdout=out)
    assert json.loads(out.getvalue())[0]["figures"] == ["2013-winter/GRIP/gp/1/1"]
    with pytest.raises(CommandError, match="NOPE: is not a variable"):
        call_command("check_claim", "61% of 51", wave="2013-winter", variable="NOPE")


def test_a_wave_without_its_question_is_wrong_usage():
    with pytest.raises(CommandError) as raised:
        call_command("check_claim", "61% of 51", wave="2013-winter")
    assert raised.value.returncode == 2


def test_a_slip_of_the_finger_keeps_no_machine_busy():
    with pytest.raises(Refused, match="more than 1,000,000"):
        check("61% of 99999999999")
    (said,) = check("61 per cent of 1,000,000")
    assert (said.words, len(said.numerators)) == ("605000 to 614999 of 1000000", 10_000)
