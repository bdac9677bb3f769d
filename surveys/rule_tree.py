"""A rule of `show_if` as a tree that a form can show and change, node by node, and back again. Pure.

A leaf asks about one variable (*is*, *is not*, *was answered*, *was not answered*), a group joins nodes (*all*, *any*,
*not all*, *none*); so every rule of the language can be built, and "not" needs no node of its own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from surveys.codebook import Variable
from surveys.instrument.routing import MAX_DEPTH, Rule

LEAVES = ("is", "is_not", "answered", "not_answered")
GROUPS = ("all", "any", "not_all", "none")
MOST = 30
"""Nodes in one group."""

_NEGATED = {"is": "is_not", "answered": "not_answered", "all": "not_all", "any": "none"}
_NEGATED |= {after: before for before, after in list(_NEGATED.items())}
_OPERATION = re.compile(r"(add|group|remove)\.(n(?:\.[0-9]{1,2})*)")


class Sent(Protocol):
    """A form as it came in."""

    def get(self, key: str, default: Any = None) -> Any: ...
    def getlist(self, key: str) -> list[Any]: ...


@dataclass(frozen=True, slots=True)
class Node:
    """One condition, or a group of them. `path` names its controls (``n``, ``n.0``, ``n.0.1``)."""

    word: str = "is"
    name: str = ""
    codes: tuple[int, ...] = ()
    nodes: tuple[Node, ...] = ()
    path: str = "n"

    @property
    def is_group(self) -> bool:
        """Whether it joins others."""
        return self.word in GROUPS

    @property
    def asks_codes(self) -> bool:
        """Whether it asks which answers were given."""
        return self.word in ("is", "is_not")


BLANK = Node()


def tree_of(rule: Rule | None) -> Node | None:
    """The tree of a sound rule; None for no rule."""
    return placed(_node(rule)) if rule else None


def rule_of(node: Node) -> Rule:
    """The rule of a tree; what is incomplete in it the checks of the wave will name."""
    if node.word in ("is_not", "not_answered", "not_all", "none"):
        return ["not", rule_of(replace(node, word=_NEGATED[node.word]))]
    if node.is_group:
        return [node.word, *(rule_of(each) for each in node.nodes)]
    return ["any_of", node.name, *node.codes] if node.word == "is" else ["answered", node.name]


def tree_from(data: Sent, path: str = "n") -> Node | None:
    """The tree in a form that was sent; None when there is none. Whatever is not understood is left blank."""
    word = data.get(f"{path}.word")
    if word in GROUPS and path.count(".") < MAX_DEPTH - 1:
        children = (tree_from(data, f"{path}.{number}") for number in range(MOST))
        return Node(word, nodes=tuple(child for child in children if child), path=path)
    if word not in LEAVES:
        return None
    codes = (_whole(code) for code in data.getlist(f"{path}.codes"))
    name = str(data.get(f"{path}.name") or "")[:130]
    return Node(word, name, tuple(code for code in codes if code is not None), path=path)


def is_operation(asked: str) -> bool:
    """Whether this is what a button of the tree asks for."""
    return bool(_OPERATION.fullmatch(asked))


def changed(node: Node | None, operation: str) -> Node | None:
    """The tree after a button: ``add.PATH``, ``group.PATH`` or ``remove.PATH``; as it was for anything else."""
    found = _OPERATION.fullmatch(operation)
    if not found:
        return node
    if node is None:
        return BLANK if found[1] == "add" else None
    made = _at(node, [int(step) for step in found[2].split(".")[1:]], found[1])
    return placed(made) if made else None


def incomplete(node: Node, variables: Mapping[str, Variable]) -> Node | None:
    """The first node that does not say yet what it asks; None when all do."""
    if node.is_group:
        blank = None if node.nodes else node
        return blank or next((found for each in node.nodes if (found := incomplete(each, variables))), None)
    if node.name not in variables or (node.asks_codes and not node.codes):
        return node
    return None


def placed(node: Node, path: str = "n") -> Node:
    """The tree with each node's path written on it."""
    nodes = tuple(placed(each, f"{path}.{number}") for number, each in enumerate(node.nodes))
    return replace(node, path=path, nodes=nodes)


def _node(rule: Rule) -> Node:
    word, *rest = rule
    if word == "not":
        inner = _node(rest[0])
        return replace(inner, word=_NEGATED[inner.word])
    if word in ("all", "any"):
        return Node(word, nodes=tuple(_node(each) for each in rest))
    return Node("is", rest[0], tuple(rest[1:])) if word == "any_of" else Node("answered", rest[0])


def _at(node: Node, steps: Sequence[int], operation: str) -> Node | None:
    if not steps:
        return _operated(node, operation)
    if steps[0] >= len(node.nodes):
        return node
    child = _at(node.nodes[steps[0]], steps[1:], operation)
    nodes = [*node.nodes[: steps[0]], *([child] if child else []), *node.nodes[steps[0] + 1 :]]
    if not nodes:
        return None
    alone = len(nodes) == 1 and operation == "remove" and _NEGATED[node.word] in ("not_all", "none")
    return nodes[0] if alone else replace(node, nodes=tuple(nodes))


def _operated(node: Node, operation: str) -> Node | None:
    if operation == "remove":
        return None
    if not node.is_group:
        return Node("all", nodes=(node, BLANK))
    if len(node.nodes) >= MOST:
        return node
    fresh = BLANK if operation == "add" else Node("any", nodes=(BLANK, BLANK))
    return replace(node, nodes=(*node.nodes, fresh))


def _whole(text: Any) -> int | None:
    return int(text) if re.fullmatch(r"-?[0-9]{1,10}", str(text)) else None
