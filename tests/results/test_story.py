"""Sentences are safe to print or say why they are not; every number in them leads back to the snapshot."""

from __future__ import annotations

import json
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from results.analysis.frame import build_frame
from results.analysis.tabulate import tabulate
from results.models import Table
from results.story import story_of, verify_figure
from results.story.figures import FigureId
from results.story.finding import NOT_PUBLIC
from results.story.wording import Group, chance, gloss, listed, number, per_cent, points, sentence, share
from surveys.codebook import Code, Codebook, Variable
from surveys.problems import Refused
from tests import building
from tests.results import barometers

GPS, OTHERS = Group(51, "GPs"), Group(29, "others")


def cell(count, base):
    """One row's cell of a table of `base` people of whom `count` said yes."""
    variable = Variable("X", "X?", "one", codes=(Code(1, "Yes"), Code(2, "No")))
    rows = [({}, {"X": [1]}, None)] * count + [({}, {"X": [2]}, None)] * (base - count)
    return tabulate(build_frame(Codebook((variable,)), rows), "X")["rows"][0]["cells"][0]


def about(findings, variable, kind):
    return [finding for finding in findings if finding.variable == variable and finding.kind == kind]


# --- Words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "words"), [(0, "none"), (1, "one"), (9, "nine"), (10, "10"), (1204, "1,204")])
def test_one_to_nine_are_words_and_the_rest_figures(count, words):
    assert number(count) == words


@pytest.mark.parametrize(
    ("percent", "words"),
    [
        (50.0, "half"),
        (50.5, "about half"),
        (49.0, "about half"),
        (48.9, ""),
        (51.1, "more than half"),
        (65.6, "more than half"),
        (66.0, "two in three"),
        (24.0, "one in four"),
        (26.0, "one in four"),
        (26.1, ""),
        (33.0, "one in three"),
        (11.0, "one in 10"),
        (70.0, ""),
        (96.0, ""),
        (0.0, ""),
        (100.0, ""),
    ],
)
def test_a_share_is_called_by_a_fraction_only_within_one_point(percent, words):
    assert gloss(percent) == words


def test_a_percentage_on_a_small_base_never_stands_without_its_count():
    assert share(cell(31, 51), GPS) == "61 per cent of the 51 GPs"
    assert share(cell(9, 29), OTHERS) == "31 per cent, nine of the 29 others"
    assert share(cell(9, 29), OTHERS, goes_on=True) == "31 per cent, nine of the 29 others,"
    assert share(cell(15, 30), Group(30, "others"), glossed=True) == "half of the 30 others (50 per cent)"


def test_none_all_and_next_to_none_are_words():
    assert share(cell(0, 80), Group(80, "who answered")) == "none of the 80 who answered"
    assert share(cell(29, 29), OTHERS) == "all 29 others"
    assert per_cent(cell(1, 300), Group(300, "")) == "under 0.5 per cent"


def test_none_and_all_of_a_small_group_are_veiled_on_a_sensitive_question():
    assert share(cell(0, 29), OTHERS, sensitive=True) == "under 5 per cent of the 29 others"
    assert share(cell(29, 29), OTHERS, sensitive=True) == "over 95 per cent of the 29 others"
    assert share(cell(0, 30), Group(30, "others"), sensitive=True) == "none of the 30 others"


def test_points_are_rounded_half_up_from_unrounded_values():
    assert points(-4.86) == "five points"
    assert points(0.5) == "one point"
    assert points(0.49) == "less than one point"
    assert points(12.5) == "13 points"


def test_small_words():
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert chance(0.01927) == "p = .019"
    assert chance(0.0001) == "p < .001"
    assert sentence("asked “Why?”") == "Asked “Why?”"


# --- The GRIP question -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_story_of_winter_2013_prints_what_was_printed():
    story = story_of(barometers.winter())
    first = story.findings[0]
    assert first.kind == "gp"
    assert first.sentence == (
        "Asked “Which of these best describes the Everyone Counts planning guidance?”, 61 per cent of the 51 GPs said "
        "“It will give the commissioning board too much grip and is not consistent with the CCG model”, against "
        "31 per cent, nine of the 29 others."
    )
    assert first.figures == ("2013-winter/GRIP/gp/1/1", "2013-winter/GRIP/gp/0/1")
    assert first.method == "fisher"
    assert first.p == pytest.approx(0.019, abs=5e-4)
    (whole,) = about(story.findings, "GRIP", "topline")
    shares = [verify_figure(figure).recomputed for figure in whole.figures]
    assert [(share["count"], share["percent"]) for share in shares] == [(40, 50), (32, 40), (0, 0), (8, 10)]
    assert verify_figure(whole.figures[0]).base == 80
    assert whole.sentence.startswith(
        "Asked “Which of these best describes the Everyone Counts planning guidance?”, half"
    )
    assert "half of the 80 who answered (50 per cent) said “It will give" in whole.sentence
    assert whole.sentence.endswith("10 per cent “Don't know” and none “It gives CCGs too much flexibility”.")


