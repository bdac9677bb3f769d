"""How the values of a number spread in each column: the additive ground of its mean, median and bands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis import bits
from results.analysis.frame import Frame

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Distribution:
    """`values` ``[v]`` ascending; by value and column the `people` ``[v, c]``, and when weighted the sums in units."""

    values: NDArray[np.float64]
    people: Ints
    sums: Ints | None = None
    squares: Ints | None = None

    def __add__(self, other: Distribution) -> Distribution:
        values = np.union1d(self.values, other.values)
        return Distribution(values, *(_merged(values, self, other, name) for name in ("people", "sums", "squares")))

    def as_dict(self) -> dict[str, Any]:
        """Plain data; `from_dict` reads it back."""
        arrays = {"people": self.people, "sums": self.sums, "squares": self.squares}
        plain = {name: None if array is None else array.tolist() for name, array in arrays.items()}
        return {"values": self.values.tolist(), "columns": self.people.shape[-1], **plain}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Distribution:
        """The distribution that `as_dict` wrote."""
        shape = (len(data["values"]), data["columns"])
        arrays = (data[name] for name in ("people", "sums", "squares"))
        made = [None if rows is None else np.array(rows, dtype=np.int64).reshape(shape) for rows in arrays]
        people, sums, squares = made
        assert people is not None
        return cls(np.array(data["values"], dtype=np.float64), people, sums, squares)

    def on_columns(self, change: Callable[[Any], Any]) -> Distribution:
        """The same values with the columns changed by `change`, which is given each array."""
        return Distribution(self.values, change(self.people), change(self.sums), change(self.squares))


def distribution(frame: Frame, name: str, columns: bits.Matrix, *, units: Ints | None) -> Distribution | None:
    """The distribution of a number in each of `columns`; None for a variable that is not a number.

    `units` are the weights and squared weights ``[2, n]`` in units, or None.
    """
    if name not in frame.numbers:
        return None
    numbers = frame.numbers[name]
    known = np.flatnonzero(~np.isnan(numbers))
    known = known[np.argsort(numbers[known], kind="stable")]
    values, starts = np.unique(numbers[known], return_index=True)
    flags = bits.unpack(columns, frame.size)[:, known]
    if units is None:
        return Distribution(values, _summed(flags, None, starts))
    sums, squares = (_summed(flags, unit[known], starts) for unit in units)
    return Distribution(values, _summed(flags, None, starts), sums, squares)


def _summed(flags: NDArray[np.bool_], units: Ints | None, starts: NDArray[np.intp]) -> Ints:
    """Sums over runs of equal values, column by column: ``[v, c]``."""
    if not len(starts):
        return np.zeros((0, len(flags)), dtype=np.int64)
    columns = [flag.astype(np.int64) if units is None else np.where(flag, units, 0) for flag in flags]
    return np.stack([np.add.reduceat(column, starts) for column in columns], axis=1)


def _merged(values: NDArray[np.float64], one: Distribution, two: Distribution, name: str) -> Any:
    if getattr(one, name) is None:
        return None
    return _spread(values, one, name) + _spread(values, two, name)


def _spread(values: NDArray[np.float64], part: Distribution, name: str) -> Ints:
    array = getattr(part, name)
    spread = np.zeros((len(values), array.shape[-1]), dtype=np.int64)
    spread[np.searchsorted(values, part.values)] = array
    return spread
