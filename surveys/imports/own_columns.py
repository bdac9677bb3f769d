"""What our own export says beyond XLSForm: columns called ``barometer_…``, and a first question for the role."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from surveys.imports.base import Document
from surveys.imports.conditions import Rule
from surveys.question_types import REGISTRY
from surveys.question_types.base import COMMON_KEYS
from surveys.wave_checks import items_of

OWN = "barometer_"
OWN_ROLE = f"{OWN}role"
UNASKED = "consent"
"""A key that is true unless it says no."""

TEXT_KEYS = ("type", "unit", "low", "high", "track")
FLAG_KEYS = ("sensitive", "long")
OPTION_KEYS = ("score", "kind", "exclusive", "specify")


def own_keys(cells: Mapping[str, str]) -> dict[str, Any]:
    """The keys of an item that XLSForm has no column for."""
    found: dict[str, Any] = {key: cells[OWN + key] for key in TEXT_KEYS if cells.get(OWN + key)}
    found |= {UNASKED: False} if cells.get(OWN + UNASKED) == "no" else {}
    return found | {key: True for key in FLAG_KEYS if cells.get(OWN + key)}


def own_option(cells: Mapping[str, str]) -> dict[str, Any]:
    """The keys of an answer that XLSForm has no column for."""
    found: dict[str, Any] = {}
    if cells.get(f"{OWN}score"):
        with suppress(ValueError):
            score = float(cells[f"{OWN}score"])
            found["score"] = int(score) if score.is_integer() else score
    if cells.get(f"{OWN}kind"):
        found["kind"] = cells[f"{OWN}kind"]
    found |= {key: True for key in ("exclusive", "specify") if cells.get(OWN + key)}
    return found


def own_nets(rows: Sequence[Mapping[str, str]]) -> dict[str, list[dict[str, Any]]]:
    """The nets of each list of answers."""
    nets: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        codes = [int(code) for code in row.get("codes", "").split() if re.fullmatch(r"-?\d{1,10}", code)]
        nets.setdefault(row.get("list_name", ""), []).append(
            {"name": row.get("name", ""), "label": row.get("label", ""), "codes": codes}
        )
    return nets


def known_keys(item: Mapping[str, Any]) -> dict[str, Any]:
    """The item without what its type has no place for, such as the ends of a scale of words."""
    kind = REGISTRY.get(item["type"])
    return {key: value for key, value in item.items() if kind is None or key in COMMON_KEYS | kind.keys}


def take_roles(document: Document, choices: Iterable[tuple[str, str]], *, given: bool) -> None:
    """Turn conditions on the role question into roles of items, in place; the document's own roles stay if `given`."""
    roles = [{"code": code, "label": label} for code, label in choices]
    if roles and not given:
        document["roles"], document["wave"]["roles"] = roles, [role["code"] for role in roles]
    asked = set(document["wave"]["roles"])
    for _place, item in items_of(document):
        _split(item, [role["code"] for role in roles], asked)  # type: ignore[arg-type]


def _split(item: Document, roles: Sequence[str], asked: set[str]) -> None:
    rule = item.get("show_if")
    if not rule:
        return
    parts: list[Rule] = rule[1:] if rule[0] == "all" else [rule]
    mine = [part for part in parts if part[:2] == ["any_of", OWN_ROLE]]
    if len(mine) != 1:
        return
    named = [roles[place] for place in mine[0][2:] if roles[place] in asked]
    if named:
        item["roles"] = named
    rest = [part for part in parts if part is not mine[0]]
    del item["show_if"]
    if rest:
        item["show_if"] = rest[0] if len(rest) == 1 else ["all", *rest]
