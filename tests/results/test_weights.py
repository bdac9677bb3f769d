"""A raked wave is weighted to what was written down when it closed; what cannot be met is said, and nothing breaks."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from respondents.models import Organisation, Person, Place
from respondents.sample import load_sample
from results.analysis.frame import build_frame
from results.finishing import close_early, finish, load_and_close
from results.models import OrganisationTally
from results.tables import results_of
from results.tasks import build_due_snapshots
from results.verifying import verify
from results.weights import weighted
from surveys.compiling import problems
from surveys.wave_checks import sense_problems
from surveys.wave_file import load_wave, read_wave_file
from tests import building

pytestmark = pytest.mark.django_db

RAKE = {"method": "rake", "margins": ["role", "region"]}


def sample_line(number, role, code):
    return f"Person {number},person{number}@example.org,{role},,{code}"


def answer_line(number, role, code, *, grip):
    chair_only = "2,2" if role == "chair" else ","
    return f"{number},person{number}@example.org,{code},{role},,{grip},,1,{chair_only},{'' if role == 'chair' else 5}"


def answers_of(role, grip):
    asked = {"PLANS_POOL": [2], "PLANS_SPLIT": [2]} if role == "chair" else {"SPEND": [5]}
    return {"GRIP": [grip], "WAYS": [1], **asked}


def raked_wave(people, *, sample=(), weighting=RAKE, organisations=(("01A", "Y54"), ("01B", "Y54"), ("02A", "Y55"))):
    """A closed wave with these (role, organisation, grip) answers and these (role, organisation) invited besides."""
    for code, region in organisations:
        building.organisation(code, region=region)
    wave = building.draft(weighting=weighting)
    invited = [(role, code) for role, code, _ in people] + list(sample)
    head = "name,email,role,gp,organisations"
    lines = [sample_line(number, *each) for number, each in enumerate(invited)]
    if sample is not None:
        load_sample(wave, building.csv(head, *lines))
    wave = building.open_wave(wave, now=building.NOW)
    if not people:
        close_early(wave, now=building.NOW, without_grace=True)
        return wave
    header = "response,email,organisations,role,gp,GRIP,WHY,WAYS,PLANS_POOL,PLANS_SPLIT,SPEND"
    rows = [answer_line(number, role, code, grip=grip) for number, (role, code, grip) in enumerate(people)]
    load_and_close(wave, building.csv(header, *rows), now=building.NOW)
    return wave


# Ten chairs and ten officers answered, all of ten more chairs did not; the North has two of the three organisations.
ANSWERED = [("chair", "01A", 2)] * 4 + [("chair", "02A", 9)] * 6 + [("ao", "01B", 9)] * 5 + [("ao", "02A", 2)] * 5
SILENT = [("chair", "01A")] * 10


def test_weights_bring_roles_to_the_sample_and_regions_to_the_frame():
    wave = raked_wave(ANSWERED, sample=SILENT)
    finish(wave, now=building.NOW)
    role, region = (results_of(wave).table(name) for name in ("role", "region"))
    assert [row["cells"][0]["exact"] for row in role["rows"]] == pytest.approx([200 / 3, 100 / 3])
    assert [row["cells"][0]["exact"] for row in region["rows"]] == pytest.approx([200 / 3, 100 / 3])
    assert region["rows"][0]["label"] == "Region Y54"
    assert role["columns"][0]["base"] == 20
    assert role["columns"][0]["weighted_base"] == pytest.approx(20)
    assert role["columns"][0]["effective_base"] < 20


def test_the_report_stands_in_the_summary_and_is_printed_by_tables():
    wave = raked_wave(ANSWERED, sample=SILENT)
    finish(wave, now=building.NOW)
    out = StringIO()
    call_command("tables", wave.slug, variable=["GRIP"], stdout=out)
    weighting = json.loads(out.getvalue())["weighting"]
    assert weighting["method"] == "rake"
    assert weighting["margins"] == ["role", "region"]
    assert weighting["problem"] is None
    assert weighting["converged"] is True
    assert weighting["base"] == 20
    assert weighting["minimum"] < 1 < weighting["maximum"]
    assert weighting["design_effect"] == pytest.approx(20 / weighting["effective_base"])


def test_targets_are_those_of_the_close_whatever_becomes_of_the_register_and_the_people():
    wave = raked_wave(ANSWERED, sample=SILENT)
    before = finish(wave, now=building.NOW).digest
    assert OrganisationTally.objects.get(wave=wave).document["targets"] == {
        "role": {"ao": 10, "chair": 20},
        "region": {"Y54": 2, "Y55": 1},
    }
    Place.objects.update(code="Y99")
    wave.invitations.filter(responded=False).delete()
    Person.objects.filter(invitations=None).delete()
    assert results_of(wave).summary["invited"] == 30
    document = OrganisationTally.objects.get(wave=wave).document
    wave.snapshot.delete()
    build_due_snapshots(building.NOW)
    after = results_of(wave)
    assert OrganisationTally.objects.get(wave=wave).document == document
    assert after.summary["weighting"]["problem"] is None
    assert [row["cells"][0]["exact"] for row in after.table("role")["rows"]] == pytest.approx([200 / 3, 100 / 3])
    assert before != after.digest, "the number of people invited is part of the summary"


def test_building_twice_and_verifying_agree():
    wave = raked_wave(ANSWERED, sample=SILENT)
    one = finish(wave, now=building.NOW).digest
    two = finish(wave, now=building.NOW + timedelta(days=1)).digest
    assert one == two
    assert verify(wave).agrees


def test_weights_are_those_worked_out_by_hand_in_any_database_and_order():
    """Chairs in the North a, elsewhere 40/3 - a, officers 40/3 - a and a - 20/3 keep the odds ratio of 4·5 to 6·5.

    So a(a - 20/3) = ⅔(40/3 - a)², a = (-100/3 + √(100²/9 + 12800/9))/2 = 8.499.
    """
    wave = raked_wave(ANSWERED[::-1], sample=SILENT)
    finish(wave, now=building.NOW)
    a = (-100 / 3 + math.sqrt(22800 / 9)) / 2
    by_hand = {a / 4, (40 / 3 - a) / 6, (40 / 3 - a) / 5, (a - 20 / 3) / 5}
    frame = results_of(wave).frame
    assert sorted(set(frame.weights.tolist())) == pytest.approx(sorted(by_hand), abs=1e-8)
    rows = [
        ({"role": role, "region": "Y55" if code == "02A" else "Y54"}, answers_of(role, grip), None)
        for role, code, grip in ANSWERED
    ]
    targets = {"role": {"ao": 10, "chair": 20}, "region": {"Y54": 2, "Y55": 1}}
    again, _ = weighted(build_frame(frame.codebook, rows), weighting=RAKE, targets=targets)
    assert again.digest == frame.digest


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (
            {"people": [each for each in ANSWERED if each[0] == "chair"], "sample": [("ao", "01B")]},
            "Nobody with the role “ao” answered, though the population has 1.",
        ),
        (
            {"people": [each for each in ANSWERED if each[1] != "02A"], "sample": []},
            "Nobody with the region “Y55” answered, though the population has 1.",
        ),
    ],
)
def test_a_group_of_the_population_that_nobody_answered_for_leaves_the_wave_unweighted(changed, says):
    wave = raked_wave(changed["people"], sample=changed["sample"])
    assert build_due_snapshots(building.NOW) == 1
    results = results_of(wave)
    assert results.summary["weighting"] == {"method": "rake", "margins": ["role", "region"], "problem": says}
    assert results.head()["weighting"]["problem"] == says
    assert not results.frame.weighted
    assert verify(wave).agrees


def test_margins_that_contradict_each_other_leave_the_wave_unweighted():
    """Only chairs answered in the North and only officers elsewhere: a third cannot be two thirds."""
    people = [("chair", "01A", 2)] * 10 + [("ao", "02A", 2)] * 10
    wave = raked_wave(people, sample=[])
    finish(wave, now=building.NOW)
    assert "cannot be met together" in results_of(wave).summary["weighting"]["problem"]
    assert not results_of(wave).frame.weighted


def test_without_a_sample_there_are_no_roles_to_weight_to_and_the_wave_does_not_open():
    building.organisation("01A", region="Y54")
    wave = building.draft(weighting=RAKE)
    with building.refused() as refusal:
        building.open_wave(wave, now=building.NOW)
    words = "nobody is invited by name, so there is no role to weight to; load the sample first"
    assert [str(each) for each in refusal.problems] == [f"wave.weighting.margins[0]: {words}"]
    load_sample(wave, building.csv("name,email,role,gp,organisations", sample_line(1, "chair", "01A")))
    assert building.open_wave(wave, now=building.NOW).is_open


def test_a_real_wave_is_raked_to_regions_alone():
    building.register()
    document = read_wave_file((building.SAMPLE / "2013-winter.wave.json").read_bytes())
    document["wave"]["weighting"] = {"method": "rake", "margins": ["region"]}
    wave = load_wave(document)
    load_and_close(wave, (building.SAMPLE / "2013-winter.responses.csv").read_bytes(), now=building.NOW)
    finish(wave, now=building.NOW)
    results = results_of(wave)
    assert results.summary["weighting"]["problem"] is None
    in_frame = Organisation.objects.in_frame(kind="CCG", on=wave.frame_date).count()
    for row in results.table("region")["rows"]:
        size = OrganisationTally.objects.get(wave=wave).document["frame"][f"region:{row['id']}"]
        assert row["cells"][0]["exact"] == pytest.approx(100 * size / in_frame)


def test_a_wave_that_nobody_answered_is_built_all_the_same():
    wave = raked_wave([], sample=SILENT)
    assert build_due_snapshots(building.NOW) == 1
    assert results_of(wave).summary["weighting"]["problem"] == "Nobody answered, so there is nothing to weight."


def test_unweighted_waves_say_so():
    wave = raked_wave(ANSWERED, sample=SILENT, weighting=None)
    finish(wave, now=building.NOW)
    assert results_of(wave).head()["weighting"] is None
    assert "targets" not in OrganisationTally.objects.get(wave=wave).document


def test_a_margin_that_cannot_be_had_is_named_before_the_wave_opens():
    document = building.document(frame_kind=None, frame_date=None, weighting=RAKE)
    told = [str(problem) for problem in sense_problems(document)]
    assert told == [
        "wave.weighting.margins[1]: region needs organisations to weight to, but the wave has no frame_kind"
    ]
    wave = building.draft(weighting=RAKE)
    wave.frame_kind = None
    assert any("needs organisations to weight to" in str(each) for each in problems(wave, now=building.NOW))
