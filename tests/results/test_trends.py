"""Waves are compared only where the same was asked of the same people, and every other difference is said."""

from __future__ import annotations

import json
import re
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from results.trends import fielded_waves, merger_sentences, mergers_between, survey_by_slug, trend_of
from surveys.models import Survey
from surveys.problems import Refused
from tests import building
from tests.results import barometers

pytestmark = pytest.mark.django_db


def barometer():
    return fielded_waves(survey_by_slug("ccg-barometer"))


def change_of(point, row):
    return next(each for each in point["changes"] if each["row"] == row)


def share_of(point, row):
    return next(each["cell"] for each in point["rows"] if each["id"] == row)


def test_the_drop_of_five_points_from_january_to_april_is_little_changed():
    barometers.winter()
    barometers.spring()
    found = trend_of(barometer(), "AREATEAM")
    january, april = found["points"]
    assert (share_of(january, "net:good")["count"], january["base"]) == (62, 85)
    assert (share_of(april, "net:good")["count"], april["base"]) == (64, 94)
    assert (share_of(january, "net:good")["percent"], share_of(april, "net:good")["percent"]) == (73, 68)
    change = change_of(april, "net:good")
    assert change["verdict"] == "little changed"
    assert change["difference"] == pytest.approx(-4.8561, abs=1e-4)
    assert change["p"] == pytest.approx(0.478, abs=1e-3)
    assert found["lines"] == [["2013-winter", "2013-spring"]]
    assert found["breaks"] == []


def test_mean_confidence_rose():
    barometers.winter()
    barometers.spring()
    january, april = trend_of(barometer(), "BUDGET")["points"]
    assert round(january["mean"]["value"], 1) == 6.5
    assert round(april["mean"]["value"], 1) == 7.2
    assert april["mean_change"]["verdict"] == "rose"
    assert april["mean_change"]["p"] < 0.05


@pytest.mark.parametrize(
    ("variable", "edit", "reason"),
    [
        (
            "AREATEAM",
            lambda item: item.update(text="How good is your area team?"),
            "The question is worded differently.",
        ),
        ("AREATEAM", lambda item: item.update(roles=["chair"]), "It is asked of other roles, so its base is another."),
        (
            "AREATEAM",
            lambda item: item.update(show_if=["any_of", "GRIP", 1]),
            "It is asked under another condition, so its base is another.",
        ),
    ],
)
def test_another_wording_or_base_breaks_the_line_and_nothing_is_tested(variable, edit, reason):
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    edit(item_of(data, variable))
    asked = {"AREATEAM": {"chair"}} if "roles" in item_of(data, variable) else {}
    barometers.closed(data, kept_to_the_questionnaire(barometers.spring_rows(), item_of(data, variable), asked))
    found = trend_of(barometer(), variable)
    after = found["points"][1]
    assert after["comparable"] == "breaks"
    assert reason in after["reasons"]
    assert after["changes"] == []
    assert after["mean_change"] is None
    assert found["lines"] == [["2013-winter"], ["2013-spring"]]
    assert found["breaks"] == [{"after": "2013-winter", "before": "2013-spring", "reasons": after["reasons"]}]


def item_of(data, name):
    return next(item for section in data["sections"] for item in section["items"] if item["name"] == name)


def kept_to_the_questionnaire(rows, item, roles):
    for row in rows:
        shown = row["GRIP"] == "1" if "show_if" in item else True
        asked = row["role"] in roles[item["name"]] if roles else True
        if not (shown and asked):
            row[item["name"]] = ""
    return rows


def test_another_scale_breaks_the_line():
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    scale = next(each for each in data["scales"] if each["name"] == "relation5")
    scale["options"][3]["label"] = "Rather good"
    barometers.closed(data, barometers.spring_rows())
    after = trend_of(barometer(), "AREATEAM")["points"][1]
    assert after["reasons"] == ["The answer “Good” is worded differently."]
    assert after["comparable"] == "breaks"


def test_a_comma_is_trivial_and_said():
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    item_of(data, "AREATEAM")["text"] += " "
    barometers.closed(data, barometers.spring_rows())
    after = trend_of(barometer(), "AREATEAM")["points"][1]
    assert after["comparable"] == "trivial"
    assert after["reasons"]
    assert change_of(after, "net:good")["verdict"] == "little changed"


def test_a_base_is_another_when_the_question_that_leads_to_it_was_worded_otherwise():
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    item_of(data, "GRIP")["text"] = "What of the guidance?"
    barometers.closed(data, barometers.spring_rows())
    after = trend_of(barometer(), "GUIDANCE")["points"][1]
    assert after["comparable"] == "breaks"
    assert any("rests on GRIP" in reason for reason in after["reasons"])