@pytest.mark.django_db
def test_the_bare_percentage_of_twenty_nine_is_named_as_unsafe():
    story = story_of(barometers.winter())
    (bare,) = about(story.unsafe, "GRIP", "gp")
    assert bare.sentence.startswith("31 per cent of others said “It will give")
    assert bare.reason == "a base of 29 is under 30: print the count, nine of the 29"


@pytest.mark.django_db
def test_fifty_to_forty_is_divided_and_ninety_nine_per_cent_is_not():
    story = story_of(barometers.winter())
    (divided,) = [finding for finding in story.findings if finding.kind == "divided"]
    assert divided.variable == "GRIP"
    assert divided.sentence.startswith("Opinion was divided: asked “Which of these best describes")
    assert divided.p == pytest.approx(0.343, abs=1e-3)


@pytest.mark.django_db
def test_most_did_not_know_what_to_make_of_the_guidance_and_the_mean_has_its_scale():
    story = story_of(barometers.winter())
    (unknown,) = [finding for finding in story.findings if finding.kind == "dont_know"]
    assert unknown.variable == "GRIP"
    assert unknown.sentence.endswith("guidance?”: by 10 per cent of the 80 who answered.")
    (mean,) = [finding for finding in story.findings if finding.kind == "mean"]
    assert mean.sentence.endswith(
        "the 85 who gave a figure averaged 6.5, on a scale from 1, “No confidence”, to 10, “Entirely confident”."
    )


# --- Change ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_drop_that_is_none_is_little_changed_and_a_rise_that_is_one_rose():
    barometers.winter()
    story = story_of(barometers.spring())
    (same,) = about(story.findings, "AREATEAM", "little_changed")
    assert same.sentence == (
        "Asked “Which phrase best describes your area team's interactions with your CCG?”, 68 per cent of the 94 who "
        "answered said “Good or very good”, little changed from 73 per cent of 85 in Winter 2013."
    )
    assert same.figures == ("2013-spring/AREATEAM/all/total/net:good", "2013-winter/AREATEAM/all/total/net:good")
    dropped = [each for each in about(story.unsafe, "AREATEAM", "change") if "Good or very good" in each.sentence]
    assert dropped[0].sentence.endswith("“Good or very good” fell by five points since Winter 2013.")
    assert dropped[0].reason == "not distinguishable from no change (t test, p = .478): say “little changed”"
    (rose,) = about(story.findings, "BUDGET", "change")
    assert "the 94 who gave a figure averaged 7.2, up from 6.5 among 85 in Winter 2013" in rose.sentence
    assert story.findings[0].kind == "change"


@pytest.mark.django_db
def test_no_sentence_says_rose_or_fell_unless_its_test_says_so():
    barometers.winter()

    def doubt(rows):
        for place, row in enumerate(rows):
            row["GRIP"], row["GUIDANCE"] = ("2" if place % 7 else "9"), ""

    story = story_of(barometers.spring(doubt))
    moved = [
        finding for finding in story.findings if re.search(r"\bup from\b|\bdown from\b|rose|fell", finding.sentence)
    ]
    assert moved
    assert all(finding.kind == "change" and finding.p < 0.05 for finding in moved)
    assert all(finding.p >= 0.05 for finding in story.findings if "little changed" in finding.sentence)
    (grip,) = about(story.findings, "GRIP", "change")
    assert "up from 40 per cent of 85" not in grip.sentence
    assert "from 50 per cent of 80 in Winter 2013, a fall of 50 points" in grip.sentence


@pytest.mark.django_db
def test_a_wave_before_that_asked_otherwise_is_named_and_not_compared():
    barometers.winter()
    data = barometers.later("2013-spring", "Spring 2013")
    item = next(item for section in data["sections"] for item in section["items"] if item["name"] == "AREATEAM")
    item["text"] = "How good is your area team?"
    story = story_of(barometers.closed(data, barometers.spring_rows()))
    assert about(story.findings, "AREATEAM", "little_changed") == []
    (broken,) = about(story.unsafe, "AREATEAM", "change")
    assert (
        broken.sentence == "Any comparison of the answers when asked “How good is your area team?” with Winter 2013."
    )
    assert broken.reason == "the line breaks: The question is worded differently."


@pytest.mark.django_db
def test_an_earlier_wave_does_not_know_what_came_after_it():
    winter = barometers.winter()
    before = story_of(winter).as_dict()
    barometers.spring()
    assert story_of(winter).as_dict() == before


# --- What must not be printed ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_no_safe_sentence_has_a_bare_percentage_of_fewer_than_thirty():
    barometers.winter()
    for wave in (
        barometers.spring(),
        barometers.closed(barometers.later("small", "Small", month=6), barometers.rows()[:24]),
    ):
        story = story_of(wave)
        assert story.findings
        for finding in story.findings:
            for figure in map(verify_figure, finding.figures):
                if figure.base < 30 and figure.id.row != "mean" and 0 < figure.recomputed["count"] < figure.base:
                    count = number(figure.recomputed["count"])
                    assert re.search(rf"per cent(, {count} of| \({count}\))", finding.sentence), finding.sentence


