"""Answers collected elsewhere: a responses file checked row by row against the instrument, written all or nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from typing import Any
from uuid import UUID

from django.db import transaction

from respondents import keys
from respondents.attributes import Attributes
from respondents.consent import without_wishes
from respondents.csv_files import MOST_PROBLEMS, Row, read_csv, refuse_by_line
from respondents.gate import enter_gate
from respondents.invitations import issue_links, key_of, link_organisations
from respondents.models import Invitation, Organisation, Response
from respondents.organisations import frame
from respondents.sample import GP_CELLS, gp_problems, ods_codes, organisations_in, role_problems
from surveys.compiling import instrument_of
from surveys.instrument.journey import on_path_answers
from surveys.instrument.questionnaire import Instrument, Questionnaire
from surveys.models import Wave
from surveys.models.wave import State
from surveys.problems import Problem, Refused
from surveys.question_types import REGISTRY, QuestionType
from surveys.texts import shortened

_WEIGHT = re.compile(r"[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]{1,3})?")

FIXED = ("response", "organisations", "role", "gp")


@dataclass(frozen=True, slots=True)
class Collected:
    """One checked row: answers on its path, who gave them, for which organisations (ids of the register)."""

    answers: dict[str, list[Any]]
    role: str
    gp: bool | None
    organisations: tuple[int, ...]
    weight: float | None
    invitation: Invitation | None


@transaction.atomic
def load_responses(wave: Wave, data: bytes) -> int:
    """Take the rows of a responses file as sent responses of an open wave. Returns how many.

    Raises Refused with every problem by line and column (the first thousand of them); then nothing is written.
    """
    enter_gate(wave.pk)
    wave.refresh_from_db()
    if wave.state != State.OPEN:
        raise Refused(Problem("wave.state", f"{wave.slug} is {wave.state}; answers are taken by an open wave"))
    rows = _Reader(wave, instrument_of(wave)).read(data)
    _write(wave, rows)
    return len(rows)


class _Reader:
    """Reads one file against one wave; keeps what all rows share."""

    def __init__(self, wave: Wave, instrument: Instrument) -> None:
        self.wave, self.instrument = wave, instrument
        self.frame: dict[str, Organisation] = frame(wave)
        self.weighted = (instrument.weighting or {}).get("method") == "given"
        self.types: dict[str, QuestionType] = {}
        for question in instrument.questions:
            self.types.update({variable.name: REGISTRY[question.type] for variable in question.variables})
        self.variables = {v.name: v for question in instrument.questions for v in question.variables}
        self.known: dict[str, dict[str, list[Any]]] = {name: {} for name in self.variables}
        self.invited: dict[tuple[str, str], tuple[Invitation, set[int]]] = {}
        self.seen: dict[tuple[str, str], int] = {}

    def read(self, data: bytes) -> list[Collected]:
        """Every row, checked. Raises Refused."""
        weight = ("weight",) if self.weighted else ()
        beside = {name for name, variable in self.variables.items() if variable.asked_if is not None}
        required = (*FIXED, *weight, *(name for name in self.variables if name not in beside))
        table = read_csv(data, required=required, known=(*dict.fromkeys((*required, *beside, "email", "weight")),))
        if "email" in table.columns:
            self.invited = _personal_invitations(self.wave)
        problems: list[Problem] = []
        rows: list[Collected] = []
        try:
            for row in table.rows:
                answers, found = self._check(row)
                problems += found
                if len(problems) >= MOST_PROBLEMS:
                    break
                if not problems:
                    rows.append(self._collected(row, answers))
        except Refused as refused:
            problems += refused.problems
        refuse_by_line(problems)
        if not rows:
            raise Refused(Problem("line 2", "there is no response in the file"))
        if self.weighted and not any(row.weight for row in rows):
            raise Refused(Problem("line 2, column weight", "every weight is 0, so that nobody would count"))
        return rows

    def _check(self, row: Row) -> tuple[dict[str, list[Any]], list[Problem]]:
        """The answers on the row's path, and everything that is wrong with the row."""
        problems = [*self._respondent_problems(row), *self._weight_problems(row)]
        of_role = list(role_problems(row, self.wave))
        if of_role:
            return {}, problems + of_role
        problems += self._email_problems(row)
        given, unreadable = self._answers(row)
        if unreadable:
            return {}, problems + unreadable
        asked = on_path_answers(self._questionnaire(row), given)
        problems += self._not_asked(row, given, asked)
        return without_wishes(self.variables, asked), problems

    def _respondent_problems(self, row: Row) -> Iterator[Problem]:
        yield from organisations_in(row, self.frame, self.wave)
        yield from gp_problems(row)

    def _weight_problems(self, row: Row) -> Iterator[Problem]:
        """What is wrong with the weight: none where the wave asks for it, or one that the wave would leave aside."""
        if not self.weighted:
            if row.cells.get("weight", "").strip() and _weight(row) != 1:
                told = (
                    'the wave takes no weights: write "weighting": {"method": "given"} in its file, or leave it empty'
                )
                yield row.problem("weight", told)
        elif _weight(row) is None:
            told = "is not a weight; write a number that is not negative"
            yield row.problem("weight", f"{shortened(row.cells['weight'])!r} {told}")

    def _email_problems(self, row: Row) -> Iterator[Problem]:
        key = _person(row)
        if not key[0]:
            return
        if key in self.seen:
            yield row.problem("email", f"the same person answered in the same role on line {self.seen[key]}")
        self.seen.setdefault(key, row.line)
        if key not in self.invited:
            yield row.problem("email", f"nobody with this address was invited as {key[1]}")
            return
        invitation, organisations = self.invited[key]
        if invitation.responded:
            yield row.problem("email", "this person has answered already")
        named = {self.frame[code].pk for code in ods_codes(row) if code in self.frame}
        if named and named != organisations:
            yield row.problem("organisations", "this person was invited for other organisations")

    def _answers(self, row: Row) -> tuple[dict[str, list[Any]], list[Problem]]:
        answers, problems = {}, []
        for name, variable in self.variables.items():
            cell = row.cells.get(name, "")
            if not cell:
                continue
            known = self.known[name]
            if cell in known:
                answers[name] = known[cell]
                continue
            try:
                answers[name] = self.types[name].from_cell(variable, cell)
            except ValueError as error:
                problems.append(row.problem(name, str(error)))
            else:
                if variable.closed:
                    known[cell] = answers[name]
        return answers, problems

    def _not_asked(
        self, row: Row, given: Mapping[str, list[Any]], asked: Mapping[str, list[Any]]
    ) -> Iterator[Problem]:
        for name, values in given.items():
            if values and name not in asked:
                of_role = name in self._questionnaire(row).variables
                why = "by routing" if of_role else f"of {row.cells['role']}"
                yield row.problem(name, f"was not asked {why}; leave the cell empty")

    def _questionnaire(self, row: Row) -> Questionnaire:
        return self.instrument.for_role(row.cells["role"].strip())

    def _collected(self, row: Row, answers: dict[str, list[Any]]) -> Collected:
        invitation, _organisations = self.invited.get(_person(row), (None, set()))
        return Collected(
            answers=answers,
            role=row.cells["role"].strip(),
            gp=GP_CELLS[row.cells["gp"].strip()],
            organisations=tuple(self.frame[code].pk for code in ods_codes(row)),
            weight=_weight(row) if self.weighted else None,
            invitation=invitation,
        )


