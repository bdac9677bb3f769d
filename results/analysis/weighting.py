"""Weights that bring the respondents to the frame's margins, by raking, with a report of what that cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from results.analysis.uncertainty import effective_base

Floats = NDArray[np.float64]
Targets = Mapping[str, Mapping[str, float]]

TOLERANCE, MOST_ROUNDS, MOST_TRIMS = 1e-9, 200, 50
LEAST_WEIGHT, MOST_WEIGHT = 0.3, 3.0


@dataclass(frozen=True, eq=False)
class Margin:
    """One variable to weight by: each respondent's category as a number, and each category's share of the frame."""

    name: str
    labels: tuple[str, ...]
    category: NDArray[np.intp]
    shares: Floats


@dataclass(frozen=True, slots=True)
class Report:
    """What weighting did: rounds, the largest relative error left in a margin, and the spread of the weights."""

    rounds: int
    margin_error: float
    converged: bool
    minimum: float
    maximum: float
    trimmed: int
    base: int
    weighted_base: float
    effective_base: float
    design_effect: float

    def as_dict(self) -> dict[str, Any]:
        """Plain data."""
        return asdict(self)


def rake(
    categories: Mapping[str, Sequence[Any]],
    targets: Targets,
    *,
    trim: tuple[float, float] | None = (LEAST_WEIGHT, MOST_WEIGHT),
) -> tuple[Floats, Report]:
    """Weights of mean 1 whose sums follow the targets in every margin (Deming and Stephan 1940), and the report.

    `categories` gives each margin's category per respondent; `targets` each margin's counts in the frame. Rounds go on
    until the largest relative error is under 1e-9, at most 200. Weights are cut to `trim` and raked again until both
    hold, or 50 times; then the margins are met and the report says how many weights lie on a bound.
    Raises ValueError for an unknown category, a category with a target and no respondents, or no target at all.

    >>> weights, report = rake({"role": ["chair", "chair", "ao"]}, {"role": {"chair": 50, "ao": 50}}, trim=None)
    >>> weights.tolist()
    [0.75, 0.75, 1.5]
    """
    margins = [_margin(name, categories[name], target) for name, target in targets.items()]
    if not margins:
        raise ValueError("there is no margin to weight by")
    weights, rounds = _raked(np.ones(len(margins[0].category)), margins)
    if trim is not None:
        weights, more = _trimmed(weights, margins, trim)
        rounds += more
    return weights, report_of(weights, margins, rounds=rounds, trim=trim)


def report_of(weights: Floats, margins: Sequence[Margin], *, rounds: int, trim: tuple[float, float] | None) -> Report:
    """The report on finished weights."""
    error = max((_error(weights, margin) for margin in margins), default=0.0)
    effective = effective_base(float(weights.sum()), float((weights**2).sum()))
    return Report(
        rounds=rounds,
        margin_error=error,
        converged=error < TOLERANCE,
        minimum=float(weights.min()),
        maximum=float(weights.max()),
        trimmed=0 if trim is None else int((np.isclose(weights, trim[0]) | np.isclose(weights, trim[1])).sum()),
        base=len(weights),
        weighted_base=float(weights.sum()),
        effective_base=effective,
        design_effect=len(weights) / effective,
    )


def _margin(name: str, given: Sequence[Any], target: Mapping[str, float]) -> Margin:
    labels = tuple(str(label) for label in target)
    places = {label: place for place, label in enumerate(labels)}
    strangers = sorted({str(each) for each in given} - places.keys())
    if strangers:
        raise ValueError(f"{name}: the frame has no {strangers[0]!r} to weight to")
    category = np.array([places[str(each)] for each in given], dtype=np.intp)
    counts = np.array(list(target.values()), dtype=np.float64)
    if not np.isfinite(counts).all() or (counts < 0).any() or not counts.sum():
        raise ValueError(f"{name}: a target must be a finite count, not negative, and not all may be zero")
    present = np.bincount(category, minlength=len(labels))
    for label, people, wanted in zip(labels, present, counts, strict=True):
        if wanted and not people:
            raise ValueError(f"{name}: nobody of {label!r} answered, and the frame has {wanted:g}")
        if people and not wanted:
            raise ValueError(f"{name}: {people} of {label!r} answered, and the frame has none")
    return Margin(name, labels, category, counts / counts.sum())


def _raked(weights: Floats, margins: Sequence[Margin]) -> tuple[Floats, int]:
    """Fit one margin after the other until all hold."""
    for done in range(1, MOST_ROUNDS + 1):
        for margin in margins:
            weights = weights * _factors(weights, margin)[margin.category]
        if max(_error(weights, margin) for margin in margins) < TOLERANCE:
            return weights, done
    return weights, MOST_ROUNDS


def _trimmed(weights: Floats, margins: Sequence[Margin], trim: tuple[float, float]) -> tuple[Floats, int]:
    """Cut and rake again until weights lie within the bounds, a hair's breadth apart."""
    rounds = 0
    for _ in range(MOST_TRIMS):
        if weights.min() >= trim[0] * (1 - TOLERANCE) and weights.max() <= trim[1] * (1 + TOLERANCE):
            break
        weights, more = _raked(np.clip(weights, *trim), margins)
        rounds += more
    return weights, rounds


def _factors(weights: Floats, margin: Margin) -> Floats:
    """What each category's weights must be multiplied by so that the margin holds, the sum being the respondents."""
    sums = np.bincount(margin.category, weights=weights, minlength=len(margin.labels))
    wanted = margin.shares * len(margin.category)
    return np.divide(wanted, sums, out=np.ones_like(sums), where=sums > 0)


def _error(weights: Floats, margin: Margin) -> float:
    """The largest relative error of a margin."""
    return float(np.abs(_factors(weights, margin) - 1).max())
