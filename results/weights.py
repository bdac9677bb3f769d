"""Weighting a wave to its population: targets written down at the close, weights made from them at every build."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from results.analysis import bits
from results.analysis.frame import Frame
from results.analysis.weighting import rake, report_of
from results.populations import invited_people
from surveys.models import Wave
from surveys.wave_checks import PLACES

GIVEN, RAKE = "given", "rake"
UNKNOWN = ""
"""The category of those of whom a margin is not known."""

MOST_ERROR = 0.001
"""A margin that is farther off than this, relatively, has not been met."""

DECIMALS, WEIGHT_DECIMALS = 9, 12
"""What is kept of a report and of a weight: the bits beyond differ between processors."""

Targets = dict[str, dict[str, int]]


def targets_of(wave: Wave, weighting: Mapping[str, Any] | None, sizes: Mapping[str, int] | None) -> Targets | None:
    """The counts that each margin is weighted to, category by category; None unless the wave is raked.

    Roles and GPs are counted among the people invited by name (`populations.invited_people`), places among the
    organisations of the frame (`sizes`, as `respondents.organisations.frame_sizes` gives them). A margin without a
    population is empty. Called while the wave closes: afterwards people move and registers are corrected.
    """
    if (weighting or {}).get("method") != RAKE:
        return None
    return {name: _target(wave, name, sizes) for name in (weighting or {})["margins"]}


def weighted(
    frame: Frame, *, weighting: Mapping[str, Any] | None, targets: Targets | None
) -> tuple[Frame, dict[str, Any] | None]:
    """The frame with the weights that its wave asks for, and the report on them; None for a wave without weights.

    Weights that cannot be made leave the frame unweighted, and ``problem`` in the report says why. The same answers
    and targets always give the same weights.
    """
    method = (weighting or {}).get("method")
    if method == GIVEN:
        return frame, {"method": GIVEN, "margins": [], "problem": None, **_spread(frame)}
    if method != RAKE:
        return frame, None
    found = _raked(frame, targets or {})
    head = {"method": RAKE, "margins": list((weighting or {})["margins"])}
    if isinstance(found, str):
        return frame, {**head, "problem": found}
    made, report = found
    return made, {**head, "problem": None, **report}


def _target(wave: Wave, name: str, sizes: Mapping[str, int] | None) -> dict[str, int]:
    return _places(name, sizes or {}) if name in PLACES else _invited(wave, name)


def _invited(wave: Wave, name: str) -> dict[str, int]:
    people = invited_people(wave).values_list(name, flat=True)
    return dict(sorted(Counter(map(_category, people)).items()))


def _places(name: str, sizes: Mapping[str, int]) -> dict[str, int]:
    """Organisations by place; those of the frame that stand in none are of unknown place."""
    made = {key.partition(":")[2]: size for key, size in sorted(sizes.items()) if key.startswith(f"{name}:")}
    outside = sizes.get("total", 0) - sum(made.values())
    return {**made, UNKNOWN: outside} if outside > 0 and made else made


def _category(value: Any) -> str:
    return UNKNOWN if value is None else str(int(value)) if isinstance(value, bool) else str(value)


def _raked(frame: Frame, targets: Targets) -> tuple[Frame, dict[str, Any]] | str:
    """The weighted frame with its report, or the sentence that says why there is none."""
    categories = {name: _categories(frame, name) for name in targets}
    for problem in _impossible(categories, targets):
        return problem
    try:
        weights, report = rake(categories, targets)
    except ValueError as error:
        return f"The wave cannot be weighted: {error}."
    if not np.isfinite(weights).all() or report.margin_error > MOST_ERROR:
        return "The margins cannot be met together: too few of some combination of them answered."
    return frame.with_weights(np.round(weights, WEIGHT_DECIMALS)), _plain(report.as_dict())


def _impossible(categories: Mapping[str, list[str]], targets: Targets) -> Iterator[str]:
    """Why the answers cannot be brought to the targets; no sentence counts respondents."""
    if not targets or not all(categories.values()):
        yield "Nobody answered, so there is nothing to weight."
    for name, target in targets.items():
        if not target:
            kind = "organisations of the frame have" if name in PLACES else "people invited by name have"
            yield f"There is nothing to weight {name} to: no {kind} one."
        present = set(categories[name])
        if strangers := sorted(present - target.keys()):
            yield f"Some who answered have the {name} {_told(strangers[0])}, which is not in the population."
        if missing := sorted(code for code, size in target.items() if size and code not in present):
            size = target[missing[0]]
            yield f"Nobody with the {name} {_told(missing[0])} answered, though the population has {size}."


def _told(category: str) -> str:
    return f"“{category}”" if category != UNKNOWN else "“not known”"


def _categories(frame: Frame, name: str) -> list[str]:
    """Each respondent's category, in the frame's order."""
    made = [UNKNOWN] * frame.size
    if name not in frame.codebook:
        return made
    for code, mask in zip(frame.codebook[name].codes, bits.unpack(frame.codes[name], frame.size), strict=True):
        for place in mask.nonzero()[0].tolist():
            made[place] = str(code.code)
    return made


def _spread(frame: Frame) -> dict[str, Any]:
    """What given weights are like: bounds, both bases and the design effect."""
    if frame.weights is None or not frame.size:
        return {}
    report = _plain(report_of(frame.weights, [], rounds=0, trim=None).as_dict())
    return {key: report[key] for key in report if key not in ("rounds", "margin_error", "converged", "trimmed")}


def _plain(report: Mapping[str, Any]) -> dict[str, Any]:
    return {key: round(value, DECIMALS) if isinstance(value, float) else value for key, value in report.items()}
