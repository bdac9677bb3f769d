"""Letters through a real mail server: each person once, nobody twice, and nothing claimed that cannot be sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default as modern
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.db import connection

from barometer import env
from respondents import keys, mailing
from respondents.fieldwork import letters_of
from respondents.invitations import revoke, stop
from respondents.mailing import LEASE, PAUSES, order_mailing, send_waiting_letters
from respondents.models import Invitation, Letter, Person
from respondents.promise import promise_of
from respondents.responses import OPEN, standing
from surveys.lifecycle import schedule_wave
from surveys.models import Wave
from tests import servers
from tests.building import CLOSES, NOW, OPENS, document, draft, link, opened, refused, sent
from tests.conftest import MailServer

pytestmark = pytest.mark.django_db

LATER = NOW + LEASE + timedelta(seconds=1)


def invited(wave: Wave, *names: str) -> list[Invitation]:
    """People who are invited and whose links no process has issued yet."""
    made = []
    for name in names:
        person = Person.objects.create(name=name.title(), email=f"{name}@example.org")
        made.append(Invitation.objects.create(wave=wave, person=person, role="chair"))
    return made


def ordered(*names: str) -> Wave:
    wave = opened()
    invited(wave, *names)
    order_mailing(wave, "invitation", due_at=OPENS)
    return wave


def states() -> dict[str, str]:
    return dict(Letter.objects.values_list("invitation__person__name", "state"))


class Troubled:
    """A mail server's manners: knows nobody of some names, puts others off, and hangs up after so many letters."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.unknown: tuple[str, ...] = ()
        self.put_off: dict[str, str] = {}
        self.hangs_up_after: int | None = None

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address.partition("@")[0] in self.unknown:
            return "550 Nobody of that name"
        if address.partition("@")[0] in self.put_off:
            return self.put_off[address.partition("@")[0]]
        envelope.rcpt_tos.append(address)
        return "250 Known"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.hangs_up_after is not None and len(self.messages) >= self.hangs_up_after:
            server.transport.abort()
        self.messages.append(BytesParser(policy=modern).parsebytes(envelope.content))
        return "250 Taken"


