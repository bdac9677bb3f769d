"""Conditions written for other programs, translated into the rules of `show_if` where that can be done.

XLSForm writes ``selected(${q}, 'a') and ${r} != 'b'``, LimeSurvey ``((Q1.NAOK == "A1") && !is_empty(Q2_SQ001.NAOK))``.
One small grammar reads both. What a rule cannot say, sums, dates, comparisons of numbers, raises `NotUnderstood`.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Rule = list[Any]

LONGEST, DEEPEST = 4000, 20

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'[^']*'|"[^"]*")
    |(?P<number>-?\d+(?:\.\d+)?)(?![\w.])
    |\$\{(?P<named>[^}]+)\}
    |(?P<word>[A-Za-z_0-9][\w.\-]*)
    |(?P<sign>==|!=|<>|<=|>=|&&|\|\||[=<>!(),])
    )""",
    re.VERBOSE,
)
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "==": operator.eq, "eq": operator.eq,
    "!=": operator.ne, "<>": operator.ne, "ne": operator.ne,
    "<": operator.lt, "lt": operator.lt, "<=": operator.le, "le": operator.le,
    ">": operator.gt, "gt": operator.gt, ">=": operator.ge, "ge": operator.ge,
}  # fmt: skip
_TURNED = {"<": ">", "lt": "gt", "<=": ">=", "le": "ge", ">": "<", "gt": "lt", ">=": "<=", "ge": "le"}
_ENDINGS = (".NAOK", ".value", ".code", ".valueNAOK")


class NotUnderstood(Exception):
    """A condition, or part of one, that cannot be said as a rule; the message is a sentence's end saying why."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a name in a condition stands for: one of our variables, and the codes its values are here.

    `codes` is empty for what is written rather than chosen. `ticked` marks a name that stands for one answer of a
    multiple question: it is ``Y`` or blank.
    """

    variable: str
    codes: Mapping[str, int] = field(default_factory=dict)
    ticked: int | None = None

    @property
    def given(self) -> Rule:
        """The rule that it was answered."""
        return ["answered", self.variable] if self.ticked is None else ["any_of", self.variable, self.ticked]


def translate(condition: str, symbols: Mapping[str, Symbol]) -> Rule | None:
    """The rule a condition says; None when it is always true. Raises NotUnderstood.

    >>> translate("selected(${a}, 'x') or ${b} = ''", {"a": Symbol("A", {"x": 1}), "b": Symbol("B")})
    ['any', ['any_of', 'A', 1], ['not', ['answered', 'B']]]
    """
    if len(condition) > LONGEST:
        raise NotUnderstood("it is too long to be read")
    parser = _Parser(list(_tokens(condition)), symbols)
    found = parser.whole()
    if found is False:
        raise NotUnderstood("it is never true")
    return None if found is True else found


def _tokens(condition: str) -> Iterator[tuple[str, str]]:
    place, end = 0, len(condition.rstrip())
    while place < end:
        found = _TOKEN.match(condition, place)
        if not found or not found.lastgroup:
            raise NotUnderstood(f"“{condition[place : place + 20].strip()}” is not known here")
        yield found.lastgroup, found.group(found.lastgroup)
        place = found.end()


@dataclass(slots=True)
class _Parser:
    """Reads one condition by recursive descent. True and False stand for what is always or never so."""

    tokens: list[tuple[str, str]]
    symbols: Mapping[str, Symbol]
    place: int = 0
    depth: int = 0

    def whole(self) -> Rule | bool:
        found = self.either()
        if self.place < len(self.tokens):
            raise NotUnderstood(f"“{self.tokens[self.place][1]}” is not known here")
        return found

    def either(self) -> Rule | bool:
        parts = [self.both()]
        while self.takes("or", "||"):
            parts.append(self.both())
        return _joined("any", parts)

    def both(self) -> Rule | bool:
        parts = [self.one()]
        while self.takes("and", "&&"):
            parts.append(self.one())
        return _joined("all", parts)

    def one(self) -> Rule | bool:
        self.depth += 1
        if self.depth > DEEPEST:
            raise NotUnderstood("it is nested too deeply")
        found = self.deeper()
        self.depth -= 1
        return found

    def deeper(self) -> Rule | bool:
        if self.takes("!"):
            return _negated(self.one())
        if self.takes("("):
            found = self.either()
            self.needs(")")
            return found
        if self.following() == "(":
            name = self.next()[1].lower()
            if name in _FUNCTIONS:
                return _FUNCTIONS[name](self)
            raise NotUnderstood(f"the function {name} has no counterpart")
        return self.comparison()

    def comparison(self) -> Rule | bool:
        left = self.operand()
        sign = self.next()[1].lower() if self.peek() in _COMPARISONS else ""
        if not sign:
            return self.bare(left)
        right = self.operand()
        if isinstance(left, Symbol) and isinstance(right, str):
            return _compared(left, sign, right)
        if isinstance(right, Symbol) and isinstance(left, str):
            return _compared(right, _TURNED.get(sign, sign), left)
        if isinstance(left, str) and isinstance(right, str):
            return _COMPARISONS[sign](left, right)
        raise NotUnderstood("it compares two questions with each other")

    def bare(self, value: Symbol | str) -> Rule | bool:
        if isinstance(value, Symbol):
            return value.given
        return value not in ("", "0", "false")

    def operand(self) -> Symbol | str:
        kind, text = self.next()
        if kind in ("text", "number"):
            return text.strip("'\"") if kind == "text" else text
        if kind == "sign":
            raise NotUnderstood(f"“{text}” stands where a question or an answer should")
        return self.symbol(text)

    def symbol(self, name: str) -> Symbol:
        for ending in _ENDINGS:
            name = name.removesuffix(ending)
        if name not in self.symbols:
            raise NotUnderstood(f"{name} is not an earlier question that was understood")
        return self.symbols[name]

    def argument(self) -> Symbol:
        """The one question in the parentheses of a function."""
        self.needs("(")
        found = self.operand()
        if not isinstance(found, Symbol):
            raise NotUnderstood("a function asks about something that is no question")
        return found

    def takes(self, *words: str) -> bool:
        if self.peek() in words:
            self.place += 1
            return True
        return False

    def needs(self, word: str) -> None:
        if not self.takes(word):
            raise NotUnderstood(f"“{word}” is missing")

    def peek(self) -> str:
        if self.place >= len(self.tokens):
            return ""
        kind, text = self.tokens[self.place]
        return text.lower() if kind in ("word", "sign") else ""

    def following(self) -> str:
        """The sign after a word that stands here: whether it is a function."""
        here = self.tokens[self.place : self.place + 2]
        return here[1][1] if len(here) == 2 and here[0][0] == "word" and here[1][0] == "sign" else ""

    def next(self) -> tuple[str, str]:
        if self.place >= len(self.tokens):
            raise NotUnderstood("it ends too early")
        self.place += 1
        return self.tokens[self.place - 1]


