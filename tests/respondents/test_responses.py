"""Answering: what a link opens, what a save keeps, when sending counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from respondents import keys
from respondents.closing_rule import GRACE
from respondents.invitations import revoke
from respondents.models import Invitation, Response
from respondents.responses import (
    CLOSED,
    EARLY,
    GRACE_PERIOD,
    OPEN,
    UNKNOWN,
    Incomplete,
    NotTaken,
    StaleRevision,
    save_page,
    standing,
    submit,
    withdraw,
)
from results.closing import close_wave
from surveys.lifecycle import schedule_wave
from surveys.models import Wave
from tests.building import CLOSES, NOW, OPENS, begun, counts, draft, link, opened, organisation, sent

pytestmark = pytest.mark.django_db

LATE = CLOSES + timedelta(minutes=1)
TOO_LATE = CLOSES + GRACE


@pytest.fixture
def wave() -> Wave:
    return opened()


def stored() -> Response:
    return Response.objects.get()


# --- What a link opens -----------------------------------------------------------------------------------------


def test_a_link_opens_the_questionnaire_of_its_role(wave: Wave) -> None:
    found = standing(link(wave, role="ao").token, now=NOW)
    assert (found.kind, found.accepting, found.revision, found.answers) == (OPEN, True, 0, {})
    assert "SPEND" in found.questionnaire.variables
    assert found.wave == wave


def test_opening_a_link_writes_nothing(wave: Wave) -> None:
    token = begun(wave, {"GRIP": [1]}).token
    before = counts()
    for moment in (NOW, LATE, TOO_LATE):
        standing(token, now=moment)
    assert counts() == before
    assert stored().revision == 1


def test_a_revoked_link_is_like_one_that_never_was(wave: Wave) -> None:
    one = begun(wave, {"GRIP": [1]})
    revoke(one.invitation)
    for token in (one.token, "x" * 43, "", "ünknown"):
        found = standing(token, now=NOW)
        assert (found.kind, found.invitation, found.response, found.wave) == (UNKNOWN, None, None, None)
        with pytest.raises(NotTaken) as refused:
            save_page(token, {"GRIP": [2]}, revision=1, now=NOW)
        assert refused.value.standing.kind == UNKNOWN


def test_unknown_and_revoked_links_ask_the_database_the_same(
    wave: Wave, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    one = begun(wave, {"GRIP": [1]})
    revoke(one.invitation)
    for token in (one.token, "x" * 43):
        with django_assert_num_queries(2):
            standing(token, now=NOW)
    token = link(wave).token
    with django_assert_max_num_queries(3):
        standing(token, now=NOW)


@pytest.mark.parametrize("scheduled", [False, True])
def test_before_the_opening_a_link_says_that_it_is_early(scheduled: bool) -> None:
    wave = draft()
    token = link(wave).token
    if scheduled:
        schedule_wave(wave, now=OPENS - timedelta(days=1))
    found = standing(token, now=NOW)
    assert (found.kind, found.accepting, found.invitation is not None) == (EARLY, False, True)
    with pytest.raises(NotTaken):
        save_page(token, {"GRIP": [1]}, revision=0, now=NOW)


def test_after_the_closing_time_only_who_has_begun_goes_on(wave: Wave) -> None:
    late, early = link(wave).token, begun(wave, {"GRIP": [1]}).token
    assert (standing(late, now=LATE).kind, standing(early, now=LATE).kind) == (CLOSED, GRACE_PERIOD)
    assert standing(early, now=LATE).ends_at == CLOSES + GRACE
    with pytest.raises(NotTaken) as refused:
        save_page(late, {"GRIP": [1]}, revision=0, now=LATE)
    assert refused.value.standing.kind == CLOSED
    assert save_page(early, {"WHY": ["Late"]}, revision=1, now=LATE).revision == 2
    assert submit(early, revision=2, now=TOO_LATE - timedelta(seconds=1))
    with pytest.raises(NotTaken):
        save_page(early, {"WHY": ["Later"]}, revision=2, now=TOO_LATE)


def test_the_wave_may_say_closing_while_the_grace_runs(wave: Wave) -> None:
    early = begun(wave, {"GRIP": [1]}).token
    assert close_wave(wave, now=CLOSES) is False
    assert Wave.objects.get().state == "closing"
    assert submit(early, revision=1, now=LATE)
    with pytest.raises(NotTaken):
        save_page(link(wave).token, {"GRIP": [1]}, revision=0, now=NOW)


def test_a_dead_scheduler_lets_no_late_answer_in(wave: Wave) -> None:
    tokens = [link(wave).token, begun(wave, {"GRIP": [1]}).token]
    for token in tokens:
        with pytest.raises(NotTaken):
            save_page(token, {"GRIP": [2]}, revision=1, now=TOO_LATE + timedelta(days=30))
    assert Wave.objects.get().state == "open"


def test_without_a_time_the_databases_clock_decides(wave: Wave) -> None:
    """The wave of these tests lies in the past: by the real clock nothing is taken."""
    with pytest.raises(NotTaken):
        save_page(link(wave).token, {"GRIP": [1]}, revision=0)
    Wave.objects.update(closes_at=timezone.now() + timedelta(minutes=5))
    assert save_page(link(wave).token, {"GRIP": [1]}, revision=0).revision == 1


# --- Saving ----------------------------------------------------------------------------------------------------


def test_a_page_without_any_answer_makes_no_draft(wave: Wave) -> None:
    token = link(wave).token
    found = save_page(token, {"GRIP": [], "WHY": []}, revision=0, now=NOW)
    assert (found.response, found.revision) == (None, 0)
    assert not Response.objects.exists()


def test_pages_are_added_up_and_blanks_replace_answers(wave: Wave) -> None:
    token = begun(wave, {"GRIP": [1]}).token
    save_page(token, {"WAYS": [1, 2]}, revision=1, now=NOW)
    found = save_page(token, {"GRIP": []}, revision=2, now=NOW)
    assert (found.revision, stored().answers) == (3, {"GRIP": [], "WAYS": [1, 2]})


def test_the_same_page_saved_twice_is_saved_once(wave: Wave) -> None:
    token = begun(wave, {"GRIP": [1]}).token
    for revision in (0, 1, 0):
        assert save_page(token, {"GRIP": [1]}, revision=revision, now=NOW).revision == 1
    assert stored().revision == 1


def test_a_save_from_an_old_page_is_refused_and_shows_what_is_stored(wave: Wave) -> None:
    token = begun(wave, {"GRIP": [1]}).token
    save_page(token, {"GRIP": [2]}, revision=1, now=NOW)
    with pytest.raises(StaleRevision) as refused:
        save_page(token, {"GRIP": [9]}, revision=1, now=NOW)
    assert (refused.value.response.answers, refused.value.response.revision) == ({"GRIP": [2]}, 2)
    assert stored().answers == {"GRIP": [2]}


def test_two_first_saves_that_meet_make_one_draft_and_one_conflict(
    wave: Wave, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look for a draft and the insert another save was first."""
    from respondents import responses

    one = link(wave)
    really = responses._begin

    def another_is_first(found: Any, answers: Any) -> Any:
        Response.objects.create(pseudonym=keys.pseudonym_of(one.token), wave=wave, answers={"GRIP": [1]})
        return really(found, answers)

    failed: list[str] = []

    def noting(execute: Any, sql: str, *rest: Any) -> Any:
        try:
            return execute(sql, *rest)
        except Exception:
            failed.append(sql)
            raise

    monkeypatch.setattr(responses, "_begin", another_is_first)
    with pytest.raises(StaleRevision) as refused, transaction.atomic(), connection.execute_wrapper(noting):
        save_page(one.token, {"GRIP": [2]}, revision=0, now=NOW)
    assert refused.value.response.answers == {"GRIP": [1]}
    assert failed == [], "PostgreSQL logs a statement that fails, with the answers in it"
    assert save_page(one.token, {"GRIP": [1]}, revision=0, now=NOW).revision == 1


