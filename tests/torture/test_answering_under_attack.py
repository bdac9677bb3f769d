"""Hostile bodies, mail scanners and things that expire: no error page, no change, no lost word."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from respondents.keys import pseudonym_of
from respondents.models import Invitation, Response
from respondents.pages import type_of
from respondents.progress import Progress
from respondents.responses import standing
from respondents.views import answering, confirming
from surveys.models import Wave
from tests import building
from tests.torture import scale
from tests.unscripted import as_sent

pytestmark = pytest.mark.django_db

HOSTILE_POSTS = scale.of(20_000)
SCANNERS = scale.of(1_000)
EXPIRIES = 200
PAGES = ("GRIP", "WHY", "WAYS", "PLANS", "INTRO")


def running() -> Wave:
    """The small wave, open now."""
    now = timezone.now()
    return building.opened(
        now=now, opens_at=(now - timedelta(days=1)).isoformat(), closes_at=(now + timedelta(days=1)).isoformat()
    )


# --- Hostile bodies ------------------------------------------------------------------------------------------------

VALUES = [
    "1", "2", "8", "9", "0", "-1", "", " ", "1.5", "NaN", "Infinity", "-0", "1e999999999", "9" * 400, "2147483648",
    "\x00", "a\x00b", "\ud800", "\udfff tail", "\ufeff", "\u202e", "é" * 300, "𝔘" * 600, "x" * 20_000, "[1]",
    "[" * 3_000, "true", "null", "None", "١", "²", "<script>alert(1)</script>", "{{ 7|add:7 }}", "%s%n%x", "=1+1",
    "'; DROP TABLE respondents_response; --", "../../etc/passwd", "\r\nSet-Cookie: a=b", "1;2", "1,2",
]  # fmt: skip
NAMES = [
    "GRIP", "WHY", "WAYS", "WAYS_1", "PLANS_POOL", "PLANS_SPLIT", "revision", "mark", "keep", "keep_version", "go",
    "clear", "sure", "key", "GRIP[]", "GRIP\x00", "__proto__", "pseudonym", "answers", "csrfmiddlewaretoken", "é", "",
]  # fmt: skip
GO = ["on", "back", "stay", "show", "edit", "clear", "check", "\x00", "on\non"]


def hostile_body(dice: random.Random) -> bytes:
    """A form body that no page of ours would send; some are, by chance, quite sound."""
    pairs = [(dice.choice(NAMES), dice.choice(VALUES)) for _ in range(dice.randint(0, 9))]
    if dice.random() < 0.5:
        pairs.append(("go", dice.choice(GO)))
    if dice.random() < 0.02:
        pairs += [(f"field{number}", "1") for number in range(1_001)]
    if dice.random() < 0.85:
        pairs.append(("end", "1"))
    body = "&".join(f"{escaped(name)}={escaped(value)}" for name, value in pairs).encode()
    return body[: dice.randrange(len(body))] if body and dice.random() < 0.05 else body


def escaped(text: str) -> str:
    """Percent-encoding that does not mind lone surrogates."""
    return "".join(f"%{byte:02x}" for byte in text.encode("utf-8", "surrogatepass"))


FORM = "application/x-www-form-urlencoded"
KINDS = [FORM] * 8 + [
    "multipart/form-data; boundary=x",
    "text/plain",
    "application/json",
    f"{FORM}; charset=utf-7",
    "",
]


def test_hostile_bodies_meet_no_error_and_leave_nothing_partial() -> None:
    assail(HOSTILE_POSTS)


def test_the_attack_would_find_a_number_that_is_read_carelessly(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("answering", "sending"):
        monkeypatch.setattr(f"respondents.views.{module}.revision_of", lambda post: int(post.get("revision") or 0))
    with pytest.raises(ValueError, match=r"invalid literal|int string conversion"):
        assail(500)


def assail(posts: int) -> None:
    """Send so many hostile bodies; after each the store holds a whole page's sound answers or what it held before."""
    dice = random.Random(7)
    wave = running()
    token = building.link(wave).token
    client = Client()
    for number in range(posts):
        if number % 200 == 0:
            token = building.link(wave).token
        path = dice.choice([*(f"page/{name}/" for name in PAGES), "check/", "page/\x00/", "page/é/"])
        before = stored(token)
        reply = client.post(f"/a/{token}/{path}", hostile_body(dice), content_type=dice.choice(KINDS))
        assert reply.status_code in (200, 303, 400, 404, 409, 413, 422), reply.status_code
        assert_sound(token, before, path)


def stored(token: str) -> dict[str, Any]:
    """The answers kept under a link."""
    row = Response.objects.filter(pk=pseudonym_of(token)).first()
    return row.answers if row else {}


def assert_sound(token: str, before: dict[str, Any], path: str) -> None:
    """Only the posted page has changed, it is there whole, and every value is one that its questions offer."""
    after = stored(token)
    if after == before:
        return
    found = standing(token)
    page = Progress.of(found.questionnaire, found.answers).page(path.split("/")[1])
    assert page is not None
    assert {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)} <= set(
        page.variables
    )
    assert {name for name in page.variables if name in before} <= after.keys()
    for question in page.questions:
        for variable in question.variables:
            problems = list(type_of(question).problems_of_answer(variable, after.get(variable.name, [])))
            assert not problems, problems


