"""Cosmetic corrections of an open wave: only what nobody notices, by two people, flagged, and no answer touched."""

from __future__ import annotations

import csv
import io
import json
from copy import deepcopy
from random import Random
from typing import Any

import pytest
from django.urls import reverse

from respondents.models import Response
from respondents.responses import save_page
from results.closing import close_wave
from results.dashboard import dashboard_of
from results.exporters import REGISTRY, Material
from results.material import material_of
from results.snapshot import build_snapshot
from results.tables import results_of
from results.trends import fielded_waves, trend_of
from surveys.compiling import instrument_by_digest, instrument_of
from surveys.corrections import checked, items_to_correct, parts_of
from surveys.deciding import confirm, propose
from surveys.models import Correction, Instrument, Question, QuestionVersion, Wave, WaveEvent
from surveys.problems import Refused
from surveys.wave_file import document_of
from tests import building, desk

pytestmark = pytest.mark.django_db

NOW = building.NOW


def correction(wave: Wave, item: str, words: dict[str, str], *, reason: str = "A missing full stop") -> Correction:
    """Made by two people."""
    details = {"item": item, "words": words}
    proposal = propose(wave, "correct", details=details, reason=reason, by=desk.staff("editor"), now=NOW)
    confirm(proposal, by=desk.staff("publisher"), now=NOW)
    return Correction.objects.latest("pk")


def test_what_is_read_of_a_question_is_listed() -> None:
    wave = building.opened()
    assert [name for name, _text in items_to_correct(wave)] == ["INTRO", "GRIP", "WHY", "WAYS", "PLANS", "SPEND"]
    places = {part.place: part.words for part in parts_of(wave, "PLANS")}
    assert places == {
        "text": "How likely is each?",
        "rows[POOL]": "Pool budgets",
        "rows[SPLIT]": "Split",
        "options[1]": "Unlikely",
        "options[2]": "Likely",
        "options[9]": "Don't know",
    }


def test_a_corrected_wording_is_what_respondents_see_and_the_bank_keeps_both() -> None:
    wave = building.opened()
    before = Instrument.objects.get()
    made = correction(wave, "GRIP", {"text": "Is the Grip right?"})
    after = Instrument.objects.get()
    assert (made.digest, made.document) == (before.digest, before.document)
    assert after.digest != before.digest
    question = next(each for each in instrument_of(wave).questions if each.name == "GRIP")
    assert question.text == question.variables[0].text == "Is the Grip right?"
    old, new = QuestionVersion.objects.filter(question__name="GRIP")
    assert (old.text, new.text, new.corrects) == ("Is the grip right?", "Is the Grip right?", old)
    assert instrument_by_digest(before.digest).questions  # whoever was on the way still finds it
    assert made.words == [{"place": "text", "before": "Is the grip right?", "after": "Is the Grip right?"}]
    assert instrument_of(wave).corrections == (
        {"items": ["GRIP"], "on": "2026-03-05", "reason": "A missing full stop", "words": made.words},
    )
    assert "wording of GRIP corrected (A missing full stop); proposed by" in WaveEvent.objects.last().note  # type: ignore[union-attr]


def test_nothing_but_the_words_is_different() -> None:
    wave = building.opened()
    before, wave_before = deepcopy(Instrument.objects.get().document), document_of(wave)
    correction(wave, "GRIP", {"text": "Is the grip right"})
    after, wave_after = Instrument.objects.get().document, document_of(Wave.objects.get())
    del after["corrections"]
    put_back = json.loads(json.dumps(after).replace("Is the grip right", "Is the grip right?"))
    assert put_back == before
    assert json.loads(json.dumps(wave_after).replace("Is the grip right", "Is the grip right?")) == wave_before


def test_an_answer_of_a_shared_scale_is_corrected_wherever_it_is_offered() -> None:
    wave = building.opened()
    made = correction(wave, "GRIP", {"options[9]": "Don’t know"})
    assert instrument_of(wave).corrections[0]["items"] == ["GRIP", "PLANS"]
    labels = {
        variable.code(9).label
        for question in instrument_of(wave).questions
        for variable in question.variables
        if question.name in ("GRIP", "PLANS")
    }
    assert labels == {"Don’t know"}
    assert Wave.objects.get().scales[0]["options"][2]["label"] == "Don’t know"
    assert made.item == "GRIP"


