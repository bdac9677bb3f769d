"""The audit log: who did what to which wave when. Lines are added and never changed; the database sees to it.

Much of it writes itself: whatever leaves a row of its own (a wave's event, an export, a release) is noted as that row
is saved, in its transaction. The rest is told by `surveys.acts.tell` or recorded here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from barometer.accounts.models import AuditEntry, Role, User
from barometer.logs import scrub
from surveys.models import Survey, Wave

SIGNED_IN, REFUSED = "signed_in", "refused"

KINDS: dict[str, dict[str, Any]] = {
    "waves": {"moved": _("Moved a wave"), "proposed": _("Proposed"), "corrected": _("Corrected")},
    "edits": {"edited": _("Changed a draft"), "made": _("Made a wave"), "commented": _("Commented on a draft")},
    "people": {"sample": _("Uploaded a sample"), "mailing": _("Ordered mails")},
    "results": {"exported": _("Took answers out"), "released": _("Saw or took out results")},
    "bank": {"bank": _("Changed the question bank")},
    "accounts": {
        SIGNED_IN: _("Signed in"),
        REFUSED: _("Was not let in"),
        "password": _("Set a password"),
        "factor_on": _("Set up a second factor"),
        "factor_off": _("Took a second factor away"),
        "invited": _("Invited a colleague"),
        "role_given": _("Gave a role"),
        "role_taken": _("Took a role away"),
        "closed": _("Closed an account"),
        "reopened": _("Opened an account again"),
    },
}
"""What may stand in the log, by group; the words of a kind are for those who read it."""

GROUPS = {
    "waves": _("Waves: opening, closing, publishing"),
    "edits": _("Drafts"),
    "people": _("Samples and mails"),
    "results": _("Results and exports"),
    "bank": _("Question bank"),
    "accounts": _("Accounts and roles"),
}

WORDS = {kind: words for group in KINDS.values() for kind, words in group.items()}
PAGE = 100


@dataclass(frozen=True, slots=True)
class Wanted:
    """A filter of the log: everything, or one group, one colleague, one wave, a span of days (both inclusive)."""

    group: str = ""
    by: int | None = None
    wave: int | None = None
    since: datetime | None = None
    until: datetime | None = None


def record(
    kind: str,
    *,
    by: User | None,
    now: datetime,
    wave: Wave | None = None,
    survey: Survey | None = None,
    whom: User | None = None,
    note: str = "",
) -> AuditEntry:
    """Add a line, scrubbed as the logs are. `by` is None for the clock, a command or a stranger.

    Raises KeyError for a kind that is not in the table.
    """
    WORDS[kind]
    survey = survey or (wave.survey if wave else None)
    about = wave.title if wave else survey.title if survey else ""
    return AuditEntry.objects.create(
        at=now, kind=kind, by=by, whom=whom, wave=wave, survey=survey, about=about[:100], note=scrub(str(note))[:300]
    )


def entries(user: User, wanted: Wanted, *, offset: int = 0) -> tuple[list[AuditEntry], bool]:
    """A page of the lines this user may read, the newest first, and whether there are more."""
    lines = readable_by(user).select_related("by", "whom", "wave__survey")
    if wanted.group:
        lines = lines.filter(kind__in=KINDS.get(wanted.group, {}))
    if wanted.by:
        lines = lines.filter(by=wanted.by)
    if wanted.wave:
        lines = lines.filter(wave=wanted.wave)
    if wanted.since:
        lines = lines.filter(at__gte=wanted.since)
    if wanted.until:
        lines = lines.filter(at__lt=wanted.until + timedelta(days=1))
    found = list(lines[offset : offset + PAGE + 1])
    return found[:PAGE], len(found) > PAGE


def readable_by(user: User) -> QuerySet[AuditEntry]:
    """Lines about the surveys and waves somebody works on; those about no survey are for administrators of all."""
    if user.may(Role.ADMIN):
        return AuditEntry.objects.all()
    about = Q(survey__in=user.surveys()) | Q(wave__in=user.single_waves()) | Q(by=user) | Q(whom=user)
    mine = AuditEntry.objects.filter(about)
    return mine if user.may_anywhere(Role.ADMIN) else mine.exclude(_about_others(user))


def _about_others(user: User) -> Q:
    """Account lines are for administrators, and for whom they are about."""
    return Q(kind__in=KINDS["accounts"]) & ~Q(by=user) & ~Q(whom=user)


# --- What the database refuses -------------------------------------------------------------------------------------

TABLE, GUARD = "accounts_auditentry", "accounts_audit_is_kept"
_WORDS = "The audit log is only ever added to."
_SQLITE = tuple(
    f"CREATE TRIGGER {GUARD}_{what.lower()} BEFORE {what} ON {TABLE} BEGIN SELECT RAISE(ABORT, '{_WORDS}'); END"
    for what in ("UPDATE", "DELETE")
)
_POSTGRES = (
    f"CREATE FUNCTION {GUARD}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '{_WORDS}'; END $$",
    f"CREATE TRIGGER {GUARD}_row BEFORE UPDATE OR DELETE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {GUARD}()",
    f"CREATE TRIGGER {GUARD}_all BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION {GUARD}()",
)
_LET_GO = {
    "sqlite": (f"DROP TRIGGER {GUARD}_update", f"DROP TRIGGER {GUARD}_delete"),
    "postgresql": (f"DROP FUNCTION {GUARD}() CASCADE",),
}


def guard_statements(vendor: str) -> tuple[str, ...]:
    """The SQL after which the database refuses to change or delete a line."""
    return _SQLITE if vendor == "sqlite" else _POSTGRES


def let_go_statements(vendor: str) -> tuple[str, ...]:
    """The SQL that takes the guard off again, to go back to an earlier version. Fails where there is none."""
    return _LET_GO[vendor]


def execute(statements: Iterable[str]) -> None:
    """Run these statements on the database."""
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