def _person(row: Row) -> tuple[str, str]:
    return row.cells.get("email", "").strip().lower(), row.cells["role"].strip()


def _weight(row: Row) -> float | None:
    cell = row.cells["weight"].strip()
    weight = float(cell) if _WEIGHT.fullmatch(cell) else inf
    return weight if isfinite(weight) else None


def _personal_invitations(wave: Wave) -> dict[tuple[str, str], tuple[Invitation, set[int]]]:
    invitations = wave.invitations.personal().select_related("person").prefetch_related("places")
    return {
        (each.person.email.lower(), each.role): (each, {place.organisation_id for place in each.places.all()})
        for each in invitations
        if each.person
    }


def _write(wave: Wave, rows: list[Collected]) -> None:
    key = key_of(wave)
    issue_links(wave)
    attributes = Attributes(wave, instrument_of(wave), {org for row in rows for org in row.organisations})
    unnamed: list[tuple[Invitation, Collected]] = []
    responses: list[Response] = []
    for row in rows:
        invitation = row.invitation or Invitation(wave=wave, role=row.role, gp=row.gp, responded=True)
        if row.invitation is None:
            invitation.token_hash = keys.token_hash(keys.token_for(key, invitation.pk))
            unnamed.append((invitation, row))
        pseudonym = keys.pseudonym_of(keys.token_for(key, invitation.pk))
        responses.append(_response(wave, row, pseudonym=pseudonym, attributes=attributes))
    Invitation.objects.bulk_create([invitation for invitation, _ in unnamed], batch_size=1000)
    link_organisations((invitation, row.organisations) for invitation, row in unnamed)
    # Who has begun online has a draft under this pseudonym, which is kept beside the answers that came from elsewhere.
    Response.objects.bulk_create(
        responses,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["pseudonym"],
        update_fields=["sent", "attributes", "weight"],
    )
    _mark([row.invitation.pk for row in rows if row.invitation])


def _mark(invitations: list[UUID]) -> None:
    """Mark them as answered, after the answers, in the order in which sending locks them.

    Raises Refused, so that nothing is written, when one of them has been answered online while the file was read.
    """
    marked = 0
    for start in range(0, len(invitations), 500):
        some = Invitation.objects.filter(pk__in=invitations[start : start + 500], responded=False)
        marked += some.update(responded=True)
    if marked != len(invitations):
        raise Refused(Problem("", "somebody in the file has just answered online; load the file again to see who"))


def _response(wave: Wave, row: Collected, *, pseudonym: str, attributes: Attributes) -> Response:
    return Response(
        pseudonym=pseudonym,
        wave=wave,
        answers={},
        sent=row.answers,
        attributes=attributes.of(role=row.role, gp=row.gp, organisations=row.organisations),
        weight=row.weight,
    )
