"""Answers collected elsewhere: a responses file is taken whole, or refused by line and column with nothing written."""

from __future__ import annotations

import resource
from typing import Any

import pytest
from django.db import transaction

from respondents import collected, keys
from respondents.collected import load_responses
from respondents.models import Invitation, InvitedOrganisation, Response
from respondents.responses import submit
from respondents.sample import load_sample
from surveys.lifecycle import open_wave
from surveys.models import Wave
from surveys.problems import Refused
from tests.building import (
    NOW,
    SAMPLE,
    SAMPLE_WAVES,
    as_new_session,
    begun,
    csv,
    document,
    draft,
    link,
    opened,
    organisation,
    refused,
    register,
    sample_wave,
    sent,
)

pytestmark = pytest.mark.django_db

HEAD = "response,organisations,role,gp,GRIP,WHY,WAYS,PLANS_POOL,PLANS_SPLIT,SPEND"
CHAIR = "1,01A,chair,1,1,Because,1;2,2,9,"
AO = "2,02B;01A,ao,0,2,,,,,12.5"


@pytest.fixture
def wave() -> Wave:
    organisation("01A", region="Y54")
    organisation("02B", region="Y55")
    organisation("03C", closed="2013-05-01", opened="2013-04-02")
    return opened()


def with_email(*rows: str) -> bytes:
    return csv(f"email,{HEAD}", *rows)


# --- What is written -------------------------------------------------------------------------------------------


def test_rows_become_sent_responses_with_their_attributes(wave: Wave) -> None:
    assert load_responses(wave, csv(HEAD, CHAIR, AO)) == 2
    chair, ao = sorted(Response.objects.all(), key=lambda one: one.attributes["role"], reverse=True)
    assert chair.sent == {
        "GRIP": [1], "WHY": ["Because"], "WAYS": [1, 2], "PLANS_POOL": [2], "PLANS_SPLIT": [9]
    }  # fmt: skip
    assert chair.attributes == {"role": "chair", "gp": 1, "region": "Y54"}
    assert ao.sent == {"GRIP": [2], "WAYS": [], "SPEND": [12.5]}
    assert ao.attributes == {"role": "ao", "gp": 0, "region": "Y55"}


def test_each_row_makes_an_invitation_without_a_person_for_its_organisations(wave: Wave) -> None:
    load_responses(wave, csv(HEAD, CHAIR, AO))
    made = list(Invitation.objects.order_by("role"))
    assert [(one.role, one.gp, one.person, one.responded) for one in made] == [
        ("ao", False, None, True),
        ("chair", True, None, True),
    ]
    assert [place.organisation.ods_code for place in made[0].places.all()] == ["02B", "01A"]


def test_every_response_is_joined_to_its_invitation_by_the_key_alone(wave: Wave) -> None:
    load_responses(wave, csv(HEAD, CHAIR, AO))
    key = keys.read_key(wave)
    tokens = [keys.token_for(key, pk) for pk in Invitation.objects.values_list("pk", flat=True)]
    assert {keys.pseudonym_of(token) for token in tokens} == set(Response.objects.values_list("pk", flat=True))
    assert {keys.token_hash(token) for token in tokens} == set(Invitation.objects.values_list("token_hash", flat=True))


def test_an_email_marks_that_persons_invitation_and_makes_no_other(wave: Wave) -> None:
    invited = [link(wave, email="Ann@example.org", organisations=[]), link(wave, email="bo@example.org")]
    assert load_responses(wave, with_email(f" ann@EXAMPLE.org,{CHAIR.replace('01A', '')}")) == 1
    assert Invitation.objects.count() == 2
    assert [Invitation.objects.get(pk=one.invitation.pk).responded for one in invited] == [True, False]
    assert Response.objects.get().pk == keys.pseudonym_of(invited[0].token)


