"""Random sound questionnaires: sections that stand together or not, every type, roles, and rules of every kind."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests import building

ROLES = ("chair", "ao")
TYPES = ("single", "multiple", "grid", "scale", "number", "ranking", "text", "note")

Item = dict[str, Any]


@st.composite
def documents(draw: st.DrawFn, types: tuple[str, ...] = TYPES) -> dict[str, Any]:
    """A wave document of questions of these types, in which each role is asked something."""
    made = building.document()
    earlier: list[tuple[str, list[int]]] = []
    sections = []
    for number in range(draw(st.integers(1, 4))):
        items = [draw(_items(f"Q{number}{index}", types, earlier)) for index in range(draw(st.integers(1, 4)))]
        sections.append({"name": f"s{number}", "title": f"S{number}", "items": items})
        if draw(st.booleans()):
            sections[-1]["together"] = True
    sections.append({"name": "end", "title": "End", "items": [{"name": "END", "type": "text", "text": "END?"}]})
    return {**made, "scales": [], "banners": [], "sections": sections}


@st.composite
def _items(draw: st.DrawFn, name: str, types: tuple[str, ...], earlier: list[tuple[str, list[int]]]) -> Item:
    kind = draw(st.sampled_from(types))
    item: Item = {"name": name, "type": kind, "text": f"{name}?"}
    if earlier and draw(st.integers(0, 2)):
        item["show_if"] = draw(rules(earlier))
    if draw(st.integers(0, 4)) == 0:
        item["roles"] = [draw(st.sampled_from(ROLES))]
    if kind in ("single", "multiple", "grid", "scale", "ranking"):
        item["options"] = draw(_options(alone=kind in ("single", "multiple", "grid", "scale")))
    if kind in ("single", "multiple") and draw(st.booleans()):
        item["options"][0]["specify"] = True
    if kind == "grid":
        item["rows"] = [{"name": f"R{row}", "text": f"Row {row}"} for row in range(draw(st.integers(1, 3)))]
    if kind == "text" and draw(st.booleans()):
        item["long"] = True
        if draw(st.integers(0, 2)) == 0:
            item["consent"] = False
    earlier += _variables(item)
    return item


@st.composite
def _options(draw: st.DrawFn, *, alone: bool) -> list[dict[str, Any]]:
    options = [{"code": code, "label": f"Choice {code}"} for code in range(1, draw(st.integers(2, 5)))]
    if alone and draw(st.booleans()):
        options.append({"code": 9, "label": "Don't know", "kind": "dont_know"})
    return options


def _variables(item: Item) -> list[tuple[str, list[int]]]:
    codes = [option["code"] for option in item.get("options", ())]
    if item["type"] == "note":
        return []
    if item["type"] == "grid":
        return [(f"{item['name']}_{row['name']}", codes) for row in item["rows"]]
    says = [option["code"] for option in item.get("options", ()) if option.get("specify")]
    return [(item["name"], codes), *((f"{item['name']}_SAY_{code}", []) for code in says)]


def rules(earlier: list[tuple[str, list[int]]]) -> st.SearchStrategy[list[Any]]:
    """A rule on earlier variables, up to three deep."""
    return st.recursive(
        st.sampled_from(earlier).flatmap(_leaf),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda each: ["all", *each]),
            st.lists(inner, min_size=1, max_size=3).map(lambda each: ["any", *each]),
            inner.map(lambda each: ["not", each]),
        ),
        max_leaves=4,
    )


def _leaf(variable: tuple[str, list[int]]) -> st.SearchStrategy[list[Any]]:
    name, codes = variable
    answered = st.just(["answered", name])
    if not codes:
        return answered
    chosen = st.lists(st.sampled_from(codes), min_size=1, max_size=len(codes), unique=True)
    return st.one_of(answered, chosen.map(lambda each: ["any_of", name, *each]))
