"""What can be wrong with a wave document, each problem with its place. Pure but for the question types.

`form_problems` holds it against the published JSON Schema; `sense_problems` asks whether its parts fit together. The
second expects a document that passed the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources
from typing import Any

from jsonschema import Draft202012Validator

from surveys.codebook import Variable
from surveys.instrument.routing import faults
from surveys.problems import Problem
from surveys.question_types import REGISTRY
from surveys.texts import forbidden_character, printable, shortened

Document = Mapping[str, Any]

ATTRIBUTES = ("role", "gp", "region", "area_team", "stp")
"""What a banner may break by beside closed variables; the last three are places of the first organisation."""

PLACES = ATTRIBUTES[2:]


@cache
def schema() -> dict[str, Any]:
    """The JSON Schema of the wave file."""
    return json.loads(resources.files("surveys").joinpath("schemas/wave.schema.json").read_text("utf-8"))


def form_problems(document: Any) -> list[Problem]:
    """Where the document departs from the schema, and where its text holds what cannot be kept."""
    errors = Draft202012Validator(schema()).iter_errors(document)
    found = [Problem(place_of(error.absolute_path), shortened(printable(_in_words(error)), 300)) for error in errors]
    found += _text_problems(document, ())
    return sorted(set(found), key=str)


def sense_problems(document: Document) -> list[Problem]:
    """Where the parts of a well-formed document do not fit together."""
    return [
        *_wave_problems(document["wave"]),
        *_role_problems(document),
        *_scale_problems(document.get("scales", ())),
        *_item_problems(document),
        *_banner_problems(document),
    ]


def items_of(document: Document) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every item with its place, in order."""
    for i, section in enumerate(document["sections"]):
        for j, item in enumerate(section["items"]):
            yield f"sections[{i}].items[{j}]", item


def scales_of(document: Document) -> dict[str, Mapping[str, Any]]:
    """The scales by name."""
    return {scale["name"]: scale for scale in document.get("scales", ())}


def variables_of(document: Document) -> dict[str, Variable]:
    """Every variable of a sound document by name, in order."""
    scales = scales_of(document)
    found = {}
    for _place, item in items_of(document):
        question_type = REGISTRY[item["type"]]
        for variable in question_type.variables(item, question_type.settings(item, scales)):
            found[variable.name] = variable
    return found


def place_of(path: Iterable[str | int]) -> str:
    """``sections[1].items[0].show_if`` for the steps that lead there."""
    place = ""
    for step in path:
        place += f"[{step}]" if isinstance(step, int) else f".{step}" if place else str(step)
    return shortened(printable(place), 200)


def _in_words(error: Any) -> str:
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(error.schema["properties"]))
        return (
            f"unknown key {shortened(', '.join(unknown))}; known are {', '.join(sorted(error.schema['properties']))}"
        )
    if error.validator == "required":
        missing = [key for key in error.validator_value if key not in error.instance]
        return f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
    if error.validator == "maxLength" and isinstance(error.instance, str):
        return f"is longer than {error.validator_value} characters: {shortened(error.instance)!r}"
    if error.validator == "pattern":
        return f"{shortened(error.instance)!r} does not fit the pattern {error.validator_value}"
    return error.message