def test_rows_with_and_without_email_may_stand_in_one_file(wave: Wave) -> None:
    link(wave, email="ann@example.org")
    assert load_responses(wave, with_email(f"ann@example.org,{CHAIR.replace('01A', '')}", f",{AO}")) == 2
    assert Invitation.objects.count() == 2
    assert Invitation.objects.responded().count() == 2


def test_a_draft_begun_online_is_kept_beside_the_answers_that_came_on_paper(wave: Wave) -> None:
    ann = begun(wave, {"GRIP": [2]}, email="ann@example.org")
    load_responses(wave, with_email(f"ann@example.org,{CHAIR.replace('01A', '')}"))
    (one,) = Response.objects.all()
    assert one.pk == keys.pseudonym_of(ann.token)
    assert (one.answers, one.sent["GRIP"], one.attributes["role"]) == ({"GRIP": [2]}, [1], "chair")


def test_answers_sent_online_while_a_file_is_read_are_not_replaced_by_it(
    wave: Wave, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = begun(wave, {"GRIP": [2]}, role="chair", email="ann@example.org")
    really = collected._write

    def somebody_sends_first(*arguments: Any) -> None:
        submit(one.token, revision=1, now=NOW)
        really(*arguments)

    monkeypatch.setattr(collected, "_write", somebody_sends_first)
    with pytest.raises(Refused, match="just answered online"), transaction.atomic():
        load_responses(wave, with_email("ann@example.org,1,,chair,1,1,Because,1,2,9,"))
    assert not Invitation.objects.filter(responded=True).exists(), "all of it was undone, the sending too"
    monkeypatch.undo()
    assert load_responses(wave, with_email("ann@example.org,1,,chair,1,1,Because,1,2,9,")) == 1


def test_a_second_file_adds_to_the_first(wave: Wave) -> None:
    load_responses(wave, csv(HEAD, CHAIR))
    load_responses(wave, csv(HEAD, AO))
    assert Response.objects.count() == Invitation.objects.responded().count() == 2


def test_columns_may_stand_in_any_order_after_a_byte_order_mark_and_with_windows_line_ends(wave: Wave) -> None:
    names, cells = HEAD.split(","), CHAIR.split(",")
    turned = ",".join(reversed(names)) + "\r\n" + ",".join(reversed(cells)) + "\r\n\r\n"
    assert load_responses(wave, b"\xef\xbb\xbf" + turned.encode()) == 1
    assert Response.objects.get().sent["WAYS"] == [1, 2]


def test_a_comment_keeps_its_lines_commas_and_quotation_marks(wave: Wave) -> None:
    row = '1,01A,chair,1,1,"One,\r\n""two""",,,,'
    load_responses(wave, csv(HEAD, row))
    assert Response.objects.get().sent["WHY"] == ['One,\n"two"']


def test_an_unknown_place_is_left_out(wave: Wave) -> None:
    organisation("04D")
    load_responses(wave, csv(HEAD, "1,04D,chair,,1,,,,,"))
    assert Response.objects.get().attributes == {"role": "chair"}


def test_weights_are_taken_where_the_wave_says_they_are_given() -> None:
    organisation("01A")
    wave = opened(weighting={"method": "given"})
    load_responses(wave, csv(f"{HEAD},weight", f"{CHAIR},0.5", f"{CHAIR}, 2 ", f"{CHAIR},0"))
    assert sorted(str(one.weight) for one in Response.objects.all()) == ["0.0", "0.5", "2.0"]


@pytest.mark.parametrize("slug", SAMPLE_WAVES)
def test_a_sample_file_of_responses_is_taken_whole(slug: str) -> None:
    register()
    wave = sample_wave(slug)
    if (SAMPLE / f"{slug}.sample.csv").exists():
        load_sample(wave, (SAMPLE / f"{slug}.sample.csv").read_bytes())
    open_wave(wave, now=wave.opens_at)
    data = (SAMPLE / f"{slug}.responses.csv").read_bytes()
    assert load_responses(wave, data) == data.count(b"\n") - 1 == Response.objects.filter(sent__isnull=False).count()


# --- What is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (CHAIR.replace("01A", "00Z"), "column organisations: '00Z' is not a CCG that was open on 2013-04-01"),
        (CHAIR.replace("01A", "03C"), "column organisations: '03C' is not a CCG that was open on 2013-04-01"),
        (CHAIR.replace("01A", "01A;01A"), "column organisations: 01A is given twice"),
        (CHAIR.replace("chair", "clerk"), "column role: 'clerk' is not a role of this wave: chair, ao"),
        (CHAIR.replace("chair,1", "chair,2"), "column gp: '2' is not 1 (a GP), 0 (not a GP) or empty (not known)"),
        ("1,01A,chair,1,7,,,,,", "column GRIP: 7 is not a code of GRIP; use 1, 2, 9"),
        ("1,01A,chair,1,1;2,,,,,", "column GRIP: one answer is allowed, not several"),
        ("1,01A,chair,1,1,,1;8,,,", "column WAYS: 8 (None of these) excludes every other answer"),
        ("1,01A,ao,1,2,,,,,-1", "column SPEND: -1 is not between 0 and 2147483647"),
        ("1,01A,ao,1,2,,,1,,", "column PLANS_POOL: was not asked of ao; leave the cell empty"),
        ("1,01A,chair,1,2,,,,,5", "column SPEND: was not asked of chair; leave the cell empty"),
        ("1,01A,chair,1,2,Because,,,,", "column WHY: was not asked by routing; leave the cell empty"),
        ("1,01A,chair,1,,Because,,,,", "column WHY: was not asked by routing; leave the cell empty"),
        (f"1,01A,chair,1,1,{'x' * 501},,,,", "column WHY: longer than 500 characters"),
        ("1,01A,chair,1,1,a\x00b,,,,", "column WHY: contains U+0000, which cannot be kept"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_column(wave: Wave, row: str, told: str) -> None:
    with refused() as refusal:
        load_responses(wave, csv(HEAD, CHAIR, row))
    assert refusal.told == [f"line 3, {told}"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "line 1: the file is empty"),
        (csv(HEAD), "line 2: there is no response in the file"),
        (csv(HEAD, "", ""), "line 2: there is no response in the file"),
        (csv(HEAD.replace("GRIP,", "")), "line 1: the column GRIP is missing"),
        (csv(HEAD.replace("role,", "")), "line 1: the column role is missing"),
        (csv(f"{HEAD},GRIP", f"{CHAIR},1"), "line 1, column GRIP: the column GRIP stands twice"),
        (
            csv(HEAD.replace("SPEND", "SPENT")),
            "line 1, column SPENT: the column SPENT is not known here; expected are ",
        ),
        (
            csv(f"{HEAD},weight", f"{CHAIR},1", f"{CHAIR},", f"{CHAIR},0.5"),
            "line 4, column weight: the wave takes no w",
        ),
        (csv(HEAD.replace("GRIP", "grip")), "line 1, column grip: the column grip is not known here; expected are "),
        (
            csv(HEAD.replace(",", ";"), CHAIR),
            "line 1: the columns are separated by semicolons; save the file with comm",
        ),
        (csv(HEAD.replace(",", "\t"), CHAIR), "line 1: the columns are separated by tabs; save the file with commas"),
        (csv(HEAD, CHAIR, "1,01A"), "line 3: 2 cells, but the header has 10 columns"),
        (csv(HEAD, CHAIR, f"{AO},"), "line 3: 11 cells, but the header has 10 columns"),
        (
            csv(HEAD, CHAIR, CHAIR.replace("Because", '"Because')),
            "line 3: unexpected end of data; is a quotation mark ",
        ),
        (csv(f'"{HEAD}'), "line 1: unexpected end of data"),
        (
            csv(HEAD, CHAIR, AO).replace(b"Because", b"Ca\xe9"),
            "line 2, column 19: byte 0xe9 is not UTF-8; save the file ",
        ),
        (csv(HEAD, CHAIR.replace("Because", "x" * 200_000)), "line 2: field larger than field limit"),
    ],
)
def test_a_bad_file_is_refused(wave: Wave, data: bytes, told: str) -> None:
    with refused() as refusal:
        load_responses(wave, data)
    assert [line for line in refusal.told if line.startswith(told)], refusal.told


