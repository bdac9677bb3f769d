"""Two or three browsers answer by one link in every order: no acknowledged answer is lost, nobody writes unseen."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.http import QueryDict
from django.utils import timezone

from respondents import merging
from respondents.pages import PageForm
from respondents.progress import Progress
from respondents.responses import StaleRevision, standing
from tests import building
from tests.torture import scale

pytestmark = pytest.mark.django_db

ROUNDS = scale.of(5_000)
PAGES = {"GRIP": ["1", "2", "9"], "WHY": ["", "a", "b", "c"], "WAYS": ["1", "2", "8"]}


@dataclass
class Browser:
    """What one browser has before it: a page as it was when it was opened, and the answer it showed."""

    page: str
    revision: int
    mark: str
    shown: str


class Play:
    """One respondent with several browsers, and beside the program a model of what must be stored."""

    def __init__(self, token: str, dice: random.Random) -> None:
        self.token = token
        self.dice = dice
        self.model: dict[str, str] = {}
        self.browsers: list[Browser | None] = [None] * dice.choice([2, 2, 3])

    def step(self) -> None:
        """One browser opens a page or saves the one it has."""
        index = self.dice.randrange(len(self.browsers))
        browser = self.browsers[index]
        if browser is None or self.dice.random() < 0.3:
            self.browsers[index] = self.open(self.dice.choice(list(PAGES)))
        else:
            self.save(browser, self.dice.choice(PAGES[browser.page]))
            self.browsers[index] = None

    def open(self, name: str) -> Browser:
        form = self.form(name)
        return Browser(name, form.revision, form.mark, self.model.get(name, ""))

    def save(self, browser: Browser, value: str) -> None:
        form = self.form(browser.page, QueryDict(f"{browser.page}={value}&end=1"))
        assert form.is_valid(), form.errors
        stored = self.model.get(browser.page, "")
        may = stored in (browser.shown, value)
        try:
            merging.save_form(self.token, form, revision=browser.revision, mark=browser.mark)
        except StaleRevision:
            assert not may, "refused although nobody else had changed the page"
        else:
            assert may, "overwrote an answer that this browser never saw"
            self.model[browser.page] = value
        self.agree()

    def form(self, name: str, data: QueryDict | None = None) -> PageForm:
        found = standing(self.token)
        page = Progress.of(found.questionnaire, found.answers).page(name)
        assert page is not None
        return PageForm(
            page, answers=found.answers, token=self.token, revision=found.revision, data=data, lenient=True
        )

    def agree(self) -> None:
        """What is stored is what the model says, no more and no less."""
        stored = {name: str(values[0]) for name, values in standing(self.token).answers.items() if values}
        assert stored == {name: value for name, value in self.model.items() if value}


def play(rounds: int, seed: int) -> None:
    """So many rounds of a handful of steps, each with a respondent of its own."""
    now = timezone.now()
    wave = building.opened(
        now=now, opens_at=(now - timedelta(days=1)).isoformat(), closes_at=(now + timedelta(days=1)).isoformat()
    )
    dice = random.Random(seed)
    for _ in range(rounds):
        game = Play(building.link(wave).token, dice)
        for _ in range(dice.randint(4, 9)):
            game.step()


def test_nothing_acknowledged_is_lost_in_any_order() -> None:
    play(ROUNDS, seed=1)


def test_without_the_mark_an_unseen_answer_would_be_overwritten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "mark_of", lambda page, answers, *, token: _always_equal)
    with pytest.raises(AssertionError, match="never saw"):
        play(200, seed=1)


class _Equal:
    def __eq__(self, other: object) -> bool:
        return True

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


_always_equal = _Equal()
