"""What people type and choose: random sound answers to any variable, and words with every kind of character."""

from __future__ import annotations

import random
from typing import Any

from surveys.codebook import Variable

LETTERS = "abcdefghij klmnop\nqrstuvwxyzäöüßçñ–’“”…𝔘🙂漢字שلا&<>\"'{}%=+@ \t"


def words(dice: random.Random, most: int = 400) -> str:
    """Words of a person: line ends, marks of HTML and templates, letters beyond the first plane."""
    return "".join(dice.choice(LETTERS) for _ in range(dice.randint(1, most))).strip() or "ja"


def sound_answer(variable: Variable, dice: random.Random, *, blank: float = 0.2) -> list[Any]:
    """A random answer that the variable takes; blank with this probability."""
    return [] if dice.random() < blank else _ANSWERS[variable.holds](variable, dice)


def _one(variable: Variable, dice: random.Random) -> list[Any]:
    return [dice.choice(variable.codes).code]


def _many(variable: Variable, dice: random.Random) -> list[Any]:
    alone = [code.code for code in variable.codes if code.exclusive or code.kind]
    if alone and dice.random() < 0.2:
        return [dice.choice(alone)]
    others = [code.code for code in variable.codes if code.code not in alone]
    chosen = set(dice.sample(others, dice.randint(1, len(others))))
    return [code for code in others if code in chosen]


def _order(variable: Variable, dice: random.Random) -> list[Any]:
    codes = [code.code for code in variable.codes]
    return dice.sample(codes, dice.randint(1, len(codes)))


def _number(variable: Variable, dice: random.Random) -> list[Any]:
    low = 0 if variable.minimum is None else variable.minimum
    high = low + 1000 if variable.maximum is None else variable.maximum
    return [dice.choice([low, high, round(dice.uniform(low, high), dice.randint(0, 6))])]


def _text(variable: Variable, dice: random.Random) -> list[Any]:
    return [words(dice, int(min(variable.maximum or 400, 400)))]


_ANSWERS = {"one": _one, "many": _many, "order": _order, "number": _number, "text": _text}
