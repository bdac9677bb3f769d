"""A sender that is killed again and again while it sends: nobody gets a letter twice, and none is missing unseen."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from respondents import mailing
from respondents.mailing import LEASE, order_mailing, send_waiting_letters
from respondents.models import Invitation, Letter, Person
from surveys.models import Wave
from tests.building import NOW, OPENS, opened
from tests.torture import scale

pytestmark = pytest.mark.django_db

PEOPLE, KILLS = scale.of(1000, share=40), scale.of(50, share=2)
FURTHEST = 30
"""A sender dies after at most so many statements and letters, the first of which find out what there is to do."""


class Killed(BaseException):
    """The process is gone."""


class Post:
    """A mail server that takes what it is given, and the fate of who gives it."""

    def __init__(self) -> None:
        self.taken: Counter[str] = Counter()
        self.left: int | None = None

    def live(self) -> None:
        """One step less to live."""
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise Killed

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing to close."""

    def send_messages(self, messages: list[Any]) -> int:
        """Take them, unless the sender dies before; it may die after, before it hears that they were taken."""
        self.live()
        self.taken.update(message.to[0] for message in messages)
        self.live()
        return len(messages)

    def hear(self, execute: Callable[..., Any], *statement: Any) -> Any:
        """A statement is a step, too."""
        self.live()
        return execute(*statement)


def a_mailing() -> Wave:
    wave = opened()
    people = Person.objects.bulk_create(Person(name="P", email=f"p{number}@example.org") for number in range(PEOPLE))
    Invitation.objects.bulk_create(Invitation(wave=wave, person=person, role="chair") for person in people)
    order_mailing(wave, "invitation", due_at=OPENS)
    return wave


def killed_again_and_again(
    post: Post, *, kills: int = KILLS, before_each: Callable[[], object] = lambda: None
) -> None:
    """Send, die, send again, as often as is to be; then send what is left."""
    dice, now = random.Random(14), NOW
    for left in [*(dice.randrange(FURTHEST) for _kill in range(kills)), *[None] * (2 + PEOPLE // mailing.BATCH)]:
        post.left = left
        try:
            with connection.execute_wrapper(post.hear):
                send_waiting_letters(now)
        except Killed:
            post.left = None
            transaction.set_rollback(False)  # each statement had been committed by itself
        now += LEASE + timedelta(seconds=1)
        before_each()


@pytest.fixture
def post(monkeypatch: pytest.MonkeyPatch) -> Post:
    made = Post()
    monkeypatch.setattr(mailing, "get_connection", lambda: made)
    return made


def test_no_letter_is_sent_twice_and_none_is_missing_unseen(post: Post) -> None:
    a_mailing()
    killed_again_and_again(post)
    assert max(post.taken.values()) == 1
    letters = Counter(Letter.objects.values_list("state", flat=True))
    assert letters["sent"] + letters["unknown"] == PEOPLE
    assert 0 < letters["unknown"] <= KILLS
    sent = set(Letter.objects.filter(state="sent").values_list("invitation__person__email", flat=True))
    assert sent <= set(post.taken)


@pytest.mark.any_database
def test_a_sender_that_tried_again_by_itself_would_be_noticed(post: Post) -> None:
    a_mailing()
    killed_again_and_again(post, kills=8, before_each=lambda: Letter.objects.exclude(state="sent").delete())
    assert max(post.taken.values()) > 1
