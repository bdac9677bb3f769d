"""Inviting people, giving them their links, and taking links back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Lower

from respondents import keys
from respondents.models import Invitation, InvitedOrganisation, Person
from surveys.models import Wave
from surveys.problems import Problem, Refused

BATCH = 5000
"""Values in one statement; SQLite as its makers set it takes 32,766."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """One line of a sample: whom to ask in which role; `organisations` are ids of the register, the first leads."""

    name: str
    email: str
    role: str
    gp: bool | None
    organisations: tuple[int, ...]


@transaction.atomic
def invite(wave: Wave, invitees: Iterable[Invitee], *, rename: bool = True) -> dict[str, int]:
    """Make people and invitations; who is invited in that role already is brought up to date. Repeatable.

    Links are issued separately (`issue_links`), by a process that may read the wave's key. `rename`: people known by
    their address get the name that is given here. Returns counts of ``invited`` and ``updated``. Raises Refused once
    the wave has closed.
    """
    if wave.is_closed:
        raise Refused(Problem("wave.state", f"{wave.slug} has closed; nobody can be invited"))
    invitees = list(invitees)
    people = _people(invitees, rename=rename)
    existing = {(each.person_id, each.role): each for each in wave.invitations.personal()}
    new: list[tuple[Invitation, Invitee]] = []
    changed: list[tuple[Invitation, Invitee]] = []
    for invitee in invitees:
        person = people[invitee.email.lower()]
        known = existing.get((person.pk, invitee.role))
        row = known or Invitation(wave=wave, person=person, role=invitee.role)
        row.gp = invitee.gp
        (changed if known else new).append((row, invitee))
    Invitation.objects.bulk_create([row for row, _ in new], batch_size=1000)
    for gp in (True, False, None):
        for some in _batches([row.pk for row, _ in changed if row.gp is gp]):
            Invitation.objects.filter(pk__in=some).update(gp=gp)
            InvitedOrganisation.objects.filter(invitation__in=some).delete()
    link_organisations((row, invitee.organisations) for row, invitee in (*new, *changed))
    # Not where it is set: whoever passes an invitation on would wait for who closes the wave, who waits at the gate.
    Wave.objects.filter(pk=wave.pk, promised=False).update(promised=True)
    return {"invited": len(new), "updated": len(changed)}


def link_organisations(pairs: Iterable[tuple[Invitation, Iterable[int]]]) -> None:
    """Note for which organisations each invitation is, in order."""
    InvitedOrganisation.objects.bulk_create(
        (
            InvitedOrganisation(invitation=invitation, organisation_id=organisation, position=position)
            for invitation, organisations in pairs
            for position, organisation in enumerate(organisations)
        ),
        batch_size=1000,
    )


def issue_links(wave: Wave) -> int:
    """Give every invitation that has none its link, so that the web knows it when it is brought. Returns how many."""
    waiting = list(wave.invitations.filter(token_hash=None))
    if not waiting:
        return 0
    key = key_of(wave)
    for invitation in waiting:
        invitation.token_hash = keys.token_hash(keys.token_for(key, invitation.pk))
    Invitation.objects.bulk_update(waiting, ["token_hash"], batch_size=500)
    return len(waiting)


def key_of(wave: Wave) -> bytes:
    """The wave's key, made now if it has given no link yet.

    Raises keys.KeyGone when links are out and their key is lost: another would make other links, and find no answer.
    """
    is_out = wave.invitations.exclude(token_hash=None).exists()
    return keys.read_key(wave) if is_out else keys.create_key(wave)


def link_of(invitation: Invitation, *, key: bytes) -> str:
    """The whole address that goes into the mail, and nowhere else."""
    return f"{settings.SITE_URL}/a/{keys.token_for(key, invitation.pk)}/"


def revoke(invitation: Invitation) -> None:
    """Make a link like one that never was; answers already sent with it stay."""
    Invitation.objects.filter(pk=invitation.pk).update(revoked=True)


def stop(invitation: Invitation) -> None:
    """Send this person no more mail in this wave; the link goes on working."""
    Invitation.objects.filter(pk=invitation.pk).update(stopped=True)


def _people(invitees: list[Invitee], *, rename: bool) -> dict[str, Person]:
    wanted = {invitee.email.lower(): invitee for invitee in invitees}
    people = Person.objects.annotate(address=Lower("email"))
    known = {each.address: each for some in _batches(list(wanted)) for each in people.filter(address__in=some)}
    fresh = [Person(name=each.name, email=email) for email, each in wanted.items() if email not in known]
    Person.objects.bulk_create(fresh, batch_size=1000)
    renamed = [person for email, person in known.items() if rename and person.name != wanted[email].name]
    for person in renamed:
        person.name = wanted[person.email.lower()].name
    Person.objects.bulk_update(renamed, ["name"], batch_size=500)
    return {person.email.lower(): person for person in (*known.values(), *fresh)}


def _batches(values: list[Any]) -> Iterator[list[Any]]:
    """`values` in as many at a time as every database takes in one statement."""
    return (values[start : start + BATCH] for start in range(0, len(values), BATCH))