def test_what_is_not_asked_of_the_role_is_not_kept(wave: Wave) -> None:
    with pytest.raises(ValueError, match="not asked of chair: NOWHERE, SPEND"):
        save_page(link(wave).token, {"SPEND": [1], "NOWHERE": [1], "GRIP": [1]}, revision=0, now=NOW)
    assert not Response.objects.exists()


def test_an_answer_left_behind_by_routing_stays_in_the_draft(wave: Wave) -> None:
    token = begun(wave, {"GRIP": [1], "WHY": ["Long thought"]}).token
    save_page(token, {"GRIP": [2]}, revision=1, now=NOW)
    assert stored().answers["WHY"] == ["Long thought"]


# --- Sending ---------------------------------------------------------------------------------------------------


def test_sending_counts_the_path_and_marks_the_invitation(wave: Wave) -> None:
    one = begun(wave, {"GRIP": [1], "WHY": ["Words"]}, gp=True)
    save_page(one.token, {"GRIP": [2]}, revision=1, now=NOW)
    submit(one.token, revision=2, now=NOW)
    assert stored().sent == {"GRIP": [2], "WAYS": [], "PLANS_POOL": [], "PLANS_SPLIT": []}
    assert stored().attributes == {"role": "chair", "gp": 1}
    assert Invitation.objects.get().responded


