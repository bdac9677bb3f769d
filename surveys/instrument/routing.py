"""The rules of `show_if`: a list whose first word says what it asks of earlier answers. Pure.

``["any_of", "GRIP", 1, 2]``, ``["answered", "GRIP"]``, ``["all", rule, …]``, ``["any", rule, …]``, ``["not", rule]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from surveys.codebook import Variable

Rule = list[Any]
Answers = Mapping[str, list[Any]]

MAX_DEPTH = 20


def holds(rule: Rule, answers: Answers) -> bool:
    """Whether `rule` is true of `answers`, which must hold only what was asked on the way here.

    A variable that was not asked, or left blank, matches no code and is not answered:

    >>> holds(["any_of", "GRIP", 1], {"GRIP": [1]}), holds(["not", ["answered", "GRIP"]], {})
    (True, True)
    """
    word, *rest = rule
    if word == "any_of":
        return any(code in answers.get(rest[0], ()) for code in rest[1:])
    if word == "answered":
        return bool(answers.get(rest[0]))
    if word == "all":
        return all(holds(each, answers) for each in rest)
    if word == "any":
        return any(holds(each, answers) for each in rest)
    if word == "not":
        return not holds(rest[0], answers)
    raise ValueError(f"{word!r} is not a rule")


def names(rule: Rule) -> set[str]:
    """The variables a rule asks about."""
    word, *rest = rule
    if word in ("any_of", "answered"):
        return {rest[0]}
    return set().union(*(names(each) for each in rest))


def faults(rule: Any, earlier: Mapping[str, Variable], depth: int = 0) -> Iterator[str]:
    """What is wrong with a rule, in words; `earlier` are the variables asked before it. Nothing when it is sound."""
    if not isinstance(rule, list) or not rule or not isinstance(rule[0], str):
        yield 'a rule is a list such as ["any_of", "GRIP", 1]'
        return
    if depth > MAX_DEPTH:
        yield f"rules are nested more than {MAX_DEPTH} deep"
        return
    word, *rest = rule
    if word in ("any_of", "answered"):
        yield from _faults_of_leaf(word, rest, earlier)
    elif word in ("all", "any", "not"):
        if not rest or (word == "not" and len(rest) != 1):
            yield f'"{word}" needs {"exactly one rule" if word == "not" else "at least one rule"}'
        for each in rest:
            yield from faults(each, earlier, depth + 1)
    else:
        yield f'"{word}" is not a rule; use any_of, answered, all, any or not'


def _faults_of_leaf(word: str, rest: list[Any], earlier: Mapping[str, Variable]) -> Iterator[str]:
    name = rest[0] if rest else None
    if not isinstance(name, str):
        yield f'"{word}" needs the name of a variable'
        return
    if name not in earlier:
        yield f"{name} is not an earlier variable"
        return
    if earlier[name].permission:
        yield f"{name} says how a comment may be used; it decides nothing"
        return
    if word == "answered":
        if len(rest) > 1:
            yield '"answered" takes one variable and nothing else'
        return
    if not earlier[name].closed:
        yield f'{name} has no codes; use ["answered", "{name}"]'
        return
    if len(rest) < 2:
        yield f'"any_of" needs at least one code of {name}'
    offered = [code.code for code in earlier[name].codes]
    for code in rest[1:]:
        if isinstance(code, bool) or code not in offered:
            yield f"{code!r} is not a code of {name}"


def in_words(rule: Rule, variables: Mapping[str, Variable]) -> str:
    """The rule as a person reads it: ``GRIP is 'It will give the commissioning board too much grip …'``."""
    word, *rest = rule
    if word == "any_of":
        labels = [variables[rest[0]].code(code).label for code in rest[1:]]
        return f"{rest[0]} is " + " or ".join(f"‘{label}’" for label in labels)
    if word == "answered":
        return f"{rest[0]} was answered"
    if word == "not":
        return f"not ({in_words(rest[0], variables)})"
    joint = " and " if word == "all" else " or "
    return joint.join(
        f"({in_words(each, variables)})" if len(rest) > 1 else in_words(each, variables) for each in rest
    )