def _selected(parser: _Parser) -> Rule | bool:
    symbol = parser.argument()
    parser.needs(",")
    value = parser.operand()
    parser.needs(")")
    if isinstance(value, Symbol):
        raise NotUnderstood("it compares two questions with each other")
    return _compared(symbol, "=", value)


def _not(parser: _Parser) -> Rule | bool:
    parser.needs("(")
    found = parser.either()
    parser.needs(")")
    return _negated(found)


def _is_empty(parser: _Parser) -> Rule | bool:
    symbol = parser.argument()
    parser.needs(")")
    return _negated(symbol.given)


def _constant(value: bool) -> Callable[[_Parser], Rule | bool]:
    def read(parser: _Parser) -> Rule | bool:
        parser.needs("(")
        parser.needs(")")
        return value

    return read


def _length(parser: _Parser) -> Rule | bool:
    """``string-length(${q}) > 0``, ``count-selected(${q}) >= 1``: that there is an answer. No other count is said."""
    symbol = parser.argument()
    parser.needs(")")
    sign, number = parser.next()[1], parser.next()[1]
    if (sign, number) in ((">", "0"), (">=", "1"), ("!=", "0")):
        return symbol.given
    if (sign, number) in (("=", "0"), ("==", "0"), ("<", "1")):
        return _negated(symbol.given)
    raise NotUnderstood("it counts letters or answers")


_FUNCTIONS: dict[str, Callable[[_Parser], Rule | bool]] = {
    "selected": _selected,
    "not": _not,
    "is_empty": _is_empty,
    "true": _constant(True),
    "false": _constant(False),
    "string-length": _length,
    "strlen": _length,
    "count-selected": _length,
}


def _compared(symbol: Symbol, sign: str, value: str) -> Rule | bool:
    compare = _COMPARISONS[sign]
    same = compare in (operator.eq, operator.ne)
    if value == "" and same:
        return symbol.given if compare is operator.ne else _negated(symbol.given)
    if symbol.ticked is not None:
        return _compared_tick(symbol, compare, value)
    if not symbol.codes:
        raise NotUnderstood(f"{symbol.variable} is written, not chosen; a rule can only ask whether it was answered")
    if same and value not in symbol.codes:
        raise NotUnderstood(f"{symbol.variable} has no answer “{value}”")
    if same:
        rule: Rule = ["any_of", symbol.variable, symbol.codes[value]]
        return rule if compare is operator.eq else _negated(rule)
    return _among(symbol, compare, value)


def _among(symbol: Symbol, compare: Callable[[Any, Any], bool], value: str) -> Rule:
    """More and less, on answers that are numbers in the other program: all the answers of which it is true."""
    try:
        codes = [code for name, code in symbol.codes.items() if compare(float(name), float(value))]
    except ValueError:
        raise NotUnderstood(f"the answers of {symbol.variable} are not numbers that can be more or less") from None
    if not codes:
        raise NotUnderstood(f"no answer of {symbol.variable} is that much")
    return ["any_of", symbol.variable, *codes]


def _compared_tick(symbol: Symbol, compare: Callable[[Any, Any], bool], value: str) -> Rule:
    if value not in ("Y", "1"):
        raise NotUnderstood(f"an answer of {symbol.variable} is ticked or not, and never “{value}”")
    if compare is operator.eq:
        return symbol.given
    if compare is operator.ne:
        return ["not", symbol.given]
    raise NotUnderstood(f"an answer of {symbol.variable} is neither more nor less")


def _joined(word: str, parts: list[Rule | bool]) -> Rule | bool:
    """``all`` or ``any`` of the parts; what is always or never so is worked out, ``any`` of one variable made one."""
    decided = word == "any"
    if decided in parts:
        return decided
    rules = [part for part in parts if not isinstance(part, bool)]
    if not rules:
        return not decided
    if decided and all(rule[:2] == ["any_of", rules[0][1]] for rule in rules):
        return ["any_of", rules[0][1], *dict.fromkeys(code for rule in rules for code in rule[2:])]
    return rules[0] if len(rules) == 1 else [word, *rules]


def _negated(rule: Rule | bool) -> Rule | bool:
    if isinstance(rule, bool):
        return not rule
    return rule[1] if rule[0] == "not" else ["not", rule]
