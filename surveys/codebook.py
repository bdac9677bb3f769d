"""The codebook: what each variable of a wave means, code by code. Pure.

A `Variable` is one column of the answers (``GRIP``, ``METHODS_INTEGRATE``). It says what it can hold, not which
question type it came from, so that everything after the close (frame, tables, exports) needs no list of types.

Answers are always lists: ``[4]`` one choice, ``[1, 3]`` several, ``[3, 1, 2]`` a ranking in order, ``[12.5]`` a
number, ``["words"]`` a comment. An absent key was *not asked*; an empty list was *asked and left blank*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

CodeValue = int | str

DONT_KNOW, REFUSED, NOT_APPLICABLE = "dont_know", "refused", "not_applicable"
CODE_KINDS = (DONT_KNOW, REFUSED, NOT_APPLICABLE)

HOLDS = ("one", "many", "order", "number", "text")


@dataclass(frozen=True, slots=True)
class Code:
    """One answer that is offered. `score` enters means; `kind` marks don't know and the like.

    Who chooses one to `specify` is asked for words of their own.
    """

    code: CodeValue
    label: str
    score: float | None = None
    kind: str = ""
    exclusive: bool = False
    specify: bool = False


@dataclass(frozen=True, slots=True)
class Net:
    """Several codes read as one; a respondent who chose any of them counts once."""

    name: str
    label: str
    codes: tuple[CodeValue, ...]


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of the answers.

    `holds` is one of `HOLDS`: one code, many codes, codes in order, a number, or text. `text` is the question as it
    was put; `row` the statement of a battery, else empty. `attribute` marks what is known of the respondent (role,
    region) rather than asked. `sensitive` restrains the printing of 0 and 100 per cent.

    `asked_if` is a rule on the variables of the same question before it (own words to "other", the use of a comment):
    it is asked only of those for whom it holds. `permission` marks what a respondent lets be done with a comment.
    """

    name: str
    text: str
    holds: str
    item: str = ""
    row: str = ""
    codes: tuple[Code, ...] = ()
    nets: tuple[Net, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    sensitive: bool = False
    attribute: bool = False
    track: str = ""
    asked_if: list[Any] | None = field(default=None, hash=False)
    permission: bool = False

    @property
    def closed(self) -> bool:
        """Whether the answers are codes, so that they can be counted, crossed and filtered."""
        return self.holds in ("one", "many", "order")

    @property
    def scored(self) -> bool:
        """Whether a mean of scores can be given (any substantive code carries a score)."""
        return self.holds == "one" and any(code.score is not None for code in self.codes)

    @property
    def label(self) -> str:
        """The words that name this variable where its question is already given: the statement, or the question."""
        return self.row or self.text

    def code(self, value: CodeValue) -> Code:
        """The code with this value. Raises KeyError when it is not offered."""
        for code in self.codes:
            if code.code == value:
                return code
        raise KeyError(value)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, defaults left out; `Variable.from_dict` reads it back."""
        data: dict[str, Any] = {"name": self.name, "text": self.text, "holds": self.holds}
        for key in (
            "item",
            "row",
            "unit",
            "minimum",
            "maximum",
            "sensitive",
            "attribute",
            "track",
            "asked_if",
            "permission",
        ):
            value = getattr(self, key)
            if value is not None and value is not False and value != "":
                data[key] = value
        if self.codes:
            data["codes"] = [_code_dict(code) for code in self.codes]
        if self.nets:
            data["nets"] = [{"name": net.name, "label": net.label, "codes": list(net.codes)} for net in self.nets]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Variable:
        """The variable that `as_dict` wrote."""
        plain = {key: value for key, value in data.items() if key not in ("codes", "nets")}
        return cls(
            **plain,
            codes=tuple(Code(**code) for code in data.get("codes", ())),
            nets=tuple(Net(net["name"], net["label"], tuple(net["codes"])) for net in data.get("nets", ())),
        )


@dataclass(frozen=True, slots=True)
class Codebook:
    """All variables of a wave in the order they were asked, the respondents' attributes first."""

    variables: tuple[Variable, ...]
    _by_name: dict[str, Variable] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_name", {variable.name: variable for variable in self.variables})

    def __getitem__(self, name: str) -> Variable:
        return self._by_name[name]

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __iter__(self) -> Iterator[Variable]:
        return iter(self.variables)

    def __len__(self) -> int:
        return len(self.variables)

    @property
    def attributes(self) -> tuple[Variable, ...]:
        """What is known of each respondent: role, GP or not, region."""
        return tuple(variable for variable in self.variables if variable.attribute)

    @property
    def questions(self) -> tuple[Variable, ...]:
        """What was asked, apart from permissions."""
        return tuple(each for each in self.variables if not each.attribute and not each.permission)

    def permission_for(self, comment: str) -> Variable | None:
        """The variable that says how the comment of this name may be used; None where that was not asked."""
        return next((each for each in self.variables if each.permission and each.item == comment), None)

    def as_list(self) -> list[dict[str, Any]]:
        """Plain data; `Codebook.from_list` reads it back."""
        return [variable.as_dict() for variable in self.variables]

    @classmethod
    def from_list(cls, data: list[dict[str, Any]]) -> Codebook:
        """The codebook that `as_list` wrote."""
        return cls(tuple(Variable.from_dict(each) for each in data))


def _code_dict(code: Code) -> dict[str, Any]:
    data: dict[str, Any] = {"code": code.code, "label": code.label}
    if code.score is not None:
        data["score"] = code.score
    if code.kind:
        data["kind"] = code.kind
    if code.exclusive:
        data["exclusive"] = True
    if code.specify:
        data["specify"] = True
    return data