@pytest.mark.django_db
def test_nothing_is_printed_of_groups_that_may_not_be_published():
    """Seven were neither chair nor officer: staff may see them, readers may not."""
    story = story_of(barometers.winter())
    named = {figure for finding in story.findings for figure in finding.figures}
    assert not [figure for figure in named if "/role/other/" in figure]
    (kept,) = [finding for finding in story.unsafe if finding.reason == NOT_PUBLIC and not finding.variable]
    assert "“Other senior executive or governing body member”" in kept.sentence


@pytest.mark.django_db
def test_a_wave_of_nine_tells_no_story():
    barometers.register()
    story = story_of(barometers.closed(barometers.document(), barometers.rows()[:9]))
    assert story.findings == ()
    assert {finding.reason for finding in story.unsafe if finding.kind == "topline"} >= {str(NOT_PUBLIC)}


@pytest.mark.django_db
def test_a_hidden_wave_tells_nothing_at_all():
    barometers.register()
    story = story_of(barometers.closed(barometers.document(), barometers.rows()[:4]))
    assert story.findings == ()
    assert [finding for finding in story.unsafe if finding.variable] == []


@pytest.mark.django_db
def test_more_than_half_of_all_is_not_safe_where_the_interval_reaches_below():
    barometers.register()
    wave = barometers.closed(barometers.document("2016-spring"), barometers.rows("2016-spring"))
    story = story_of(wave)
    (over,) = about(story.unsafe, "APPROACHES", "topline")
    assert "more than half of all those who could have been asked" in over.sentence
    assert over.reason == "true of those who answered only: the 95 per cent interval is 48 to 67 per cent"
    (top,) = about(story.findings, "APPROACHES", "topline")
    assert (
        "more than half of the 100 who answered (58 per cent) said “Form an accountable care system”" in top.sentence
    )


# --- Figures ---------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_every_figure_of_the_story_can_be_verified_and_a_changed_table_is_found_out():
    barometers.winter()
    story = story_of(barometers.spring())
    figures = {figure for finding in (*story.findings, *story.unsafe) for figure in finding.figures}
    assert len(figures) > 30
    assert all(verify_figure(figure).agrees for figure in figures)
    table = Table.objects.get(snapshot__wave__slug="2013-spring", variable="AREATEAM", by="")
    table.document["rows"][0]["cells"][0]["count"] += 1
    table.save()
    assert not verify_figure(f"2013-spring/AREATEAM/all/total/{table.document['rows'][0]['id']}").agrees


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("figure", "says"),
    [
        ("nonsense", "is not the id of a figure"),
        ("2099/GRIP/all/total/1", "there is no wave 2099"),
        ("2013-winter/NOPE/all/total/1", "is not a variable"),
        ("2013-winter/GRIP/nope/1/1", "is not a banner"),
        ("2013-winter/GRIP/CSU/1/1", "is not a stored table"),
        ("2013-winter/GRIP/gp/7/1", "has no column 7"),
        ("2013-winter/GRIP/gp/1/77", "has no row 77"),
    ],
)
def test_an_id_that_leads_nowhere_is_refused(figure, says):
    barometers.winter()
    with pytest.raises(Refused, match=says):
        verify_figure(figure)


def test_an_id_is_read_back_as_it_was_written():
    for figure in (FigureId("w", "X", "", "total", "net:a"), FigureId("w", "X", "gp", "1+?", "top3:1")):
        assert FigureId.parse(str(figure)) == figure


# --- The command -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_prints_sentences_or_json():
    wave = barometers.winter()
    plain, data = StringIO(), StringIO()
    call_command("story", wave.slug, stdout=plain)
    call_command("story", wave.slug, json=True, stdout=data)
    assert "  1. Asked “Which of these best describes" in plain.getvalue()
    assert "Not safe to print:" in plain.getvalue()
    made = json.loads(data.getvalue())
    assert made["snapshot"] == wave.snapshot.digest
    assert [finding["rank"] for finding in made["findings"]] == list(range(1, len(made["findings"]) + 1))
    assert made["findings"][0]["figures"][0] == "2013-winter/GRIP/gp/1/1"
    assert all(finding["reason"] for finding in made["unsafe"])


@pytest.mark.django_db
def test_a_wave_without_results_has_no_story():
    wave = building.draft(frame_kind=None, frame_date=None)
    with pytest.raises(CommandError, match="results exist once it has closed"):
        call_command("story", wave.slug)


@pytest.mark.django_db
def test_a_contrast_of_gps_is_real_by_its_own_test_and_says_how_many_were_looked_at() -> None:
    found = story_of(barometers.winter()).about("GRIP")
    contrast = next(each for each in found if each.kind == "gp")
    assert contrast.is_safe
    assert contrast.p == pytest.approx(0.019, abs=0.0005)
    # Eleven questions were compared; the table of GRIP by GP has p = .038, the least of them: 11 × .038.
    assert contrast.adjusted == pytest.approx(11 * 0.0379, abs=0.001)
    assert "one of 11 questions" in contrast.note
