"""Cosmetic corrections of an open wave: how words are written, and nothing else.

What may change are the words of a question, its hint, its statements and its answers. Whether the change is one of
form is for `surveys.comparing` to say, which lets a misspelt word be put right under the rule of `surveys.spelling`.
The frozen questionnaire is replaced by one that differs in those words alone, its codes, routing and names held
against each other; the one before it is kept. Answers are not touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from surveys.canonical import digest
from surveys.comparing import TRIVIAL, Reason, verdict
from surveys.compiling import compile_document
from surveys.models import Correction, Instrument, Item, Proposal, QuestionVersion, Wave, WaveEvent
from surveys.problems import Problem, Refused, refuse_if
from surveys.spelling import spelling_faults
from surveys.storing import wording_of
from surveys.texts import shortened
from surveys.wave_checks import form_problems, items_of, scales_of, sense_problems
from surveys.wave_file import document_of
from surveys.wording import written_out

Document = dict[str, Any]

WORDS = ("text", "hint", "unit", "low", "high")
_READ = frozenset({*WORDS, "label", "row"})
"""Keys under which a frozen questionnaire holds what is read."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a question that is read: its place (``text``, ``options[3]``, ``rows[POOL]``), a label, its words."""

    place: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A correction that may be made: the wave document as it would be, and each part with its words then and now."""

    document: Document
    names: tuple[str, ...]
    changes: tuple[Mapping[str, str], ...]


def items_to_correct(wave: Wave) -> list[tuple[str, str]]:
    """Name and text of everything that is read in a wave, in order."""
    return [(item["name"], item["text"]) for _place, item in items_of(document_of(wave))]


def parts_of(wave: Wave, name: str) -> list[Part]:
    """All that is read of one item. Raises Refused when the wave has none of this name."""
    document = document_of(wave)
    flat = written_out(_item(document, name), scales_of(document))
    return list(_parts(flat))


def checked(wave: Wave, name: str, words: Mapping[str, str]) -> Plan:
    """What a correction would change; `words` are the new words by place. Writes nothing.

    Raises Refused with every reason why it is more than cosmetic, when it changes nothing, and for a place there is
    not. A scale that other questions share is corrected for all of them.
    """
    before = document_of(wave)
    after = deepcopy(before)
    held = {part.place: part for part in _parts(written_out(_item(before, name), scales_of(before)))}
    changed = {place: new.strip() for place, new in words.items() if new.strip() != held.get(place, _NOWHERE).words}
    unknown = [place for place in words if place not in held]
    refuse_if(Problem(place, _("This question has no such words.")) for place in unknown)
    if not changed:
        raise Refused(Problem("words", _("Nothing is different; change a word first.")))
    for place, new in changed.items():
        _put(after, name, place, new)
    refuse_if(form_problems(after) or sense_problems(after))
    names = tuple(_cosmetic(before, after))
    changes = ({"place": place, "before": held[place].words, "after": new} for place, new in changed.items())
    return Plan(after, names, tuple(changes))


def correct(proposal: Proposal, *, by: Any, now: datetime, note: str) -> Correction:
    """Carry out a correction that was decided, in the transaction of `surveys.deciding`.

    Each question it touches gets a new wording in the bank that is marked as a correction; the frozen questionnaire
    is replaced by compare-and-set, the one before it kept. Raises Refused as `checked` does.
    """
    wave, name = proposal.wave, proposal.details["item"]
    plan = checked(wave, name, proposal.details["words"])
    frozen = Instrument.objects.select_for_update().get(wave=wave)
    told = {
        "items": list(plan.names),
        "on": timezone.localdate(now).isoformat(),
        "reason": proposal.reason,
        "words": [dict(each) for each in plan.changes],
    }
    document = _corrected(frozen.document, plan, told)
    made = Correction.objects.create(
        wave=wave,
        proposal=proposal,
        at=now,
        item=name,
        words=told["words"],
        reason=proposal.reason,
        document=frozen.document,
        digest=frozen.digest,
    )
    Instrument.objects.filter(pk=frozen.pk).update(document=document, digest=digest(document))
    _store(wave, plan)
    _log(made, by=by, now=now, note=note)
    return made


def _corrected(frozen: Document, plan: Plan, told: Mapping[str, Any]) -> Document:
    """The frozen questionnaire with the words of the corrected questions. Raises Refused if more would change."""
    compiled = compile_document(plan.document)
    wanted = {each["name"]: each for section in compiled["sections"] for each in section["questions"]}
    made = deepcopy(frozen)
    for section in made["sections"]:
        section["questions"] = [
            wanted[each["name"]] if each["name"] in plan.names else each for each in section["questions"]
        ]
    if _bones(made) != _bones(frozen):
        raise Refused(
            Problem("words", _("This would change more than words; it cannot be done while a wave is open."))
        )
    made["corrections"] = [*frozen.get("corrections", ()), dict(told)]
    return made


def _bones(value: Any) -> Any:
    """A frozen questionnaire without what is read: names, types, codes, scores, nets, routing, bounds, order."""
    if isinstance(value, Mapping):
        return {
            key: "" if key in _READ and isinstance(each, str) else _bones(each)
            for key, each in value.items()
            if key != "corrections"
        }
    return [_bones(each) for each in value] if isinstance(value, list) else value


def _cosmetic(before: Document, after: Document) -> Iterator[str]:
    """The names of the items that read differently. Raises Refused when one of them does so in more than form."""
    old, new = (
        {item["name"]: written_out(item, scales_of(each)) for _p, item in items_of(each)} for each in (before, after)
    )
    for name in old:
        if old[name] == new[name]:
            continue
        found = verdict(old[name], new[name])
        heavy = [reason for reason in found.reasons if reason.kind != TRIVIAL]
        read = [{part.place: part.words for part in _parts(each)} for each in (old[name], new[name])]
        refuse_if(Problem(f"{name} {reason.place}", _too_much(reason, *read)) for reason in heavy)
        yield name


def _too_much(reason: Reason, before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Why this is no correction: what changed, the first word that is no misspelling, and what could be corrected."""
    place = reason.place
    faults = spelling_faults(before[place], after[place]) if place in before and place in after else iter(())
    words = [reason.words, *islice(faults, 1)]
    return " ".join([*words, _("Only case, punctuation, spacing and a misspelt word can be corrected now.")])


