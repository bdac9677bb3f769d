"""The sample file: who is asked, checked line by line before anything is written."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from django.db import connection

from respondents.invitations import issue_links
from respondents.models import Invitation, InvitedOrganisation, Person
from respondents.sample import load_sample
from surveys.models import Wave
from tests.building import (
    CLOSES,
    SAMPLE,
    counts,
    csv,
    draft,
    opened,
    organisation,
    refused,
    register,
    sample_wave,
)

pytestmark = pytest.mark.django_db

HEAD = "name,email,role,gp,organisations"
GOOD = "Ann Other,ann@example.org,chair,1,01A"


@pytest.fixture
def wave() -> Wave:
    organisation("01A")
    organisation("02B")
    organisation("99X", kind="ICB")
    return draft()


# --- What is written -------------------------------------------------------------------------------------------


def test_everybody_is_invited_for_their_organisations_in_order(wave: Wave) -> None:
    assert load_sample(wave, csv(HEAD, GOOD, "Bo,bo@example.org,ao,, 02B ; 01A")) == {"invited": 2, "updated": 0}
    bo = Invitation.objects.get(person__email="bo@example.org")
    assert (bo.person.name, bo.role, bo.gp, bo.responded) == ("Bo", "ao", None, False)
    assert [place.organisation.ods_code for place in bo.places.all()] == ["02B", "01A"]


def test_the_same_file_again_adds_nobody(wave: Wave) -> None:
    load_sample(wave, csv(HEAD, GOOD))
    before = counts()
    assert load_sample(wave, csv(HEAD, GOOD)) == {"invited": 0, "updated": 1}
    assert counts() == before


def test_a_later_file_brings_people_up_to_date_and_keeps_their_links(wave: Wave) -> None:
    load_sample(wave, csv(HEAD, GOOD))
    issue_links(wave)
    mark = Invitation.objects.get().token_hash
    load_sample(wave, csv(HEAD, "Ann New,ANN@example.org,chair,0,02B"))
    one = Invitation.objects.get()
    assert (one.person.name, one.gp, one.token_hash) == ("Ann New", False, mark)
    assert [place.organisation.ods_code for place in one.places.all()] == ["02B"]


def test_one_person_may_be_asked_in_two_roles(wave: Wave) -> None:
    load_sample(wave, csv(HEAD, GOOD, "Ann Other,Ann@Example.org,ao,1,01A"))
    assert Person.objects.count() == 1
    assert Invitation.objects.count() == 2


def test_a_person_known_from_another_wave_is_the_same_person(wave: Wave) -> None:
    Person.objects.create(name="Ann", email="Ann@Example.ORG")
    load_sample(wave, csv(HEAD, GOOD))
    assert [(person.name, person.email.lower()) for person in Person.objects.all()] == [
        ("Ann Other", "ann@example.org")
    ]


def test_a_byte_order_mark_windows_line_ends_blank_lines_and_other_orders_are_read_over(wave: Wave) -> None:
    data = b'\xef\xbb\xbfemail,organisations,name,gp,role\r\n\r\nann@example.org,01A,"Ann\r\nOther",1,chair\r\n'
    load_sample(wave, data)
    assert Person.objects.get().name == "Ann\nOther"


def test_the_sample_of_the_register_is_taken_whole() -> None:
    register()
    wave = sample_wave("nhscc-2013")
    assert load_sample(wave, (SAMPLE / "nhscc-2013.sample.csv").read_bytes()) == {"invited": 569, "updated": 0}
    assert InvitedOrganisation.objects.count() >= 569


# --- What is refused -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Bo,bo@example.org,ao,,00Z", "column organisations: '00Z' is not a CCG that was open on 2013-04-01"),
        ("Bo,bo@example.org,ao,,99X", "column organisations: '99X' is not a CCG that was open on 2013-04-01"),
        ("Bo,bo@example.org,ao,,01a", "column organisations: '01a' is not a CCG that was open on 2013-04-01"),
        ("Bo,bo@example.org,ao,,01A;", "column organisations: '' is not a CCG that was open on 2013-04-01"),
        ("Bo,bo@example.org,ao,,01A;01A", "column organisations: 01A is given twice"),
        ("Bo,bo@example.org,clerk,,01A", "column role: 'clerk' is not a role of this wave: chair, ao"),
        ("Bo,bo@example.org,,,01A", "column role: '' is not a role of this wave: chair, ao"),
        ("Bo,bo@example.org,ao,yes,01A", "column gp: 'yes' is not 1 (a GP), 0 (not a GP) or empty (not known)"),
        (" ,bo@example.org,ao,,01A", "column name: is empty"),
        (f"{'B' * 201},bo@example.org,ao,,01A", "column name: is longer than 200 characters"),
        ("Bo,bo@example,ao,,01A", "column email: is not an e-mail address"),
        ("Bo,,ao,,01A", "column email: is not an e-mail address"),
        (f"Bo,{'b' * 250}@example.org,ao,,01A", "column email: is longer than 254 characters"),
        ("Bo,bo@example.org\x1b,ao,,01A", "column email: contains U+001B, which cannot be kept"),
        ("Ann Other,ANN@example.org,chair,,01A", "column email: the same address is asked in the same role on line 2"),
        ("Bo,ann@example.org,ao,,01A", "column name: the same address has another name on line 2"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_column(wave: Wave, row: str, told: str) -> None:
    with refused() as refusal:
        load_sample(wave, csv(HEAD, GOOD, row))
    assert refusal.told == [f"line 3, {told}"]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "line 1: the file is empty"),
        (b"\n \n", "line 1: the file is empty"),
        (csv(HEAD), "line 2: there is nobody in the file"),
        (csv("name,email,role,gp"), "line 1: the column organisations is missing"),
        (csv(f"{HEAD},email"), "line 1, column email: the column email stands twice"),
        (csv(f"{HEAD},"), "line 1, column 6: the column has no name"),
        (csv(f"{HEAD},phone"), "line 1, column phone: the column phone is not known here; expected are name, email, "),
        (csv(HEAD, "Bo,bo@example.org"), "line 2: 2 cells, but the header has 5 columns"),
        (csv(HEAD, f"{GOOD},x"), "line 2: 6 cells, but the header has 5 columns"),
        (
            csv(HEAD, GOOD, '"Bo,bo@example.org,ao,,01A'),
            "line 3: unexpected end of data; is a quotation mark left open?",
        ),
        (csv(HEAD, '"B"o,bo@example.org,ao,,01A'), "line 2: ',' expected after '\"'; is a quotation mark left open?"),
        (
            csv(HEAD, GOOD).replace(b"Ann", b"\xc4nn"),
            "line 2, column 1: byte 0xc4 is not UTF-8; save the file as UTF-8 ",
        ),
        (csv(HEAD, GOOD).decode().encode("utf-16"), "line 1, column 1: byte 0xff is not UTF-8; "),
    ],
)
def test_a_bad_file_is_refused(wave: Wave, data: bytes, told: str) -> None:
    with refused() as refusal:
        load_sample(wave, data)
    assert [line for line in refusal.told if line.startswith(told)], refusal.told


def test_every_problem_of_every_row_is_told_at_once_those_of_its_shape_too(wave: Wave) -> None:
    with refused() as refusal:
        load_sample(wave, csv(HEAD, "Bo", GOOD, "C\x00,c@example.org,ao,,01A", "D,d,nurse,2,00Z"))
    assert refusal.told == [
        "line 2: 1 cells, but the header has 5 columns",
        "line 4, column name: contains U+0000, which cannot be kept",
        "line 5, column email: is not an e-mail address",
        "line 5, column role: 'nurse' is not a role of this wave: chair, ao",
        "line 5, column gp: '2' is not 1 (a GP), 0 (not a GP) or empty (not known)",
        "line 5, column organisations: '00Z' is not a CCG that was open on 2013-04-01",
    ]


def test_lines_are_counted_as_an_editor_counts_them(wave: Wave) -> None:
    with refused() as refusal:
        load_sample(wave, csv(HEAD, '"Ann', 'Other",ann@example.org,chair,1,01A', "", "Bo,bo,ao,,01A"))
    assert refusal.told == ["line 5, column email: is not an e-mail address"]


def test_a_survey_of_people_takes_no_organisations() -> None:
    wave = draft(frame_kind=None)
    with refused() as refusal:
        load_sample(wave, csv(HEAD, GOOD))
    assert refusal.told == ["line 2, column organisations: this wave has no organisations; leave the cell empty"]
    assert load_sample(wave, csv(HEAD, "Ann,ann@example.org,chair,,"))["invited"] == 1


def test_nobody_is_invited_once_the_wave_has_closed() -> None:
    from results.closing import close_wave

    organisation("01A")
    wave = opened()
    close_wave(wave, now=CLOSES + timedelta(hours=1))
    with refused() as refusal:
        load_sample(wave, csv(HEAD, GOOD))
    assert refusal.told == ["wave.state: spring has closed; nobody can be invited"]


# --- Large files -----------------------------------------------------------------------------------------------


@pytest.mark.sqlite
def test_forty_thousand_people_are_invited_and_then_brought_up_to_date(wave: Wave) -> None:
    # SQLite takes 250,000 values a statement on some systems, and 32,766 as its makers set it.
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 32_766)
    first = [f"P{number},p{number}@example.org,chair,,01A" for number in range(40_000)]
    assert load_sample(wave, csv(HEAD, *first)) == {"invited": 40_000, "updated": 0}
    again = [row.replace("chair,,01A", "chair,1,02B") for row in first]
    assert load_sample(wave, csv(HEAD, *again)) == {"invited": 0, "updated": 40_000}
    assert InvitedOrganisation.objects.filter(organisation__ods_code="02B").count() == 40_000
    assert Invitation.objects.filter(gp=True).count() == InvitedOrganisation.objects.count() == 40_000


def test_a_hundred_thousand_bad_rows_are_refused_by_the_first_thousand(wave: Wave) -> None:
    with refused() as refusal:
        load_sample(wave, csv(HEAD, *["B,b,nurse,2,00Z"] * 100_000))
    assert len(refusal.problems) == 1000
    assert refusal.problems[-1].place.startswith("line 2")
