"""What to think about before a wave opens; what stops it is for `surveys.compiling.problems`.

Other applications add what only they know, such as whether a breakdown is too small to be published: they put a
function into `ADVISERS` when they start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from surveys.comparing import verdict
from surveys.compiling import draft_instrument, instrument_of
from surveys.duration import minutes_for
from surveys.instrument.questionnaire import Instrument, Question
from surveys.lint import lint_document
from surveys.models import Wave
from surveys.models.wave import State
from surveys.wave_checks import form_problems, sense_problems
from surveys.wave_file import document_of
from surveys.wording import as_fielded

LONG = 10
"""Minutes beyond which a questionnaire for people with six of them is worth shortening."""


@dataclass(frozen=True, slots=True)
class Thought:
    """One thing to think about: which group it belongs to, the question or breakdown, in words, and whose advice."""

    group: str
    about: str
    words: str
    source: str = ""


ADVISERS: list[Callable[[Wave], Iterable[Thought]]] = []
"""Functions of other applications that add thoughts about a sound draft."""


def thoughts(wave: Wave) -> list[Thought]:
    """Everything to think about in a draft, by group; nothing while it is not sound."""
    document = document_of(wave)
    if form_problems(document) or sense_problems(document):
        return []
    instrument = draft_instrument(wave)
    found = [*_long(instrument), *_unreached(instrument), *_broken(wave, instrument)]
    for adviser in ADVISERS:
        found += adviser(wave)
    return [*found, *(Thought(_("Wording"), each.item, each.message, each.source) for each in lint_document(document))]


def grouped(found: Iterable[Thought]) -> list[tuple[str, list[Thought]]]:
    """The thoughts by group, in the order of their first."""
    groups: dict[str, list[Thought]] = {}
    for each in found:
        groups.setdefault(each.group, []).append(each)
    return list(groups.items())


def minutes(wave: Wave) -> list[tuple[str, float]]:
    """The label of each role and the minutes it is expected to take; nothing while the draft is not sound."""
    document = document_of(wave)
    if form_problems(document) or sense_problems(document):
        return []
    instrument = draft_instrument(wave)
    return [(role["label"], minutes_for(instrument.for_role(role["code"]))) for role in instrument.roles]


def last_wave(wave: Wave) -> Wave | None:
    """The wave of the same survey that was in the field before this one."""
    fielded = Wave.objects.filter(survey=wave.survey).exclude(state__in=[State.DRAFT, State.SCHEDULED])
    return fielded.exclude(pk=wave.pk).order_by("-closes_at", "-pk").first()


def _long(instrument: Instrument) -> Iterator[Thought]:
    for role in instrument.roles:
        taken = minutes_for(instrument.for_role(role["code"]))
        if taken > LONG:
            words = _("takes about %(minutes)d minutes; the longer it is, the fewer finish it") % {
                "minutes": round(taken)
            }
            yield Thought(_("Length"), role["label"], words)


def _unreached(instrument: Instrument) -> Iterator[Thought]:
    for role in instrument.roles:
        questionnaire = instrument.for_role(role["code"])
        asked = set(questionnaire.variables)
        for question in questionnaire.questions:
            if question.show_if is not None and True not in _outcomes(question.show_if, asked):
                words = _("is never asked of %(role)s: they are not asked what it depends on") % {
                    "role": role["label"]
                }
                yield Thought(_("Unreachable questions"), question.name, words)


def _outcomes(rule: list[Any], asked: set[str]) -> set[bool]:
    """What a rule can come to for somebody who is put these variables and no others."""
    word, *rest = rule
    if word in ("any_of", "answered"):
        return {True, False} if rest[0] in asked else {False}
    parts = [_outcomes(each, asked) for each in rest]
    if word == "not":
        return {not each for each in parts[0]}
    decisive = word == "any"
    some = {decisive} if any(decisive in part for part in parts) else set()
    none = {not decisive} if all((not decisive) in part for part in parts) else set()
    return some | none


def _broken(wave: Wave, instrument: Instrument) -> Iterator[Thought]:
    """The questions whose line breaks at this wave, with every reason."""
    last = last_wave(wave)
    if last is None:
        return
    before = instrument_of(last)
    earlier = {_track(question): question for question in before.questions if question.variables}
    for question in instrument.questions:
        old = earlier.get(_track(question)) if question.variables else None
        found = verdict(_flat(old, before), _flat(question, instrument)) if old else None
        if found and found.breaks:
            reasons = " ".join(reason.words for reason in found.reasons if reason.kind == found.kind)
            words = _("breaks the trend since %(wave)s. %(reasons)s") % {"wave": last.title, "reasons": reasons}
            yield Thought(_("Comparison with the last wave"), question.name, words)


def _track(question: Question) -> str:
    return question.variables[0].track or question.name if question.variables else question.name


def _flat(question: Question, instrument: Instrument) -> Mapping[str, Any]:
    flat = as_fielded(question)
    return {**flat, "roles": flat.get("roles") or [role["code"] for role in instrument.roles]}
