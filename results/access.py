"""Who may do what with results, as a table. Files with a row per respondent, and raw comments, are for analysts."""

from __future__ import annotations

from surveys.access import ANALYST, READERS, Rule

ANALYSTS = frozenset({ANALYST})

ACCESS: dict[str, Rule] = {
    "dashboard": {"GET": READERS},
    "break": {"GET": READERS},
    "dry_run": {"GET": READERS},
    "comments": {"GET": ANALYSTS},
    "question": {"GET": READERS},
    "exports": {"GET": READERS},
    "export": {"GET": READERS},
    "checksum": {"GET": READERS},
    "export_answers": {"GET": ANALYSTS, "POST": ANALYSTS},
}
