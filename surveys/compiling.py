"""From a draft wave to its frozen instrument: everything that prevents it, and the compilation itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

from surveys.instrument import questionnaire
from surveys.models import Correction, Instrument, Wave
from surveys.problems import Problem
from surveys.question_types import REGISTRY
from surveys.wave_checks import PLACES, items_of, scales_of, sense_problems
from surveys.wave_file import document_of

_KEPT_KEYS = ("name", "type", "text", "hint", "roles", "required", "show_if")


def problems(wave: Wave, *, now: datetime) -> list[Problem]:
    """Everything that prevents the wave from opening, each with its place in the wave document."""
    document = document_of(wave)
    return [*sense_problems(document), *_opening_problems(wave, document, now)]


def compile_wave(wave: Wave) -> dict[str, Any]:
    """The instrument document of a sound draft: scales written out, variables made, nothing left to look up."""
    return compile_document(document_of(wave))


def compile_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """The instrument document of a sound wave document."""
    scales = scales_of(document)
    labels = {role["code"]: role["label"] for role in document["roles"]}
    return {
        "format": questionnaire.FORMAT,
        "survey": dict(document["survey"]),
        "wave": _compile_wave(document["wave"]),
        "roles": [{"code": code, "label": labels[code]} for code in document["wave"]["roles"]],
        "sections": [
            {
                "name": section["name"],
                "title": section["title"],
                **({"together": True} if section.get("together") else {}),
                "questions": [_compile_item(item, scales) for item in section["items"]],
            }
            for section in document["sections"]
        ],
        "banners": [dict(banner) for banner in document.get("banners", ())],
        "weighting": document["wave"].get("weighting"),
    }


def draft_instrument(wave: Wave) -> questionnaire.Instrument:
    """The instrument a draft would be frozen into, for previews."""
    return questionnaire.Instrument.from_document(compile_wave(wave))


def instrument_of(wave: Wave) -> questionnaire.Instrument:
    """The frozen instrument of an opened wave; read once per process. Raises Instrument.DoesNotExist for a draft."""
    mark = Instrument.objects.values_list("digest", flat=True).get(wave_id=wave.pk)
    return instrument_by_digest(mark)


@lru_cache(maxsize=64)
def instrument_by_digest(mark: str) -> questionnaire.Instrument:
    """The frozen instrument with this digest; equal digests are equal documents, so it may be kept.

    One that has been corrected since is found as well, by whoever was just on the way. Raises Instrument.DoesNotExist.
    """
    row = Instrument.objects.filter(digest=mark).first() or Correction.objects.filter(digest=mark).first()
    if row is None:
        raise Instrument.DoesNotExist
    return questionnaire.Instrument.from_document(row.document)


def _compile_wave(wave: Mapping[str, Any]) -> dict[str, Any]:
    data = {key: wave.get(key) for key in ("slug", "number", "title", "partner")}
    return data | {key: wave[key] for key in ("introduction", "thank_you") if wave.get(key)}


def _compile_item(item: Mapping[str, Any], scales: Mapping[str, Any]) -> dict[str, Any]:
    question_type = REGISTRY[item["type"]]
    settings = question_type.settings(item, scales)
    data = {key: item[key] for key in _KEPT_KEYS if key in item}
    data["settings"] = settings
    data["variables"] = [variable.as_dict() for variable in question_type.variables(item, settings)]
    return data


def _opening_problems(wave: Wave, document: Mapping[str, Any], now: datetime) -> Iterator[Problem]:
    for key in ("opens_at", "closes_at"):
        if getattr(wave, key) is None:
            yield Problem(f"wave.{key}", "set this time before opening")
    if wave.opens_at and wave.closes_at and wave.closes_at <= wave.opens_at:
        yield Problem("wave.closes_at", "is not after opens_at")
    if wave.closes_at and wave.closes_at <= now:
        yield Problem("wave.closes_at", "has passed; set a later time to open the wave")
    yield from _margins_without_people(wave)
    if not any(_asks(item, scales_of(document)) for _place, item in items_of(document)):
        yield Problem("sections", "the wave asks nothing yet")
    else:
        yield from _unasked(document)


def _margins_without_people(wave: Wave) -> Iterator[Problem]:
    """Margins of the people invited by name, of whom there are none yet: nothing could be weighted to them."""
    if wave.invitations.filter(person__isnull=False, revoked=False).exists():
        return
    for index, margin in enumerate((wave.weighting or {}).get("margins", ())):
        if margin not in PLACES:
            told = f"nobody is invited by name, so there is no {margin} to weight to; load the sample first"
            yield Problem(f"wave.weighting.margins[{index}]", told)


def _unasked(document: Mapping[str, Any]) -> Iterator[Problem]:
    roles = document["wave"]["roles"]
    scales = scales_of(document)
    for place, item in items_of(document):
        if item.get("roles") and not set(item["roles"]) & set(roles):
            yield Problem(f"{place}.roles", f"none of these roles is asked in this wave: {', '.join(item['roles'])}")
    for index, role in enumerate(roles):
        mine = (item for _place, item in items_of(document) if role in item.get("roles", roles))
        if not any(_asks(item, scales) for item in mine):
            yield Problem(f"wave.roles[{index}]", f"{role} is asked nothing")


def _asks(item: Mapping[str, Any], scales: Mapping[str, Any]) -> bool:
    question_type = REGISTRY[item["type"]]
    return bool(question_type.variables(item, question_type.settings(item, scales)))
