"""Random questionnaires answered at random, page by page: one way through them, whoever computes it.

The way is computed three times: by the pages of the server one after the other, by `journey.path` from all answers at
once, and by a naive reading of the wave file here. What is sent is exactly what was on the way.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.http import QueryDict
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from respondents import responses
from respondents.keys import pseudonym_of
from respondents.models import Response
from surveys.compiling import instrument_of
from surveys.instrument import journey
from surveys.instrument.questionnaire import Questionnaire
from surveys.instrument.routing import holds
from tests import building
from tests.torture import scale, typing_in
from tests.torture.devices import Answers, Device, Screen, answers_in, fill
from tests.torture.questionnaires import ROLES, TYPES, documents

pytestmark = pytest.mark.django_db

_numbers = itertools.count()


# --- The naive reading ---------------------------------------------------------------------------------------------


def naive_way(document: dict[str, Any], role: str, answers: Answers) -> list[str]:
    """The names of the items that somebody of this role with these answers is shown, read item by item."""
    items = [item for section in document["sections"] for item in section["items"]]
    shown: list[str] = []
    said: Answers = {}
    for item in items:
        if role in item.get("roles", [role]) and ("show_if" not in item or true(item["show_if"], said)):
            shown.append(item["name"])
            said |= {name: answers.get(name, []) for name in naive_variables(item, answers)}
    return shown


def true(rule: list[Any], said: Answers) -> bool:
    """Whether a rule is true of what was said."""
    if rule[0] == "answered":
        return len(said.get(rule[1], [])) > 0
    if rule[0] == "any_of":
        return not set(said.get(rule[1], [])).isdisjoint(rule[2:])
    inner = [true(each, said) for each in rule[1:]]
    return {"all": False not in inner, "any": True in inner, "not": inner == [False]}[rule[0]]


def naive_variables(item: dict[str, Any], answers: Answers) -> list[str]:
    """The variables an item asks of somebody with these answers.

    Own words only of who chose the option, the use of a comment only of who wrote one.
    """
    name = item["name"]
    if item["type"] == "grid":
        return [f"{name}_{row['name']}" for row in item["rows"]]
    if item["type"] == "note":
        return []
    chosen = [option["code"] for option in item.get("options", []) if option["code"] in answers.get(name, [])]
    words = [f"{name}_SAY_{each['code']}" for each in item.get("options", []) if each.get("specify")]
    said = [each for each in words if int(each.rpartition("_")[2]) in chosen]
    use = [f"{name}_USE"] if item.get("long") and item.get("consent", True) and answers.get(name) else []
    return [name, *said, *use]


def naive_answers(document: dict[str, Any], role: str, answers: Answers) -> Answers:
    """What should be sent: every variable on the way, blank ones as empty lists."""
    way = naive_way(document, role, answers)
    items = [item for section in document["sections"] for item in section["items"] if item["name"] in way]
    sent = {name: answers.get(name, []) for item in items for name in naive_variables(item, answers)}
    return {name: [2] if name.endswith("_USE") and values == [3] else values for name, values in sent.items()}


# --- Answering through the pages -----------------------------------------------------------------------------------


class Walker:
    """Somebody who answers page by page, goes back and changes this and that, looks through it all again, and
    sends.
    """

    def __init__(self, token: str, questionnaire: Questionnaire, dice: random.Random) -> None:
        self.token, self.dice = token, dice
        self.device = Device(token, questionnaire.variables)
        self.given: Answers = {}
        self.pages: list[Screen] = []

    def answer(self) -> None:
        """Answer every page until the page that sends, going back now and then; and all of it again, otherwise."""
        screen = self._begin()
        self.first = screen.path
        for _ in range(2):
            while not screen.path.endswith("/check/"):
                screen = self._answer(screen) if screen.page else self._begin()
            screen = self._open_first()

    def look_through(self) -> None:
        """From the first page to the last with Continue, changing nothing; `pages` are those that were shown."""
        screen = self._open_first()
        while screen.page:
            self.pages.append(screen)
            assert len(self.pages) < 40, "no way leads to the end"
            screen = self._press(screen, screen.form.copy(), "on")
        assert screen.path.endswith("/check/"), screen.path

    def send(self) -> int:
        """Send everything; the status of the reply."""
        screen = self.device.open("check/")
        form = screen.form.copy()
        form["sure"] = "on"
        return self.device.send(screen.path, form).status

    @property
    def way(self) -> list[str]:
        """The items that were shown, in order."""
        return [name for screen in self.pages for name in items_on(screen)]

    def _begin(self) -> Screen:
        self.device.send(f"/a/{self.token}/begin/", QueryDict("end=1"))
        return self.device.screen

    def _open_first(self) -> Screen:
        return self.device.open(self.first.split("/", 3)[3])

    def _answer(self, screen: Screen) -> Screen:
        form = screen.form.copy()
        for variable in screen.asked.values():
            values = typing_in.sound_answer(variable, self.dice)
            if variable.holds == "text" and variable.asked_if and not form.get(variable.item):
                values = []  # words to an option while none is chosen are refused; test_saying has that
            fill(form, variable, values)
        self.given |= answers_in(form, screen.asked)
        return self._press(screen, form, self.dice.choice(["on"] * 5 + ["back"]))

    def _press(self, screen: Screen, form: QueryDict, button: str) -> Screen:
        form["go"] = button
        following = self.device.send(screen.path, form)
        assert following.status == 303, following.html
        return following


def items_on(screen: Screen) -> list[str]:
    """The items on a page, notes too, in order: every item's text is its name and a question mark."""
    main = screen.html.partition("<main")[2].partition("</main>")[0]
    return list(dict.fromkeys(re.findall(r"\b(Q\d\d|END)\?", main)))


