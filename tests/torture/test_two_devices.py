"""Two or three devices with one link in every order: nothing typed is lost, and nobody's answer is overwritten unseen.

Beside the program stands a model that knows three things: what is stored, what each open page showed, what was typed.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict

from respondents import merging
from respondents.keys import pseudonym_of
from respondents.models import Response
from respondents.views import answering
from respondents.views.link import Link
from surveys.compiling import instrument_of
from surveys.instrument.journey import on_path_answers
from surveys.instrument.questionnaire import Questionnaire
from surveys.models import Wave
from tests import building
from tests.torture import scale, typing_in
from tests.torture.devices import Answers, Device, Screen, answers_in, fill
from tests.torture.wave_of_all_types import running

pytestmark = pytest.mark.django_db

PAGES = ("GRIP", "WHY", "WAYS", "PLANS", "FEAR", "SPEND", "LAST")


@dataclass
class OpenPage:
    """A questionnaire's page on a device: the form as it stands, and what of it the person has seen to be stored."""

    screen: Screen
    form: QueryDict
    seen: Answers


class Play:
    """One respondent with several devices, and the model."""

    def __init__(self, wave: Wave, questionnaire: Questionnaire, dice: random.Random) -> None:
        self.dice = dice
        self.questionnaire = questionnaire
        self.token = building.link(wave).token
        self.devices = [Device(self.token, questionnaire.variables) for _ in range(dice.choice([2, 2, 3]))]
        self.open: dict[int, OpenPage] = {}
        self.model: Answers = {}
        self.receipt = ""
        self.conflicts = 0

    def step(self) -> None:
        """One device does one thing."""
        index = self.dice.randrange(len(self.devices))
        device, page = self.devices[index], self.open.get(index)
        doings: list[Callable[[int, Device], None]] = [self.look]
        if page is not None:
            doings += [self.save] * 5 + [self.save_by_itself] * 2
        elif self.dice.random() < 0.25:
            doings = [self.send]
        elif self.dice.random() < 0.08:
            doings = [self.withdraw]
        self.dice.choice(doings)(index, device)
        assert self.stored() == self.model, "something changed that nobody had saved"

    # What one can do

    def look(self, index: int, device: Device) -> None:
        """Open a page of the questionnaire, whatever lay open before."""
        self.open.pop(index, None)
        if self.dice.random() < 0.3:
            device.send(f"/a/{self.token}/begin/", QueryDict("end=1"))
            screen = device.screen
        else:
            screen = device.open(f"page/{self.dice.choice(PAGES)}/")
        if screen.page:
            self.open[index] = self.laid_open(screen)

    def save(self, index: int, device: Device) -> None:
        """Answer the open page and press Continue or Back; the page may be sent twice."""
        page = self.answered(self.open.pop(index))
        page.form["go"] = self.dice.choice(["on", "on", "on", "back"])
        for _ in range(self.dice.choice([1, 1, 1, 2])):
            self.send_page(index, device, page)

    def save_by_itself(self, index: int, device: Device) -> None:
        """Answer the open page and let the script save it; the page stays open."""
        page = self.answered(self.open[index])
        typed, before = self.typed(page), self.model
        told = device.save_by_itself(page.screen, page.form)
        self.model = self.stored()
        if "revision" in told:
            self.check_saved(page, typed, before)
            page.seen = {name: values or self.model.get(name, []) for name, values in typed.items()}
        else:
            assert told["stop"], "it was neither saved nor said not to be"
            assert self.model == before
            self.check_refusal(page, before)

    def send(self, index: int, device: Device) -> None:
        """Look at all answers and send them, while another device may be saving."""
        screen = device.open("check/")
        seen = self.model
        if self.dice.random() < 0.3:
            self.change_elsewhere()
        form = screen.form.copy()
        if "end" not in form:
            assert self.receipt, "there is nothing to send, and nothing was sent"
            return
        form["sure"] = "on"
        reply = device.send(screen.path, form)
        row = self.row()
        if reply.status == 303:
            assert self.model == seen, "sent what this device had not been shown"
            assert row.sent == self.sendable(seen)
            assert self.receipt in ("", row.receipt), "a second receipt"
            self.receipt = row.receipt
        else:
            stale = row is not None and row.revision != int(form["revision"])
            assert reply.status == (409 if stale else 422)
            assert stale or not any(self.sendable(self.model).values())

    def withdraw(self, index: int, device: Device) -> None:
        """Take everything back."""
        screen = device.open("withdraw/")
        form = screen.form.copy()
        form["sure"] = "on"
        assert device.send(screen.path, form).status == 200
        self.model, self.receipt = {}, ""

    # How it must go

    def send_page(self, index: int, device: Device, page: OpenPage) -> None:
        typed, before = self.typed(page), self.model
        screen = device.send(page.screen.path, page.form)
        self.model = self.stored()
        if screen.status == 409:
            self.conflicts += 1
            assert self.model == before
            self.check_refusal(page, before)
            self.check_both_are_shown(screen, page, typed, before)
            self.choose(device, page, screen)
        else:
            assert screen.status == 303, screen.status
            self.check_saved(page, typed, before)

    def check_saved(self, page: OpenPage, typed: Answers, before: Answers) -> None:
        """All that was typed is stored, and what it replaced had been seen on this device."""
        for name, values in typed.items():
            kept = name in page.screen.kept and not values
            assert kept or self.model.get(name, []) == values, f"{name} was typed, acknowledged and dropped"
        for name in self.model.keys() | before.keys():
            if self.model.get(name, []) != before.get(name, []):
                assert name in typed, f"{name} changed, which this page does not ask"
                assert not before or before.get(name, []) == page.seen[name], f"{name} was overwritten unseen"

    def check_refusal(self, page: OpenPage, before: Answers) -> None:
        """Refused only if the page was saved from elsewhere in between."""
        changed = [name for name, seen in page.seen.items() if before.get(name, []) != seen]
        assert changed, "refused although nobody else had changed this page"

    def check_both_are_shown(self, screen: Screen, page: OpenPage, typed: Answers, before: Answers) -> None:
        """Whoever is asked sees both versions, and what was typed travels along whole."""
        shown = unescape(screen.html)
        for name, values in typed.items():
            if page.screen.asked[name].holds == "text":
                for version in (values, before.get(name, [])):
                    assert not version or version[0] in shown, f"{name} is not shown"
            else:
                label = {code.code: code.label for code in page.screen.asked[name].codes}
                for value in (*values, *before.get(name, [])):
                    assert (label.get(value) or plain(value)) in shown, f"{name} is not shown"
        assert answers_in(screen.form, page.screen.asked) == typed, "what was typed does not travel along"

    def choose(self, device: Device, page: OpenPage, screen: Screen) -> None:
        """Keep one's own version, the other's, or look again."""
        theirs = {name: self.model.get(name, []) for name in page.seen}
        if self.dice.random() < 0.3:
            self.change_elsewhere()
        form = screen.form.copy()
        form["go"], form["keep_version"] = self.dice.choice([("on", "mine"), ("on", "theirs"), ("edit", "mine")])
        if form["keep_version"] == "theirs":
            before = self.model
            assert device.send(screen.path, form).status == 303
            assert self.stored() == before
        elif form["go"] == "edit":
            again = device.send(screen.path, form)
            assert again.answers == self.typed(page), "what was typed does not come back to be edited"
        else:
            self.send_page(0, device, OpenPage(page.screen, form, theirs))

    # Small steps

    def laid_open(self, screen: Screen) -> OpenPage:
        seen = {name: self.model.get(name, []) for name in screen.asked}
        for name, values in screen.answers.items():
            assert name in screen.kept or values == seen[name], f"{name} is shown other than stored"
        return OpenPage(screen, screen.form.copy(), seen)

    def answered(self, page: OpenPage) -> OpenPage:
        for variable in page.screen.asked.values():
            if self.dice.random() < 0.6:
                fill(page.form, variable, typing_in.sound_answer(variable, self.dice))
        return page

    def typed(self, page: OpenPage) -> Answers:
        return answers_in(page.form, page.screen.asked)

    def change_elsewhere(self) -> None:
        """Another device saves some page in one go."""
        device = Device(self.token, self.questionnaire.variables)
        screen = device.open(f"page/{self.dice.choice(PAGES)}/")
        if screen.page:
            self.send_page(0, device, self.answered(self.laid_open(screen)))

    def sendable(self, answers: Answers) -> Answers:
        """What counts of the answers: those on the path; a wish to be contacted is not one, and means background."""
        sent = on_path_answers(self.questionnaire, answers)
        return {name: [2] if name.endswith("_USE") and values == [3] else values for name, values in sent.items()}

    def row(self) -> Any:
        return Response.objects.filter(pk=pseudonym_of(self.token)).first()

    def stored(self) -> Answers:
        row = self.row()
        return row.answers if row else {}


