"""The one door through which a draft is changed: checked, counted, recorded and undoable.

`edit(wave, change, revision=…)` takes a change of `surveys.changes`. The revision is the one that the editor's page
was made from; when somebody else has saved since, nothing is written and `Stale` carries both versions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from surveys import acts
from surveys.canonical import digest
from surveys.changes import Change, Document
from surveys.models import DraftStep, ItemComment, Survey, Wave
from surveys.problems import Problem, Refused, refuse_if
from surveys.references import renamed_items, users_of
from surveys.wave_checks import form_problems, sense_problems, variables_of
from surveys.wave_file import document_of, store_document

STEPS_KEPT = 50
ATTEMPTS = 4
"""How often a change is tried on top of what others save in the same moment."""

Subject = Callable[[Document], Any]


@dataclass(frozen=True, slots=True)
class Since:
    """A change that somebody saved while the page was open."""

    label: str
    by: Any
    at: datetime


class Stale(Refused):
    """Somebody saved since. `theirs` is the draft as it stands, `yours` what it would have been; None if not known.

    `revision` is the draft's now: sending the same change with it makes the change on top of theirs.
    """

    def __init__(self, *, theirs: Document, yours: Document | None, revision: int, since: list[Since]) -> None:
        self.theirs, self.yours, self.revision, self.since = theirs, yours, revision, since
        super().__init__(Problem("wave.revision", _("Somebody else has changed this draft since you opened it")))


@transaction.atomic
def edit(wave: Wave, change: Change, *, revision: int, by: Any = None, now: datetime) -> Wave:
    """Make one change of a draft and record it, all or nothing; `wave` is brought up to date and returned.

    Raises Refused when the wave is no longer a draft, and with every problem the change would bring; Stale when the
    draft is no longer at `revision`. A change that changes nothing is not recorded.
    """
    _lock(wave)
    before = document_of(wave)
    if wave.revision != revision:
        raise _stale(wave, before, change, revision)
    after = change(before)
    refuse_if(_new_problems(before, after))
    return _save(wave, before, after, label=change.label, by=by, now=now) if after != before else wave


def edit_beside(
    wave: Wave, change: Change, *, revision: int, seen: str, subject: Subject, by: Any = None, now: datetime
) -> Wave:
    """`edit`, also on top of what others have saved since, as long as they left alone what this change is about.

    `subject` picks that from a document, and `seen` is its `mark` from when the page was made. Raises as `edit` does.
    """
    for _attempt in range(ATTEMPTS - 1):
        try:
            return edit(wave, change, revision=revision, by=by, now=now)
        except Stale as stale:
            if mark(subject(stale.theirs)) != seen:
                raise
            revision = stale.revision
    return edit(wave, change, revision=revision, by=by, now=now)


def mark(part: Any) -> str:
    """A short sign by which a page remembers what a part of the draft was when the page was made."""
    return digest(part)[:16]


@transaction.atomic
def undo(wave: Wave, *, revision: int, by: Any = None, now: datetime) -> Wave:
    """Take back the last change; done again, it brings the change back. Raises Refused when there is nothing to undo.

    Raises Stale as `edit` does.
    """
    _lock(wave)
    if wave.revision != revision:
        raise _stale(wave, document_of(wave), None, revision)
    step = last_step(wave)
    if step is None:
        raise Refused(Problem("wave", _("There is no change to undo")))
    return _save(wave, document_of(wave), step.before, label=_("Undid: %s") % step.label, by=by, now=now)


def last_step(wave: Wave) -> DraftStep | None:
    """The change that `undo` would take back; None when the draft was last changed in another way, or never."""
    return DraftStep.objects.filter(wave=wave, revision=wave.revision).select_related("by").first()


def history(wave: Wave, *, limit: int = STEPS_KEPT) -> list[DraftStep]:
    """The latest changes of a draft, newest first."""
    return list(DraftStep.objects.filter(wave=wave).select_related("by").defer("before")[:limit])


def would_break(wave: Wave, change: Change) -> list[Problem]:
    """The problems a change would bring, without making it."""
    before = document_of(wave)
    return _new_problems(before, change(before))


def speaks_of(document: Mapping[str, Any], name: str) -> list[tuple[str, str]]:
    """Place and name of each rule and banner that needs the item of this name: what removing it would break."""
    variables = {variable.name for variable in variables_of(document).values() if variable.item == name}
    return list(users_of(document, variables))


def _lock(wave: Wave) -> None:
    """Hold the survey and the wave until the transaction ends, in the order in which loading a file takes them."""
    Survey.objects.select_for_update().get(pk=wave.survey_id)
    fresh = Wave.objects.select_for_update().select_related("survey").get(pk=wave.pk)
    for field in Wave._meta.concrete_fields:
        setattr(wave, field.attname, getattr(fresh, field.attname))
    if not wave.is_draft:
        raise Refused(Problem("wave.state", _("Only a draft can be changed; this wave is %s") % wave.state))


def _new_problems(before: Document, after: Document) -> list[Problem]:
    """What would be wrong that was not wrong before. Sense is asked only of what has the right form."""
    wrong = form_problems(after) or sense_problems(after)
    if not wrong:
        return []
    known = {str(problem) for problem in form_problems(before) or sense_problems(before)}
    return [problem for problem in wrong if str(problem) not in known]


def _save(wave: Wave, before: Document, after: Document, *, label: str, by: Any, now: datetime) -> Wave:
    store_document(wave, after)
    for was, called in renamed_items(before, after).items():
        ItemComment.objects.filter(wave=wave, item=was).update(item=called)
    DraftStep.objects.create(wave=wave, revision=wave.revision, at=now, by=by, label=label[:200], before=before)
    DraftStep.objects.filter(wave=wave, revision__lte=wave.revision - STEPS_KEPT).delete()
    if by is not None:
        acts.tell("edited", by=by, wave=wave, note=label[:200], now=now)
    return wave


def _stale(wave: Wave, theirs: Document, change: Change | None, revision: int) -> Stale:
    steps = list(DraftStep.objects.filter(wave=wave, revision__gt=revision).select_related("by").order_by("revision"))
    since = [Since(step.label, step.by, step.at) for step in steps]
    base = steps[0].before if steps and steps[0].revision == revision + 1 else None
    return Stale(theirs=theirs, yours=_tried(change, base), revision=wave.revision, since=since)


def _tried(change: Change | None, base: Document | None) -> Document | None:
    try:
        return change(base) if change and base else None
    except Refused:
        return None
