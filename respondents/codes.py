"""Short codes to type where a mail program has stripped the link, or the invitation came on paper.

A code has 50 random bits, made from the wave's key like the link's token. The database holds neither: it keeps the
token in a box that only the code opens, under a name that only the code gives. Both are computed slowly and with a
secret of the installation (docs/decisions/0035), and are gone once the wave has closed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from respondents import keys
from respondents.models import Invitation
from respondents.receipts import ALPHABET, tidied
from surveys.models import Wave

LENGTH, GROUP = 10, 5
"""Characters of a code, five bits each, and how many stand together."""

COST = 2**12
"""scrypt's N with blocks of 8: 4 MiB and about 10 ms for each guess."""


def code_for(key: bytes, invitation_id: UUID) -> str:
    """The code of an invitation, such as ``7QF2M-0ZK9T``; the same as long as the wave's key lives."""
    number = int.from_bytes(hmac.digest(key, b"code" + invitation_id.bytes, hashlib.sha256)[:8])
    letters = (ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))
    return tidied("".join(letters), group=GROUP)


def give_code(invitation: Invitation, *, key: bytes) -> str:
    """The code of an invitation, from now on accepted. Repeatable."""
    code = code_for(key, invitation.pk)
    name, pad = _name_and_pad(code, secret_key=settings.SECRET_KEY)
    if invitation.code_name != name:
        invitation.code_name = name
        invitation.code_box = _mixed(_bytes_of(keys.token_for(key, invitation.pk)), pad).hex()
        invitation.save(update_fields=["code_name", "code_box"])
    return code


def token_behind(typed: str) -> str | None:
    """The token that a typed code stands for; None for one that is unknown, or belongs to a revoked invitation."""
    code = tidied(typed, group=GROUP)
    if len(code) != LENGTH + 1:
        return None
    for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if token := _token_in_box(*_name_and_pad(code, secret_key=secret_key)):
            return token
    return None


def forget_codes(wave: Wave) -> int:
    """Drop the boxes of a wave that closes; its links open nothing any more. Returns how many there were."""
    return wave.invitations.exclude(code_name=None).update(code_name=None, code_box="")


def address_to_type() -> str:
    """Where a code is typed, as it is printed: without the scheme."""
    return f"{settings.SITE_URL.partition('://')[2]}/code"


def _token_in_box(name: str, pad: bytes) -> str | None:
    found = Invitation.objects.filter(code_name=name, revoked=False).values_list("code_box", "token_hash").first()
    if found is None:
        return None
    token = _token_of(_mixed(bytes.fromhex(found[0]), pad))
    return token if keys.token_hash(token) == found[1] else None


def _name_and_pad(code: str, *, secret_key: str) -> tuple[str, bytes]:
    secret = salted_hmac("respondents.codes", "scrypt", secret=secret_key, algorithm="sha256").digest()
    made = hashlib.scrypt(code.encode(), salt=secret, n=COST, r=8, p=1, dklen=64)
    return made[:32].hex(), made[32:]


def _mixed(data: bytes, pad: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(data, pad, strict=True))


def _bytes_of(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=")


def _token_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
