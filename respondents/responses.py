"""Answering: saving a page, sending, withdrawing. Nothing else writes responses of an open wave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from respondents import keys
from respondents.attributes import Attributes
from respondents.consent import wishes_contact, without_wishes
from respondents.erasures import note_erasure
from respondents.gate import enter_gate_of
from respondents.models import Invitation, Response
from respondents.receipts import new_receipt
from respondents.standing import (
    CLOSED,
    EARLY,
    GRACE_PERIOD,
    OPEN,
    UNKNOWN,
    Standing,
    standing,
)
from surveys.instrument.journey import on_path_answers, path
from surveys.instrument.questionnaire import Questionnaire

Answers = Mapping[str, list[Any]]

_INSERT = (
    "INSERT INTO respondents_response (pseudonym, wave_id, revision, answers, attributes, receipt)"
    " VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


class AnswerRefused(Exception):
    """An answer could not be taken; nothing was written."""


class NotTaken(AnswerRefused):
    """The link is unknown, or the wave does not take this answer now. `standing` says which."""

    def __init__(self, standing: Standing) -> None:
        self.standing = standing
        super().__init__(standing.kind)


class StaleRevision(AnswerRefused):
    """Somebody saved from elsewhere in between. `response` is what is stored now; nothing of either is lost."""

    def __init__(self, response: Response) -> None:
        self.response = response
        super().__init__(f"revision {response.revision}")


class Incomplete(AnswerRefused):
    """Questions that must be answered were not. `names` are the questions; empty when nothing was answered at all."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        super().__init__(", ".join(names))


@transaction.atomic
def save_page(token: str, answers: Answers, *, revision: int, now: datetime | None = None) -> Standing:
    """Keep the answers of one page in the draft and return the new standing.

    `answers` are those of the page's variables, blank ones as empty lists. A page without any answer makes no draft.
    The same page saved twice is saved once. Raises NotTaken, or StaleRevision when the draft has moved on from
    `revision` and says something else.
    """
    found = enter(token, now=now)
    unknown = answers.keys() - found.questionnaire.variables.keys()
    if unknown:
        raise ValueError(f"not asked of {found.invited.role}: {', '.join(sorted(unknown))}")
    response = found.response
    if response is None:
        return _begin(found, answers) if any(answers.values()) else found
    merged = {**response.answers, **answers}
    if merged == response.answers:
        return found
    if response.revision != revision:
        raise StaleRevision(response)
    response.answers = merged
    response.revision += 1
    response.save(update_fields=["answers", "revision"])
    return found


@transaction.atomic
def submit(token: str, *, revision: int, now: datetime | None = None) -> str:
    """Send the draft as it stands: from now on it counts. Returns the receipt code; sending twice gives the same.

    Raises NotTaken, StaleRevision, or Incomplete naming the required questions left blank, or none when all are blank.
    """
    found = enter(token, now=now)
    response = found.response
    if response is None:
        raise Incomplete([])
    if response.revision != revision:
        raise StaleRevision(response)
    missing = unanswered(found.questionnaire, response.answers)
    variables, given = found.questionnaire.variables, on_path_answers(found.questionnaire, response.answers)
    contact, sent = wishes_contact(variables, given), without_wishes(variables, given)
    if missing or not any(sent.values()):
        raise Incomplete(missing)
    response.sent = sent
    response.attributes = attributes_of(found)
    response.receipt = response.receipt or new_receipt()
    response.save(update_fields=["sent", "attributes", "receipt"])
    invitation = Invitation.objects.filter(pk=found.invited.pk).exclude(responded=True, contact=contact)
    invitation.update(responded=True, contact=contact)
    return response.receipt


@transaction.atomic
def withdraw(token: str, *, now: datetime | None = None) -> bool:
    """Remove everything this person said in this wave, sent or not; False when there was nothing. Raises NotTaken."""
    found = enter(token, now=now)
    if found.response is None:
        return False
    note_erasure(found.response.receipt)
    found.response.delete()
    Invitation.objects.filter(pk=found.invited.pk).update(responded=False, contact=False)
    return True


def unanswered(questionnaire: Questionnaire, answers: Answers) -> list[str]:
    """The names of required questions on the path with a variable left blank."""
    return [
        question.name
        for question in path(questionnaire, answers)
        if question.required
        and not all(answers.get(variable.name) for variable in question.variables if variable.asked_if is None)
    ]


def attributes_of(found: Standing) -> dict[str, Any]:
    """The coarse attributes that go with this person's answers."""
    invitation = found.invited
    organisations = list(invitation.places.values_list("organisation_id", flat=True))
    attributes = Attributes(invitation.wave, found.asked, organisations[:1])
    return attributes.of(role=invitation.role, gp=invitation.gp, organisations=organisations)


def enter(token: str, *, now: datetime | None = None) -> Standing:
    """Pass the gate and read all behind it, by the database's clock. Raises NotTaken unless answers are taken."""
    clock = enter_gate_of(keys.token_hash(token))
    found = standing(token, now=now or clock, lock=True)
    if not found.accepting:
        raise NotTaken(found)
    return found


def _begin(found: Standing, answers: Answers) -> Standing:
    """Make the draft, or find the one that has just been made elsewhere.

    Never by a statement that fails: PostgreSQL writes those into its log with all they were to store.
    """
    mine = Response(pseudonym=keys.pseudonym_of(found.token), wave=found.wave, answers=dict(answers))
    stored = mine if _insert(mine) else Response.objects.get(pk=mine.pk)
    if stored.answers != mine.answers:
        raise StaleRevision(stored)
    return Standing(found.kind, found.token, found.invitation, stored, found.instrument)


def _insert(response: Response) -> bool:
    """Store a new draft; False when one is there already.

    Written out because `bulk_create` does not tell the two apart, and asking afterwards is a query more at every first
    save.
    """
    answers, attributes = (
        connection.ops.adapt_json_value(value, None) for value in (response.answers, response.attributes)
    )
    values: list[Any] = [response.pk, response.wave_id, response.revision, answers, attributes, response.receipt]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return cursor.rowcount == 1


__all__ = [
    "CLOSED",
    "EARLY",
    "GRACE_PERIOD",
    "OPEN",
    "UNKNOWN",
    "AnswerRefused",
    "Incomplete",
    "NotTaken",
    "StaleRevision",
    "Standing",
    "enter",
    "save_page",
    "standing",
    "submit",
    "unanswered",
    "withdraw",
]