def test_every_problem_is_told_at_once_in_the_order_of_lines(wave: Wave) -> None:
    rows = ["1,00Z,chair,3,7,,,8,,", "too,short", "1,01A,ao,,,,1;1,,,x", "1,01A,clerk,,1,,,,,", AO]
    with refused() as refusal:
        load_responses(wave, csv(HEAD, *rows))
    assert [problem.place for problem in refusal.problems] == [
        "line 2, column organisations",
        "line 2, column gp",
        "line 2, column GRIP",
        "line 2, column PLANS_POOL",
        "line 3",
        "line 4, column WAYS",
        "line 4, column SPEND",
        "line 5, column role",
    ]


def test_a_column_of_weights_that_says_nothing_may_stand() -> None:
    organisation("01A")
    wave = opened()
    load_responses(wave, csv(f"{HEAD},weight", f"{CHAIR},", f"{CHAIR},1", f"{CHAIR},1.0"))
    assert {one.weight for one in Response.objects.all()} == {None}


@pytest.mark.parametrize("weight", ["", "heavy", "-1", "nan", "inf", "1_0", "1e999", "２"])
def test_a_weight_is_a_number_that_is_not_negative(weight: str) -> None:
    organisation("01A")
    wave = opened(weighting={"method": "given"})
    with refused() as refusal:
        load_responses(wave, csv(f"{HEAD},weight", f"{CHAIR},1", f"{CHAIR},{weight}"))
    assert refusal.told == [f"line 3, column weight: {weight!r} is not a weight; write a number that is not negative"]


