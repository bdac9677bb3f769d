"""The register: who was an organisation on a day, and where each belonged."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from respondents.models import Organisation, Place, Succession
from respondents.organisations import frame, frame_sizes, load_organisations, place_variables, places_on
from surveys.models import Wave
from tests.building import NOW, REFERENCE, counts, csv, draft, opened, organisation, refused, register

pytestmark = pytest.mark.django_db

HEAD = "ods_code,name,kind,opened,closed,region_code,region"
GOOD = "01A,NHS East Lancashire CCG,CCG,2013-04-01,2022-06-30,Y54,North"


def belonging(code: str, on: date) -> dict[str, tuple[str, str]]:
    one = Organisation.objects.get(ods_code=code)
    return dict(places_on(on, [one.pk])[one.pk])


# --- The register as shipped -----------------------------------------------------------------------------------


def test_the_register_is_loaded_whole() -> None:
    loaded = register()
    assert loaded["organisations"] == Organisation.objects.count() == 290
    assert loaded["successions"] == Succession.objects.count() == 248
    assert loaded["places"] == Place.objects.count()


def test_loading_the_register_again_changes_nothing() -> None:
    register()
    before, ids = counts(), set(Organisation.objects.values_list("pk", flat=True))
    register()
    assert counts() == before
    assert set(Organisation.objects.values_list("pk", flat=True)) == ids


def test_the_population_on_each_day_is_the_known_number() -> None:
    register()
    known = {2013: 211, 2015: 209, 2017: 207, 2018: 195, 2019: 191, 2020: 135, 2021: 106}
    found = {year: Organisation.objects.in_frame(kind="CCG", on=date(year, 4, 1)).count() for year in known}
    assert found == known
    assert Organisation.objects.in_frame(kind="CCG", on=date(2013, 3, 31)).count() == 0
    assert Organisation.objects.in_frame(kind="ICB", on=date(2022, 7, 1)).count() == 42


def test_regions_are_those_of_the_day() -> None:
    register()
    assert belonging("00C", date(2013, 4, 1))["region"] == ("Y54", "North of England")
    assert belonging("00C", date(2019, 3, 31))["region"] == ("Y54", "North of England")
    assert belonging("00C", date(2019, 4, 1))["region"] == ("Y63", "North East and Yorkshire")


def test_every_organisation_had_one_region_on_every_day_it_was_open() -> None:
    register()
    for year in range(2013, 2022):
        day = date(year, 4, 1)
        frame_ = list(Organisation.objects.in_frame(kind="CCG", on=day))
        places = places_on(day, [each.pk for each in frame_])
        assert [each.ods_code for each in frame_ if "region" not in places[each.pk]] == []
        rows = Place.objects.filter(grouping="region", valid_from__lte=day, organisation__in=frame_)
        assert rows.exclude(valid_to__lt=day).count() == len(frame_)


def test_area_team_and_footprint_are_known_where_there_was_one() -> None:
    register()
    held = belonging("13T", date(2016, 4, 1))
    assert held["area_team"] == ("Q49", "Cumbria, Northumberland, Tyne and Wear")
    assert held["stp"] == ("E54000046", "Northumberland, Tyne and Wear and North Durham")
    assert "area_team" not in belonging("14L", date(2018, 4, 1))
    assert "stp" not in belonging("00F", date(2014, 4, 1))


def test_the_frame_of_a_wave_is_cut_by_its_day_and_counted_by_place() -> None:
    register()
    sizes = frame_sizes(draft())
    assert sizes["total"] == 211
    assert {key: size for key, size in sizes.items() if key.startswith("region:")} == {
        "region:Y54": 68,
        "region:Y55": 61,
        "region:Y56": 32,
        "region:Y57": 50,
    }
    assert sum(size for key, size in sizes.items() if key.startswith("area_team:")) == 211
    later = frame_sizes(draft(slug="later", frame_date="2019-04-01"))
    assert later["total"] == 191
    assert {key for key in later if key.startswith("region:")} == {
        f"region:Y{n}" for n in (56, 58, 59, 60, 61, 62, 63)
    }


def test_places_become_variables_with_the_codes_of_that_day_by_name() -> None:
    register()
    region, area_team, stp = place_variables(draft(frame_date="2019-04-01"))
    assert [code.label for code in region.codes] == sorted(code.label for code in region.codes)
    assert {code.code for code in region.codes} == {"Y56", "Y58", "Y59", "Y60", "Y61", "Y62", "Y63"}
    assert (region.attribute, region.holds, area_team.name, stp.name) == (True, "one", "area_team", "stp")


def test_a_survey_of_people_has_no_frame() -> None:
    register()
    wave = draft(frame_kind=None)
    assert (frame(wave), place_variables(wave)) == ({}, ())


# --- Days ------------------------------------------------------------------------------------------------------


def test_the_first_and_the_last_day_are_inclusive() -> None:
    organisation("01A", closed=date(2015, 3, 31))
    for day, there in (
        (date(2013, 3, 31), False),
        (date(2013, 4, 1), True),
        (date(2015, 3, 31), True),
        (date(2015, 4, 1), False),
    ):
        assert Organisation.objects.in_frame(kind="CCG", on=day).exists() is there


def test_an_organisation_that_has_not_closed_is_still_there() -> None:
    organisation("01A")
    assert Organisation.objects.in_frame(kind="CCG", on=date(2100, 1, 1)).exists()
    assert not Organisation.objects.in_frame(kind="ICB", on=date(2100, 1, 1)).exists()


# --- Loading ---------------------------------------------------------------------------------------------------


def test_an_organisation_is_brought_to_what_the_file_says() -> None:
    load_organisations(csv(HEAD, GOOD))
    load_organisations(csv(HEAD, "01A,Lancashire,CCG,2013-04-01,,Y62,North West"))
    one = Organisation.objects.get()
    assert (one.name, one.closed) == ("Lancashire", None)
    assert [(place.code, place.name) for place in one.places.all()] == [("Y62", "North West")]


def test_organisations_that_the_file_does_not_name_stay() -> None:
    organisation("09Z", region="Y57")
    load_organisations(csv(HEAD, GOOD))
    assert Organisation.objects.count() == 2
    assert Place.objects.filter(organisation__ods_code="09Z").exists()


def test_a_history_of_regions_takes_the_place_of_the_one_in_the_row() -> None:
    regions = csv("ods_code,region_code,region,valid_from,valid_to", "01A,Y62,NW,2019-04-01,", "99X,Y1,None,,")
    load_organisations(csv(HEAD, GOOD), regions=regions)
    assert [(place.code, place.valid_from) for place in Place.objects.all()] == [("Y62", date(2019, 4, 1))]


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (",Name,CCG,2013-04-01,,Y54,N", "line 3, column ods_code: is empty"),
        ("01A,Again,CCG,2013-04-01,,Y54,N", "line 3, column ods_code: 01A stands twice"),
        ("01B,,CCG,2013-04-01,,Y54,N", "line 3, column name: is empty"),
        ("01B,Name, ,2013-04-01,,Y54,N", "line 3, column kind: is empty"),
        ("01B,Name,CCG,,,Y54,N", "line 3, column opened: '' is not a date such as 2013-04-01"),
        ("01B,Name,CCG,1.4.2013,,Y54,N", "line 3, column opened: '1.4.2013' is not a date such as 2013-04-01"),
        ("01B,Name,CCG,2013-04-01,soon,Y54,N", "line 3, column closed: 'soon' is not a date such as 2013-04-01"),
        ("01B,Name,CCG,2013-04-01,2013-03-31,Y54,N", "line 3, column closed: is before opened"),
        ("01B,Name,CCG", "line 3: 3 cells, but the header has 7 columns"),
        ("01B,Na\x00me,CCG,2013-04-01,,Y54,N", "line 3, column name: contains U+0000, which cannot be kept"),
        (f"{'1' * 11},Name,CCG,2013-04-01,,Y54,N", "line 3, column ods_code: is longer than 10 characters"),
        (f"01B,{'N' * 201},CCG,2013-04-01,,Y54,N", "line 3, column name: is longer than 200 characters"),
        (f"01B,Name,{'C' * 21},2013-04-01,,Y54,N", "line 3, column kind: is longer than 20 characters"),
        (f"01B,Name,CCG,2013-04-01,,{'Y' * 13},N", "line 3, column region_code: is longer than 12 characters"),
        (f"01B,Name,CCG,2013-04-01,,Y54,{'N' * 121}", "line 3, column region: is longer than 120 characters"),
    ],
)
def test_a_bad_row_is_refused_by_line_and_column(row: str, told: str) -> None:
    with refused() as refusal:
        load_organisations(csv(HEAD, GOOD, row))
    assert refusal.told == [told]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "line 1: the file is empty"),
        (csv(HEAD), "line 2: there is no organisation in the file"),
        (csv("ods_code,name,kind,opened"), "line 1: the column closed is missing"),
        (csv(f"{HEAD},name", f"{GOOD},x"), "line 1, column name: the column name stands twice"),
        (csv(HEAD, GOOD).replace(b"East", b"\xc9ast"), "line 2, column 9: byte 0xc9 is not UTF-8; "),
    ],
)
def test_a_bad_file_is_refused(data: bytes, told: str) -> None:
    with refused() as refusal:
        load_organisations(data)
    assert [line for line in refusal.told if line.startswith(told)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("01A,99X,2015-04-01,merger", "line 2, column successor: 99X is not in the register"),
        ("99X,01A,2015-04-01,merger", "line 2, column predecessor: 99X is not in the register"),
        ("01A,01A,April,merger", "line 2, column date: 'April' is not a date such as 2013-04-01"),
        ("01A,01A,,merger", "line 2, column date: '' is not a date such as 2013-04-01"),
        (f"01A,01A,2015-04-01,{'m' * 61}", "line 2, column reason: is longer than 60 characters"),
    ],
)
def test_a_bad_succession_refuses_the_whole_register(line: str, told: str) -> None:
    with refused() as refusal:
        load_organisations(csv(HEAD, GOOD), successions=csv("predecessor,successor,date,reason", line))
    assert refusal.told == [told]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("01A,Y62,NW,April,", "line 2, column valid_from: 'April' is not a date such as 2013-04-01"),
        (f"01A,{'Y' * 13},NW,,", "line 2, column region_code: is longer than 12 characters"),
    ],
)
def test_a_bad_history_of_regions_refuses_the_whole_register(line: str, told: str) -> None:
    with refused() as refusal:
        load_organisations(csv(HEAD, GOOD), regions=csv("ods_code,region_code,region,valid_from,valid_to", line))
    assert refusal.told == [told]


def test_the_register_is_not_changed_under_an_open_wave() -> None:
    opened()
    with refused() as refusal:
        load_organisations(csv(HEAD, GOOD))
    assert refusal.told == ["register: spring is open; load the register before it opens or after it closes"]


def test_an_open_survey_of_people_leaves_the_register_free() -> None:
    opened(frame_kind=None)
    assert load_organisations(csv(HEAD, GOOD))["organisations"] == 1


def test_the_register_may_change_once_the_wave_has_closed() -> None:
    from results.closing import close_wave

    wave = opened()
    close_wave(wave, now=NOW + timedelta(days=30))
    assert Wave.objects.get().is_closed
    assert load_organisations(csv(HEAD, GOOD))["organisations"] == 1


def test_the_shipped_files_are_those_named_in_its_readme() -> None:
    told = (REFERENCE / "README.md").read_text("utf-8")
    for path in REFERENCE.glob("*.csv"):
        assert path.name in told
