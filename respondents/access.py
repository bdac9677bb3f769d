"""Who may do what on the staff pages about people and fieldwork, and what may be done with a respondent's link."""

from __future__ import annotations

from surveys.access import ADMIN, EDITOR, EVERY_ROLE, FIELDWORK, READERS, Rule

SENDERS = frozenset({EDITOR, FIELDWORK})

ACCESS: dict[str, Rule] = {
    "home": {"GET": EVERY_ROLE | {ADMIN}},
    "wave": {"GET": EVERY_ROLE},
    "preview": {"GET": READERS, "POST": READERS},
    "paper": {"GET": READERS},
    "sample": {"GET": SENDERS, "POST": SENDERS},
    "invitations": {"GET": SENDERS, "POST": SENDERS},
    "contacts": {"GET": SENDERS},
}

READ, READ_AND_WRITE = frozenset({"GET"}), frozenset({"GET", "POST"})

BY_LINK: dict[str, frozenset[str]] = {
    "start": READ,
    "begin": READ_AND_WRITE,
    "page": READ_AND_WRITE,
    "check": READ_AND_WRITE,
    "received": READ,
    "withdraw": READ_AND_WRITE,
    "promise": READ,
    "paper": READ,
    "leave": READ,
    "pass_on": READ_AND_WRITE,
    "gone": READ_AND_WRITE,
    "stop": READ_AND_WRITE,
}
"""The pages of a link by their methods. A link is the only way in: no role of the staff opens them."""