# --- Mail scanners -------------------------------------------------------------------------------------------------


def test_mail_scanners_change_nothing_and_links_stay_alive() -> None:
    scan(SCANNERS)


def test_scanners_would_be_noticed_if_a_button_were_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("respondents.views.leaving", "respondents.views.sending"):
        monkeypatch.setattr(f"{module}.is_confirmed", lambda link: link.request.method == "POST")
    assert confirming.is_confirmed
    with pytest.raises(AssertionError):
        scan(SCANNERS)


def scan(scanners: int) -> None:
    """So many scanners follow links and press buttons, three steps deep, in each state a link can be in."""
    wave = running()
    now = timezone.now()
    tokens = [
        building.link(wave).token,
        building.begun(wave, {"GRIP": [2]}, now=now).token,
        building.begun(wave, {"GRIP": [2], "WAYS": [1], "PLANS_POOL": [1], "PLANS_SPLIT": [2]}, now=now).token,
        building.sent(wave, {"GRIP": [2]}, now=now).token,
    ]
    before = everything()
    dice = random.Random(3)
    for number in range(scanners):
        crawl(tokens[number % len(tokens)], dice)
    assert everything() == before
    for token in tokens:
        assert Client().get(f"/a/{token}/", follow=True).status_code == 200


def everything() -> list[Any]:
    """All that a scanner could have changed."""
    return [
        list(Response.objects.order_by("pk").values()),
        list(Invitation.objects.order_by("pk").values()),
        building.counts(),
    ]


def crawl(token: str, dice: random.Random) -> None:
    """One scanner: opens the mail's addresses, then follows a link or presses a button of what it finds."""
    client = Client()
    at = dice.choice([f"/a/{token}/", f"/a/{token}/stop/"])
    client.head(at)
    reply = client.get(at, follow=True)
    for _ in range(3):
        html = reply.content.decode()
        links = re.findall(r'href="(/a/[^"#]*)"', html)
        if dice.random() < 0.5 and "<form" in html:
            reply = press(client, reply, html, dice)
        elif links:
            reply = client.get(dice.choice(links), follow=True)


def press(client: Client, reply: Any, html: str, dice: random.Random) -> Any:
    """Press one of the page's buttons, with the form as it was given."""
    data = as_sent(html)
    buttons = re.findall(r'<button[^>]*name="([^"]+)" value="([^"]+)"', html)
    if buttons:
        name, value = dice.choice(buttons)
        data[name] = value
    action = re.search(r'<form[^>]*action="([^"]+)"', html)
    path = action.group(1) if action else reply.wsgi_request.get_full_path()
    return client.post(path, data.urlencode(), content_type=FORM, follow=True)


# --- Things that expire --------------------------------------------------------------------------------------------


def forget_cookies(client: Client, settings: Any) -> None:
    client.cookies.clear()


def spoil_cookies(client: Client, settings: Any) -> None:
    for cookie in client.cookies.values():
        cookie.set(cookie.key, "spoilt:1:x", "spoilt:1:x")


def change_the_secret(client: Client, settings: Any) -> None:
    settings.SECRET_KEY = "another-secret-after-a-restart-" * 2


def answer_elsewhere(client: Client, settings: Any) -> None:
    """Another page of the same link is saved in between."""


MISHAPS: list[Callable[[Client, Any], None]] = [forget_cookies, spoil_cookies, change_the_secret, answer_elsewhere]
LETTERS = "abcdefghij klmnop\nqrstuvwxyzäöüßçñ–’“”…𝔘🙂漢字ש"


def test_nothing_that_expires_takes_a_character_with_it(settings: Any) -> None:
    expire(settings)


def test_a_token_that_expires_would_take_words_with_it(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering.page, "csrf_exempt", False)
    with pytest.raises(AssertionError):
        expire(settings)


def expire(settings: Any) -> None:
    """Type a comment, let something expire, press Continue as often as the page asks; every character is stored."""
    dice = random.Random(11)
    secret = settings.SECRET_KEY
    wave = running()
    for number in range(EXPIRIES):
        settings.SECRET_KEY = secret
        token = building.begun(wave, {"GRIP": [1]}, now=timezone.now()).token
        client = Client(enforce_csrf_checks=True)
        client.post(f"/a/{token}/begin/", {"end": "1"})
        form = as_sent(client.get(f"/a/{token}/page/WHY/").content.decode())
        words = "".join(dice.choice(LETTERS) for _ in range(dice.randint(1, 480))).strip() or "x"
        form["WHY"] = words.replace("\n", "\r\n")
        MISHAPS[number % len(MISHAPS)](client, settings)
        if number % len(MISHAPS) == 3:
            building.save_page(token, {"WAYS": [1]}, revision=1)
        press_until_saved(client, f"/a/{token}/page/WHY/", form)
        assert stored(token)["WHY"] == [words]


def press_until_saved(client: Client, path: str, form: Any) -> None:
    """Press the first button, and once more when both versions are shown."""
    for _ in range(2):
        reply = client.post(path, form.urlencode(), content_type=FORM)
        if reply.status_code == 303:
            return
        form = as_sent(reply.content.decode())
    raise AssertionError(f"not saved: {reply.status_code}")
