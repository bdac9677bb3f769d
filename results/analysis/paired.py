"""Tests of change in the same people: a yes or no that was given twice, and a number that was given twice."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

EXACT, CHI_SQUARED, PAIRED_T = "mcnemar_exact", "mcnemar", "paired_t"
FEW_CHANGED = 25
"""Under so many who changed, the exact distribution decides."""

NORMAL = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Turnover:
    """How many people said something both times, only the first time, only the second, and neither time."""

    both: int
    only_before: int
    only_after: int
    neither: int

    @property
    def people(self) -> int:
        """Everybody who answered both times."""
        return self.both + self.only_before + self.only_after + self.neither


def mcnemar(turnover: Turnover) -> tuple[float | None, float, str]:
    """McNemar's test that as many took up an answer as gave it up: χ² (None when exact), two-sided p, the method.

    χ² = (b−c)²/(b+c) on one degree of freedom, b and c those who changed each way (McNemar 1947, Psychometrika
    12:153); under 25 changes the exact binomial test with share ½. Who stayed says nothing of the change. Nobody
    changed: p = 1.

    Agresti (Categorical Data Analysis, 2nd ed., table 10.1): of 1,600 who rated a prime minister twice, 794 approved
    both times, 150 only before, 86 only after, 570 neither: z² = 17.36.

    >>> statistic, p, method = mcnemar(Turnover(both=794, only_before=150, only_after=86, neither=570))
    >>> round(statistic, 2), f"{p:.1e}", method
    (17.36, '3.1e-05', 'mcnemar')

    Of 12 who changed, two took it up: p = 2·(1 + 12 + 66)/4096.

    >>> round(mcnemar(Turnover(both=30, only_before=10, only_after=2, neither=8))[1], 4)
    0.0386
    """
    lost, won = turnover.only_before, turnover.only_after
    changed = lost + won
    if changed < FEW_CHANGED:
        tail = float(special.bdtr(min(lost, won), changed, 0.5)) if changed else 1.0
        return None, min(1.0, 2 * tail), EXACT
    statistic = (lost - won) ** 2 / changed
    return statistic, float(special.chdtrc(1, statistic)), CHI_SQUARED


def paired_interval(turnover: Turnover) -> tuple[float, float]:
    """The 95 per cent interval of the change of a share, in percentage points.

    d ± 1.96·√(b+c−(b−c)²/n)/n with d = (c−b)/n (Agresti, as above). His example: −4 points, −5.9 to −2.1.

    >>> low, high = paired_interval(Turnover(both=794, only_before=150, only_after=86, neither=570))
    >>> round(low, 2), round(high, 2)
    (-5.87, -2.13)
    """
    people, won, lost = turnover.people, turnover.only_after, turnover.only_before
    difference = (won - lost) / people
    error = math.sqrt(won + lost - (won - lost) ** 2 / people) / people
    return 100 * (difference - NORMAL * error), 100 * (difference + NORMAL * error)


def paired_t(before: NDArray[np.float64], after: NDArray[np.float64]) -> tuple[float | None, int, float | None]:
    """The paired t test of a mean: t, degrees of freedom, two-sided p; None where no difference varies.

    t = d̄/(s_d/√n) on n−1 degrees of freedom (Student 1908, Biometrika 6:1). His ten patients' additional hours of
    sleep by two drugs: mean difference 1.58, t = 4.06.

    >>> first = np.array([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0])
    >>> second = np.array([1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
    >>> t, freedom, p = paired_t(first, second)
    >>> round(t, 2), freedom, round(p, 4)
    (4.06, 9, 0.0028)
    """
    changes = after - before
    if len(changes) < 2:
        return None, 0, None
    spread, freedom = float(np.std(changes, ddof=1)), len(changes) - 1
    if spread == 0:
        return None, freedom, 1.0 if not changes.any() else None
    t = float(changes.mean()) / (spread / math.sqrt(len(changes)))
    return t, freedom, float(2 * stats.t.sf(abs(t), freedom))