def _text_problems(value: Any, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if isinstance(value, str):
        character = forbidden_character(value)
        if character:
            yield Problem(place_of(path), f"contains {character}, which cannot be kept; remove it")
    elif isinstance(value, Mapping) and len(path) < 40:
        for key, each in value.items():
            yield from _text_problems(each, (*path, key))
    elif isinstance(value, list) and len(path) < 40:
        for index, each in enumerate(value):
            yield from _text_problems(each, (*path, index))


def _wave_problems(wave: Mapping[str, Any]) -> Iterator[Problem]:
    times = {}
    for key in ("opens_at", "closes_at"):
        if wave.get(key) is not None:
            try:
                times[key] = moment(wave[key])
            except ValueError as error:
                yield Problem(f"wave.{key}", str(error))
    if len(times) == 2 and times["closes_at"] <= times["opens_at"]:
        yield Problem("wave.closes_at", "is not after opens_at")
    if wave.get("frame_date") is not None:
        try:
            date.fromisoformat(wave["frame_date"])
        except ValueError:
            yield Problem("wave.frame_date", f"{wave['frame_date']!r} is not a date such as 2013-04-01")
    if wave.get("frame_kind") and not wave.get("frame_date"):
        yield Problem("wave.frame_date", f"say on which day the {wave['frame_kind']}s are the population")
    yield from _repeats(wave["roles"], "wave.roles")
    yield from _weighting_problems(wave)


def _weighting_problems(wave: Mapping[str, Any]) -> Iterator[Problem]:
    weighting = wave.get("weighting") or {}
    if weighting.get("method") == "rake" and not weighting.get("margins"):
        yield Problem("wave.weighting.margins", 'name at least one margin, such as ["role", "region"]')
    if weighting.get("method") == "given" and "margins" in weighting:
        yield Problem("wave.weighting.margins", "weights that are given have no margins")
    yield from _repeats(weighting.get("margins", ()), "wave.weighting.margins")
    for index, margin in enumerate(weighting.get("margins", ())):
        if margin in PLACES and not wave.get("frame_kind"):
            place = f"wave.weighting.margins[{index}]"
            yield Problem(place, f"{margin} needs organisations to weight to, but the wave has no frame_kind")


def _role_problems(document: Document) -> Iterator[Problem]:
    codes = [role["code"] for role in document["roles"]]
    for index, code in enumerate(codes):
        if code in codes[:index]:
            yield Problem(f"roles[{index}].code", f"{code} is used twice")
    for index, code in enumerate(document["wave"]["roles"]):
        if code not in codes:
            yield Problem(f"wave.roles[{index}]", f"{code} is not among the roles: {', '.join(codes)}")


def _scale_problems(scales: Iterable[Mapping[str, Any]]) -> Iterator[Problem]:
    seen: list[str] = []
    for index, scale in enumerate(scales):
        place = f"scales[{index}]"
        if scale["name"] in seen:
            yield Problem(f"{place}.name", f"{scale['name']} is used twice")
        seen.append(scale["name"])
        yield from _option_problems(scale["options"], f"{place}.options")
        yield from _net_problems(scale, place)


def _option_problems(options: Iterable[Mapping[str, Any]], place: str) -> Iterator[Problem]:
    codes: set[int] = set()
    for index, option in enumerate(options):
        if option["code"] in codes:
            yield Problem(f"{place}[{index}].code", f"{option['code']} is used twice")
        codes.add(option["code"])


def _net_problems(scale: Mapping[str, Any], place: str) -> Iterator[Problem]:
    offered = {option["code"] for option in scale["options"]}
    names: set[str] = set()
    for index, net in enumerate(scale.get("nets", ())):
        if net["name"] in names:
            yield Problem(f"{place}.nets[{index}].name", f"{net['name']} is used twice")
        names.add(net["name"])
        for code in net["codes"]:
            if code not in offered:
                yield Problem(f"{place}.nets[{index}].codes", f"{code} is not among the options")


def _item_problems(document: Document) -> Iterator[Problem]:
    scales = scales_of(document)
    roles = {role["code"] for role in document["roles"]}
    yield from _repeats([section["name"] for section in document["sections"]], "sections", ".name")
    earlier: dict[str, Variable] = {}
    names: set[str] = set()
    for place, item in items_of(document):
        if item["type"] not in REGISTRY:
            yield Problem(f"{place}.type", f"{item['type']} is not a question type; use {', '.join(REGISTRY)}")
            continue
        yield from _placing_problems(item, place, roles, earlier)
        yield from _type_problems(item, place, scales)
        if item["name"] in names:
            yield Problem(f"{place}.name", f"{item['name']} is used twice")
        names.add(item["name"])
        yield from _add_variables(item, place, scales, earlier)


def _placing_problems(
    item: Mapping[str, Any], place: str, roles: set[str], earlier: Mapping[str, Variable]
) -> Iterator[Problem]:
    for index, code in enumerate(item.get("roles", ())):
        if code not in roles:
            yield Problem(f"{place}.roles[{index}]", f"{code} is not among the roles: {', '.join(sorted(roles))}")
    if "show_if" in item:
        for fault in faults(item["show_if"], earlier):
            yield Problem(f"{place}.show_if", fault)


def _type_problems(item: Mapping[str, Any], place: str, scales: Mapping[str, Any]) -> Iterator[Problem]:
    if "scale" in item and item["scale"] not in scales:
        yield Problem(f"{place}.scale", f"{item['scale']} is not among the scales")
    yield from _option_problems(item.get("options", ()), f"{place}.options")
    question_type = REGISTRY[item["type"]]
    for problem in question_type.problems(item, question_type.settings(item, scales)):
        yield Problem(f"{place}.{problem.place}", problem.message)


def _add_variables(
    item: Mapping[str, Any], place: str, scales: Mapping[str, Any], earlier: dict[str, Variable]
) -> Iterator[Problem]:
    question_type = REGISTRY[item["type"]]
    for variable in question_type.variables(item, question_type.settings(item, scales)):
        if variable.name in earlier and earlier[variable.name].item != item["name"]:
            owner = earlier[variable.name].item
            yield Problem(f"{place}.name", f"the variable {variable.name} is already made by {owner}")
        earlier[variable.name] = variable


def _banner_problems(document: Document) -> Iterator[Problem]:
    sound = all(item["type"] in REGISTRY for _place, item in items_of(document))
    variables = variables_of(document) if sound else {}
    yield from _repeats([banner["name"] for banner in document.get("banners", ())], "banners", ".name")
    for index, banner in enumerate(document.get("banners", ())):
        by = banner["by"]
        closed = by in variables and variables[by].closed and not variables[by].permission
        if sound and by not in ATTRIBUTES and not closed:
            known = ", ".join(ATTRIBUTES)
            yield Problem(f"banners[{index}].by", f"{by} is neither {known} nor a closed variable of this wave")
        if by in PLACES and not document["wave"].get("frame_kind"):
            yield Problem(f"banners[{index}].by", f"{by} needs organisations, but the wave has no frame_kind")


def _repeats(values: Iterable[str], place: str, key: str = "") -> Iterator[Problem]:
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield Problem(f"{place}[{index}]{key}", f"{value} is used twice")
        seen.add(value)


def moment(text: str) -> datetime:
    """The time in ISO 8601 with an offset. Raises ValueError saying what is wrong."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is not a time such as 2013-01-07T09:00:00+00:00") from None
    if found.tzinfo is None:
        raise ValueError(f"{text!r} does not say its offset from UTC; write {text}+00:00 or the offset it has")
    if not 1900 <= found.year <= 2200:
        raise ValueError(f"{text!r} is not in a year from 1900 to 2200")
    return found
