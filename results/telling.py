"""What a page tells beside its figures: what is new, sentences to paste, what not to print, and the waves before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from results import charts, printing
from results.analysis.trend import BREAKS, FELL, LITTLE_CHANGED, NOT_TESTED, ROSE
from results.story import Finding, Story, story_of
from results.story.answers import mean_words
from results.story.finding import CHANGE, DIVIDED, DONT_KNOW, GAP, GP
from results.story.material import Material, is_long_scale, leading_row
from results.story.wording import chance
from results.tables import results_of
from results.trend_charts import chart_of
from results.trends import Fielded, fielded_waves, trend_of
from surveys.codebook import Variable
from surveys.models import Wave

NEWS = (CHANGE, GP, GAP, DIVIDED, DONT_KNOW)
MOST_NEWS = 5

Point = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WaveRow:
    """One wave of a question: its title, its base, the figure as printed, and what became of it since the last."""

    title: str
    base: str
    figure: str
    note: str


@dataclass(frozen=True, slots=True)
class PanelRow:
    """What became of one answer among the same people: shares then and now, who took it up, who gave it up."""

    label: str
    before: str
    now: str
    taken_up: str
    given_up: str
    note: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The people who answered this wave and the linked one before: what of their answers changed."""

    title: str
    people: int
    rows: tuple[PanelRow, ...]


@dataclass(frozen=True, slots=True)
class WaveTable:
    """A question over the waves: what the figure is, the waves in order, and what moved behind them."""

    variable: str
    caption: str
    figure: str
    rows: tuple[WaveRow, ...]
    footnotes: tuple[str, ...]
    chart: charts.Figure | None = None
    panel: Panel | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """All that stands beside the figures of a wave, question by question."""

    story: Story
    over_waves: Mapping[str, WaveTable]

    @property
    def news(self) -> list[Finding]:
        """What is new: real changes, GPs against the others, other gaps, what divides, what is not known."""
        return [finding for finding in self.story.findings if finding.kind in NEWS][:MOST_NEWS]

    @property
    def unsafe(self) -> tuple[Finding, ...]:
        """What must not be printed, with reasons."""
        return self.story.unsafe


def telling_of(wave: Wave) -> Telling:
    """What stands beside the figures of a closed wave; kept in memory until a snapshot of its survey changes.

    Raises Refused while there are no results.
    """
    results_of(wave)
    fielded = fielded_waves(wave.survey, until=wave)
    marks = tuple((each.wave.pk, each.snapshot.digest) for each in fielded)
    return _telling(wave.pk, marks, get_language() or "")


@lru_cache(maxsize=32)
def _telling(wave_id: int, _marks: tuple[tuple[int, str], ...], _language: str) -> Telling:
    """The snapshots named by their digests, and the language, say all of it."""
    wave = Wave.objects.select_related("survey").get(pk=wave_id)
    return Telling(story_of(wave), {table.variable: table for table in _over_waves(wave)})


def _over_waves(wave: Wave) -> Iterator[WaveTable]:
    material, fielded = Material.of(results_of(wave)), fielded_waves(wave.survey, until=wave)
    for variable in material.variables:
        if len(fielded) > 1 and (table := _wave_table(material, fielded, variable)):
            yield table


def _wave_table(material: Material, fielded: list[Fielded], variable: Variable) -> WaveTable | None:
    """The question over the waves; None where no other wave asked it, or nothing of it can be shown."""
    found = trend_of(fielded, variable.name)
    table = material.table(variable)
    row = leading_row(table, variable) if table and not is_long_scale(variable) else None
    points = found["points"]
    if len(points) < 2 or table is None or (row is None and not is_long_scale(variable)):
        return None
    ident: str | None = row["id"] if row else None
    figure, rows = row["label"] if row else _("Mean"), [_row(point, variable, ident) for point in points]
    return WaveTable(
        variable=variable.name,
        caption=variable.label,
        figure=figure,
        rows=tuple(rows),
        footnotes=tuple(found["footnotes"]),
        chart=chart_of(found, variable, row=ident, figure=figure, printed=rows),
        panel=_panel(points[-1]["panel"]),
    )


def _panel(found: Mapping[str, Any] | None) -> Panel | None:
    if found is None:
        return None
    return Panel(found["title"], found["people"], tuple(map(_panel_row, found["changes"])))


def _panel_row(change: Mapping[str, Any]) -> PanelRow:
    hidden = change["both"] is None
    return PanelRow(
        label=change["label"],
        before=_whole(change["from"]),
        now=_whole(change["to"]),
        taken_up="" if hidden else str(change["only_after"]),
        given_up="" if hidden else str(change["only_before"]),
        note=_("not shown, to protect a small group") if hidden else _verdict(change),
    )


def _whole(share: float) -> str:
    return f"{int(share + 0.5)}%"


def _row(point: Point, variable: Variable, row: str | None) -> WaveRow:
    base = "" if point["base"] is None else f"{point['base']:,}{printing.base_flag(point['base'])}"
    figure = _mean(point, variable) if row is None else _share(point, variable, row)
    return WaveRow(point["title"], base or _("not shown"), figure or printing.NONE, _note(point, row))


def _share(point: Point, variable: Variable, row: str) -> str:
    cell = next((each["cell"] for each in point["rows"] if each["id"] == row), None)
    return "" if cell is None else printing.share(cell, base=point["base"], sensitive=variable.sensitive)


def _mean(point: Point, variable: Variable) -> str:
    mean = point["mean"]
    return mean_words(variable, mean["value"]) if mean and mean["value"] is not None else ""


def _note(point: Point, row: str | None) -> str:
    """What the change is worth, or why there is none."""
    if point["comparable"] == BREAKS:
        return _("The line breaks. %(reasons)s") % {"reasons": " ".join(point["reasons"])}
    tested = (
        point["mean_change"] if row is None else next((each for each in point["changes"] if each["row"] == row), None)
    )
    return _verdict(tested) if tested else ""


def _verdict(tested: Mapping[str, Any]) -> str:
    words = {ROSE: _("rose"), FELL: _("fell"), LITTLE_CHANGED: _("little changed"), NOT_TESTED: _("not tested")}
    verdict = words[tested["verdict"]]
    return f"{verdict} ({chance(tested['p'])})" if tested["p"] is not None else verdict
