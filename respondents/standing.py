"""What a link opens at this moment: the invitation, the wave, the draft, and whether answers are taken.

Every page a respondent sees asks this once and every save twice, so it is two statements written out by hand: the
query builder spent four times as long on composing them as the database on answering.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from respondents import keys
from respondents.closing_rule import GRACE, accepts
from respondents.consent import wishes_contact, without_wishes
from respondents.models import Invitation, Response
from surveys.compiling import instrument_by_digest
from surveys.instrument.journey import on_path_answers
from surveys.instrument.questionnaire import Instrument, Questionnaire
from surveys.models import Wave

UNKNOWN, EARLY, OPEN, GRACE_PERIOD, CLOSED = "unknown", "early", "open", "grace", "closed"

_WAVE = (
    "SELECT w.id, w.survey_id, w.slug, w.title, w.state, w.opens_at, w.closes_at, w.partner, w.frame_date,"
    " w.sealed, w.linkage,"
    " f.digest AS instrument_digest, i.id AS invitation_id, i.person_id AS invitation_person_id,"
    " i.role AS invitation_role, i.gp AS invitation_gp, i.responded AS invitation_responded,"
    " i.stopped AS invitation_stopped, i.contact AS invitation_contact"
    " FROM respondents_invitation i JOIN surveys_wave w ON w.id = i.wave_id"
    " LEFT JOIN surveys_instrument f ON f.wave_id = w.id"
    " WHERE i.token_hash = %s AND NOT i.revoked"
)
_READ = [
    "id", "wave_id", "person_id", "role", "gp", "token_hash", "responded", "revoked", "stopped", "contact"
]  # fmt: skip
"""What the statement gives of an invitation, in the order of the model's fields: Django reads them in that order."""

_RESPONSE = (
    "SELECT pseudonym, wave_id, revision, answers, sent, attributes, weight, receipt"
    " FROM respondents_response WHERE pseudonym = %s"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a link opens at this moment. `kind` is UNKNOWN (also revoked), EARLY, OPEN, GRACE_PERIOD or CLOSED.

    `response` is the draft, or None before the first answer; `questionnaire` what this person is asked.
    """

    kind: str
    token: str = ""
    invitation: Invitation | None = None
    response: Response | None = None
    instrument: Instrument | None = None

    @property
    def wave(self) -> Wave | None:
        """The wave the link belongs to."""
        return self.invitation.wave if self.invitation else None

    @property
    def invited(self) -> Invitation:
        """The invitation. Only for a link that is known."""
        assert self.invitation
        return self.invitation

    @property
    def asked(self) -> Instrument:
        """The instrument. Only for a link that opens."""
        assert self.instrument
        return self.instrument

    @property
    def questionnaire(self) -> Questionnaire:
        """What this person is asked. Only for a link that opens."""
        return self.asked.for_role(self.invited.role)

    @property
    def answers(self) -> dict[str, list[Any]]:
        """The answers saved so far."""
        return self.response.answers if self.response else {}

    @property
    def revision(self) -> int:
        """The number of the last save; 0 before the first."""
        return self.response.revision if self.response else 0

    @property
    def sent(self) -> bool:
        """Whether answers have been sent and count."""
        return bool(self.response and self.response.sent is not None)

    @property
    def changed_since_sent(self) -> bool:
        """Whether the working copy differs from what was sent."""
        if self.response is None or self.response.sent is None:
            return False
        variables, answers = self.questionnaire.variables, on_path_answers(self.questionnaire, self.answers)
        if wishes_contact(variables, answers) != self.invited.contact:
            return True
        return without_wishes(variables, answers) != self.response.sent

    @property
    def accepting(self) -> bool:
        """Whether saving and sending are possible."""
        return self.kind in (OPEN, GRACE_PERIOD)

    @property
    def ends_at(self) -> datetime | None:
        """Until when this person may answer."""
        if not self.wave:
            return None
        return self.wave.closing_time + GRACE if self.response else self.wave.closes_at


def standing(token: str, *, now: datetime | None = None, lock: bool = False) -> Standing:
    """What the link with this token opens. Reads only; unknown and revoked links are the same. Two queries.

    `lock` keeps the draft from changing until the transaction ends (where rows can be locked). The time defaults to
    this machine's clock, which is good enough to show a page; saving and sending bring the database's.
    """
    response = _response(keys.pseudonym_of(token), lock=lock)
    invitation, mark = _invitation(keys.token_hash(token))
    if invitation is None:
        return Standing(UNKNOWN, token)
    wave = invitation.wave
    if wave.state in ("draft", "scheduled"):
        return Standing(EARLY, token, invitation)
    kind = _kind(wave, clock=now or timezone.now(), begun=response is not None)
    return Standing(kind, token, invitation, response, instrument_by_digest(mark))


def _invitation(token_hash: str) -> tuple[Invitation | None, str]:
    """The invitation with its wave, and the digest of the wave's instrument ("" before it has opened)."""
    for wave in Wave.objects.raw(_WAVE, [token_hash]):
        row = vars(wave)  # what the statement gives besides the wave's own columns is there too
        invitation = Invitation.from_db(
            wave._state.db,
            _READ,
            [
                uuid.UUID(str(row["invitation_id"])),
                wave.pk,
                row["invitation_person_id"],
                row["invitation_role"],
                None if row["invitation_gp"] is None else bool(row["invitation_gp"]),
                token_hash,
                bool(row["invitation_responded"]),
                False,
                bool(row["invitation_stopped"]),
                bool(row["invitation_contact"]),
            ],
        )
        invitation.wave = wave
        return invitation, row["instrument_digest"] or ""
    return None, ""


def _response(pseudonym: str, *, lock: bool) -> Response | None:
    statement = f"{_RESPONSE} FOR UPDATE" if lock and connection.features.has_select_for_update else _RESPONSE
    return next(iter(Response.objects.raw(statement, [pseudonym])), None)


def _kind(wave: Wave, *, clock: datetime, begun: bool) -> str:
    if not accepts(wave.state, closes_at=wave.closing_time, clock=clock, begun=begun):
        return CLOSED
    return OPEN if clock < wave.closing_time else GRACE_PERIOD