@pytest.mark.parametrize(
    ("item", "words", "told"),
    [
        ("GRIP", {"text": "Is the hold right?"}, "worded differently"),
        ("GRIP", {"options[1]": "Improbable"}, "worded differently"),
        ("PLANS", {"rows[POOL]": "Merge budgets"}, "worded differently"),
        ("SPEND", {"unit": "£bn"}, "another unit"),
        ("GRIP", {"text": ""}, "text"),
        ("GRIP", {"text": "Is the grip right?"}, "Nothing is different"),
        ("GRIP", {}, "Nothing is different"),
        ("GRIP", {"hint": "Think of the past year."}, "no such words"),
        ("GRIP", {"show_if": "x"}, "no such words"),
        ("GRIP", {"options[3]": "New"}, "no such words"),
        ("NOBODY", {"text": "x"}, "no question called NOBODY"),
    ],
)
def test_more_than_cosmetic_is_refused(item: str, words: dict[str, str], told: str) -> None:
    wave, editor = building.opened(), desk.staff("editor")
    with building.refused() as refusal:
        propose(wave, "correct", details={"item": item, "words": words}, reason="So", by=editor, now=NOW)
    assert told in " ".join(refusal.told)


def test_a_misspelt_word_is_put_right_by_two_people_who_see_the_difference() -> None:
    document = building.document()
    document["sections"][0]["items"][1]["text"] = "Is the relationsip right?"
    wave, words = building.opened(document), {"text": "Is the relationship right?"}
    editor, publisher = desk.staff("editor"), desk.staff("publisher")
    details = {"item": "GRIP", "words": words}
    proposal = propose(wave, "correct", details=details, reason="A letter was missing.", by=editor, now=NOW)
    page = desk.browsing(publisher).get(reverse("surveys:proposal", args=[wave.slug, proposal.pk])).content.decode()
    assert "<del>relationsip</del>" in page
    assert "<ins>relationship</ins>" in page
    confirm(proposal, by=publisher, now=NOW)
    assert next(each.text for each in instrument_of(wave).questions if each.name == "GRIP") == words["text"]
    back = {"item": "GRIP", "words": {"text": "Is the relationsip right?"}}
    with building.refused() as refusal:
        propose(wave, "correct", details=back, reason="So", by=editor, now=NOW)
    assert "“relationship” is a word of its own" in " ".join(refusal.told)


def test_a_correction_needs_a_reason() -> None:
    wave, editor = building.opened(), desk.staff("editor")
    with building.refused() as refusal:
        details = {"item": "GRIP", "words": {"text": "Is the grip right"}}
        propose(wave, "correct", details=details, reason="  ", by=editor, now=NOW)
    assert refusal.problems[0].place == "reason"


def test_stored_answers_and_what_is_being_typed_stay() -> None:
    wave = building.opened()
    sent = building.sent(wave, {"GRIP": [1], "WHY": ["Targets."]})
    begun = building.begun(wave, {"GRIP": [2]})
    before = list(Response.objects.order_by("pseudonym").values())
    correction(wave, "GRIP", {"text": "Is the grip right", "options[1]": "unlikely"})
    assert list(Response.objects.order_by("pseudonym").values()) == before
    save_page(begun.token, {"GRIP": [1]}, revision=1, now=NOW)
    assert sent.token != begun.token


def test_a_wording_that_the_bank_knows_is_taken_from_there() -> None:
    earlier = building.document(slug="earlier", number=2)
    earlier["sections"][0]["items"][1]["text"] = "Is the Grip right?"
    building.draft(earlier)
    wave = building.opened()
    correction(wave, "GRIP", {"text": "Is the Grip right?"})
    assert Question.objects.get(name="GRIP").versions.count() == 2
    assert not QuestionVersion.objects.exclude(corrects=None).exists()


