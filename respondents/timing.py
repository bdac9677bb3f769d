"""How long answering takes: counted in whole minutes for a wave, and known of nobody.

The browser that begins carries the signed time of it in a cookie; when it sends for the first time, one count of the
wave's minutes goes up, in a transaction of its own. Nothing of it stands beside answers or invitations, and the counts
are written anew when the wave freezes (docs/decisions/0033).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime

from django.db import DatabaseError, transaction
from django.db.models import F

from respondents.models import Timing
from respondents.promise import FEWEST
from surveys.models import Wave

log = logging.getLogger(__name__)

LONGEST = 60
"""Minutes beyond which somebody was called away; not counted."""


def note_minutes(wave: Wave, *, began: datetime, ended: datetime) -> bool:
    """Count one more journey of as many minutes as this one took, begun minutes as whole ones; False if too long.

    False too when the database fails: the answers are safe by now, and their writer is owed a receipt, not an error.
    """
    minutes = max(1, -(-int((ended - began).total_seconds()) // 60))
    if minutes > LONGEST:
        return False
    try:
        with transaction.atomic():
            row, _made = Timing.objects.get_or_create(wave=wave, minutes=minutes, defaults={"count": 0})
            Timing.objects.filter(pk=row.pk).update(count=F("count") + 1)
    except DatabaseError:
        log.exception("A journey's minutes could not be counted.")
        return False
    return True


def measured_minutes(wave: Wave) -> int | None:
    """The median minutes of the survey's latest earlier wave that timed at least ten journeys; None without one.

    Every other wave is earlier than one that has no opening time yet.
    """
    earlier = Timing.objects.filter(wave__survey_id=wave.survey_id).exclude(wave=wave)
    if wave.opens_at:
        earlier = earlier.filter(wave__opens_at__lt=wave.opens_at)
    waves: dict[int, dict[int, int]] = {}
    for number, minutes, count in earlier.order_by("-wave__opens_at").values_list("wave", "minutes", "count"):
        waves.setdefault(number, {})[minutes] = count
    enough = (counts for counts in waves.values() if sum(counts.values()) >= FEWEST)
    return next((median_of(counts) for counts in enough), None)


def median_of(counts: Mapping[int, int]) -> int:
    """The minutes within which half of the journeys were done, as they are counted.

    Of 3 in five minutes, 4 in six and 3 in nine, the fifth of ten took six:

    >>> median_of({5: 3, 6: 4, 9: 3})
    6
    """
    half, done = sum(counts.values()) / 2, 0
    for minutes in sorted(counts):
        done += counts[minutes]
        if done >= half:
            return minutes
    raise ValueError("nothing was counted")


def rewrite_timings(wave: Wave) -> None:
    """Write the wave's counts anew, so that no row shows by whose sending it was changed last. Within the freeze."""
    rows = list(Timing.objects.filter(wave=wave).order_by("minutes").values_list("minutes", "count"))
    Timing.objects.filter(wave=wave).delete()
    Timing.objects.bulk_create(Timing(wave=wave, minutes=minutes, count=count) for minutes, count in rows)
