"""What each LimeSurvey question type becomes: its letter, its name there, and the function that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from surveys.imports.answers import Answers, answers_from
from surveys.imports.building import Builder
from surveys.imports.conditions import Symbol

Item = dict[str, Any]
Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the structure in the survey's own language; `parts` are its subquestions, code and words."""

    title: str
    text: str
    hint: str
    parts: Pairs
    answers: Pairs
    other: bool
    attributes: Mapping[str, str]
    place: str

    def item(self, builder: Builder, **more: Any) -> Item:
        """The item with what all types share."""
        name = builder.name(self.title, self.place)
        return {"name": name, "text": self.text or name, "hint": self.hint, **more}


@dataclass(frozen=True, slots=True)
class Type:
    """A question type of LimeSurvey; `read` is None for those without a counterpart."""

    label: str
    read: Callable[[Asked, Builder], Iterable[Item]] | None = None


def _single(asked: Asked, builder: Builder, pairs: Pairs | None = None) -> Iterator[Item]:
    """One answer from a list; the box for another answer in words becomes an answer "Other" that asks for words."""
    pairs = asked.answers if pairs is None else pairs
    answers = _asking_for_words(answers_from([*pairs, *_other(asked, builder)]), asked)
    item = asked.item(builder, type="single", options=builder.answered_with(answers, asked.place))
    builder.symbols[asked.title] = Symbol(item["name"], _also(answers, {"-oth-": "other"}))
    yield item


def _fixed(*pairs: tuple[str, str]) -> Callable[[Asked, Builder], Iterator[Item]]:
    return lambda asked, builder: _single(asked, builder, list(pairs))


def _with_comment(asked: Asked, builder: Builder) -> Iterator[Item]:
    yield from _single(asked, builder)
    builder.note(asked.place, "the comment beside the list became a question of its own")
    name = builder.name(f"{asked.title}_COMMENT", asked.place)
    builder.symbols[f"{asked.title}_comment"] = Symbol(name)
    yield {"name": name, "type": "text", "text": "Is there anything you would like to add?", "long": True}


def _multiple(asked: Asked, builder: Builder) -> Iterator[Item]:
    """Several answers: LimeSurvey has a yes or blank for each, here they are codes of one variable."""
    excluding = set(filter(None, asked.attributes.get("exclude_all_others", "").replace(",", ";").split(";")))
    more = {code: {"exclusive": True} for code in excluding}
    answers = answers_from([*asked.parts, *_other(asked, builder)], several=True, more=more)
    answers = _asking_for_words(answers, asked)
    item = asked.item(builder, type="multiple", options=builder.answered_with(answers, asked.place))
    for source, code in answers.codes.items():
        builder.symbols[f"{asked.title}_{source}"] = Symbol(item["name"], ticked=code)
    builder.symbols[asked.title] = Symbol(item["name"])
    yield item


def _multiple_with_comments(asked: Asked, builder: Builder) -> Iterator[Item]:
    builder.note(asked.place, "the comments beside its answers were left out")
    yield from _multiple(asked, builder)


def _array(asked: Asked, builder: Builder, pairs: Pairs | None = None) -> Iterator[Item]:
    """A battery: subquestions are its statements, answers its scale."""
    answers = answers_from(asked.answers if pairs is None else pairs)
    rows = [{"name": _row_name(source), "text": words} for source, words in asked.parts]
    options = builder.answered_with(answers, asked.place)
    item = asked.item(builder, type="grid", rows=rows, options=options)
    for (source, _words), row in zip(asked.parts, rows, strict=True):
        builder.symbols[f"{asked.title}_{source}"] = Symbol(f"{item['name']}_{row['name']}", answers.codes)
    yield item


def _fixed_array(*pairs: tuple[str, str]) -> Callable[[Asked, Builder], Iterator[Item]]:
    return lambda asked, builder: _array(asked, builder, list(pairs))


def _ranking(asked: Asked, builder: Builder) -> Iterator[Item]:
    """What is ranked stands among the answers, and in the newest versions among the subquestions."""
    answers = answers_from(asked.answers or asked.parts)
    item = asked.item(builder, type="ranking", options=builder.answered_with(answers, asked.place))
    builder.symbols[asked.title] = Symbol(item["name"])
    for place in range(1, len(answers.options) + 1):
        builder.symbols[f"{asked.title}_{place}"] = Symbol(item["name"])
    yield item


def _number(asked: Asked, builder: Builder) -> Iterator[Item]:
    item = asked.item(builder, type="number", **_bounds(asked.attributes))
    builder.symbols[asked.title] = Symbol(item["name"])
    yield item