def test_a_second_correction_builds_on_the_first() -> None:
    wave = building.opened()
    correction(wave, "GRIP", {"text": "Is the grip right"})
    correction(wave, "WAYS", {"text": "Which ways"})
    assert [each["items"] for each in instrument_of(wave).corrections] == [["GRIP"], ["WAYS"]]
    assert Correction.objects.count() == 2


def test_the_results_say_what_was_corrected() -> None:
    plain = desk.closed_wave(building.document(slug="plain", number=2))
    wave = building.opened()
    correction(wave, "GRIP", {"text": "Is the Grip right?"}, reason="A capital was missing.")
    for number in range(12):
        building.sent(wave, {"GRIP": [1 + number % 2]}, role="chair")
    assert close_wave(wave, now=building.CLOSES, without_grace=True)
    build_snapshot(wave, now=building.CLOSES)
    wave.refresh_from_db()
    words = "The wording was corrected on 5 March 2026, while people were answering: “Is the grip right?” became “Is"
    results = results_of(wave)
    assert results.table("GRIP")["notes"][0].startswith(words)
    assert results.table("GRIP")["notes"][0].endswith("A capital was missing.")
    assert "notes" not in results.table("WAYS")
    assert "notes" not in results_of(plain).table("GRIP")
    notes = {finding.ident: finding.notes for section in dashboard_of(wave).sections for finding in section.findings}
    assert notes["GRIP"][0].startswith(words)
    assert not notes["WAYS"]
    material = material_of(wave)
    for form in ("codebook", "csv-tables"):
        lines = list(csv.DictReader(io.StringIO(written(form, material))))
        assert {line["variable"] for line in lines if line["notes"].startswith(words)} == {"GRIP"}
        assert all(line["notes"].startswith(words) for line in lines if line["variable"] == "GRIP")
    assert json.loads(written("codebook-json", material))["notes"]["GRIP"][0].startswith(words)
    tables = json.loads(written("json", material))["tables"]
    assert {table["variable"] for table in tables if "notes" in table} == {"GRIP"}
    trend = trend_of(fielded_waves(wave.survey), "GRIP")
    assert trend["points"][1]["comparable"] != "breaks"
    assert any(words in note for note in trend["footnotes"])


def written(form: str, material: Material) -> str:
    file = io.BytesIO()
    REGISTRY[form].write(material, file)
    return file.getvalue().decode("utf-8-sig")


PLACES = ["text", "hint", "unit", "low", "options[1]", "options[9]", "rows[POOL]", "name", "show_if", ""]


def test_whatever_is_asked_for_codes_and_routing_stay() -> None:
    """What passes the check compiles to the same questionnaire, words aside."""
    wave, chance = building.opened(), Random(7)
    before, passed = document_of(wave), 0
    for _ in range(120):
        item = chance.choice(["INTRO", "GRIP", "WHY", "WAYS", "PLANS", "SPEND", "X"])
        words = {place: meddled(wave, item, place, chance) for place in chance.sample(PLACES, chance.randint(1, 3))}
        try:
            plan = checked(wave, item, words)
        except Refused:
            continue
        passed += 1
        assert without_words(plan.document) == without_words(before)
    assert passed > 5


def meddled(wave: Wave, item: str, place: str, chance: Random) -> str:
    """The words at a place, some of them changed a little and some beyond recognition."""
    try:
        words = next((part.words for part in parts_of(wave, item) if part.place == place), "")
    except Refused:
        words = ""
    ways = [
        str.upper,
        str.title,
        lambda text: f"{text}.",
        lambda text: text.replace("'", "’"),
        lambda text: f"Not {text}",
    ]
    return chance.choice(ways)(words)


def without_words(value: Any) -> Any:
    if isinstance(value, dict):
        read = ("text", "hint", "unit", "low", "high", "label")
        return {key: "" if key in read else without_words(each) for key, each in value.items()}
    return [without_words(each) for each in value] if isinstance(value, list) else value
