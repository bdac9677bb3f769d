"""The ledger of erasures: hashes of the receipts whose answers were taken back, replayed after every restore.

The database keeps them, and so does a file beside the keys, which no copy of the database takes along. A sweep makes
the two the same: what only the database knows is added to the file, what only the file knows was erased after the copy
was made that has been restored, and is erased again. Marks are never removed (docs/decisions/0037).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

from django.conf import settings
from django.db import transaction

from respondents import keys
from respondents.gate import enter_gate
from respondents.models import Erasure, Frozen, Response, Sealed
from respondents.panel import sealed_receipt_hash
from respondents.receipts import receipt_hash
from respondents.remains import vacuum
from surveys.models import Wave
from surveys.models.wave import State


def ledger_path() -> Path:
    """Where the file lies."""
    return Path(settings.KEY_DIR) / "erasures"


def note_erasure(receipt: str) -> None:
    """Write down that the answers of this receipt were taken back; in the transaction that takes them back."""
    if receipt:
        marks = (receipt_hash(receipt), sealed_receipt_hash(receipt))
        Erasure.objects.bulk_create((Erasure(mark=mark) for mark in marks), ignore_conflicts=True)


def keep_erasures() -> int:
    """Bring database and file together; how many marks were missing from the one or the other. Repeatable.

    Raises OSError when the file cannot be written.
    """
    filed, noted = _filed(), set(Erasure.objects.values_list("mark", flat=True))
    if noted - filed:
        _append(sorted(noted - filed))
        vacuum(Frozen, Sealed, Response)
    if filed - noted:
        _erase_again(filed - noted)
    return len(noted ^ filed)


@transaction.atomic
def _erase_again(marks: Collection[str]) -> None:
    """Erase what a restored copy has brought back; nothing is frozen meanwhile, so that nothing slips through."""
    running = Wave.objects.filter(state__in=[State.OPEN, State.CLOSING]).order_by("pk")
    for wave in running:
        enter_gate(wave.pk)
    Frozen.objects.filter(receipt_hash__in=marks).delete()
    Sealed.objects.filter(receipt_hash__in=marks).delete()
    for wave in running:
        _withdraw_again(wave, marks)
    Erasure.objects.bulk_create((Erasure(mark=mark) for mark in marks), ignore_conflicts=True)


def _withdraw_again(wave: Wave, marks: Collection[str]) -> None:
    """The same for answers of a wave that is still open, whose people then have not answered."""
    sent = Response.objects.filter(wave=wave).exclude(receipt="").values_list("pk", "receipt")
    gone = {pseudonym for pseudonym, receipt in sent if receipt_hash(receipt) in marks}
    if not gone:
        return
    key = keys.read_key(wave)
    theirs = [
        pk
        for pk in wave.invitations.responded().values_list("pk", flat=True)
        if keys.pseudonym_of(keys.token_for(key, pk)) in gone
    ]
    Response.objects.filter(pk__in=gone).delete()
    wave.invitations.filter(pk__in=theirs).update(responded=False, contact=False)


def _filed() -> set[str]:
    try:
        return set(ledger_path().read_text("ascii").split())
    except FileNotFoundError:
        return set()


def _append(marks: Iterable[str]) -> None:
    path = ledger_path()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "w", encoding="ascii") as file:
        file.write("".join(f"\n{mark}\n" for mark in marks))
        file.flush()
        os.fsync(file.fileno())