def test_attributes_are_those_of_the_first_organisation_on_the_frame_date() -> None:
    first, second = organisation("01A", region="Y54"), organisation("02B", region="Y55")
    sent(opened(), {"GRIP": [2]}, organisations=[second, first], gp=False)
    assert stored().attributes == {"role": "chair", "gp": 0, "region": "Y55"}


def test_a_draft_counts_for_nothing(wave: Wave) -> None:
    begun(wave, {"GRIP": [1]})
    assert (stored().sent, stored().attributes, stored().receipt) == (None, {}, "")
    assert not Invitation.objects.responded().exists()


def test_sending_twice_gives_the_same_receipt(wave: Wave) -> None:
    token = begun(wave, {"GRIP": [2]}).token
    first = submit(token, revision=1, now=NOW)
    assert submit(token, revision=1, now=NOW) == first == stored().receipt
    assert len(first) == 19


def test_a_change_counts_only_once_it_is_sent_again(wave: Wave) -> None:
    token = begun(wave, {"GRIP": [2]}).token
    receipt = submit(token, revision=1, now=NOW)
    found = save_page(token, {"GRIP": [9]}, revision=1, now=NOW)
    assert found.changed_since_sent
    assert stored().sent["GRIP"] == [2]
    assert submit(token, revision=2, now=NOW) == receipt
    assert stored().sent["GRIP"] == [9]
    assert not standing(token, now=NOW).changed_since_sent


def test_sending_what_somebody_else_changed_meanwhile_is_refused(wave: Wave) -> None:
    token = begun(wave, {"GRIP": [2]}).token
    save_page(token, {"GRIP": [9]}, revision=1, now=NOW)
    with pytest.raises(StaleRevision):
        submit(token, revision=1, now=NOW)
    assert stored().sent is None


def test_what_must_be_answered_is_asked_for_before_sending(wave: Wave) -> None:
    token = begun(wave, {"WAYS": [1]}).token
    with pytest.raises(Incomplete) as refused:
        submit(token, revision=1, now=NOW)
    assert refused.value.names == ["GRIP"]
    assert not Invitation.objects.responded().exists()


def test_there_is_nothing_to_send_before_the_first_answer(wave: Wave) -> None:
    with pytest.raises(Incomplete) as refused:
        submit(link(wave).token, revision=0, now=NOW)
    assert refused.value.names == []


def test_every_receipt_is_another(wave: Wave) -> None:
    receipts = {submit(begun(wave, {"GRIP": [2]}).token, revision=1, now=NOW) for _ in range(20)}
    assert len(receipts) == 20


# --- Withdrawing -----------------------------------------------------------------------------------------------


def test_withdrawing_removes_everything_and_the_person_may_begin_anew(wave: Wave) -> None:
    one = sent(wave, {"GRIP": [2]})
    assert withdraw(one.token, now=NOW)
    assert not Response.objects.exists()
    assert not Invitation.objects.get().responded
    assert withdraw(one.token, now=NOW) is False
    assert save_page(one.token, {"GRIP": [1]}, revision=0, now=NOW).revision == 1


def test_withdrawing_ends_with_the_grace(wave: Wave) -> None:
    one = sent(wave, {"GRIP": [2]})
    with pytest.raises(NotTaken):
        withdraw(one.token, now=TOO_LATE)
    assert Response.objects.exists()


# --- The two sides ---------------------------------------------------------------------------------------------


def test_a_save_is_a_handful_of_statements(wave: Wave, django_assert_max_num_queries: Any) -> None:
    token = begun(wave, {"GRIP": [1]}).token
    save_page(token, {"WAYS": [1]}, revision=1, now=NOW)
    with django_assert_max_num_queries(6):
        save_page(token, {"WAYS": [2]}, revision=2, now=NOW)


def test_the_database_holds_no_token_and_no_way_from_its_hash_to_the_pseudonym(wave: Wave) -> None:
    one = sent(wave, {"GRIP": [2]})
    with connection.cursor() as cursor:
        held = []
        for table in ("respondents_invitation", "respondents_response", "respondents_person"):
            cursor.execute(f"SELECT * FROM {table}")
            held += [str(value) for row in cursor.fetchall() for value in row]
    assert not [value for value in held if one.token in value]
    assert stored().pk == keys.pseudonym_of(one.token)
    assert stored().pk not in (keys.token_hash(one.token), keys.pseudonym_of(keys.token_hash(one.token)))
