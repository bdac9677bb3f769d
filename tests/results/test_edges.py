"""Waves at the edges of what may happen: more organisations than the frame, links revoked late, another machine."""

from __future__ import annotations

import json
from copy import deepcopy
from io import StringIO

import pytest
from django.core.management import call_command

from respondents.collected import load_responses
from respondents.invitations import revoke
from respondents.sample import load_sample
from results.finishing import close_early, finish, load_and_close
from results.models import Table
from results.tables import results_of
from results.verifying import verify
from tests import building

pytestmark = pytest.mark.django_db

HEADER = "response,organisations,role,gp,GRIP,WHY,WAYS,PLANS_POOL,PLANS_SPLIT,SPEND"


def answer(number, *codes, grip=2, more=""):
    return f"{number},{';'.join(codes)},ao,,{grip},,1,,,5{more}"


def closed(*lines, by="role"):
    made = building.opened({**building.document(), "banners": [{"name": by, "title": by, "by": by}]})
    load_and_close(made, building.csv(HEADER, *lines), now=building.NOW)
    finish(made, now=building.NOW)
    return made


def test_leaders_of_more_organisations_than_a_region_has_are_counted_without_a_correction():
    """Six leaders of a region of one organisation lead two elsewhere as well: three organisations stand behind it."""
    for code, region in (("01A", "Y54"), ("02A", "Y55"), ("02B", "Y55")):
        building.organisation(code, region=region)
    people = [answer(number, "01A", "02A", "02B", grip=2 if number < 3 else 9) for number in range(6)]
    wave = closed(*people, *(answer(number, "02A") for number in range(6, 12)), by="region")
    out = StringIO()
    call_command("tables", wave.slug, by=["region"], variable=["GRIP"], denominator="organisations", stdout=out)
    column = json.loads(out.getvalue())["tables"][0]
    assert [each["organisations"] for each in column["columns"]] == [3, 3, 1]
    assert column["rows"][1]["cells"][1]["percent"] == 50


def test_who_answered_belongs_to_the_population_though_the_link_was_revoked_afterwards():
    building.organisation("01A", region="Y54")
    wave = building.draft()
    load_sample(wave, building.csv("name,email,role,gp,organisations", *(invited(each) for each in range(8))))
    wave = building.open_wave(wave, now=building.NOW)
    rows = [answer(number, "01A", more=f",p{number}@example.org") for number in range(8)]
    invitations = list(wave.invitations.all())
    load_responses(wave, building.csv(f"{HEADER},email", *rows))
    revoke(invitations[0])
    close_early(wave, now=building.NOW, without_grace=True)
    finish(wave, now=building.NOW)
    cell = results_of(wave).table("GRIP")["rows"][1]["cells"][0]
    assert (cell["low"], cell["exact"], cell["high"]) == (100, 100, 100), "all eight of eight answered"


def invited(number):
    return f"Person {number},p{number}@example.org,ao,,01A"


def test_figures_may_differ_in_their_last_digits_between_machines_and_in_nothing_else():
    building.organisation("01A")
    wave = closed(*(answer(number, "01A", grip=2 if number < 4 else 9) for number in range(12)))
    stored = Table.objects.get(snapshot__wave=wave, variable="GRIP", by="")
    document = deepcopy(stored.document)
    cell = document["rows"][1]["cells"][0]
    cell["exact"] *= 1 + 1e-14
    Table.objects.filter(pk=stored.pk).update(document=document)
    assert verify(wave).agrees
    cell["percent"] += 1
    Table.objects.filter(pk=stored.pk).update(document=document)
    assert [each.split(":")[0] for each in verify(wave).differences] == ["GRIP.rows[1].cells[0].percent"]


def test_a_file_that_cannot_be_weighted_is_loaded_and_the_command_says_so(tmp_path):
    for code, region in (("01A", "Y54"), ("02A", "Y55")):
        building.organisation(code, region=region)
    dates = {"opens_at": "2013-05-01T09:00:00+01:00", "closes_at": "2013-05-20T17:00:00+01:00"}
    wave = building.draft(weighting={"method": "rake", "margins": ["region"]}, **dates)
    file = tmp_path / "answers.csv"
    file.write_bytes(building.csv(HEADER, *(answer(number, "01A") for number in range(6))))
    out = StringIO()
    call_command("load_responses", wave.slug, str(file), close=True, stdout=out)
    assert "Its figures are not weighted. Nobody with the region “Y55” answered" in out.getvalue()
