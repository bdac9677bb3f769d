"""Attempts to edit a wave that is open: whatever is sent wherever, respondents see and have answered the same."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from respondents.models import Response
from surveys import changes
from surveys.commenting import comment
from surveys.editing import edit, undo
from surveys.lifecycle import open_wave, set_times
from surveys.models import Instrument, Item, Wave
from surveys.problems import Refused
from surveys.wave_checks import form_problems, sense_problems
from surveys.wave_file import document_of, dump_wave, load_wave
from tests import building, desk
from tests.by_hand import Desk, fields_of

pytestmark = pytest.mark.django_db

ATTEMPTS = 3000 if os.environ.get("BAROMETER_FULL") else 300
FORMS = ["about", "roles", "banners", "asked", "add_scale", "scale", "add_section", "section", "remove_section"]
FORMS += ["add_item", "item", "rule", "remove_item", "remove_scale"]
PARTS = {"item": "GRIP", "section": "grip", "scale": "likely"}
NASTY = ["", "x", "0", "-1", "GRIP", "9" * 30, "\x00", "on", "draft", "up", "=1+1", "é" * 300]


def desk_addresses(namespaces: tuple[str, ...] = ("draft", "surveys")) -> dict[str, set[str]]:
    """Every address of the questionnaire's pages that is about one wave, with the parts it is made of."""
    found = {}
    for resolver in get_resolver().url_patterns:
        if isinstance(resolver, URLResolver) and resolver.namespace in namespaces:
            for pattern in resolver.url_patterns:
                assert isinstance(pattern, URLPattern)
                parts = set(pattern.pattern.converters)
                if "slug" in parts and parts <= {"slug", "item", "section", "scale", "key", "number", "role"}:
                    found[f"{resolver.namespace}:{pattern.name}"] = parts
    return found


class Attacker:
    """Sends what the desk's forms held while the wave was a draft, changed at random, to any of its addresses."""

    def __init__(self, wave: Wave, *, seed: int) -> None:
        self.wave, self.dice = wave, Random(seed)
        self.desk = Desk(desk.browsing(desk.staff("editor")), wave)
        self.forms = [self._form(name) for name in FORMS]
        self.addresses = desk_addresses()
        self.client = Client()
        self.client.force_login(desk.staff("editor", "analyst"))

    def _form(self, name: str) -> dict[str, list[str]]:
        more = {"type": "text"} if name == "add_item" else {}
        needed = {"remove_item": "item", "remove_section": "section", "remove_scale": "scale", "rule": "item"}
        needed |= {"add_item": "section"}
        part = needed.get(name, name if name in PARTS else "")
        return fields_of(self.desk.page(name, more, **({part: PARTS[part]} if part else {})))

    def attempt(self) -> tuple[str, int]:
        """One attempt; where it went and what came back."""
        name = self.dice.choice(sorted(self.addresses))
        known = {**PARTS, "slug": self.wave.slug, "key": "wave", "number": 1, "role": "chair"}
        known["item"] = self.dice.choice(["GRIP", "WHY", "WAYS", "NOBODY"])
        url = reverse(name, kwargs={part: known[part] for part in self.addresses[name]})
        headers = {"HX-Request": "true"} if self.dice.random() < 0.3 else {}
        return name, self.client.post(url, self._body(), headers=headers).status_code

    def _body(self) -> dict[str, Any]:
        body: dict[str, Any] = dict(self.dice.choice(self.forms))
        more = {"name": "GRIP", "up": "GRIP", "section": "ways", "after": "", "text": "Changed?", "title": "Changed"}
        body |= {key: value for key, value in more.items() if self.dice.random() < 0.6}
        for key in self.dice.sample(sorted(body), k=min(3, len(body))):
            body[key] = self.dice.choice(NASTY)
        return body | {"revision": str(self.wave.revision)}


def all_that_counts(wave: Wave, see: Callable[[], str]) -> dict[str, Any]:
    """What respondents see, what they have answered, and what the wave file says."""
    return {
        "instrument": list(Instrument.objects.filter(wave=wave).values("document", "digest")),
        "answers": list(Response.objects.order_by("pk").values()),
        "file": dump_wave(Wave.objects.get(pk=wave.pk)),
        "state": Wave.objects.values("state", "revision", "closes_at").get(pk=wave.pk),
        "seen": see(),
    }


@pytest.fixture
def attacked() -> tuple[Wave, Attacker, Callable[[], str]]:
    wave = building.draft(closes_at="2199-01-01T00:00:00+00:00")
    attacker = Attacker(wave, seed=5)
    open_wave(wave, now=building.NOW)
    building.sent(wave, {"GRIP": [1], "WHY": ["Targets."], "WAYS": [1]})
    building.begun(wave, {"GRIP": [2]})
    token, reader = building.link(wave).token, Client()

    def see() -> str:
        paths = ("", "paper/", "promise/", "page/GRIP/", "page/WAYS/", "page/PLANS/")
        return "".join(reader.get(f"/a/{token}/{path}").content.decode() for path in paths)

    assert "Is the grip right?" in see()
    return wave, attacker, see


