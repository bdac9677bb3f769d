"""The wave file (`barometer.wave/1`), both ways: a whole wave as data, into the draft tables and out again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_date

from surveys.models import Item, Survey, Wave
from surveys.models.wave import Mode
from surveys.problems import Problem, Refused, refuse_if
from surveys.storing import store_sections
from surveys.texts import decode, printable, shortened
from surveys.wave_checks import form_problems, items_of, moment, sense_problems

FORMAT = "barometer.wave/1"

_WAVE_KEYS = [
    "slug",
    "number",
    "title",
    "frame_date",
    "frame_kind",
    "opens_at",
    "closes_at",
    "partner",
    "roles",
]  # the order of writing
_WORDS = ("introduction", "thank_you")
_OPTION_KEYS = ["code", "label", "score", "kind", "exclusive", "specify"]
_NET_KEYS = ["name", "label", "codes"]
_SCALE_KEYS = ["name", "options", "low", "high", "nets"]
_ITEM_KEYS = [
    "name",
    "type",
    "text",
    "hint",
    "rows",
    "options",
    "scale",
    "low",
    "high",
    "nets",
    "min",
    "max",
    "unit",
    "long",
    "consent",
    "required",
    "roles",
    "show_if",
    "sensitive",
    "track",
]


def read_wave_file(data: bytes) -> dict[str, Any]:
    """The document in a wave file. Raises Refused with every problem and its place; never a half-read document."""
    try:
        document = _parse(decode(data))
        refuse_if(form_problems(document))
    except RecursionError:
        raise Refused(Problem("", "nested too deeply to be a wave file")) from None
    refuse_if(sense_problems(document))
    return document


def read_json(data: bytes) -> Any:
    """Any JSON, read as strictly as a wave file. Raises Refused with the place."""
    try:
        return _parse(decode(data))
    except RecursionError:
        raise Refused(Problem("", "nested too deeply")) from None


@transaction.atomic
def load_wave(document: Mapping[str, Any], *, synthetic: bool = False) -> Wave:
    """Create the draft wave a sound document describes, or bring an existing draft to it. Repeatable.

    Raises Refused when the slug belongs to a wave that is no longer a draft, or to another survey.
    """
    survey, _ = Survey.objects.update_or_create(
        slug=document["survey"]["slug"], defaults={"title": document["survey"]["title"]}
    )
    wave = _draft_for(survey, document["wave"]["slug"])
    wave.synthetic = synthetic or wave.synthetic
    store_document(wave, document)
    return wave


def store_document(wave: Wave, document: Mapping[str, Any]) -> None:
    """Bring a draft, locked by the caller, to a sound document; its revision goes up by one.

    Raises Refused when the document promises less than people have been invited under.
    """
    if wave.promised and wave.sealed and not document["wave"].get("sealed"):
        raise Refused(Problem("wave.sealed", "people have been invited under this promise; it cannot be taken back"))
    if wave.promised and document["wave"].get("linkage") and not wave.linkage:
        raise Refused(Problem("wave.linkage", "people have been invited without it; it cannot be set any more"))
    _fill_wave(wave, document)
    wave.revision += 1
    wave.save()
    store_sections(wave, document)


def dump_wave(wave: Wave) -> str:
    """The wave file of a wave; loading it gives the same wave, and dumping that the same bytes."""
    return json.dumps(document_of(wave), indent=1, ensure_ascii=False) + "\n"


def document_of(wave: Wave) -> dict[str, Any]:
    """The wave as a document with its keys in the order of the format."""
    sections = wave.sections.prefetch_related("items__version__question")
    return {
        "format": FORMAT,
        "survey": {"slug": wave.survey.slug, "title": wave.survey.title},
        "wave": _wave_document(wave),
        "roles": [_ordered(role, ("code", "label")) for role in wave.role_list],
        "scales": [_scale_document(scale) for scale in wave.scales],
        "sections": [
            {
                "name": each.name,
                "title": each.title,
                **({"together": True} if each.together else {}),
                "items": [_item_document(item) for item in each.items.all()],
            }
            for each in sections
        ],
        "banners": [_ordered(banner, ("name", "title", "by")) for banner in wave.banners],
    }


def _parse(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_unique_keys, parse_float=_number, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise Refused(Problem(f"line {error.lineno}, column {error.colno}", f"not JSON: {error.msg}")) from None
    except ValueError as error:
        raise Refused(Problem("", f"not JSON: {error}")) from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key, value in pairs:
        if key in data:
            raise Refused(Problem(shortened(printable(key)), "the key stands twice in one object"))
        data[key] = value
    return data


def _number(text: str) -> int | float:
    """The number; JSON knows no difference between 1 and 1.0, and codes are whole numbers."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _no_constant(name: str) -> Any:
    raise Refused(Problem("", f"{name} is not a number JSON knows"))