def _text(*, long: bool) -> Callable[[Asked, Builder], Iterator[Item]]:
    def read(asked: Asked, builder: Builder) -> Iterator[Item]:
        item = asked.item(builder, type="text", long=long)
        builder.symbols[asked.title] = Symbol(item["name"])
        yield item

    return read


def _each(kind: str) -> Callable[[Asked, Builder], Iterator[Item]]:
    """Several numbers or short texts under one question: a question each."""

    def read(asked: Asked, builder: Builder) -> Iterator[Item]:
        builder.note(asked.place, f"its {len(asked.parts)} boxes became a question each")
        bounds = _bounds(asked.attributes) if kind == "number" else {}
        for source, words in asked.parts:
            name = builder.name(f"{asked.title}_{source}", asked.place)
            builder.symbols[f"{asked.title}_{source}"] = Symbol(name)
            yield {"name": name, "type": kind, "text": f"{asked.text} {words}".strip(), "hint": asked.hint, **bounds}

    return read


def _note(asked: Asked, builder: Builder) -> Iterator[Item]:
    yield asked.item(builder, type="note")


def _other(asked: Asked, builder: Builder) -> Pairs:
    if not asked.other:
        return []
    builder.note(asked.place, "“Other” stands among its answers, and asks who chooses it to say what")
    return [("other", asked.attributes.get("other_replace_text") or "Other")]


def _asking_for_words(answers: Answers, asked: Asked) -> Answers:
    """The answers, "Other" with the key that asks for own words."""
    if not asked.other:
        return answers
    code = answers.codes["other"]
    options = ({**each, "specify": True} if each["code"] == code else each for each in answers.options)
    return replace(answers, options=tuple(options))


def _also(answers: Answers, names: Mapping[str, str]) -> dict[str, int]:
    """The codes, under further names that conditions use for them."""
    return {**answers.codes, **{also: answers.codes[name] for also, name in names.items() if name in answers.codes}}


def _row_name(source: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in source.upper()) or "ROW"


def _bounds(attributes: Mapping[str, str]) -> Item:
    """Smallest and largest number, and the unit that stands before or after the box."""
    found: Item = {"unit": (attributes.get("suffix") or attributes.get("prefix") or "").strip()[:40]}
    for key, attribute in (("min", "min_num_value_n"), ("max", "max_num_value_n")):
        try:
            value = float(attributes.get(attribute, ""))
        except ValueError:
            continue
        found[key] = int(value) if value.is_integer() else value
    # A smallest number of 0 would be dropped as empty; it says something.
    return {key: value for key, value in found.items() if value != ""}


_FIVE: Pairs = [(str(point), str(point)) for point in range(1, 6)]
_TEN: Pairs = [(str(point), str(point)) for point in range(1, 11)]
_YES_NO: Pairs = [("Y", "Yes"), ("N", "No")]

TYPES: dict[str, Type] = {
    "L": Type("list (radio)", _single),
    "!": Type("list (dropdown)", _single),
    "O": Type("list with comment", _with_comment),
    "5": Type("five point choice", _fixed(*_FIVE)),
    "Y": Type("yes or no", _fixed(*_YES_NO)),
    "G": Type("gender", _fixed(("F", "Female"), ("M", "Male"))),
    "M": Type("multiple choice", _multiple),
    "P": Type("multiple choice with comments", _multiple_with_comments),
    "F": Type("array", _array),
    "H": Type("array by column", _array),
    "A": Type("array (five points)", _fixed_array(*_FIVE)),
    "B": Type("array (ten points)", _fixed_array(*_TEN)),
    "C": Type("array (yes, no, uncertain)", _fixed_array(("Y", "Yes"), ("U", "Uncertain"), ("N", "No"))),
    "E": Type("array (increase, same, decrease)", _fixed_array(("I", "Increase"), ("S", "Same"), ("D", "Decrease"))),
    "N": Type("numerical input", _number),
    "K": Type("multiple numerical input", _each("number")),
    "R": Type("ranking", _ranking),
    "S": Type("short free text", _text(long=False)),
    "T": Type("long free text", _text(long=True)),
    "U": Type("huge free text", _text(long=True)),
    "Q": Type("multiple short text", _each("text")),
    "X": Type("text display", _note),
    "1": Type("array (dual scale)"),
    ";": Type("array (texts)"),
    ":": Type("array (numbers)"),
    "D": Type("date"),
    "|": Type("file upload"),
    "*": Type("equation"),
    "I": Type("language switch"),
}
"""Every type that LimeSurvey has; those without a function are named and left out."""

__all__ = ["TYPES", "Asked", "Type", "field"]
