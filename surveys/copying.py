"""New draft waves: from an earlier one, from the bank, or blank. Nothing is written when anything is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from surveys.models import QuestionVersion, Survey, Wave
from surveys.problems import Problem, Refused, refuse_if
from surveys.wave_checks import form_problems, sense_problems
from surveys.wave_file import FORMAT, document_of, load_wave

Document = dict[str, Any]

EVERYBODY = ({"code": "everyone", "label": "Everyone"},)


@dataclass(frozen=True, slots=True)
class Copied:
    """A new draft, and what its maker should look at."""

    wave: Wave
    notes: tuple[str, ...]


def copy_wave(
    last: Wave, *, slug: str, title: str, opens_at: datetime | None = None, closes_at: datetime | None = None
) -> Copied:
    """A draft like `last`, whatever state that is in: wording, trends, roles, scales and breakdowns kept, dates moved.

    Without `closes_at` it is open for as many days as `last` was, to the same hour of the day. Raises Refused when the
    slug is taken, or a time is wrong.
    """
    document, notes = copied_document(last, slug=slug, title=title, opens_at=opens_at, closes_at=closes_at)
    return Copied(create(document), notes)


def copied_document(
    last: Wave, *, slug: str, title: str, opens_at: datetime | None = None, closes_at: datetime | None = None
) -> tuple[Document, tuple[str, ...]]:
    """The document of a draft like `last`, and what its maker should look at; writes nothing."""
    document = document_of(last)
    closes_at = closes_at or _as_long(last, opens_at)
    frame_date = _moved(last, opens_at)
    document["wave"].update(
        slug=slug,
        title=title,
        number=_next_number(last.survey),
        opens_at=_told(opens_at),
        closes_at=_told(closes_at),
        frame_date=frame_date.isoformat() if frame_date else None,
    )
    return document, tuple(_notes(last, frame_date))


def wave_from_bank(survey: Survey, versions: Sequence[QuestionVersion], *, slug: str, title: str) -> Wave:
    """A draft that asks these wordings in this order, a section a topic. Raises Refused if the slug is taken."""
    document = blank_document(
        {"slug": survey.slug, "title": survey.title}, slug=slug, title=title, like=_latest(survey)
    )
    scales: dict[str, Document] = {}
    sections: dict[str, Document] = {}
    for version in versions:
        topic = version.question.topic.name if version.question.topic else _("Questions")
        name = slugify(topic)[:60] or "questions"
        section = sections.setdefault(name, {"name": name, "title": topic, "items": []})
        section["items"].append(_placed(version, scales))
    document["scales"], document["sections"] = list(scales.values()), list(sections.values())
    return create(document)


def blank_wave(survey: Mapping[str, str], *, slug: str, title: str, roles: Iterable[Mapping[str, str]] = ()) -> Wave:
    """An empty draft of a survey (``slug`` and ``title``), which is made if it is new.

    Roles, population and the breakdown by role are those of the survey's latest wave unless `roles` are given.
    """
    latest = Wave.objects.filter(survey__slug=survey["slug"]).order_by("-opens_at", "-pk").first()
    return create(blank_document(survey, slug=slug, title=title, like=latest, roles=roles))


def blank_document(
    survey: Mapping[str, str],
    *,
    slug: str,
    title: str,
    like: Wave | None = None,
    roles: Iterable[Mapping[str, str]] = (),
) -> Document:
    """The document of an empty draft, with roles and population of a wave `like` it."""
    given = [dict(role) for role in roles]
    listed = given or (like.role_list if like else [dict(role) for role in EVERYBODY])
    asked = [role["code"] for role in listed] if given or not like else like.roles
    return {
        "format": FORMAT,
        "survey": {"slug": survey["slug"], "title": survey["title"]},
        "wave": {
            "slug": slug,
            "number": _next_number(like.survey) if like else 1,
            "title": title,
            "frame_date": like.frame_date.isoformat() if like and like.frame_date else None,
            "frame_kind": like.frame_kind if like else None,
            "opens_at": None,
            "closes_at": None,
            "partner": None,
            "roles": list(asked),
        },
        "roles": deepcopy(listed),
        "scales": [],
        "sections": [],
        "banners": [{"name": "role", "title": _("Role"), "by": "role"}] if len(asked) > 1 else [],
    }


@transaction.atomic
def create(document: Document) -> Wave:
    """The draft a document describes. Raises Refused when it is not sound, or a wave of its slug exists."""
    refuse_if(form_problems(document) or sense_problems(document))
    slug = document["wave"]["slug"]
    if Wave.objects.filter(slug=slug).exists():
        raise Refused(Problem("wave.slug", _("there is already a wave called %s; choose another short name") % slug))
    return load_wave(document)


def item_of(version: QuestionVersion) -> tuple[Document, Document | None]:
    """A wording of the bank as an item of a wave document, and the named scale it needs, if any."""
    return {"name": version.question.name, **deepcopy(version.definition)}, deepcopy(version.scale)


def _placed(version: QuestionVersion, scales: dict[str, Document]) -> Document:
    """The item of a version; its scale joins `scales`, under another name if another scale has its own."""
    item, scale = item_of(version)
    if scale:
        name, number = scale["name"], 2
        while scales.setdefault(scale["name"], scale) != scale:
            scale = {**scale, "name": f"{name}_{number}"}
            number += 1
        item["scale"] = scale["name"]
    return item


def _latest(survey: Survey) -> Wave | None:
    return survey.waves.order_by("-opens_at", "-pk").first()


def _next_number(survey: Survey) -> int:
    return (survey.waves.aggregate(last=Max("number"))["last"] or 0) + 1


def _as_long(last: Wave, opens_at: datetime | None) -> datetime | None:
    """The closing time as many days later and at the same hour by the clock, also over a change to summer time."""
    if not (opens_at and last.opens_at and last.closes_at):
        return None
    first, final, begin = (
        timezone.make_naive(each, timezone.get_current_timezone())
        for each in (last.opens_at, last.closes_at, opens_at)
    )
    return timezone.make_aware(begin + (final - first))


def _moved(last: Wave, opens_at: datetime | None) -> date | None:
    """The day of the population: kept while it is not before the new opening, else the day of the opening."""
    if not (last.frame_date and opens_at):
        return last.frame_date
    return max(last.frame_date, timezone.localdate(opens_at))


def _notes(last: Wave, frame_date: date | None) -> Iterable[str]:
    if last.frame_kind and frame_date:
        words = _("The population is every %(kind)s open on %(date)s; check the date.")
        yield words % {"kind": last.frame_kind, "date": frame_date.isoformat()}
    if last.partner:
        yield (
            _("The partner of the last wave, %s, was kept; remove it if there is none this time.")
            % last.partner["name"]
        )
    if last.weighting:
        yield _("The weighting of the last wave was kept.")


def _told(moment: datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat() if moment else None
