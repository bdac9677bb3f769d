"""Conditions as a form sends them."""

from __future__ import annotations

from django.http import QueryDict

from surveys.rule_tree import MAX_DEPTH, Node, tree_from


def depth_of(node: Node) -> int:
    """How many levels a tree has."""
    return 1 + max((depth_of(each) for each in node.nodes), default=0)


def nested(levels: int) -> QueryDict:
    """A form with one group in another, so many levels deep, and a condition inside the last."""
    data, path = QueryDict(mutable=True), "n"
    for _ in range(levels - 1):
        data[f"{path}.word"] = "all"
        path += ".0"
    data[f"{path}.word"], data[f"{path}.name"] = "answered", "GRIP"
    return data


def test_groups_in_groups_are_read_as_deep_as_the_page_makes_them_and_no_deeper() -> None:
    deepest = tree_from(nested(MAX_DEPTH))
    assert deepest is not None
    assert depth_of(deepest) == MAX_DEPTH
    for levels in (MAX_DEPTH + 1, 990):
        cut = tree_from(nested(levels))
        assert cut is not None
        assert depth_of(cut) < MAX_DEPTH