def _store(wave: Wave, plan: Plan) -> None:
    """The corrected wordings in the bank and in the wave's own tables; none of the old ones goes."""
    scales = scales_of(plan.document)
    items = {name: item for _place, item in items_of(plan.document) if (name := item["name"]) in plan.names}
    rows = Item.objects.filter(section__wave=wave, version__question__name__in=plan.names)
    for row in rows.select_related("version__question"):
        made = wording_of(items[row.version.question.name], scales)
        row.version = _version(row.version, made)
        row.save(update_fields=["version"])
    Wave.objects.filter(pk=wave.pk).update(scales=plan.document["scales"])
    wave.scales = plan.document["scales"]


def _version(old: QuestionVersion, made: QuestionVersion) -> QuestionVersion:
    """The wording in the bank: one that is there already, or a new one that says which it corrects."""
    there = QuestionVersion.objects.filter(question=old.question, digest=made.digest).first()
    if there:
        return there
    last = QuestionVersion.objects.filter(question=old.question).aggregate(last=Max("number"))["last"]
    made.question, made.number, made.corrects = old.question, last + 1, old
    made.save()
    return made


def _log(made: Correction, *, by: Any, now: datetime, note: str) -> None:
    wave = made.wave
    words = f"wording of {made.item} corrected ({made.reason}); {note}"
    WaveEvent.objects.create(wave=wave, at=now, by=by, before=wave.state, after=wave.state, note=words[:300])


def _item(document: Document, name: str) -> Document:
    for _place, item in items_of(document):
        if item["name"] == name:
            return dict(item)
    raise Refused(Problem("item", _("The wave asks no question called %s.") % shortened(name)))


def _parts(flat: Mapping[str, Any]) -> Iterator[Part]:
    labels = dict(zip(WORDS, (_("Question"), _("Hint"), _("Unit"), _("Low end"), _("High end")), strict=True))
    for key in WORDS:
        if flat.get(key):
            yield Part(key, labels[key], flat[key])
    for row in flat.get("rows", ()):
        yield Part(f"rows[{row['name']}]", _("Statement %s") % row["name"], row["text"])
    for option in flat.get("options", ()):
        yield Part(f"options[{option['code']}]", _("Answer %s") % option["code"], option["label"])


_NOWHERE = Part("", "", "")


def _put(document: Document, name: str, place: str, words: str) -> None:
    """Write new words into a document, in the item or in the scale that it takes them from."""
    item = next(each for _place, each in items_of(document) if each["name"] == name)
    holders = [item, *(scale for scale in document["scales"] if scale["name"] == item.get("scale"))]
    kind, _sign, key = place.partition("[")
    key = key.removesuffix("]")
    lists = {"rows": ("rows", "name", "text"), "options": ("options", "code", "label")}
    for holder in holders:
        if kind in lists:
            many, by, read = lists[kind]
            found = [each for each in holder.get(many, ()) if str(each[by]) == key]
            for each in found[:1]:
                each[read] = words
                return
        elif kind in holder:
            holder[kind] = words
            return
