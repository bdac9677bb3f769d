"""The chart of a question over the waves, from its trend: which figure a wave has, and where the line breaks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from django.utils.translation import gettext as _

from results import charts, printing
from results.charts.dots import Axis
from results.charts.over_waves import Wave
from surveys.codebook import Variable

Point = Mapping[str, Any]


class Printed(Protocol):
    """A wave's figure as it is printed in the table beside the chart."""

    @property
    def title(self) -> str:
        """The wave."""

    @property
    def figure(self) -> str:
        """Its figure."""


def chart_of(
    trend: Mapping[str, Any], variable: Variable, *, row: str | None, figure: str, printed: Sequence[Printed]
) -> charts.Figure | None:
    """One row of the trend, or with None its mean, as a line; None where fewer than two waves can be drawn."""
    lines = {wave: number for number, each in enumerate(trend["lines"]) for wave in each}
    waves = [
        _wave(point, row=row, line=lines.get(point["wave"]), printed=told.figure)
        for point, told in zip(trend["points"], printed, strict=True)
    ]
    return charts.figure_over_waves(
        waves,
        title=_("%(question)s: “%(figure)s” over the waves") % {"question": variable.label, "figure": figure},
        description="; ".join(f"{told.title}: {told.figure}" for told in printed) + ".",
        ident=f"{variable.name}-waves",
        axis=_axis(waves, variable, is_mean=row is None),
        caption=list(_caption(trend)),
    )


def _wave(point: Point, *, row: str | None, line: int | None, printed: str) -> Wave:
    value, low, high = _mean(point) if row is None else _share(point, row)
    day = date.fromisoformat(point["closed"]).toordinal()
    if line is None or value is None:
        return Wave(point["title"], day, None, "", None, None, None)
    return Wave(point["title"], day, value, printed, low, high, line)


def _share(point: Point, row: str) -> tuple[float | None, float | None, float | None]:
    cell = next((each["cell"] for each in point["rows"] if each["id"] == row), None)
    return (cell["exact"], cell["low"], cell["high"]) if cell else (None, None, None)


def _mean(point: Point) -> tuple[float | None, float | None, float | None]:
    mean = point["mean"]
    if mean is None or mean["value"] is None:
        return None, None, None
    return mean["value"], *printing.mean_interval(mean)


def _axis(waves: Sequence[Wave], variable: Variable, *, is_mean: bool) -> Axis:
    """From nothing to the first quarter above all intervals; a mean's from the low end of its scale to the high."""
    ends = [end for wave in waves for end in (wave.value, wave.low, wave.high) if end is not None]
    if not is_mean:
        return Axis(0, next((top for top in (25, 50, 75) if max(ends, default=0) <= top), 100))
    scores = [code.score for code in variable.codes if code.score is not None]
    low, high = min([*scores, *ends], default=0), max([*scores, *ends], default=1)
    return Axis(low, high if high > low else low + 1)


def _caption(trend: Mapping[str, Any]) -> Iterator[str]:
    yield _("Bars through the points are 95 per cent intervals.")
    if trend["breaks"]:
        yield _("The line breaks where the waves may not be compared; the table says why.")
    if trend["left_out"]:
        yield _("Not drawn: waves with a base under 30, or hidden.")
