"""The freeze: sent responses copied in random order under new random ids, and the originals removed.

PostgreSQL keeps on every row which transaction wrote it, and tables keep the order of writing; both tie an answer to
the invitation that was marked in the same moment. After the freeze neither does.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from respondents import keys
from respondents.codes import forget_codes
from respondents.consent import hold_back_contacts
from respondents.erasures import note_erasure
from respondents.models import Frozen, Invitation, InvitedOrganisation, Response, Sealed
from respondents.panel import unseal_by_receipt
from respondents.receipts import receipt_hash, tidy_receipt
from respondents.remains import remove_remains
from respondents.timing import rewrite_timings
from surveys.compiling import instrument_of
from surveys.models import Wave

LinkedRow = tuple[dict[str, Any], dict[str, list[Any]], float | None, tuple[str, ...]]


def linked_rows(wave: Wave) -> Iterator[LinkedRow]:
    """(attributes, answers, weight, ODS codes) of each sent response: the one moment when organisations meet answers.

    For the tally inside the close and nothing else; needs the wave's key. Raises keys.KeyGone without it.
    """
    key = keys.read_key(wave)
    organisations: dict[Any, list[str]] = defaultdict(list)
    held = InvitedOrganisation.objects.filter(invitation__wave=wave, invitation__responded=True).order_by("position")
    for invitation, code in held.values_list("invitation_id", "organisation__ods_code"):
        organisations[invitation].append(code)
    codes = {
        keys.pseudonym_of(keys.token_for(key, invitation)): tuple(organisations[invitation])
        for invitation in wave.invitations.responded().values_list("pk", flat=True)
    }
    sent = Response.objects.filter(wave=wave, sent__isnull=False)
    for pseudonym, attributes, answers, weight in sent.values_list("pseudonym", "attributes", "sent", "weight"):
        assert answers is not None
        yield attributes, answers, weight, codes.get(pseudonym, ())


def freeze(wave: Wave) -> int:
    """Move the wave's sent responses to `Frozen`, drop its drafts, and return how many were frozen.

    Must run in the closing transaction behind the gate. Raises RuntimeError when the counts do not agree.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("freezing belongs into the closing transaction")
    sent = list(
        Response.objects.filter(wave=wave, sent__isnull=False).values_list("sent", "attributes", "weight", "receipt")
    )
    secrets.SystemRandom().shuffle(sent)
    Frozen.objects.bulk_create(
        (
            Frozen(
                wave=wave, answers=answers, attributes=attributes, weight=weight, receipt_hash=receipt_hash(receipt)
            )
            for answers, attributes, weight, receipt in sent
        ),
        batch_size=1000,
    )
    Response.objects.filter(wave=wave).delete()
    _check_counts(wave, sent=len(sent))
    permissions = (variable.name for variable in instrument_of(wave).codebook() if variable.permission)
    hold_back_contacts(wave, permissions, (answers or {} for answers, *_more in sent))
    forget_codes(wave)
    rewrite_timings(wave)
    return len(sent)


def _check_counts(wave: Wave, *, sent: int) -> None:
    frozen = Frozen.objects.filter(wave=wave).count()
    responded = wave.invitations.responded().count()
    if not frozen == sent == responded:
        raise RuntimeError(f"{sent} sent, {frozen} frozen, {responded} marked as responded in {wave.slug}")


@dataclass(frozen=True, slots=True)
class Held:
    """What a receipt belongs to: the answers and the coarse attributes that were sent with them."""

    wave: Wave
    said: dict[str, list[Any]]
    attributes: dict[str, Any]


def held_by(receipt: str) -> Held | None:
    """The frozen answers a receipt belongs to; None if unknown. Only for whoever brings the receipt."""
    mark = receipt_hash(tidy_receipt(receipt))
    row = Frozen.objects.select_related("wave__survey").filter(receipt_hash=mark).first() if mark else None
    return Held(row.wave, row.answers, row.attributes) if row else None


@transaction.atomic
def erase(receipt: str) -> Wave | None:
    """Remove the frozen answers a receipt belongs to, and their sealed copy.

    Returns the wave whose results are due again, or None if the receipt is unknown.
    """
    mark = receipt_hash(tidy_receipt(receipt))
    row = Frozen.objects.select_for_update().filter(receipt_hash=mark).first() if mark else None
    if row is None:
        return None
    wave = row.wave
    row.delete()
    unseal_by_receipt(tidy_receipt(receipt))
    note_erasure(tidy_receipt(receipt))
    return wave


def destroy_spent_keys() -> int:
    """Destroy the key of every closed wave that still has one, after the remains of its responses are gone.

    Returns how many were destroyed; a second run finds none. While the remains cannot be removed the keys stay, so
    that the next run tries again.
    """
    waiting = [wave for wave in Wave.objects.closed() if keys.has_key(wave)]
    if not waiting or not remove_remains(Response, Sealed, Invitation):
        return 0
    return sum(keys.destroy_key(wave) for wave in waiting)
