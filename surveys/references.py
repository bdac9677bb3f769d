"""Who speaks of a variable in a wave document, rules and banners, and how they follow when it is renamed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from surveys.instrument.routing import names
from surveys.wave_checks import items_of

Rule = list[Any]


def users_of(document: Mapping[str, Any], variables: set[str]) -> Iterator[tuple[str, str]]:
    """Place and name of every rule and banner that speaks of one of these variables."""
    for place, item in items_of(document):
        if item.get("show_if") and names(item["show_if"]) & variables:
            yield f"{place}.show_if", item["name"]
    for index, banner in enumerate(document.get("banners", ())):
        if banner["by"] in variables:
            yield f"banners[{index}].by", banner["name"]


def renamed_in_rule(name: str, item: Mapping[str, Any]) -> dict[str, str]:
    """Old variable to new, for an item called `name` that becomes `item`: its own, and those of its statements."""
    renames = {name: item["name"]}
    renames |= {f"{name}_{row['name']}": f"{item['name']}_{row['name']}" for row in item.get("rows", ())}
    return renames


def rewritten(document: dict[str, Any], renames: Mapping[str, str]) -> None:
    """Let every rule and banner of `document` follow the renames, in place."""
    for _place, item in items_of(document):
        if item.get("show_if"):
            item["show_if"] = _renamed(item["show_if"], renames)  # type: ignore[index]
    for banner in document.get("banners", ()):
        banner["by"] = renames.get(banner["by"], banner["by"])


def renamed_items(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, str]:
    """Old name to new, of the items that stand where an item of another name stood, which is nowhere any more."""
    old, new = (
        {
            (section["name"], place): item["name"]
            for section in each["sections"]
            for place, item in enumerate(section["items"])
        }
        for each in (before, after)
    )
    gone, come = set(old.values()) - set(new.values()), set(new.values()) - set(old.values())
    pairs = ((old[place], new[place]) for place in old.keys() & new.keys())
    return {was: now for was, now in pairs if was in gone and now in come}


def _renamed(rule: Rule, renames: Mapping[str, str]) -> Rule:
    word, *rest = rule
    if word in ("any_of", "answered"):
        return [word, renames.get(rest[0], rest[0]), *rest[1:]]
    return [word, *(_renamed(each, renames) for each in rest)]
