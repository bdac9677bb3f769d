"""A linked wave counts inside its close who changed their mind, and keeps nothing that leads from wave to wave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.conf import settings

from respondents import keys
from respondents.freezing import erase
from respondents.models import Frozen, Response, Sealed
from respondents.panel import MOST_DAYS
from respondents.promise import promise_of
from respondents.sample import load_sample
from respondents.tasks import destroy_keys
from results.analysis.significance import proportion_test
from results.auditing import audit
from results.finishing import close_early, finish, load_and_close
from results.trends import fielded_waves, trend_of
from results.verifying import verify
from surveys.lifecycle import open_wave
from surveys.models import Wave
from surveys.problems import Refused
from surveys.wave_file import dump_wave, load_wave, read_wave_file
from tests import building

pytestmark = pytest.mark.django_db

SPRING, AUTUMN = building.CLOSES, building.CLOSES + timedelta(days=180)
HEAD = "response,email,organisations,role,gp,GRIP,WHY,WAYS,PLANS_POOL,PLANS_SPLIT,SPEND"

# (before, now) of the officers: 12 stay unlikely, 3 come round to likely, 15 stay likely, 10 go back to unlikely.
OFFICERS = [(1, 1)] * 12 + [(1, 2)] * 3 + [(2, 2)] * 15 + [(2, 1)] * 10
ONLY_BEFORE, ONLY_NOW = [2] * 6, [1] * 7


def fielded(slug, closes, grips, *, people=None, spent=0, **more):
    """A linked wave in which officers, all of them in the sample, say these grips; `people` are their numbers."""
    opens = closes - timedelta(days=14)
    dates = {"opens_at": opens.isoformat(), "closes_at": closes.isoformat()}
    wave = building.draft(slug=slug, title=slug.title(), **dates, **{"linkage": True, **more})
    asked = list(zip(people or range(len(grips)), grips, strict=True))
    named = [f"P,p{number}@example.org,ao,,01A" for number, _ in asked]
    load_sample(wave, building.csv("name,email,role,gp,organisations", *named))
    open_wave(wave, now=opens + timedelta(hours=1))
    rows = [f"{n},p{n}@example.org,01A,ao,,{grip},,1,,,{n + spent}" for n, grip in asked]
    load_and_close(wave, building.csv(HEAD, *rows), now=closes)
    return wave


def two_waves(**later):
    """Forty officers answer both waves, six only the first, seven only the second; all spend two more."""
    building.organisation("01A", region="Y54")
    before = fielded("spring", SPRING, [one for one, _ in OFFICERS] + ONLY_BEFORE)
    finish(before, now=SPRING)
    assert Sealed.objects.filter(wave=before).count() == 46
    grips, people = [two for _, two in OFFICERS] + ONLY_NOW, [*range(40), *range(60, 67)]
    wave = fielded("autumn", AUTUMN, grips, people=people, spent=2, **later)
    finish(wave, now=AUTUMN)
    return before, wave


def question(wave, name, **until):
    return trend_of(fielded_waves(wave.survey, **until), name)["points"][-1]


def test_the_same_people_are_compared_by_the_paired_test():
    before, wave = two_waves()
    point = question(wave, "GRIP")
    panel = point["panel"]
    assert (panel["wave"], panel["people"]) == ("spring", 40)
    likely = next(row for row in panel["changes"] if row["row"] == "2")
    assert [likely[key] for key in ("both", "only_before", "only_after", "neither")] == [15, 10, 3, 12]
    assert (likely["from"], likely["to"], likely["method"]) == (62.5, 45.0, "mcnemar_exact")
    assert likely["p"] == pytest.approx(2 * (1 + 13 + 78 + 286) / 2**13)
    cells = [[cell["count"] for cell in row["cells"]] for row in panel["table"]["rows"][:2]]
    assert cells == [[22, 12, 10, 0], [18, 3, 15, 0]]
    # The test between the waves knows φ = (15·12 − 10·3)/√(25·15·18·22) of the forty, and is surer for it.
    between = next(row for row in point["changes"] if row["row"] == "2")
    shares = (18 / 47, 47.0, 31 / 46, 46.0)
    linked = proportion_test(*shares, shared=40.0, correlation=150 / (25 * 15 * 18 * 22) ** 0.5)[2]
    assert between["p"] == pytest.approx(float(linked))
    assert between["p"] < float(proportion_test(*shares)[2])
    assert question(before, "GRIP", until=before)["panel"] is None
    mean = question(wave, "SPEND")["panel"]["mean_change"]
    assert (mean["people"], mean["difference"], mean["method"]) == (40, 2.0, "paired_t")


def test_nothing_is_left_of_the_link_but_results():
    before, wave = two_waves()
    assert not Sealed.objects.filter(wave=before).exists()
    assert not keys.panel_key_path(before).exists()
    assert not keys.key_path(wave).exists()
    assert Sealed.objects.filter(wave=wave).count() == 47
    box = bytes(Sealed.objects.filter(wave=wave).first().box)
    assert b"GRIP" not in box
    assert [field.name for field in Sealed._meta.fields] == ["mark", "wave", "box", "receipt_hash"]
    assert {path.suffix for path in settings.KEY_DIR.iterdir()} == {".panel"}
    assert destroy_keys(AUTUMN + timedelta(days=MOST_DAYS + 1)) == 1
    assert not Sealed.objects.exists()
    assert destroy_keys(AUTUMN + timedelta(days=MOST_DAYS + 1)) == 0
    assert verify(wave).agrees


def test_a_small_group_that_only_the_panel_would_show_is_hidden():
    building.organisation("01A", region="Y54")
    finish(fielded("spring", SPRING, [1] * 21 + [2] * 19 + [9] * 3), now=SPRING)
    wave = fielded("autumn", AUTUMN, [1] * 18 + [2] * 22 + [1] * 3)
    finish(wave, now=AUTUMN)
    panel = question(wave, "GRIP")["panel"]
    assert panel["table"]["suppressed"] == ["2", "9"]
    told = {row["row"]: row["both"] for row in panel["changes"]}
    assert told["9"] is None
    assert told["2"] is None
    assert told["1"] is not None
    assert audit(wave).is_clean
    third = fielded("winter", AUTUMN + timedelta(days=90), [1] * 41)
    finish(third, now=AUTUMN + timedelta(days=90))
    assert question(third, "GRIP")["panel"] is None  # two of the autumn's 43 did not answer again


def test_waves_that_differ_in_mode_or_are_not_linked_are_not_compared_person_by_person():
    _, wave = two_waves(mode="telephone")
    point = question(wave, "GRIP")
    assert point["panel"] is None
    assert point["comparable"] == "breaks"
    assert "Answers were collected in another way: online, then by telephone." in point["reasons"]
    assert '"mode": "telephone"' in dump_wave(wave)
    again = read_wave_file(dump_wave(wave).encode().replace(b'"autumn"', b'"again"'))
    assert dump_wave(load_wave(again)).replace('"again"', '"autumn"') == dump_wave(wave)


def test_withdrawing_after_the_close_takes_the_sealed_answers_too():
    wave = building.opened(linkage=True)
    building.sent(wave, {"GRIP": [2], "WAYS": [1], "PLANS_POOL": [], "PLANS_SPLIT": []})
    receipt = Response.objects.get().receipt
    close_early(wave, now=building.NOW, without_grace=True)
    assert Sealed.objects.count() == Frozen.objects.count() == 1
    assert Sealed.objects.get().receipt_hash != Frozen.objects.get().receipt_hash
    erase(receipt.lower())
    assert not Sealed.objects.exists()


def test_linkage_is_promised_and_cannot_be_added_once_somebody_is_invited():
    wave = building.draft(linkage=True)
    words = " ".join(sentence.text for sentence in promise_of(wave))
    assert "sealed" in words
    assert "cannot be restored" not in words
    assert "cannot be restored" in " ".join(sentence.text for sentence in promise_of(None))
    plain = building.draft(slug="other", linkage=False)
    Wave.objects.filter(pk=plain.pk).update(promised=True)
    with pytest.raises(Refused, match="invited without it"):
        load_wave(building.document(slug="other", linkage=True))