def try_out(document: dict[str, Any], role: str, seed: int) -> None:
    """Answer a questionnaire at random and send it. Raises AssertionError when ways or answers differ."""
    slug = f"wave-{next(_numbers)}"
    document = {**document, "wave": {**document["wave"], **building.document(slug=slug, **_times())["wave"]}}
    wave = building.opened(document, now=timezone.now())
    token = building.link(wave, role=role).token
    walker = Walker(token, instrument_of(wave).for_role(role), random.Random(seed))
    walker.answer()
    walker.look_through()
    way = naive_way(document, role, walker.given)
    assert walker.way == way, "the pages go another way"
    assert names(journey.path(instrument_of(wave).for_role(role), walker.given)) == way, "the path is another"
    assert_no_page_depends_on_itself(document, walker.pages)
    assert_stored(document, role, walker, token)


def assert_stored(document: dict[str, Any], role: str, walker: Walker, token: str) -> None:
    """What is sent is what was asked on the way; where nothing was answered nothing is sent."""
    status = walker.send()
    row = Response.objects.filter(pk=pseudonym_of(token)).first()
    if any(naive_answers(document, role, walker.given).values()):
        assert status == 303
        assert row.sent == naive_answers(document, role, walker.given), "stored is not what was asked and answered"
    else:
        assert status == 422
        assert row is None or row.sent is None


def assert_no_page_depends_on_itself(document: dict[str, Any], pages: list[Screen]) -> None:
    """Nobody is shown a question together with the answer that decides whether it is asked."""
    rules = {item["name"]: item.get("show_if", []) for section in document["sections"] for item in section["items"]}
    for screen in pages:
        for name in items_on(screen):
            assert not [each for each in screen.asked if f"'{each}'" in repr(rules[name])], (
                f"{name} is asked too early"
            )


def names(questions: list[Any]) -> list[str]:
    return [question.name for question in questions]


def _times() -> dict[str, str]:
    now = timezone.now()
    return {"opens_at": (now - timedelta(days=1)).isoformat(), "closes_at": (now + timedelta(days=1)).isoformat()}


def search(examples: int, *, types: tuple[str, ...] = TYPES, phases: Iterable[Phase] = tuple(Phase)) -> None:
    """Try out so many random questionnaires of questions of these types."""

    @settings(max_examples=examples, derandomize=True, phases=phases, suppress_health_check=list(HealthCheck))
    @given(document=documents(types), role=st.sampled_from(ROLES), seed=st.integers(0, 2**32))
    def run(document: dict[str, Any], role: str, seed: int) -> None:
        try_out(document, role, seed)

    run()


def test_one_way_through_and_what_was_on_it_is_stored() -> None:
    search(scale.of(1_000, share=40))


@pytest.mark.any_database
def test_a_way_decided_by_answers_left_behind_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def decided_by_all(questionnaire: Questionnaire, answers: Answers) -> list[Any]:
        return [each for each in questionnaire.questions if each.show_if is None or holds(each.show_if, answers)]

    monkeypatch.setattr(journey, "path", decided_by_all)
    with pytest.raises(AssertionError):
        search(60, types=("single",), phases=[Phase.generate])


@pytest.mark.any_database
def test_storing_what_is_not_on_the_way_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(responses, "on_path_answers", lambda questionnaire, answers: dict(answers))
    with pytest.raises(AssertionError, match="stored is not what was asked"):
        search(60, phases=[Phase.generate])
