"""Who may do what on the staff pages about people and fieldwork. Respondents' own pages need a link and no role."""

from __future__ import annotations

from surveys.access import EDITOR, EVERY_ROLE, FIELDWORK, READERS, Rule

SENDERS = frozenset({EDITOR, FIELDWORK})

ACCESS: dict[str, Rule] = {
    "home": {"GET": EVERY_ROLE},
    "wave": {"GET": EVERY_ROLE},
    "preview": {"GET": READERS},
    "sample": {"GET": SENDERS, "POST": SENDERS},
    "invitations": {"GET": SENDERS, "POST": SENDERS},
}
