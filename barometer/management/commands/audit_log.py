"""`manage.py audit_log`: who did what to which wave when."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from barometer.accounts import audit
from barometer.accounts.models import AuditEntry


class Command(BaseCommand):
    """Print the log, the oldest line first."""

    help = "Print the audit log, or the lines about one wave. Example: manage.py audit_log --wave 2013-winter --json"

    def add_arguments(self, parser: CommandParser) -> None:
        """Which lines, and in which form."""
        parser.add_argument("--wave", metavar="SLUG", help="lines about this wave only")
        parser.add_argument("--about", choices=audit.GROUPS, help="lines of this group only")
        parser.add_argument("--json", action="store_true", help="one JSON object a line")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print. Colleagues are named as on the page."""
        lines = AuditEntry.objects.order_by("at", "pk").select_related("by", "whom", "wave")
        if options["wave"]:
            lines = lines.filter(wave__slug=options["wave"])
        if options["about"]:
            lines = lines.filter(kind__in=audit.KINDS[options["about"]])
        for entry in lines.iterator():
            self.stdout.write(json.dumps(_document(entry)) if options["json"] else _line(entry))


def _document(entry: AuditEntry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "kind": entry.kind,
        "by": str(entry.by) if entry.by else None,
        "whom": str(entry.whom) if entry.whom else None,
        "wave": entry.wave.slug if entry.wave else None,
        "about": entry.about,
        "note": entry.note,
    }


def _line(entry: AuditEntry) -> str:
    at = timezone.localtime(entry.at).strftime("%Y-%m-%d %H:%M")
    words = [audit.WORDS.get(entry.kind, entry.kind), str(entry.whom or ""), entry.about, entry.note]
    return f"{at}  {entry.by or '-'}: {'; '.join(str(word) for word in words if word)}"
