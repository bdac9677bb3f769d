"""From a wave document to rows: its sections, items and their wordings, in a constant number of queries.

Equal wording is one version of its question, in whatever wave it stands. A wording that no item puts any more goes;
it was only ever in drafts, because the items of an opened wave stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Max

from surveys.canonical import digest
from surveys.models import Item, Question, QuestionVersion, Section, Survey, Wave
from surveys.wave_checks import items_of, scales_of
from surveys.wording import folded

Document = Mapping[str, Any]

OF_THE_WAVE = ("name", "roles", "required", "show_if")
"""Keys of an item that belong to its place in the wave, not to the wording of the question."""


def store_sections(wave: Wave, document: Document) -> None:
    """Replace the sections and items of a wave by those of a sound document. Call it inside a transaction."""
    before = list(wave.sections.values_list("pk", flat=True))
    versions = QuestionVersion.objects.filter(items__section__in=before)
    replaced = set(versions.values_list("pk", flat=True))
    Item.objects.filter(section__in=before).delete()
    Section.objects.filter(pk__in=before).delete()
    stored = _versions(wave.survey, document, replaced)
    sections = Section.objects.bulk_create(
        _section(wave, position, section) for position, section in enumerate(document["sections"])
    )
    Item.objects.bulk_create(
        _item(row, position, item, stored[item["name"]])
        for row, section in zip(sections, document["sections"], strict=True)
        for position, item in enumerate(section["items"])
    )


def searched(item: Document, scale: Document) -> tuple[str, str]:
    """What the bank searches of a wording, folded: the question, and all else that is read."""
    return folded(item["text"]), folded(" ".join(_other_words(item, scale)))


def wording_of(item: Document, scales: Mapping[str, Document]) -> QuestionVersion:
    """The wording of an item as a version of its question, not yet stored and without number and question."""
    wording = {key: value for key, value in item.items() if key not in OF_THE_WAVE}
    scale = scales.get(item.get("scale", ""))
    text, words = searched(item, scale or {})
    return QuestionVersion(
        type=item["type"],
        text=item["text"],
        definition=wording,
        scale=scale,
        digest=digest({"wording": wording, "scale": scale}),
        search_text=text,
        search_words=words,
    )


def _versions(survey: Survey, document: Document, replaced: set[int]) -> dict[str, QuestionVersion]:
    """The version of each item of the document by the item's name; those of `replaced` that are idle now go."""
    scales = scales_of(document)
    wanted = {item["name"]: wording_of(item, scales) for _place, item in items_of(document)}
    questions = _questions(survey, wanted)
    found = {
        (version.question_id, version.digest): version
        for version in QuestionVersion.objects.filter(question__in=[each.pk for each in questions.values()])
    }
    kept = {name: found.get((questions[name].pk, version.digest)) for name, version in wanted.items()}
    QuestionVersion.objects.filter(
        pk__in=replaced - {version.pk for version in kept.values() if version}, items=None
    ).delete()
    missing = [name for name, version in kept.items() if version is None]
    _number([questions[name] for name in missing], [wanted[name] for name in missing])
    QuestionVersion.objects.bulk_create(wanted[name] for name in missing)
    return {name: kept[name] or wanted[name] for name in wanted}


def _questions(survey: Survey, names: Iterable[str]) -> dict[str, Question]:
    rows = Question.objects.filter(survey=survey, name__in=list(names))
    found = {question.name: question for question in rows}
    missing = [Question(survey=survey, name=name) for name in names if name not in found]
    return found | {question.name: question for question in Question.objects.bulk_create(missing)}


def _other_words(item: Document, scale: Document) -> Iterable[str]:
    """What is read besides the question itself: hint, statements, answers, the ends of a scale."""
    yield item.get("hint", "")
    yield from (row["text"] for row in item.get("rows", ()))
    for each in (item, scale):
        yield from (option["label"] for option in each.get("options", ()))
        yield from (each.get(end, "") for end in ("low", "high"))


def _number(questions: list[Question], versions: list[QuestionVersion]) -> None:
    """Give each new version its question and the next number there."""
    rows = QuestionVersion.objects.filter(question__in=questions).values_list("question").order_by("question")
    last = dict(rows.annotate(last=Max("number")))
    for question, version in zip(questions, versions, strict=True):
        version.question = question
        version.number = last.get(question.pk, 0) + 1


def _section(wave: Wave, position: int, section: Document) -> Section:
    return Section(
        wave=wave,
        position=position,
        name=section["name"],
        title=section["title"],
        together=section.get("together", False),
    )


def _item(section: Section, position: int, item: Document, version: QuestionVersion) -> Item:
    return Item(
        section=section,
        position=position,
        version=version,
        roles=item.get("roles", []),
        required=item.get("required", False),
        show_if=item.get("show_if"),
    )
