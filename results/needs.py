"""What needs doing about results: snapshots that are behind, and results that are new."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from results.models import Snapshot
from surveys.access import READERS, may
from surveys.models import Wave
from surveys.needs import GRACE, NEXT, PATIENCE, STUCK, Need, page

NEW = timedelta(days=7)
"""How long the results of a wave are news."""


def snapshot_needs(waves: Sequence[Wave], user: Any, now: datetime) -> Iterator[Need]:
    """Closed waves whose results are not there yet though they should be, and those whose results are new."""
    mine = [wave for wave in waves if wave.is_closed and may(user, READERS, wave)]
    built = dict(Snapshot.objects.filter(wave__in=mine).values_list("wave", "built_at"))
    for wave in mine:
        closed = wave.closing_time
        if wave.pk not in built and closed < now - GRACE - PATIENCE:
            words = _("It has closed and its results are not built yet. Whoever runs the site can tell why.")
            yield Need(STUCK, words, page("results:dashboard", wave), wave)
        elif wave.pk in built and closed > now - NEW:
            yield Need(NEXT, _("Its results are new."), page("results:dashboard", wave), wave)
