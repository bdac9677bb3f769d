"""Comments of the staff on the items of a draft: said, and resolved when what they ask for is done."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from surveys import acts
from surveys.models import ItemComment, Wave
from surveys.problems import Problem, Refused
from surveys.texts import clean

LONGEST = 2000


@transaction.atomic
def comment(wave: Wave, item: str, text: str, *, by: Any = None, now: datetime) -> ItemComment:
    """Say something about an item of a draft. Raises Refused for no words or too many, and when it is no draft."""
    _refuse_unless_draft(wave)
    words = clean(text).strip()
    if not words:
        raise Refused(Problem("text", _("Write what should be thought about.")))
    if len(words) > LONGEST:
        raise Refused(Problem("text", _("Shorten the comment to %d characters.") % LONGEST))
    acts.tell("commented", by=by, wave=wave, note=item, now=now)
    return ItemComment.objects.create(wave=wave, item=item, text=words, by=by, at=now)


@transaction.atomic
def resolve(wave: Wave, number: int, *, by: Any = None, now: datetime) -> bool:
    """Mark a comment of this draft as settled, or, once settled, as open again. Whether it is settled now.

    Raises Refused when there is no such comment or the wave is no draft.
    """
    _refuse_unless_draft(wave)
    found = ItemComment.objects.filter(wave=wave, pk=number).first()
    if found is None:
        raise Refused(Problem("comment", _("There is no such comment.")))
    settled = found.resolved_at is None
    found.resolved_at, found.resolved_by = (now, by) if settled else (None, None)
    found.save(update_fields=["resolved_at", "resolved_by"])
    acts.tell("commented", by=by, wave=wave, note=f"{found.item}: {'settled' if settled else 'open again'}", now=now)
    return settled


def comments_of(wave: Wave) -> dict[str, list[ItemComment]]:
    """The comments by the item's name, oldest first; one query."""
    found: dict[str, list[ItemComment]] = defaultdict(list)
    for each in wave.comments.select_related("by", "resolved_by"):
        found[each.item].append(each)
    return dict(found)


def _refuse_unless_draft(wave: Wave) -> None:
    if not wave.is_draft:
        raise Refused(Problem("wave.state", _("Only a draft is commented on; this wave is %s") % wave.state))