def test_a_renamed_question_is_followed_by_its_track_under_either_name():
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    item_of(data, "AREATEAM").update(name="LOCALTEAM", track="AREATEAM")
    responses = [
        {("LOCALTEAM" if key == "AREATEAM" else key): cell for key, cell in row.items()}
        for row in barometers.spring_rows()
    ]
    barometers.closed(data, responses)
    by_track, by_name = (trend_of(barometer(), name) for name in ("AREATEAM", "LOCALTEAM"))
    assert by_track == by_name
    assert [point["variable"] for point in by_track["points"]] == ["AREATEAM", "LOCALTEAM"]
    assert change_of(by_track["points"][1], "net:good")["verdict"] == "little changed"


def test_each_statement_of_a_battery_has_a_line_of_its_own():
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    battery = item_of(data, "CONTRACTS")
    next(row for row in battery["rows"] if row["name"] == "COMPETITION")["text"] = "Much more competition"
    barometers.closed(data, barometers.spring_rows())
    kept, changed = (trend_of(barometer(), f"CONTRACTS_{row}") for row in ("INTEGRATED", "COMPETITION"))
    assert kept["points"][1]["comparable"] == "same"
    assert changed["points"][1]["comparable"] == "breaks"
    assert kept["row_text"] == "Providers pressured to provide integrated services"


def test_a_base_under_thirty_is_listed_but_left_out_of_the_line():
    barometers.winter()
    barometers.closed(barometers.later("2013-spring", "Spring 2013"), barometers.spring_rows()[:20])
    found = trend_of(barometer(), "AREATEAM")
    assert found["lines"] == [["2013-winter"]]
    assert found["left_out"] == [{"wave": "2013-spring", "reason": "base of 20, under 30"}]
    assert found["points"][1]["base"] == 20
    assert {each["method"] for each in found["points"][1]["changes"]} == {"fisher"}


def test_a_group_too_small_to_show_stays_hidden():
    barometers.winter()
    barometers.closed(barometers.later("2013-spring", "Spring 2013"), barometers.spring_rows()[:4])
    found = trend_of(barometer(), "AREATEAM")
    assert found["points"][1]["base"] is None
    assert all(row["cell"] is None for row in found["points"][1]["rows"])
    assert found["left_out"] == [{"wave": "2013-spring", "reason": "hidden, to protect a small group"}]
    assert {each["verdict"] for each in found["points"][1]["changes"]} == {"not tested"}


def test_mergers_between_the_waves_are_footnoted():
    barometers.winter()
    gone = {"00F", "00G", "00H"}
    responses = [row for row in barometers.spring_rows() if not gone & set(row["organisations"].split(";"))]
    barometers.closed(barometers.later("2016-april", "April 2016", year=2016, frame_date="2016-04-01"), responses)
    found = trend_of(barometer(), "AREATEAM")
    assert [point["frame"] for point in found["points"]] == [211, 209]
    assert found["frames"][0]["mergers"][0]["successor"]["name"] == "NHS Newcastle Gateshead CCG"
    assert {each["ods_code"] for each in found["frames"][0]["mergers"][0]["predecessors"]} == gone
    (note,) = found["footnotes"]
    assert note.startswith("Between Winter 2013 and April 2016 the frame went from 211 to 209 organisations. ")
    assert note.endswith(
        "NHS Gateshead CCG, NHS Newcastle North and East CCG and NHS Newcastle West CCG "
        "merged into NHS Newcastle Gateshead CCG on 1 April 2015."
    )


def test_many_mergers_are_counted_instead_of_named():
    register = building.register()
    assert register["successions"] > 100
    told = merger_sentences(mergers_between("CCG", date(2013, 4, 1), date(2021, 4, 1)))
    (sentence,) = told
    assert re.fullmatch(r"By mergers and successions \d+ organisations became \d+\.", sentence)


def test_a_weighted_wave_is_compared_on_its_effective_base_and_said_to_be_weighted():
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    data["wave"]["weighting"] = {"method": "rake", "margins": ["region"]}
    barometers.closed(data, barometers.spring_rows())
    found = trend_of(barometer(), "AREATEAM")
    assert [point["weighted"] for point in found["points"]] == [False, True]
    assert share_of(found["points"][1], "net:good")["people"] == 64
    assert share_of(found["points"][1], "net:good")["exact"] != pytest.approx(100 * 64 / 94)
    assert found["footnotes"] == ["Weighted: Spring 2013; the others are not."]


def test_the_command_prints_it_and_refuses_what_is_not_there():
    barometers.winter()
    out = StringIO()
    call_command("trend", "GRIP", survey="ccg-barometer", stdout=out)
    assert json.loads(out.getvalue()) == json.loads(json.dumps(trend_of(barometer(), "GRIP")))
    with pytest.raises(CommandError, match="NOPE: is not a variable of ccg-barometer; it has role"):
        call_command("trend", "NOPE", survey="ccg-barometer")
    with pytest.raises(CommandError, match="nope: is not a survey; there are: ccg-barometer"):
        call_command("trend", "GRIP", survey="nope")


def test_a_survey_without_results_has_no_trend():
    Survey.objects.create(slug="new", title="New")
    with pytest.raises(Refused, match="no closed wave"):
        trend_of(fielded_waves(survey_by_slug("new")), "GRIP")
