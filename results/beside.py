"""What stands beside a question of the bank: its figures in each closed wave that asked it, as on the dashboard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from results import printing
from results.analysis.trend import BREAKS
from results.ledger import record_stored
from results.models import Table
from results.story.answers import mean_words
from results.story.material import is_long_scale, leading_row
from results.tables import results_of
from results.trends import Fielded, fielded_waves, trend_of
from surveys.codebook import Variable
from surveys.models import Question

CHANNEL = "bank"

Point = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class InWave:
    """One variable in one wave: the wave, where its figures stand, the base, the figure, and a break before it."""

    slug: str
    title: str
    ident: str
    base: str
    figure: str
    breaks: str


@dataclass(frozen=True, slots=True)
class Beside:
    """One variable of a question over the waves, the latest first; `figure` says what is shown of it."""

    name: str
    caption: str
    figure: str
    waves: tuple[InWave, ...]


def beside(question: Question, *, by: Any, now: datetime) -> list[Beside]:
    """Each variable of a question in the closed waves that asked it; what is shown goes into the ledger.

    Figures are those of the stored tables, which are suppressed. Comments and waves without results are left out.
    """
    fielded = fielded_waves(question.survey)
    found = [made for variable in _variables(fielded, question.name) if (made := _beside(fielded, variable))]
    shown = {each.slug for one in found for each in one.waves}
    for each in fielded:
        if each.wave.slug in shown:
            record_stored(results_of(each.wave), channel=CHANNEL, by=by, now=now)
    return found


def _variables(fielded: list[Fielded], item: str) -> list[Variable]:
    """The variables that the question makes, as the latest wave that asked it has them."""
    for each in reversed(fielded):
        if found := [variable for variable in each.codebook if (variable.item or variable.name) == item]:
            return [variable for variable in found if variable.holds != "text"]
    return []


def _beside(fielded: list[Fielded], variable: Variable) -> Beside | None:
    points = trend_of(fielded, variable.name)["points"]
    last = next(each for each in reversed(fielded) if variable.name in each.codebook)
    table = Table.objects.filter(snapshot=last.snapshot, variable=variable.name, by="", denominator="people").first()
    row = leading_row(table.document, variable) if table and not is_long_scale(variable) else None
    if row is None and not is_long_scale(variable):
        return None
    waves = tuple(reversed([_in_wave(point, variable, row["id"] if row else "") for point in points]))
    return Beside(variable.name, variable.label, row["label"] if row else _("Mean"), waves)


def _in_wave(point: Point, variable: Variable, row: str) -> InWave:
    base = "" if point["base"] is None else f"{point['base']:,}{printing.base_flag(point['base'])}"
    figure = _share(point, variable, row) if row else _mean(point, variable)
    breaks = " ".join(point["reasons"]) if point["comparable"] == BREAKS else ""
    ident = variable.item or variable.name
    return InWave(point["wave"], point["title"], ident, base or _("not shown"), figure or printing.NONE, breaks)


def _share(point: Point, variable: Variable, row: str) -> str:
    cells: Iterator[Any] = (each["cell"] for each in point["rows"] if each["id"] == row)
    cell = next(cells, None)
    return "" if cell is None else printing.share(cell, base=point["base"], sensitive=variable.sensitive)


def _mean(point: Point, variable: Variable) -> str:
    mean = point["mean"]
    return mean_words(variable, mean["value"]) if mean and mean["value"] is not None else ""
