"""Breaks and filters: the sets of respondents that a table's columns are made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from results.analysis import bits
from results.analysis.frame import Frame
from results.analysis.suppression import TOTAL
from surveys.codebook import CodeValue, Variable

Where = Mapping[str, Iterable[CodeValue]]


@dataclass(frozen=True, slots=True)
class Banner:
    """A standing break of a wave: its name, its title and the closed variable whose codes are its columns."""

    name: str
    title: str
    variable: str


By = Banner | str | Sequence[str | Banner] | None


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One column of a break: id, label, the packed mask of its respondents, and the ids of the codes it crosses."""

    id: str
    label: str
    mask: bits.Mask
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """In a crossed break, the columns that add up to one of a simpler break, and those whose other part is unknown."""

    ids: frozenset[str]
    rest: bits.Mask


@dataclass(frozen=True, slots=True, eq=False)
class Break:
    """All columns of a table, the total first, and the ids of those that can share respondents."""

    name: str | None
    columns: tuple[Column, ...]
    overlapping: frozenset[str] = frozenset()
    lines: tuple[Line, ...] = ()

    @property
    def masks(self) -> bits.Matrix:
        """The columns' masks ``[columns, bytes]``."""
        return np.stack([column.mask for column in self.columns])


def columns(frame: Frame, *, by: By = None) -> list[Column]:
    """The total column and then one for each code of the break. Raises ValueError if it is not a closed variable."""
    return list(break_of(frame, by=by).columns)


def break_of(frame: Frame, *, by: By = None) -> Break:
    """The break by a banner or a closed variable, or by several crossed; without one, the total alone.

    Crossed columns have ids like "chair|1" and labels like "CCG chair, GP"; they overlap if any of the crossed does.
    """
    total = Column(TOTAL, "Total", frame.everybody)
    if by is None:
        return Break(None, (total,))
    parts = [_single(frame, each) for each in ([by] if isinstance(by, (str, Banner)) else by)]
    crossed = reduce(_crossed, parts)
    if len({TOTAL, *(column.id for column in crossed.columns)}) <= len(crossed.columns):
        raise ValueError(f"{crossed.name}: two columns would have the same id")
    lines = tuple(_lines(parts, crossed)) if len(parts) > 1 else ()
    return Break(crossed.name, (total, *crossed.columns), crossed.overlapping, lines)


def _single(frame: Frame, by: Banner | str) -> Break:
    """The columns of one variable, without the total."""
    name, source = (by.name, by.variable) if isinstance(by, Banner) else (by, by)
    variable = closed_variable(frame, source)
    made = tuple(
        Column(str(code.code), code.label, mask, (str(code.code),))
        for code, mask in zip(variable.codes, frame.codes[source], strict=True)
    )
    apart = {str(code.code) for code in variable.codes if code.exclusive}
    overlapping = frozenset() if variable.holds == "one" else frozenset(column.id for column in made) - apart
    return Break(name, made, overlapping)


def _crossed(outer: Break, inner: Break) -> Break:
    """Each column of `outer` cut by each of `inner`."""
    made = {
        (one.id, two.id): Column(
            f"{one.id}|{two.id}", f"{one.label}, {two.label}", one.mask & two.mask, one.parts + two.parts
        )
        for one in outer.columns
        for two in inner.columns
    }
    overlap = (
        column.id for (one, two), column in made.items() if one in outer.overlapping or two in inner.overlapping
    )
    return Break(f"{outer.name}|{inner.name}", tuple(made.values()), frozenset(overlap))


def _lines(parts: Sequence[Break], crossed: Break) -> Iterator[Line]:
    """For each part left out, each combination of the others: its columns, and those in none of them."""
    for place in range(len(parts)):
        for simpler in reduce(_crossed, [*parts[:place], *parts[place + 1 :]]).columns:
            inside = [
                column
                for column in crossed.columns
                if column.parts[:place] + column.parts[place + 1 :] == simpler.parts
            ]
            rest = simpler.mask & ~bits.union(np.stack([column.mask for column in inside]))
            yield Line(frozenset(column.id for column in inside), rest)


def where_mask(frame: Frame, where: Where | None) -> bits.Mask:
    """Who passes a filter: any of the codes of each variable, all variables together. Raises ValueError."""
    mask = frame.everybody
    for name, codes in (where or {}).items():
        closed_variable(frame, name)
        mask = mask & frame.mask(name, codes)
    return mask


def weaker_filters(where: Where | None) -> list[Where]:
    """The filters whose tables this filter's could be compared with: none at all, and each variable left out once."""
    if not where:
        return []
    dropped = [{name: codes for name, codes in where.items() if name != left_out} for left_out in where]
    return [{}, *(dropped if len(where) > 1 else [])]


def narrower_filters(where: Where | None) -> list[Where]:
    """The filters inside this one: of each variable with several codes, each code left out once and each code alone.

    Who falls out has a code alone. Where people have one code only the break by the variable shows the same; where
    they have several, no break does.

    >>> narrower_filters({"role": ["chair", "ao", "x"]})[::3]
    [{'role': ['ao', 'x']}, {'role': ['chair']}]
    """
    made: list[Where] = []
    for name, given in (where or {}).items():
        codes = list(dict.fromkeys(given))
        fewer = [[each for each in codes if each != left_out] for left_out in codes] if len(codes) > 1 else []
        alone = [[each] for each in codes] if len(codes) > 2 else []
        made += [{**(where or {}), name: kept} for kept in [*fewer, *alone]]
    return made


def closed_variable(frame: Frame, name: str) -> Variable:
    """The closed variable of this name. Raises ValueError if there is none."""
    if name not in frame.codebook or not frame.codebook[name].closed:
        raise ValueError(f"{name} is not a closed variable of this wave")
    return frame.codebook[name]
