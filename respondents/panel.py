"""The panel: answers of a linked wave, sealed at its close until the next wave's close has compared them.

A wave that is set up for linkage keeps, beside its frozen answers, one box for each person with an address: what they
answered, encrypted, under a mark made from who they are. Box and mark need the wave's panel key, a file outside the
database. The next linked wave of the survey opens the boxes inside its close, where its own answers can still be told
apart; nothing but results leaves that transaction. Then boxes and key are destroyed, at the latest after `MOST_DAYS`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from respondents import keys
from respondents.models import Response, Sealed
from surveys.models import Wave

MOST_DAYS = 731
"""How long sealed answers wait for the next wave."""

NONCE = 12

Answers = dict[str, list[Any]]
Person = tuple[int, str]


def seal(wave: Wave, *, variables: Collection[str]) -> int:
    """Seal what each person with an address sent to a linked wave, as far as `variables` go. Returns how many.

    For the closing transaction, before the answers are frozen. Without the wave's key, or linkage, nothing is sealed.
    """
    people = dict(_people(wave)) if wave.linkage and keys.has_key(wave) else {}
    if not people:
        return 0
    key = keys.create_panel_key(wave)
    sent = Response.objects.filter(wave=wave, sent__isnull=False).values_list("pk", "sent", "receipt")
    boxes = [
        _boxed(wave, key, people[name], answers or {}, receipt, variables)
        for name, answers, receipt in sent
        if name in people
    ]
    secrets.SystemRandom().shuffle(boxes)
    Sealed.objects.bulk_create(boxes, batch_size=500)
    return len(boxes)


def last_linked(wave: Wave) -> Wave | None:
    """The wave of the same survey whose sealed answers wait for this one; None where there is none."""
    if not wave.linkage:
        return None
    waiting = Wave.objects.closed().filter(survey=wave.survey, pk__in=Sealed.objects.values("wave"))
    return waiting.exclude(pk=wave.pk).order_by("-closes_at", "-pk").first()


def matched(wave: Wave, earlier: Wave) -> Iterator[tuple[Answers, Answers]]:
    """(answers then, answers now) of each person who sent both waves in the same role.

    For the closing transaction of `wave` alone. Raises keys.KeyGone without either key.
    """
    key = keys.read_panel_key(earlier)
    people = {name: _mark(key, person) for name, person in _people(wave)}
    boxes = dict(Sealed.objects.filter(wave=earlier).values_list("mark", "box"))
    for name, answers in Response.objects.filter(wave=wave, sent__isnull=False).values_list("pk", "sent"):
        mark = people.get(name, "")
        if mark in boxes:
            try:
                then = _opened(key, mark, bytes(boxes[mark]))
            except InvalidTag:
                raise keys.KeyGone(f"the sealed answers of {earlier.slug} are damaged") from None
            yield then, answers or {}


def sealed_receipt_hash(receipt: str) -> str:
    """What a box keeps of a receipt: not what the frozen answers keep, so that the two cannot be joined."""
    return hashlib.sha256(b"sealed" + receipt.encode()).hexdigest() if receipt else ""


def unseal_by_receipt(receipt: str) -> bool:
    """Destroy the box of somebody who withdraws; False when there is none."""
    mark = sealed_receipt_hash(receipt)
    return bool(mark) and bool(Sealed.objects.filter(receipt_hash=mark).delete()[0])


def destroy_spent_panels(now: datetime) -> int:
    """Destroy the sealed answers, and their keys, that a later wave has used or that have waited too long.

    Returns how many waves' were destroyed; a second run finds none.
    """
    waves = Wave.objects.closed().filter(linkage=True)
    return sum(_destroy(wave) for wave in waves if _is_waiting(wave) and _is_spent(wave, now))


def _destroy(wave: Wave) -> bool:
    """The boxes first: as long as there is a key, the next run finds it and tries again."""
    boxes = Sealed.objects.filter(wave=wave).delete()[0]
    return keys.destroy_panel_key(wave) or bool(boxes)


def _is_waiting(wave: Wave) -> bool:
    return keys.panel_key_path(wave).exists() or Sealed.objects.filter(wave=wave).exists()


def _is_spent(wave: Wave, now: datetime) -> bool:
    if not Sealed.objects.filter(wave=wave).exists() or now > wave.closing_time + timedelta(days=MOST_DAYS):
        return True
    later = Wave.objects.closed().filter(survey=wave.survey, linkage=True, closes_at__gt=wave.closing_time)
    return later.exists()


def _people(wave: Wave) -> Iterator[tuple[str, Person]]:
    """The name of each person's response with who they are; a person of two roles answers twice."""
    answered = wave.invitations.personal().responded().values_list("pk", "person_id", "role")
    key = keys.read_key(wave)
    for invitation, person, role in answered:
        yield keys.pseudonym_of(keys.token_for(key, invitation)), (person, role)


def _mark(key: bytes, person: Person) -> str:
    return hmac.new(key, f"mark {person[0]} {person[1]}".encode(), hashlib.sha256).hexdigest()


def _boxed(
    wave: Wave, key: bytes, person: Person, answers: Answers, receipt: str, variables: Collection[str]
) -> Sealed:
    mark, nonce = _mark(key, person), secrets.token_bytes(NONCE)
    kept = json.dumps({name: values for name, values in answers.items() if name in variables}).encode()
    box = nonce + AESGCM(key).encrypt(nonce, kept, mark.encode())
    return Sealed(mark=mark, wave=wave, box=box, receipt_hash=sealed_receipt_hash(receipt))


def _opened(key: bytes, mark: str, box: bytes) -> Answers:
    found: Answers = json.loads(AESGCM(key).decrypt(box[:NONCE], box[NONCE:], mark.encode()))
    return found