def test_no_attempt_to_edit_an_open_wave_changes_what_anybody_sees_or_has_answered(attacked: Any) -> None:
    wave, attacker, see = attacked
    before = all_that_counts(wave, see)
    outcomes = [attacker.attempt() for _number in range(ATTEMPTS)]
    assert all_that_counts(wave, see) == before
    assert {name for name, _status in outcomes} == set(attacker.addresses)
    assert [each for each in outcomes if each[1] >= 500] == []
    refused = [status for name, status in outcomes if name.startswith("draft:") and name != "draft:desk"]
    assert set(refused) <= {405, 409}


def test_whatever_is_sent_to_a_draft_is_answered_and_leaves_it_sound() -> None:
    """The same attempts on a draft may change it; they never break it."""
    wave = building.draft()
    attacker = Attacker(wave, seed=11)
    attacker.addresses.pop("surveys:open")
    outcomes = []
    for _number in range(ATTEMPTS // 3):
        outcomes.append(attacker.attempt())
        wave.refresh_from_db()
    assert [each for each in outcomes if each[1] >= 500] == []
    document = document_of(Wave.objects.get(pk=wave.pk))
    assert not form_problems(document)
    assert not sense_problems(document)


def test_no_service_and_no_file_edits_an_open_wave(attacked: Any) -> None:
    wave, _attacker, see = attacked
    before = all_that_counts(wave, see)
    every = [
        changes.RemoveItem("SPEND"),
        changes.SetAbout("Changed"),
        changes.PutScale({"name": "likely", "options": [{"code": 1, "label": "No"}]}),
        changes.SetWords("Changed", "Changed"),
        changes.ReplaceAll(building.document(title="Changed")),
    ]
    tried: list[Callable[[], Any]] = [
        *(lambda change=change: edit(wave, change, revision=wave.revision, now=building.NOW) for change in every),
        lambda: undo(wave, revision=wave.revision, now=building.NOW),
        lambda: load_wave(building.document(title="Changed")),
        lambda: set_times(wave, opens_at=building.OPENS, closes_at=building.CLOSES),
        lambda: comment(wave, "GRIP", "Changed", now=building.NOW),
    ]
    for work in tried:
        with pytest.raises(Refused):
            work()
    assert all_that_counts(wave, see) == before


def test_no_command_edits_an_open_wave(attacked: Any, tmp_path: Path) -> None:
    wave, _attacker, see = attacked
    before = all_that_counts(wave, see)
    file, words = tmp_path / "changed.wave.json", tmp_path / "words.json"
    file.write_text(json.dumps(building.document(title="Changed")), "utf-8")
    options = [{"code": 1, "label": "Changed"}, {"code": 2, "label": "Not"}]
    words.write_text(json.dumps({"name": "GRIP", "type": "single", "text": "Changed?", "options": options}), "utf-8")
    survey, slug = wave.survey.slug, wave.slug
    refused = [
        ["load_wave", str(file)],
        ["import_wave", str(file), "--survey", survey, "--slug", slug],
        ["open_wave", slug],
        ["desk", slug, "--undo"],
        ["desk", slug, "--comment", "GRIP", "Changed"],
        ["new_wave", survey, slug, "Changed"],
        ["copy_wave", slug, slug, "Changed"],
        ["merge_questions", survey, "GRIP", "WAYS"],
        ["retire_question", survey, "WAYS"],
    ]
    done = [
        ["change_question", survey, "GRIP", "--topic", "Changed", "--wording", str(words)],
        ["copy_wave", slug, "later", "Later"],
    ]
    for command in refused:
        with pytest.raises(CommandError):
            call_command(*command)
        assert all_that_counts(wave, see) == before, command
    for command in done:
        call_command(*command)
        assert all_that_counts(wave, see) == before, command


def test_even_rows_changed_behind_the_back_reach_nobody(attacked: Any) -> None:
    """What opened is read from the frozen instrument alone."""
    _wave, _attacker, see = attacked
    before = see()
    version = Item.objects.get(version__question__name="GRIP").version
    type(version).objects.filter(pk=version.pk).update(text="Changed?", definition={})
    assert see() == before


def test_the_attack_would_notice_an_edit_that_lands(attacked: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotage: with every wave taken for a draft, the same attempts change something."""
    wave, attacker, see = attacked
    before = all_that_counts(wave, see)
    monkeypatch.setattr(Wave, "is_draft", property(lambda _wave: True))
    for _number in range(25):
        attacker.attempt()
    assert all_that_counts(wave, see)["file"] != before["file"]