def _draft_for(survey: Survey, slug: str) -> Wave:
    wave = Wave.objects.select_for_update().filter(slug=slug).first()
    if wave is None:
        return Wave(survey=survey, slug=slug)
    if wave.survey_id != survey.pk:
        raise Refused(Problem("wave.slug", f"{slug} is a wave of another survey, {wave.survey.title}"))
    if not wave.is_draft:
        raise Refused(Problem("wave.slug", f"{slug} is {wave.get_state_display().lower()}; only a draft can change"))
    return wave


def _fill_wave(wave: Wave, document: Mapping[str, Any]) -> None:
    data = document["wave"]
    for key in ("title", "roles"):
        setattr(wave, key, data[key])
    for key in ("number", "frame_kind", "partner", "weighting"):
        setattr(wave, key, data.get(key))
    for key in _WORDS:
        setattr(wave, key, data.get(key, ""))
    wave.sealed = data.get("sealed", False)
    wave.linkage = data.get("linkage", False)
    wave.mode = data.get("mode", Mode.ONLINE)
    wave.frame_date = parse_date(data["frame_date"]) if data.get("frame_date") else None
    for key in ("opens_at", "closes_at"):
        setattr(wave, key, moment(data[key]) if data.get(key) else None)
    wave.role_list = document["roles"]
    wave.scales = document.get("scales", [])
    wave.banners = document.get("banners", [])


def _wave_document(wave: Wave) -> dict[str, Any]:
    data: dict[str, Any] = {key: getattr(wave, key) for key in _WAVE_KEYS}
    data["frame_date"] = wave.frame_date.isoformat() if wave.frame_date else None
    for key in ("opens_at", "closes_at"):
        value = getattr(wave, key)
        data[key] = timezone.localtime(value).isoformat() if value else None
    data |= {key: getattr(wave, key) for key in _WORDS if getattr(wave, key)}
    if wave.sealed:
        data["sealed"] = True
    if wave.linkage:
        data["linkage"] = True
    if wave.mode != Mode.ONLINE:
        data["mode"] = wave.mode
    if wave.weighting is not None:
        data["weighting"] = _ordered(wave.weighting, ("method", "margins"))
    return data


def _scale_document(scale: Mapping[str, Any]) -> dict[str, Any]:
    return _ordered(scale, _SCALE_KEYS, options=_options, nets=_nets)


def item_definition(item: Item) -> dict[str, Any]:
    """The item as the wave file gives it, in any order of keys."""
    data = {"name": item.version.question.name, **item.version.definition}
    if item.roles:
        data["roles"] = item.roles
    if item.required:
        data["required"] = True
    if item.show_if is not None:
        data["show_if"] = item.show_if
    return data


def _item_document(item: Item) -> dict[str, Any]:
    return _ordered(item_definition(item), _ITEM_KEYS, options=_options, nets=_nets, rows=_rows)


def _options(options: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_ordered(option, _OPTION_KEYS) for option in options]


def _nets(nets: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_ordered(net, _NET_KEYS) for net in nets]


def _rows(rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_ordered(row, ("name", "text")) for row in rows]


def _ordered(data: Mapping[str, Any], keys: Iterable[str], **deeper: Callable[[Any], Any]) -> dict[str, Any]:
    return {key: deeper[key](data[key]) if key in deeper else data[key] for key in keys if key in data}


__all__ = ["document_of", "dump_wave", "item_definition", "items_of", "load_wave", "read_wave_file", "store_document"]