def plain(value: float) -> str:
    """A number as a person writes it."""
    return f"{value:.6f}".rstrip("0").rstrip(".")


def interleave(plays: int, *, first: int = 0) -> int:
    """So many plays, each with a seed of its own; the number of conflicts met on the way."""
    wave = running()
    questionnaire = instrument_of(wave).for_role("chair")
    conflicts = 0
    for seed in range(first, first + plays):
        dice = random.Random(seed)
        play = Play(wave, questionnaire, dice)
        try:
            for _ in range(dice.randint(4, 10)):
                play.step()
        except AssertionError as error:
            error.add_note(f"in the play of seed {seed}")
            raise
        conflicts += play.conflicts
    return conflicts


def test_nothing_typed_is_lost_whatever_the_order() -> None:
    plays = scale.of(5_000, share=80)
    assert interleave(plays) > plays / 20, "hardly anybody got into anybody's way"


@pytest.mark.any_database
def test_without_the_mark_an_unseen_answer_would_be_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "mark_of", lambda page, answers, *, token: _always_equal)
    with pytest.raises(AssertionError, match="overwritten unseen"):
        interleave(120)


@pytest.mark.any_database
def test_a_conflict_that_drops_what_was_typed_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    render = Link.render
    monkeypatch.setattr(
        answering.Link,
        "render",
        lambda link, template, **context: render(link, template, **{**context, "carried": []}),
    )
    with pytest.raises(AssertionError, match="travel along"):
        interleave(120)


class _Equal:
    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


_always_equal = _Equal()
