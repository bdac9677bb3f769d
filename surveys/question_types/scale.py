"""A numeric scale between two named ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from surveys.codebook import Code
from surveys.question_types.closed import OneOf, codes_of


class Scale(OneOf):
    """A number on a scale with named ends; read as a mean and as a distribution.

    Where no option carries a score, each substantive code is its own score.
    """

    key = "scale"
    label = "Numeric scale"
    keys = OneOf.keys | {"low", "high"}

    def codes(self, settings: Mapping[str, Any]) -> tuple[Code, ...]:
        codes = codes_of(settings)
        if any(code.score is not None for code in codes):
            return codes
        return tuple(code if code.kind else _scored_as_itself(code) for code in codes)


def _scored_as_itself(code: Code) -> Code:
    assert not isinstance(code.code, str)  # only attributes have codes of letters
    return replace(code, score=code.code)
