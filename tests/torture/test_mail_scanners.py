"""Programs that scan mails open links, follow them and press buttons: nothing changes, and no link dies of it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from respondents import responses
from respondents.keys import pseudonym_of
from respondents.models import Invitation, Response
from respondents.views import sending
from tests import building
from tests.torture import scale
from tests.torture.devices import FORM
from tests.torture.wave_of_all_types import running
from tests.unscripted import as_sent

pytestmark = pytest.mark.django_db

MOST_REQUESTS = 25
"""Few scanners go that far; the whole questionnaire with its last page can be passed in as many."""


class Scanner:
    """One program with the addresses of one mail: the link, and the one in the List-Unsubscribe header."""

    def __init__(self, token: str, dice: random.Random) -> None:
        self.token = token
        self.dice = dice
        self.client = Client(enforce_csrf_checks=True)
        self.known: set[Any] = set()
        self.waiting: list[Callable[[], Any]] = []
        self.deep = dice.random() < 0.5
        self.presses = dice.random() < 0.7
        self.keeps_cookies = dice.random() < 0.7

    def scan(self) -> None:
        """Open both addresses, then follow and press what is found on every page, wide or deep."""
        self.client.head(f"/a/{self.token}/")
        self.client.get(f"/a/{self.token}/stop/", {"List-Unsubscribe": "One-Click"})
        self._follow(f"/a/{self.token}/")
        self._follow(f"/a/{self.token}/stop/")
        for _ in range(MOST_REQUESTS):
            if not self.waiting:
                return
            if not self.keeps_cookies:
                self.client.cookies.clear()
            reply = self.waiting.pop(-1 if self.deep else 0)()
            assert reply.status_code in (200, 404, 409, 422), reply.status_code
            self._read(reply)

    def _read(self, reply: Any) -> None:
        html = reply.content.decode()
        found = [unescape(href) for href in re.findall(r'<a [^>]*href="(/a/[^"#]*)"', html)]
        steps: list[Callable[[], Any]] = [step for href in found if (step := self._link(href))]
        if self.presses:
            steps += [
                step for form in re.findall(r"<form.*?</form>", html, re.DOTALL) for step in self._buttons(reply, form)
            ]
        self.dice.shuffle(steps)
        self.waiting += steps

    def _follow(self, path: str) -> None:
        if step := self._link(path):
            self.waiting.append(step)

    def _link(self, path: str) -> Callable[[], Any] | None:
        if path in self.known:
            return None
        self.known.add(path)
        return lambda: self._open(path)

    def _open(self, path: str) -> Any:
        method = self.client.head if self.dice.random() < 0.1 else self.client.get
        reply = method(path, follow=True)
        assert reply.status_code == 200, f"a dead link: {reply.status_code} at {path.replace(self.token, '…')}"
        return reply

    def _buttons(self, reply: Any, form: str) -> list[Callable[[], Any]]:
        """Every button of a form, with the form as it was given."""
        action = re.search(r'<form[^>]* action="([^"]+)"', form)
        path = unescape(action.group(1)) if action else reply.wsgi_request.get_full_path()
        steps = []
        for button in re.findall(r"<button[^>]*>", form):
            data = as_sent(form)
            for name, value in re.findall(r'name="([^"]+)" value="([^"]+)"', button):
                data[name] = value
            mark = (path, data.urlencode())
            if 'type="button"' not in button and mark not in self.known:
                self.known.add(mark)
                steps.append(lambda data=data: self._press(path, data))
        return steps

    def _press(self, path: str, data: QueryDict) -> Any:
        return self.client.post(path, data.urlencode(), content_type=FORM, follow=True)


def links() -> list[str]:
    """A link in every state that it can be in."""
    now = timezone.now()
    wave = running(now=now)
    most = {"GRIP": [1], "WHY": ["because"], "WAYS": [1], "PLANS_POOL": [1], "PLANS_SPLIT": [2], "SPEND": [3]}
    changed = building.sent(wave, most, now=now).token
    responses.save_page(changed, {"GRIP": [2]}, revision=1)
    early = building.draft(slug="early")
    over = running(slug="over", now=now)
    late = [building.link(over).token, building.sent(over, most, now=now).token]
    over.closes_at = now - timedelta(minutes=5)
    over.save()
    grace = building.begun(running(slug="grace", now=now), most, now=now)
    type(over).objects.filter(slug="grace").update(closes_at=now - timedelta(minutes=5))
    return [
        building.link(wave).token,
        building.begun(wave, {"GRIP": [2]}, now=now).token,
        building.begun(wave, most, now=now).token,
        building.sent(wave, most, now=now).token,
        changed,
        building.link(early).token,
        *late,
        grace.token,
    ]


def everything() -> list[Any]:
    """All that a scanner could have changed."""
    return [
        list(Response.objects.order_by("pk").values()),
        list(Invitation.objects.order_by("pk").values()),
        building.counts(),
    ]


def scan(scanners: int) -> None:
    """So many scanners, by turns on a link in each state. Raises AssertionError for a change or a dead link."""
    tokens = links()
    before = everything()
    for seed in range(scanners):
        Scanner(tokens[seed % len(tokens)], random.Random(seed)).scan()
        if seed % 50 == 49:
            assert everything() == before, f"changed by scanner {seed - 49} to {seed}"
    assert everything() == before, "something changed"
    for token in tokens:
        assert Client().get(f"/a/{token}/", follow=True).status_code == 200


def test_scanners_change_nothing_and_no_link_dies() -> None:
    scan(scale.of(1_000, share=20))


@pytest.mark.any_database
def test_scanners_would_be_noticed_if_a_button_were_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("respondents.views.leaving", "respondents.views.sending"):
        monkeypatch.setattr(f"{module}.is_confirmed", lambda link: link.request.method == "POST")
    with pytest.raises(AssertionError, match="changed|dead link"):
        scan(40)


@pytest.mark.any_database
def test_scanners_would_be_noticed_if_they_could_send(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending.Link, "seen", lambda link, name: True)
    with pytest.raises(AssertionError, match="changed"):
        scan(40)


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_reading_the_address_of_one_click_stops_nothing(method: str) -> None:
    token = building.link(running()).token
    for path in (f"/a/{token}/stop/", f"/a/{token}/stop/?List-Unsubscribe=One-Click"):
        getattr(Client(), method)(path)
    assert not Invitation.objects.get().stopped


@pytest.mark.parametrize("as_form", ["urlencoded", "multipart"])
def test_one_click_stops_the_mails_and_leaves_the_answers(as_form: str) -> None:
    token = building.begun(running(), {"GRIP": [2]}, now=timezone.now()).token
    before = Response.objects.values().get(pk=pseudonym_of(token))
    client = Client(enforce_csrf_checks=True)
    data = {"List-Unsubscribe": "One-Click"}
    for _ in range(2):
        if as_form == "multipart":
            reply = client.post(f"/a/{token}/stop/", data)
        else:
            reply = client.post(f"/a/{token}/stop/", "List-Unsubscribe=One-Click", content_type=FORM)
        assert reply.status_code == 200
    assert Invitation.objects.get().stopped
    assert Response.objects.values().get(pk=pseudonym_of(token)) == before
    assert Client().get(f"/a/{token}/").status_code == 200
