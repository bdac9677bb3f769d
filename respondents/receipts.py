"""Receipt codes: shown to the respondent when the answers are sent, and the only way back to them after the close."""

from __future__ import annotations

import hashlib
import secrets

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is read as a digit."""

_GROUPS, _LENGTH = 4, 4


def new_receipt() -> str:
    """A random receipt of 80 bits, such as ``7QF2-M0ZK-9TAB-X3CD``; it says nothing of the link or the answers."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))


def tidy_receipt(typed: str) -> str:
    """A receipt as it was issued, from what a person typed: spaces, case and look-alike letters do not matter."""
    return tidied(typed, group=_LENGTH)


def tidied(typed: str, *, group: int) -> str:
    """Letters and figures in groups of so many, whatever the typing made of case, blanks and look-alikes."""
    plain = typed.upper().translate(str.maketrans("OILU", "011V", "-–— \t"))
    return "-".join(plain[start : start + group] for start in range(0, len(plain), group))


def receipt_hash(receipt: str) -> str:
    """What is kept of a receipt after the close."""
    return hashlib.sha256(receipt.encode()).hexdigest() if receipt else ""