def test_weights_are_needed_where_the_wave_says_they_are_given() -> None:
    organisation("01A")
    wave = opened(weighting={"method": "given"})
    with refused() as refusal:
        load_responses(wave, csv(HEAD, CHAIR))
    assert refusal.told == ["line 1: the column weight is missing"]


def test_weights_that_are_all_nought_weigh_nobody_and_are_refused() -> None:
    organisation("01A")
    wave = opened(weighting={"method": "given"})
    with refused() as refusal:
        load_responses(wave, csv(f"{HEAD},weight", f"{CHAIR},0", f"{CHAIR},0.0"))
    assert refusal.told == ["line 2, column weight: every weight is 0, so that nobody would count"]


def test_a_survey_of_people_takes_no_organisations() -> None:
    wave = opened(frame_kind=None)
    with refused() as refusal:
        load_responses(wave, csv(HEAD, CHAIR))
    assert refusal.told == ["line 2, column organisations: this wave has no organisations; leave the cell empty"]
    assert load_responses(wave, csv(HEAD, CHAIR.replace("01A", ""))) == 1


class TestAddresses:
    """What the e-mail column may say."""

    @pytest.fixture(autouse=True)
    def people(self, wave: Wave) -> Any:
        from respondents.models import Organisation

        first = Organisation.objects.get(ods_code="01A")
        link(wave, email="ann@example.org", organisations=[first])
        sent(wave, {"GRIP": [2]}, email="bo@example.org", organisations=[first])

    @pytest.mark.parametrize(
        ("email", "row", "told"),
        [
            ("who@example.org", CHAIR, "column email: nobody with this address was invited as chair"),
            ("ann@example.org", AO, "column email: nobody with this address was invited as ao"),
            ("bo@example.org", CHAIR, "column email: this person has answered already"),
            (
                "ann@example.org",
                CHAIR.replace("01A", "02B"),
                "column organisations: this person was invited for other organisations",
            ),
        ],
    )
    def test_an_address_is_that_of_somebody_invited_who_has_not_answered(
        self, wave: Wave, email: str, row: str, told: str
    ) -> None:
        with refused() as refusal:
            load_responses(wave, with_email(f"{email},{row}"))
        assert refusal.told == [f"line 2, {told}"]

    def test_nobody_answers_twice_in_one_file(self, wave: Wave) -> None:
        with refused() as refusal:
            load_responses(wave, with_email(f"ann@example.org,{CHAIR}", f"ANN@example.org ,{CHAIR}"))
        assert refusal.told == ["line 3, column email: the same person answered in the same role on line 2"]

    def test_no_problem_says_more_of_a_person_than_its_place(self, wave: Wave) -> None:
        with refused() as refusal:
            load_responses(wave, with_email(f"bo@example.org,{CHAIR}"))
        assert "bo@example.org" not in str(refusal.told)