@pytest.fixture
def troubled(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """`with troubled(…) as server:` runs a mail server with these manners; outside the block it is away."""
    port = servers.free_port()
    monkeypatch.setenv("EMAIL_URL", f"smtp://127.0.0.1:{port}")
    for name, value in env.email("EMAIL_URL", default=tmp_path).items():
        setattr(settings, name, value)

    @contextmanager
    def run(**manners: Any) -> Iterator[Troubled]:
        server = Troubled()
        for name, value in manners.items():
            setattr(server, name, value)
        controller = Controller(server, hostname="127.0.0.1", port=port)
        controller.start()
        try:
            yield server
        finally:
            controller.stop()

    return run


# --- What is sent ----------------------------------------------------------------------------------------------


def test_everybody_invited_gets_one_letter_and_no_second(smtp_server: MailServer) -> None:
    ordered("ann", "bo", "cy")
    assert send_waiting_letters(NOW) == 3
    assert send_waiting_letters(NOW) == 0
    assert send_waiting_letters(LATER) == 0
    assert sorted(each["X-Envelope-To"] for each in smtp_server.messages) == [
        f"{name}@example.org" for name in ("ann", "bo", "cy")
    ]
    assert states() == dict.fromkeys(("Ann", "Bo", "Cy"), "sent")


def test_a_letter_has_one_recipient_plain_text_and_a_way_to_stop(smtp_server: MailServer, settings: Any) -> None:
    wave = ordered("ann", "bo")
    send_waiting_letters(NOW)
    for message in smtp_server.messages:
        assert message["To"] == message["X-Envelope-To"]
        assert (message["Cc"], message["Bcc"]) == (None, None)
        assert message["From"] == settings.DEFAULT_FROM_EMAIL
        assert message["Subject"] == "Leaders, Spring 2026: your views, in confidence"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Unsubscribe"].strip() == f"<{link_in(message)}stop/>"
        assert message.get_content_type() == "text/plain"
        assert not message.is_multipart()
    body = smtp_server.messages[0].get_content()
    assert "Dear Ann," in body
    assert "It closes at 9am GMT on Monday 16 March 2026." in body
    for sentence in promise_of(wave):
        assert sentence.text in body


def link_in(message: EmailMessage) -> str:
    (found,) = re.findall(r"^https?://\S+/a/[\w-]{43}/(?=\s)", message.get_content(), re.MULTILINE)
    return found


def test_the_link_in_the_letter_opens_the_questionnaire_of_that_person_alone(smtp_server: MailServer) -> None:
    ordered("ann", "bo")
    send_waiting_letters(NOW)
    opened_by = {}
    for message in smtp_server.messages:
        token = link_in(message).rstrip("/").rpartition("/")[2]
        found = standing(token, now=NOW)
        assert found.kind == OPEN
        assert found.invitation is not None
        assert Invitation.objects.get(token_hash=keys.token_hash(token)).pk == found.invitation.pk
        opened_by[message["To"]] = found.invitation.person.email
    assert opened_by == {"ann@example.org": "ann@example.org", "bo@example.org": "bo@example.org"}


def test_a_partner_and_odd_characters_come_through(smtp_server: MailServer) -> None:
    data = document(partner={"name": "PA & “Friends”"}, title="Frühling <1>")
    wave = opened(data)
    zoe = Person.objects.create(name="Zoë O'Neil", email="zoe@example.org")
    Invitation.objects.create(wave=wave, role="chair", person=zoe)
    order_mailing(wave, "invitation", due_at=OPENS)
    send_waiting_letters(NOW)
    (message,) = smtp_server.messages
    assert message["Subject"].strip() == "Leaders, Frühling <1>: your views, in confidence"
    body = message.get_content()
    assert "Dear Zoë O'Neil," in body
    assert "HSJ and PA & “Friends” invite you" in body


# --- To whom, and when -----------------------------------------------------------------------------------------


def test_who_has_answered_or_left_or_wants_no_mail_gets_none(smtp_server: MailServer) -> None:
    wave = opened()
    gone, quiet, _waiting = invited(wave, "gone", "quiet", "waiting")
    sent(wave, {"GRIP": [2]}, email="done@example.org")
    revoke(gone)
    stop(quiet)
    order_mailing(wave, "invitation", due_at=OPENS)
    send_waiting_letters(NOW)
    assert [message["To"] for message in smtp_server.messages] == ["waiting@example.org"]


def test_answers_collected_elsewhere_have_nobody_to_write_to(smtp_server: MailServer) -> None:
    wave = ordered("ann")
    Invitation.objects.create(wave=wave, role="chair")
    assert send_waiting_letters(NOW) == 1


def test_nothing_is_sent_before_its_time(smtp_server: MailServer) -> None:
    wave = opened()
    invited(wave, "ann")
    order_mailing(wave, "invitation", due_at=NOW + timedelta(hours=1))
    assert send_waiting_letters(NOW) == 0
    assert send_waiting_letters(NOW + timedelta(hours=1)) == 1


def test_a_mailing_of_a_scheduled_wave_waits_for_its_opening(smtp_server: MailServer) -> None:
    from surveys.tasks import open_due_waves

    early = OPENS - timedelta(days=1)
    wave = schedule_wave(draft(), now=early)
    invited(wave, "ann")
    order_mailing(wave, "invitation", due_at=early)
    assert send_waiting_letters(OPENS) == 0
    open_due_waves(OPENS)
    assert send_waiting_letters(OPENS) == 1


@pytest.mark.parametrize("state", ["closing", "closed"])
def test_nobody_is_invited_to_a_wave_that_takes_nobody(smtp_server: MailServer, state: str) -> None:
    ordered("ann")
    Wave.objects.update(state=state)
    assert send_waiting_letters(NOW) == 0


def test_nobody_is_invited_after_the_closing_time_though_nothing_has_closed_the_wave_yet(
    smtp_server: MailServer,
) -> None:
    ordered("ann")
    assert send_waiting_letters(CLOSES) == 0
    assert not Letter.objects.exists()


def test_who_is_invited_later_gets_the_letter_with_the_next_sweep(smtp_server: MailServer) -> None:
    wave = ordered("ann")
    send_waiting_letters(NOW)
    invited(wave, "bo")
    send_waiting_letters(NOW)
    assert [message["To"] for message in smtp_server.messages] == ["ann@example.org", "bo@example.org"]


def test_a_mailing_is_ordered_once() -> None:
    wave = ordered("ann")
    assert order_mailing(wave, "invitation", due_at=CLOSES).due_at == OPENS


def test_a_mailing_needs_somebody_to_write_to_and_a_wave_that_runs() -> None:
    wave = opened()
    with refused() as refusal:
        order_mailing(wave, "invitation", due_at=OPENS)
    assert refusal.told == ["sample: nobody is invited yet; upload a sample first"]
    link(wave)
    wave.state = "closed"
    with refused() as refusal:
        order_mailing(wave, "invitation", due_at=OPENS)
    assert refusal.told == ["wave.state: spring has closed; no mail can be sent"]


def test_many_letters_go_in_several_sweeps(smtp_server: MailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mailing, "BATCH", 2)
    ordered("ann", "bo", "cy")
    assert [send_waiting_letters(NOW) for _ in range(3)] == [2, 1, 0]
    assert len(smtp_server.messages) == 3


# --- When things go wrong --------------------------------------------------------------------------------------


def test_a_letter_interrupted_while_it_was_sent_becomes_unknown_and_is_never_sent_again(
    smtp_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """The machine stops."""

    def dies(*_: Any) -> None:
        raise Killed

    ordered("ann")
    monkeypatch.setattr("django.core.mail.backends.smtp.EmailBackend.send_messages", dies)
    with pytest.raises(Killed):
        send_waiting_letters(NOW)
    monkeypatch.undo()
    assert states() == {"Ann": "sending"}
    assert send_waiting_letters(NOW + LEASE - timedelta(seconds=1)) == 0
    assert states() == {"Ann": "sending"}
    assert send_waiting_letters(LATER) == 1
    assert states() == {"Ann": "unknown"}
    assert send_waiting_letters(LATER + timedelta(days=1)) == 0
    assert smtp_server.messages == []


def test_an_address_that_the_server_refuses_is_marked_and_the_others_get_theirs(troubled: Any) -> None:
    ordered("ann", "nobody", "cy")
    with troubled(unknown=("nobody",)) as server:
        assert send_waiting_letters(NOW) == 3
        assert send_waiting_letters(LATER) == 0
    assert states() == {"Ann": "sent", "Nobody": "refused", "Cy": "sent"}
    assert sorted(message["To"] for message in server.messages) == ["ann@example.org", "cy@example.org"]


def test_a_letter_that_is_put_off_is_tried_again_after_a_pause_and_sent_once(troubled: Any) -> None:
    wave = ordered("ann", "grey", "cy")
    with troubled(put_off={"grey": "450 Greylisted, try again later"}) as server:
        assert send_waiting_letters(NOW) == 3
        assert states() == {"Ann": "sent", "Grey": "deferred", "Cy": "sent"}
        assert letters_of(wave)["waiting"] == 1
        assert send_waiting_letters(NOW + PAUSES[0] - timedelta(seconds=1)) == 0
        server.put_off = {}
        assert send_waiting_letters(NOW + PAUSES[0]) == 1
        assert send_waiting_letters(NOW + 2 * PAUSES[-1]) == 0
    assert states() == dict.fromkeys(("Ann", "Grey", "Cy"), "sent")
    assert sorted(message["To"] for message in server.messages) == [
        f"{name}@example.org" for name in ("ann", "cy", "grey")
    ]


def test_who_answers_while_the_letter_is_put_off_gets_none(troubled: Any) -> None:
    ordered("grey")
    with troubled(put_off={"grey": "451 Later"}) as server:
        send_waiting_letters(NOW)
        Invitation.objects.update(responded=True)
        server.put_off = {}
        assert send_waiting_letters(NOW + PAUSES[0]) == 0
    assert server.messages == []


def test_a_letter_put_off_again_and_again_is_refused_in_the_end(troubled: Any) -> None:
    ordered("grey")
    at, seen = NOW, []
    with troubled(put_off={"grey": "452 Full"}):
        for pause in (*PAUSES, timedelta(0)):
            send_waiting_letters(at)
            seen.append(states()["Grey"])
            at += pause
        assert send_waiting_letters(at + 2 * PAUSES[-1]) == 0
    assert seen == [*["deferred"] * len(PAUSES), "refused"]


def test_a_server_that_puts_off_and_hangs_up_leaves_nothing_in_doubt(troubled: Any) -> None:
    ordered("ann", "bo", "cy")
    with troubled(put_off=dict.fromkeys(("ann", "bo", "cy"), "421 Too busy, closing")):
        assert send_waiting_letters(NOW) == 1
    assert list(states().values()) == ["deferred"]
    with troubled():
        assert send_waiting_letters(NOW + PAUSES[0]) == 3
    assert set(states().values()) == {"sent"}


def test_a_server_that_is_away_claims_nothing_and_is_tried_again(troubled: Any) -> None:
    ordered("ann", "bo")
    with pytest.raises(RuntimeError, match="went wrong for spring"):
        send_waiting_letters(NOW)
    assert not Letter.objects.exists()
    with troubled() as server:
        assert send_waiting_letters(NOW) == 2
    assert len(server.messages) == 2


def test_a_wave_whose_key_is_gone_keeps_no_letter_of_another_wave(smtp_server: MailServer) -> None:
    ill = ordered("ann")
    link(ill, email="cy@example.org")
    keys.destroy_key(ill)
    well = opened(slug="well", number=4)
    link(well, email="bo@example.org")
    order_mailing(well, "invitation", due_at=NOW)
    with pytest.raises(RuntimeError, match="went wrong for spring"):
        send_waiting_letters(NOW)
    assert [message["To"] for message in smtp_server.messages] == ["bo@example.org"]
    assert not keys.has_key(ill), "another key would make links that open nothing"


def test_a_server_that_hangs_up_leaves_one_letter_in_doubt_and_the_rest_for_later(troubled: Any) -> None:
    ordered("ann", "bo", "cy", "di")
    with troubled(hangs_up_after=1) as server:
        assert send_waiting_letters(NOW) == 2
    assert len(server.messages) >= 1
    assert sorted(states().values()) == ["sent", "unknown"]
    with troubled() as again:
        assert send_waiting_letters(NOW) == 2
    assert len(again.messages) == 2
    assert sorted(states().values()) == ["sent", "sent", "sent", "unknown"]


@pytest.mark.django_db(transaction=True)
def test_many_workers_at_once_send_each_letter_once(smtp_server: MailServer) -> None:
    ordered(*(f"p{number}" for number in range(20)))
    settled: list[int] = []

    def work() -> None:
        try:
            settled.append(send_waiting_letters(NOW))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sum(settled) == 20
    assert sorted(message["To"] for message in smtp_server.messages) == sorted(f"p{n}@example.org" for n in range(20))


def test_no_letter_and_no_row_of_it_holds_a_token(smtp_server: MailServer) -> None:
    ordered("ann")
    send_waiting_letters(NOW)
    token = link_in(smtp_server.messages[0]).rstrip("/").rpartition("/")[2]
    rows = [*Letter.objects.values_list(), *Invitation.objects.values_list(), *Person.objects.values_list()]
    assert token not in str(rows)
