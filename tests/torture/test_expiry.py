"""Whatever expires, breaks off or comes too late: every character that was sent is stored or shown back."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
import time_machine
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from respondents import responses
from respondents.closing_rule import GRACE
from respondents.keys import pseudonym_of
from respondents.models import Response
from respondents.pages import _blank
from respondents.views import answering
from results.closing import close_wave
from surveys import compiling
from surveys.models import Wave
from tests import building
from tests.torture import scale, typing_in
from tests.torture.devices import FORM, Device, Screen, fill
from tests.torture.wave_of_all_types import running

pytestmark = pytest.mark.django_db

PAGES = ("WHY", "SPEND", "FEAR")
"""Pages on which one writes; the last two are the same page when FEAR is asked, else SPEND begins it."""


@dataclass
class Scene:
    """Somebody who has typed something that is not sent yet, and what may happen to it on the way."""

    wave: Wave
    token: str
    device: Device
    screen: Screen
    form: QueryDict
    dice: random.Random
    settings: Any
    clock: Any

    def press(self, data: bytes | None = None) -> Any:
        """Press Continue; the reply as it came."""
        body = self.form.urlencode().encode() if data is None else data
        return self.device.client.post(self.screen.path, body, content_type=FORM)

    def at(self, moment: datetime) -> None:
        """Let the time come."""
        self.clock.move_to(moment, tick=True)


# --- What can happen before somebody presses Continue --------------------------------------------------------------


def nothing(scene: Scene) -> None:
    """All goes well."""


def cookies_are_gone(scene: Scene) -> None:
    scene.device.client.cookies.clear()


def cookies_are_spoilt(scene: Scene) -> None:
    for cookie in scene.device.client.cookies.values():
        cookie.set(cookie.key, "spoilt:1:x", "spoilt:1:x")


def another_browser_sends_it(scene: Scene) -> None:
    scene.device.client = Client(enforce_csrf_checks=True)


def the_server_restarts(scene: Scene) -> None:
    """All that a process remembers is forgotten."""
    compiling.instrument_by_digest.cache_clear()
    _blank.cache_clear()


def the_server_restarts_with_another_secret(scene: Scene) -> None:
    the_server_restarts(scene)
    scene.settings.SECRET_KEY = f"another-secret-{scene.dice.random()}-" * 3


def another_page_is_saved_elsewhere(scene: Scene) -> None:
    save_elsewhere(scene, "GRIP", [2])


def the_same_page_is_saved_elsewhere(scene: Scene) -> None:
    for name, variable in scene.screen.asked.items():
        save_elsewhere(scene, name, typing_in.sound_answer(variable, scene.dice, blank=0))


def everything_is_withdrawn_elsewhere(scene: Scene) -> None:
    responses.withdraw(scene.token)


def everything_is_sent_elsewhere(scene: Scene) -> None:
    responses.submit(scene.token, revision=responses.standing(scene.token).revision)


def hours_pass(scene: Scene) -> None:
    scene.at(timezone.now() + timedelta(hours=scene.dice.uniform(1, 20)))


def the_grace_period_begins(scene: Scene) -> None:
    scene.at(scene.wave.closes_at + GRACE / 2)


def the_grace_period_ends(scene: Scene) -> None:
    scene.at(scene.wave.closes_at + GRACE + timedelta(seconds=1))


def the_wave_closes(scene: Scene) -> None:
    the_grace_period_ends(scene)
    close_wave(scene.wave, by=None, now=timezone.now())


HAPPENINGS: list[Callable[[Scene], None]] = [
    nothing,
    cookies_are_gone,
    cookies_are_spoilt,
    another_browser_sends_it,
    the_server_restarts,
    the_server_restarts_with_another_secret,
    another_page_is_saved_elsewhere,
    the_same_page_is_saved_elsewhere,
    everything_is_withdrawn_elsewhere,
    everything_is_sent_elsewhere,
    hours_pass,
    the_grace_period_begins,
    the_grace_period_ends,
    the_wave_closes,
]


def save_elsewhere(scene: Scene, name: str, values: list[Any]) -> None:
    revision = responses.standing(scene.token).revision
    responses.save_page(scene.token, {name: values}, revision=revision)


# --- How it is sent ------------------------------------------------------------------------------------------------


def whole(scene: Scene) -> list[Any]:
    return [scene.press()]


def cut_off_and_again(scene: Scene) -> list[Any]:
    """The connection breaks in the middle of the body, and the person presses Continue again."""
    body = scene.form.urlencode().encode()
    before = stored(scene.token)
    cut = scene.press(body[: scene.dice.randrange(len(body) - len("end=1"))])
    assert cut.status_code != 303, "a body that was cut off was taken for whole"
    assert stored(scene.token) == before, "a body that was cut off was saved"
    return [scene.press()]


def twice(scene: Scene) -> list[Any]:
    return [scene.press(), scene.press()]


def again_after_hours(scene: Scene) -> list[Any]:
    """The tab is restored hours later, and sends the same body once more."""
    first = scene.press()
    hours_pass(scene)
    return [first, scene.press()]


def again_after_the_close(scene: Scene) -> list[Any]:
    first = scene.press()
    the_grace_period_ends(scene)
    return [first, scene.press()]


def by_a_script_in_between(scene: Scene) -> list[Any]:
    """The page has saved itself, the reply is lost, and Continue brings the old revision."""
    scene.device.save_by_itself(scene.screen, scene.form.copy())
    return [scene.press()]


SENDINGS: list[Callable[[Scene], list[Any]]] = [
    whole,
    cut_off_and_again,
    twice,
    again_after_hours,
    again_after_the_close,
    by_a_script_in_between,
]


# --- What must come of it ------------------------------------------------------------------------------------------


def stored(token: str) -> dict[str, Any]:
    """The draft behind a link."""
    row = Response.objects.filter(pk=pseudonym_of(token)).first()
    return row.answers if row else {}


def lost(scene: Scene, reply: Any, typed: dict[str, str]) -> int:
    """How many of the typed characters are neither stored nor shown in the reply."""
    answers, shown = stored(scene.token), unescape(reply.content.decode()).replace("\r\n", "\n")
    return sum(
        len(words)
        for name, words in typed.items()
        if words not in shown and words not in [_as_typed(value) for value in answers.get(name, [])]
    )


def _as_typed(value: Any) -> str:
    return value if isinstance(value, str) else f"{value:.6f}".rstrip("0").rstrip(".")


def play(seed: int, settings: Any, clock: Any) -> int:
    """One scene; the number of characters lost in it."""
    dice = random.Random(seed)
    scene = _scene(dice, settings, clock)
    typed = _type(scene)
    HAPPENINGS[seed % len(HAPPENINGS)](scene)
    replies = SENDINGS[_round(seed) % len(SENDINGS)](scene)
    assert all(reply.status_code in (200, 303, 409, 422) for reply in replies), replies
    return lost(scene, replies[-1], typed)


def _scene(dice: random.Random, settings: Any, clock: Any) -> Scene:
    clock.move_to(_NOW, tick=True)
    wave = running(slug=f"wave-{dice.getrandbits(40):x}")
    token = building.begun(wave, {"GRIP": [1]}, now=timezone.now()).token
    device = Device(token, compiling.instrument_of(wave).for_role("chair").variables)
    device.send(f"/a/{token}/begin/", QueryDict("end=1"))
    screen = device.open(f"page/{dice.choice(PAGES)}/")
    form = screen.form.copy()
    form["go"] = "on"
    return Scene(wave, token, device, screen, form, dice, settings, clock)


def _type(scene: Scene) -> dict[str, str]:
    """Answer the page; the characters that are typed, by field."""
    typed = {}
    for name, variable in scene.screen.asked.items():
        fill(scene.form, variable, typing_in.sound_answer(variable, scene.dice, blank=0))
        if variable.holds == "text":
            typed[name] = scene.form[name].replace("\r\n", "\n")
        if variable.holds == "number":
            scene.form[name] = scene.dice.choice(["12.5", "about 12½ million", "1.000,00"])
            typed[name] = scene.form[name]
    return typed


_NOW = timezone.now().replace(microsecond=0)


def expire(scenes: int, settings: Any) -> dict[str, int]:
    """So many scenes; the characters lost, by scene. The first 84 are every happening with every sending."""
    secret, losses = settings.SECRET_KEY, {}
    with time_machine.travel(_NOW) as clock:
        for seed in range(scenes):
            settings.SECRET_KEY = secret
            if characters := play(seed, settings, clock):
                happening, sending = HAPPENINGS[seed % len(HAPPENINGS)], SENDINGS[_round(seed) % len(SENDINGS)]
                losses[f"{seed}: {happening.__name__}, {sending.__name__}"] = characters
    return losses


def _round(seed: int) -> int:
    return seed // len(HAPPENINGS)


def test_not_a_character_is_lost(settings: Any) -> None:
    assert expire(scale.of(200, share=2), settings) == {}


def test_a_token_that_expires_would_take_words_with_it(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering.page, "csrf_exempt", False)
    with pytest.raises(AssertionError):
        expire(14, settings)


def test_a_late_page_that_shows_nothing_would_be_noticed(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    calm = answering.calm
    monkeypatch.setattr(answering, "calm", lambda link, entered=None: calm(link))
    assert sum(expire(14, settings).values()) > 100