@pytest.mark.parametrize("state", ["draft", "scheduled", "closing", "closed"])
def test_only_an_open_wave_takes_answers(state: str) -> None:
    organisation("01A")
    wave = draft() if state in ("draft", "scheduled") else opened()
    Wave.objects.update(state=state)
    with refused() as refusal:
        load_responses(wave, csv(HEAD, CHAIR))
    assert refusal.told == [f"wave.state: spring is {state}; answers are taken by an open wave"]


def test_a_wave_without_questions_of_a_role_still_checks_its_routing() -> None:
    data = document()
    data["sections"][0]["items"][2]["show_if"] = ["not", ["any_of", "GRIP", 1]]
    organisation("01A")
    wave = opened(data)
    with refused() as refusal:
        load_responses(wave, csv(HEAD, CHAIR))
    assert refusal.told == ["line 2, column WHY: was not asked by routing; leave the cell empty"]


# --- Large files -----------------------------------------------------------------------------------------------


def large(rows: int) -> bytes:
    return csv(HEAD, *(f"{n},01A,chair,{n % 2},{1 + n % 2},,{1 + n % 2},{n % 2 + 1},9," for n in range(rows)))


@pytest.mark.sqlite
def test_a_hundred_thousand_responses_are_taken_in_little_memory(wave: Wave) -> None:
    data, before = large(100_000), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert load_responses(wave, data) == 100_000
    megabytes = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert Response.objects.count() == InvitedOrganisation.objects.count() == 100_000
    assert megabytes < 1000


@pytest.mark.postgres
def test_twenty_thousand_responses_are_taken(wave: Wave) -> None:
    as_new_session()
    assert load_responses(wave, large(20_000)) == Response.objects.count() == 20_000


def test_a_hundred_thousand_bad_responses_are_refused_by_the_first_thousand(wave: Wave) -> None:
    data = large(100_000).replace(b",9,\n", b",7,\n")
    with refused() as refusal:
        load_responses(wave, data)
    assert len(refusal.problems) == 1000
    assert str(refusal.problems[-1]) == "line 1001, column PLANS_SPLIT: 7 is not a code of PLANS_SPLIT; use 1, 2, 9"


def test_a_hundred_thousand_rows_of_the_wrong_shape_are_refused_by_the_first_thousand(wave: Wave) -> None:
    with refused() as refusal:
        load_responses(wave, csv(HEAD, *["1,01A"] * 100_000))
    assert len(refusal.problems) == 1000


def test_a_file_of_another_wave_is_told_apart_by_its_columns(wave: Wave) -> None:
    with refused() as refusal:
        load_responses(wave, (SAMPLE / "2013-winter.responses.csv").read_bytes())
    assert any("CSU is not known here" in line for line in refusal.told)
    assert any(line == "line 1: the column WAYS is missing" for line in refusal.told)
