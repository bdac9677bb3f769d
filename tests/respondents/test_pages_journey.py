"""The pages behind a link, asked for one by one without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from respondents.invitations import revoke
from respondents.models import Invitation, Response
from respondents.responses import save_page
from surveys.models import Wave
from tests import building

pytestmark = pytest.mark.django_db

SURE = {"sure": "on"}
"""The tick that is asked for before sending from a browser in which nothing was answered."""


def running(**wave: Any) -> Wave:
    """The small wave, open now."""
    now = timezone.now()
    times = {"opens_at": (now - timedelta(days=1)).isoformat(), "closes_at": (now + timedelta(days=1)).isoformat()}
    return building.opened(now=now, **{**times, **wave})


class Visitor:
    """A browser without scripts that keeps what forms gave it."""

    def __init__(self, token: str) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.token = token
        self.hidden: dict[str, list[str]] = {}

    def get(self, path: str = "", *, status: int = 200) -> str:
        reply = self.client.get(f"/a/{self.token}/{path}")
        assert reply.status_code == status, reply.content.decode()
        return self._read(reply)

    def post(self, path: str, data: Mapping[str, Any] | None = None, *, status: int = 303) -> str:
        """Send a form as the last page gave it; returns where to go next, or the page."""
        body = {"end": "1", **self.hidden, **(data or {})}
        reply = self.client.post(f"/a/{self.token}/{path}", body)
        assert reply.status_code == status, reply.content.decode()
        return reply["Location"].removeprefix(f"/a/{self.token}/") if status == 303 else self._read(reply)

    def page(self, name: str, answers: Mapping[str, Any], **form: str) -> str:
        """Open a page, answer it, go on."""
        self.get(f"page/{name}/")
        return self.post(f"page/{name}/", {"go": "on", **answers, **form})

    def _read(self, reply: Any) -> str:
        html = reply.content.decode()
        self.hidden = hidden_fields(html)
        return html


def hidden_fields(html: str) -> dict[str, list[str]]:
    """Name and values of the hidden inputs of a page."""
    import re

    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', html):
        found.setdefault(name, []).append(value)
    return found


def stored(token: str) -> Response:
    from respondents.keys import pseudonym_of

    return Response.objects.get(pk=pseudonym_of(token))


def test_from_the_link_to_the_receipt_without_script_cookie_or_csrf_token() -> None:
    link = building.link(running(), gp=True, organisations=[building.organisation("00A", region="Y54")])
    visitor = Visitor(link.token)
    first = visitor.get()
    assert "CCG chair" in first
    assert "NHS 00A CCG" in first
    assert "Nobody at HSJ can see which answers are yours" in first
    assert visitor.post("begin/") == "page/GRIP/"
    visitor.client.cookies.clear()
    page = visitor.get("page/GRIP/")
    assert "Question 1" in page
    assert "Question 1 of" not in page, "whether WHY is asked is not known yet"
    assert visitor.page("GRIP", {"GRIP": "2"}) == "page/WAYS/"
    assert "Question 2 of 3" in visitor.get("page/WAYS/")
    assert visitor.page("WAYS", {"WAYS": ["1", "2"]}) == "page/PLANS/"
    assert visitor.page("PLANS", {"PLANS_POOL": "9"}) == "check/"
    check = visitor.get("check/")
    assert "Alliance; Merger" in check
    assert "Left blank" in check
    visitor.client.cookies.clear()
    assert visitor.post("check/", SURE) == "received/"
    assert stored(link.token).receipt in visitor.get("received/")
    assert stored(link.token).sent == {"GRIP": [2], "WAYS": [1, 2], "PLANS_POOL": [9], "PLANS_SPLIT": []}
    assert Invitation.objects.get().responded


def test_looking_changes_nothing() -> None:
    link = building.link(running())
    visitor = Visitor(link.token)
    before = building.counts()
    for path in (
        "",
        "page/GRIP/",
        "page/WAYS/",
        "page/NOSUCH/",
        "check/",
        "received/",
        "withdraw/",
        "promise/",
        "paper/",
    ):
        for method in (visitor.client.get, visitor.client.head):
            assert method(f"/a/{link.token}/{path}").status_code in (200, 302, 303)
    for path in ("leave/", "leave/pass-on/", "leave/gone/", "stop/"):
        assert visitor.client.get(f"/a/{link.token}/{path}").status_code == 200
    assert building.counts() == before
    assert Invitation.objects.get(stopped=False, revoked=False, responded=False)


def test_begin_stores_nothing_before_the_first_answer() -> None:
    link = building.link(running())
    Visitor(link.token).post("begin/")
    Visitor(link.token).page("WAYS", {})
    assert not Response.objects.exists()


def test_the_answer_decides_the_way() -> None:
    visitor = Visitor(building.link(running()).token)
    assert visitor.page("GRIP", {"GRIP": "1"}) == "page/WHY/"
    assert "Question 2 of 4" in visitor.get("page/WHY/")
    assert visitor.page("WHY", {"WHY": "Because."}, go="back") == "page/GRIP/"
    assert stored(visitor.token).answers["WHY"] == ["Because."]


def test_a_required_question_left_blank_says_so_three_times() -> None:
    visitor = Visitor(building.link(running()).token)
    visitor.get("page/GRIP/")
    html = visitor.post("page/GRIP/", {"go": "on"}, status=422)
    assert "<title>Error: Is the grip right?" in html
    assert '<a href="#id_GRIP_0">Choose an answer</a>' in html
    assert 'id="id_GRIP_error"' in html
    assert 'aria-describedby="id_GRIP_error"' in html


def test_what_was_typed_comes_back_with_the_error() -> None:
    visitor = Visitor(building.link(running(), role="ao").token)
    visitor.get("page/SPEND/")
    html = visitor.post("page/SPEND/", {"go": "on", "SPEND": "about twelve"}, status=422)
    assert 'value="about twelve"' in html
    assert not Response.objects.exists()


def test_an_exclusive_answer_is_refused_beside_others() -> None:
    visitor = Visitor(building.link(running()).token)
    visitor.get("page/WAYS/")
    html = visitor.post("page/WAYS/", {"go": "on", "WAYS": ["1", "8"]}, status=422)
    assert "not both" in html
    assert html.count(" checked") == 2


def test_a_body_that_was_cut_off_is_refused_whole() -> None:
    visitor = Visitor(building.link(running()).token)
    visitor.get("page/GRIP/")
    visitor.hidden = {}
    reply = visitor.client.post(f"/a/{visitor.token}/page/GRIP/", {"GRIP": "2"})
    assert reply.status_code == 400
    assert "Not everything arrived" in reply.content.decode()
    assert not Response.objects.exists()


def test_the_change_link_comes_straight_back() -> None:
    link = building.begun(running(), {"GRIP": [2]}, now=timezone.now())
    visitor = Visitor(link.token)
    assert f"/a/{link.token}/page/WAYS/?return=check" in visitor.get("check/")
    visitor.get("page/WAYS/?return=check")
    assert visitor.post("page/WAYS/?return=check", {"go": "on", "WAYS": "1"}) == "check/"


def test_a_change_that_opens_a_question_asks_it_before_coming_back() -> None:
    visitor = Visitor(building.begun(running(), {"GRIP": [2]}, now=timezone.now()).token)
    visitor.get("page/GRIP/?return=check")
    assert visitor.post("page/GRIP/?return=check", {"go": "on", "GRIP": "1"}) == "page/WHY/?return=check"


def test_sending_twice_gives_the_same_receipt() -> None:
    visitor = Visitor(building.begun(running(), {"GRIP": [2]}, now=timezone.now()).token)
    visitor.get("check/")
    form = visitor.hidden
    assert visitor.post("check/", SURE) == "received/"
    first = stored(visitor.token).receipt
    visitor.hidden = form
    assert visitor.post("check/", SURE) == "received/"
    assert stored(visitor.token).receipt == first
    assert first in visitor.get("received/")


def test_a_draft_from_elsewhere_is_sent_only_with_a_tick() -> None:
    link = building.begun(running(), {"GRIP": [2]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.get("check/")
    assert "Tick the box" in visitor.post("check/", status=422)
    assert stored(link.token).sent is None
    visitor.page("WAYS", {"WAYS": "1"})
    assert "Yes, these are the answers" not in visitor.get("check/")
    assert visitor.post("check/") == "received/"


def test_nothing_answered_cannot_be_sent() -> None:
    visitor = Visitor(building.link(running()).token)
    visitor.get("check/")
    assert "have not answered anything" in visitor.post("check/", SURE, status=422)


def test_a_required_question_left_out_is_linked_from_the_check_page() -> None:
    visitor = Visitor(building.begun(running(), {"WAYS": [1]}, now=timezone.now()).token)
    visitor.get("check/")
    html = visitor.post("check/", SURE, status=422)
    assert "One question still needs an answer" in html
    assert f'href="/a/{visitor.token}/page/GRIP/?return=check"' in html


def test_a_page_answered_elsewhere_shows_both_versions_and_keeps_the_chosen_one() -> None:
    link = building.begun(running(), {"GRIP": [1], "WHY": ["first"]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.post("begin/")
    visitor.get("page/WHY/")
    save_page(link.token, {"WHY": ["from the train"]}, revision=1)
    html = visitor.post("page/WHY/", {"go": "on", "WHY": "from the desk"}, status=409)
    assert "from the train" in html
    assert "from the desk" in html
    assert stored(link.token).answers["WHY"] == ["from the train"]
    assert visitor.post("page/WHY/", {"go": "on", "keep_version": "mine"}) == "page/WAYS/"
    assert stored(link.token).answers["WHY"] == ["from the desk"]


def test_the_other_version_can_be_kept() -> None:
    link = building.begun(running(), {"GRIP": [1]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.get("page/GRIP/")
    save_page(link.token, {"GRIP": [9]}, revision=1)
    visitor.post("page/GRIP/", {"go": "on", "GRIP": "2"}, status=409)
    assert visitor.post("page/GRIP/", {"go": "on", "keep_version": "theirs"}) == "page/WAYS/"
    assert stored(link.token).answers["GRIP"] == [9]


def test_pages_that_nobody_else_touched_merge() -> None:
    link = building.begun(running(), {"GRIP": [1]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.get("page/WAYS/")
    save_page(link.token, {"GRIP": [2]}, revision=1)
    assert visitor.post("page/WAYS/", {"go": "on", "WAYS": "1"}) == "page/PLANS/"
    assert stored(link.token).answers == {"GRIP": [2], "WAYS": [1]}


def test_another_browser_sees_codes_of_a_draft_but_comments_only_on_request() -> None:
    link = building.begun(running(), {"GRIP": [1], "WHY": ["in confidence"]}, now=timezone.now())
    other = Visitor(link.token)
    assert " checked" in other.get("page/GRIP/")
    assert "in confidence" not in other.get("page/WHY/")
    assert "in confidence" not in other.get("check/")
    assert "in confidence" in other.post("page/WHY/", {"go": "show"}, status=200)


def test_a_concealed_comment_left_empty_is_kept() -> None:
    link = building.begun(running(), {"GRIP": [1], "WHY": ["in confidence"]}, now=timezone.now())
    Visitor(link.token).page("WHY", {"WHY": ""})
    assert stored(link.token).answers["WHY"] == ["in confidence"]


def test_a_comment_that_is_shown_can_be_emptied() -> None:
    link = building.begun(running(), {"GRIP": [1], "WHY": ["in confidence"]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.post("begin/")
    visitor.page("WHY", {"WHY": ""})
    assert stored(link.token).answers["WHY"] == []


def test_sent_answers_are_shown_only_in_the_browser_that_sent_them() -> None:
    link = building.begun(running(), {"GRIP": [1], "WHY": ["in confidence"]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.get("check/")
    visitor.post("check/", SURE)
    assert "in confidence" in visitor.get("received/")
    other = Visitor(link.token)
    assert other.client.get(f"/a/{link.token}/")["Location"].endswith("/received/")
    elsewhere = other.get("received/")
    assert "We have your answers" in elsewhere
    assert "in confidence" not in elsewhere
    assert stored(link.token).receipt not in elsewhere
    other.post("begin/")
    assert " checked" not in other.get("page/GRIP/")
    assert "in confidence" not in other.get("page/WHY/")
    assert "in confidence" not in other.post("page/WHY/", {"go": "show"}, status=200)
    assert "in confidence" not in other.get("check/")


def test_the_copy_is_gone_after_45_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    link = building.begun(running(), {"GRIP": [1], "WHY": ["in confidence"]}, now=timezone.now())
    visitor = Visitor(link.token)
    visitor.get("check/")
    visitor.post("check/", SURE)
    really = time.time
    monkeypatch.setattr("time.time", lambda: really() + 45 * 60 + 1)
    assert "in confidence" not in visitor.get("received/")


def test_answers_can_be_changed_after_sending_and_count_when_sent_again() -> None:
    link = building.sent(running(), {"GRIP": [2]}, now=timezone.now())
    visitor = Visitor(link.token)
    assert visitor.post("begin/") == "check/"
    assert "nothing has changed since you sent them" in visitor.get("check/")
    visitor.page("GRIP", {"GRIP": "9"})
    assert stored(link.token).sent["GRIP"] == [2]
    assert "What you sent counts until you send again" in visitor.get()
    assert "Send again" in visitor.get("check/")
    visitor.post("check/", SURE)
    assert stored(link.token).sent["GRIP"] == [9]


def test_withdrawing_removes_everything_after_one_more_question() -> None:
    link = building.sent(running(), {"GRIP": [2]}, now=timezone.now())
    visitor = Visitor(link.token)
    assert "Delete my answers" in visitor.get("withdraw/")
    assert Response.objects.exists()
    assert "Tick the box" in visitor.post("withdraw/", status=422)
    assert Response.objects.exists()
    visitor.post("withdraw/", {"sure": "on"}, status=200)
    assert not Response.objects.exists()
    assert not Invitation.objects.get().responded


def test_unknown_and_revoked_links_get_the_same_page() -> None:
    link = building.link(running())
    revoke(link.invitation)
    pages = [Visitor(token).get(status=404).replace(token, "") for token in (link.token, "x" * 43, "short")]
    assert pages[0] == pages[1] == pages[2]


def test_a_closed_wave_says_when_it_closed() -> None:
    wave = running()
    link = building.link(wave)
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now() - timedelta(hours=1))
    assert "This survey has closed" in Visitor(link.token).get()


def test_what_is_entered_too_late_can_be_copied() -> None:
    wave = running()
    link = building.link(wave)
    visitor = Visitor(link.token)
    visitor.get("page/WHY/", status=303)
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now() - timedelta(hours=1))
    html = visitor.post("page/WHY/", {"WHY": "half an hour's work"}, status=200)
    assert "This survey has closed" in html
    assert "half an hour&#x27;s work" in html
    assert not Response.objects.exists()


def test_who_has_begun_has_the_grace_period() -> None:
    wave = running()
    begun, new = building.begun(wave, {"GRIP": [2]}, now=timezone.now()), building.link(wave)
    Wave.objects.filter(pk=wave.pk).update(closes_at=timezone.now() - timedelta(minutes=5))
    assert "This survey has closed" in Visitor(new.token).get()
    assert "You can still send" in Visitor(begun.token).get("check/")


def test_a_scheduled_wave_is_not_open_yet() -> None:
    from surveys.lifecycle import schedule_wave

    now = timezone.now()
    wave = building.draft(
        opens_at=(now + timedelta(days=1)).isoformat(), closes_at=(now + timedelta(days=2)).isoformat()
    )
    schedule_wave(wave, now=now)
    assert "not open yet" in Visitor(building.link(wave).token).get()


def test_a_colleague_takes_over() -> None:
    link = building.begun(running(), {"GRIP": [2]}, now=timezone.now(), organisations=[building.organisation("00A")])
    visitor = Visitor(link.token)
    visitor.get("leave/pass-on/")
    html = visitor.post("leave/pass-on/", {"name": "Dr A. Colleague", "email": "A.Colleague@example.org"}, status=200)
    assert "Dr A. Colleague" in html
    visitor.get(status=404)
    assert not Response.objects.exists()
    new = Invitation.objects.get(person__email="a.colleague@example.org")
    assert (new.role, new.gp, new.places.count()) == ("chair", None, 1)


def test_who_has_sent_cannot_pass_on() -> None:
    visitor = Visitor(building.sent(running(), {"GRIP": [2]}, now=timezone.now()).token)
    visitor.get("leave/pass-on/")
    html = visitor.post("leave/pass-on/", {"name": "A", "email": "a@example.org"}, status=422)
    assert "Withdraw them first" in html


def test_not_my_post_ends_the_link() -> None:
    visitor = Visitor(building.link(running()).token)
    visitor.get("leave/gone/")
    visitor.post("leave/gone/", status=422)
    visitor.post("leave/gone/", {"sure": "on"}, status=200)
    visitor.get(status=404)


def test_one_click_unsubscribe_stops_the_mails_and_keeps_the_link() -> None:
    link = building.link(running())
    reply = Client().post(f"/a/{link.token}/stop/", {"List-Unsubscribe": "One-Click"})
    assert reply.status_code == 200
    assert Invitation.objects.get().stopped
    Visitor(link.token).get()


def test_saving_in_between_tells_the_script_the_new_revision() -> None:
    link = building.link(running())
    visitor = Visitor(link.token)
    visitor.get("page/WAYS/")
    reply = visitor.client.post(
        f"/a/{link.token}/page/WAYS/", {**visitor.hidden, "WAYS": "1", "go": "stay", "end": "1"}
    )
    assert reply.json()["revision"] == 1
    assert reply.json()["words"].startswith("Saved at ")
    again = visitor.client.post(
        f"/a/{link.token}/page/WAYS/",
        {"revision": "1", "mark": reply.json()["mark"], "WAYS": "2", "go": "stay", "end": "1"},
    )
    assert again.json()["revision"] == 2


def test_a_choice_can_be_cleared() -> None:
    link = building.begun(running(), {"GRIP": [2]}, now=timezone.now())
    visitor = Visitor(link.token)
    assert "Take back my answer" in visitor.get("page/GRIP/")
    assert visitor.post("page/GRIP/", {"go": "on", "clear": "1", "GRIP": "2"}) == "page/GRIP/"
    assert stored(link.token).answers["GRIP"] == []


def test_pages_are_private_and_tell_no_other_site_where_one_came_from() -> None:
    reply = Client().get(f"/a/{building.link(running()).token}/")
    assert reply["Referrer-Policy"] == "no-referrer"
    assert "no-store" in reply["Cache-Control"]
    assert not reply.cookies


def test_an_address_opened_again_without_its_button_leads_to_the_first_page() -> None:
    token = building.link(running()).token
    assert Client().get(f"/a/{token}/begin/")["Location"] == f"/a/{token}/"
    lost = Client().get(f"/a/{token}/pages/GRIP/")
    assert lost.status_code == 404
    assert "open the link in our mail again" in lost.content.decode()
    assert "Go to the first page" in Client().get("/nowhere/").content.decode()


def test_the_whole_questionnaire_prints_with_its_conditions() -> None:
    html = Visitor(building.link(running()).token).get("paper/")
    assert "Only if you chose ‘Unlikely’ in question 1" in html
    assert "Split" in html
    assert "How much?" not in html, "asked of accountable officers only"


def test_a_name_in_a_comment_is_pointed_out_before_sending() -> None:
    own = building.organisation("00A", name="NHS Durham Dales, Easington and Sedgefield CCG")
    building.organisation("00B", name="NHS Bury CCG")
    link = building.link(running(), organisations=[own])
    link.invitation.person.name = "Dr Ann O'Leary"
    link.invitation.person.save()
    visitor = Visitor(link.token)
    visitor.page("GRIP", {"GRIP": "1"})
    visitor.page("WHY", {"WHY": "In sedgefield we bury plans; ask Leary, or Bury. Dr and others agree."})
    assert "They mention: sedgefield, Leary, Bury." in visitor.get("check/")
    visitor.page("WHY", {"WHY": "In our place we bury plans and agree with others."})
    assert "They mention" not in visitor.get("check/")


def test_after_the_close_the_receipt_withdraws_the_answers() -> None:
    from respondents.models import Frozen
    from results.closing import close_wave

    wave = running()
    link = building.sent(wave, {"GRIP": [2]}, now=timezone.now())
    building.sent(wave, {"GRIP": [1]}, now=timezone.now())
    receipt = stored(link.token).receipt
    assert close_wave(wave, now=timezone.now() + timedelta(days=2))
    client = Client(enforce_csrf_checks=True)
    assert client.get("/withdraw/").status_code == 200
    wrong = client.post("/withdraw/", {"receipt": "0000-0000-0000-0000"})
    assert wrong.status_code == 422
    assert Frozen.objects.count() == 2
    typed = receipt.lower().replace("-", " ").replace("0", "o")
    assert client.post("/withdraw/", {"receipt": typed}).status_code == 200
    assert Frozen.objects.count() == 1
    assert Frozen.objects.get().answers["GRIP"] == [1]
