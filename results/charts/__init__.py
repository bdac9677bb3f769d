"""Table → an accessible chart: drawn on the server, with title, description, base and source inside the picture.

`figure_for` draws one table, `battery_for` the statements of a battery together. Each gives a `Figure` with the same
picture at two widths, of which the stylesheet shows one; ``templates/charts/figure.html`` sets it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from results import printing
from results.charts import choosing
from results.charts.dots import Axis
from results.charts.drawing import Drawing
from results.charts.over_waves import Wave, draw_over_waves
from surveys.codebook import Variable

SIZES = ("wide", "narrow")


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart ready for the page. `ident` begins the ids of its parts; `description` says in words what it shows."""

    ident: str
    title: str
    description: str
    drawings: tuple[Drawing, ...]


def figure_for(table: Mapping[str, Any], *, variable: Variable, ident: str, source: str) -> Figure | None:
    """The chart of one table of the Results JSON; None where there is nothing that may be drawn."""
    draw = _drawing_of(table, variable=variable)
    if draw is None:
        return None
    caption = [printing.base_line(table), *_beside(table, variable=variable), source]
    return Figure(
        ident=ident,
        title=variable.label,
        description=_description(table, variable=variable),
        drawings=tuple(draw(table, variable=variable, caption=caption, size=size) for size in SIZES),
    )


def battery_for(
    tables: Sequence[Mapping[str, Any]], *, variables: Sequence[Variable], ident: str, source: str
) -> Figure | None:
    """The chart of a battery's statements, for all respondents; None unless they share a short scored scale."""
    scales = {choosing.scale_of(variable) for variable in variables}
    if len(tables) < 2 or len(scales) != 1 or scales == {()} or not all(map(choosing.drawn_rows, tables)):
        return None
    caption = [_battery_base(tables), source]
    return Figure(
        ident=ident,
        title=variables[0].text,
        description=" ".join(
            f"{variable.label}: {_description(table, variable=variable)}"
            for table, variable in zip(tables, variables, strict=True)
        ),
        drawings=tuple(
            choosing.strips_by_statement(tables, variables=variables, caption=caption, size=size) for size in SIZES
        ),
    )


def figure_over_waves(
    waves: Sequence[Wave], *, title: str, description: str, ident: str, axis: Axis, caption: Sequence[str]
) -> Figure | None:
    """The chart of one figure over the waves; None where fewer than two of them can be drawn."""
    if sum(wave.value is not None for wave in waves) < 2:
        return None
    drawings = (draw_over_waves(waves, axis=axis, caption=caption, size=size) for size in SIZES)
    return Figure(ident=ident, title=title, description=description, drawings=tuple(drawings))


def _drawing_of(table: Mapping[str, Any], *, variable: Variable) -> Callable[..., Drawing] | None:
    broken, rows = len(table["columns"]) > 1, choosing.drawn_rows(table)
    if rows and choosing.scale_of(variable):
        return choosing.strips_by_column
    if broken and table.get("mean"):
        return choosing.means_by_column
    if not rows:
        return None
    return choosing.dots_by_column if broken else choosing.bars


def _beside(table: Mapping[str, Any], *, variable: Variable) -> list[str]:
    """What the caption adds to bars of a long scale: its nets and its mean."""
    if choosing.is_crowded(table) and _drawing_of(table, variable=variable) is choosing.dots_by_column:
        return [_("Only the most frequent answer is drawn; the table has them all.")]
    mean = (table.get("mean") or [None])[0]
    if mean is None or mean["value"] is None or choosing.scale_of(variable):
        return []
    words = _("Mean %(mean)s, on %(base)s answers.") % {"mean": printing.mean(mean["value"]), "base": mean["base"]}
    if len(table["columns"]) > 1:
        return [_("Means; in brackets the answers each rests on.")]
    return [words]


def _battery_base(tables: Sequence[Mapping[str, Any]]) -> str:
    bases = [table["columns"][0]["base"] for table in tables]
    if len(set(bases)) == 1:
        return printing.base_line(tables[0])
    return _("Base: %(low)s to %(high)s who answered, by statement.") % {
        "low": f"{min(bases):,}",
        "high": printing.people(max(bases)),
    }


def _description(table: Mapping[str, Any], *, variable: Variable) -> str:
    """The first column in words: answer by answer with its share."""
    base = table["columns"][0]["base"]
    told = [
        f"{row['label']}, {printing.share_in_words(row['cells'][0], base=base, sensitive=variable.sensitive)}"
        for row in table["rows"]
        if row["kind"] in ("code", "net") and row["cells"][0] is not None
    ]
    return "; ".join(told) + "." if told else ""
