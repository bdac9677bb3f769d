"""Which chart a table gets, and what of the table goes into it.

Shares of one column stand as bars. A scored scale of three to five answers diverges about its middle: one strip for
each column of a break, or for each statement of a battery. Other answers are compared between columns as dots with
their intervals; longer scales and numbers by their means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from results import printing
from results.charts.bars import Bar, draw_bars
from results.charts.dots import Axis, Group, Mark, draw_dots
from results.charts.drawing import Drawing
from results.charts.strips import TONES, Legend, Segment, Strip, draw_strips
from surveys.codebook import Code, Net, Variable

Table = Mapping[str, Any]

CROWD = 9
"""Columns of a break, the total among them, of which every answer is still drawn."""


def scale_of(variable: Variable) -> tuple[Code, ...]:
    """The codes of a scale from its low to its high end; empty where a chart of strips does not suit."""
    if variable.holds != "one":
        return ()
    scored = sorted((code for code in variable.codes if code.score is not None), key=lambda code: code.score or 0)
    return tuple(scored) if len(scored) in TONES else ()


def leading_rows(table: Table, *, variable: Variable) -> set[str]:
    """The ids of the rows the eye should go to: those of a long scale's first net, else the most frequent answer."""
    if variable.scored and variable.nets:
        return {str(code) for code in variable.nets[0].codes}
    ranked = [row for row in drawn_rows(table) if _is_substantive(row, variable=variable)]
    top = max((row["cells"][0]["count"] for row in ranked), default=0)
    return {row["id"] for row in ranked if top and row["cells"][0]["count"] == top}


def drawn_rows(table: Table) -> list[Mapping[str, Any]]:
    """The rows of single answers (of a ranking: of first choices) where the first column has something to show."""
    kind = "first" if any(row["kind"] == "first" for row in table["rows"]) else "code"
    rows = [row for row in table["rows"] if row["kind"] == kind]
    return [row for row in rows if row["cells"][0] is not None and row["cells"][0]["exact"] is not None]


def bars(table: Table, *, variable: Variable, caption: Sequence[str], size: str) -> Drawing:
    """One bar per answer of the first column; several-choice answers by size, all others in the order asked."""
    base, lead = table["columns"][0]["base"], leading_rows(table, variable=variable)
    rows = drawn_rows(table)
    if variable.holds in ("many", "order"):
        rows = sorted(rows, key=lambda row: (not _is_substantive(row, variable=variable), -row["cells"][0]["count"]))
    drawn = [
        Bar(
            label=row["label"],
            value=row["cells"][0]["exact"],
            printed=printing.share(row["cells"][0], base=base, sensitive=variable.sensitive),
            low=row["cells"][0].get("low"),
            high=row["cells"][0].get("high"),
            css="accent" if row["id"] in lead else "grey" if _is_substantive(row, variable=variable) else "faint",
        )
        for row in rows
    ]
    return draw_bars(drawn, caption=caption, size=size)


def strips_by_column(table: Table, *, variable: Variable, caption: Sequence[str], size: str) -> Drawing:
    """A scored scale: one strip per column of the break, and a bare one where there is no break."""
    broken = len(table["columns"]) > 1
    drawn = [
        _strip(
            table,
            index,
            variable=variable,
            label=column["label"] if broken else "",
            note=_note(column) if broken else "",
        )
        for index, column in enumerate(table["columns"])
    ]
    return draw_strips(drawn, legend=_legend(variable), caption=caption, size=size)


def strips_by_statement(
    tables: Sequence[Table], *, variables: Sequence[Variable], caption: Sequence[str], size: str
) -> Drawing:
    """A battery: one strip per statement, all respondents."""
    differ = len({table["columns"][0]["base"] for table in tables}) > 1
    drawn = [
        _strip(table, 0, variable=variable, label=variable.label, note=_note(table["columns"][0]) if differ else "")
        for table, variable in zip(tables, variables, strict=True)
    ]
    return draw_strips(drawn, legend=_legend(variables[0]), caption=caption, size=size)


def dots_by_column(table: Table, *, variable: Variable, caption: Sequence[str], size: str) -> Drawing:
    """Each answer as a group of dots, one per column of the break."""
    lead = leading_rows(table, variable=variable)
    rows = [row for row in drawn_rows(table) if row["id"] in lead or not is_crowded(table)]
    groups = [
        Group(
            row["label"],
            tuple(
                _share_mark(column, cell, variable=variable, css="accent" if row["id"] in lead else "grey")
                for column, cell in zip(table["columns"], row["cells"], strict=True)
            ),
        )
        for row in rows
    ]
    top = max((mark.high or mark.value or 0 for group in groups for mark in group.marks), default=0)
    axis = Axis(0, next((limit for limit in (25, 50, 75) if top <= limit), 100))
    return draw_dots(groups, axis=axis, caption=caption, size=size)


def is_crowded(table: Table) -> bool:
    """Whether a break has so many columns that only the leading answer is drawn; the table has them all."""
    return len(table["columns"]) > CROWD


def means_by_column(table: Table, *, variable: Variable, caption: Sequence[str], size: str) -> Drawing:
    """The mean of each column as a dot on the scale from its lowest to its highest score."""
    marks = tuple(_mean_mark(column, mean) for column, mean in zip(table["columns"], table["mean"], strict=True))
    return draw_dots([Group("", marks)], axis=_axis(variable, marks), caption=caption, size=size)


def _axis(variable: Variable, marks: Sequence[Mark]) -> Axis:
    scores = [code.score for code in variable.codes if code.score is not None]
    if scores:
        return Axis(min(scores), max(scores), written=True)
    ends = [each for mark in marks for each in (mark.value, mark.low, mark.high) if each is not None]
    return Axis(min([0.0, *ends]), max([1.0, *ends]), written=True)


def _is_substantive(row: Mapping[str, Any], *, variable: Variable) -> bool:
    """Whether a row is an answer proper: neither don't know and the like nor "none of these"."""
    beside = {str(code.code) for code in variable.codes if code.kind or code.exclusive}
    return row["id"].rpartition(":")[2] not in beside


def _note(column: Mapping[str, Any]) -> str:
    if column["base"] is None:
        return ""
    return _("%(base)s answers%(flag)s") % {"base": column["base"], "flag": printing.base_flag(column["base"])}


def _legend(variable: Variable) -> Legend:
    net, beside = _main_net(variable), _unscored(variable)
    return Legend(
        tones=tuple(code.label for code in scale_of(variable)),
        figure=net.label if net else "",
        aside=beside.label if beside else "",
    )


def _main_net(variable: Variable) -> Net | None:
    """The net the figures at the right of the strips are of: the first one declared."""
    return variable.nets[0] if variable.nets else None


def _unscored(variable: Variable) -> Code | None:
    """The one answer beside the scale, usually don't know; none where there are several."""
    beside = [code for code in variable.codes if code.score is None]
    return beside[0] if len(beside) == 1 else None


def _strip(table: Table, index: int, *, variable: Variable, label: str, note: str) -> Strip:
    cells = {row["id"]: row["cells"][index] for row in table["rows"]}
    if any(cell is None or cell["exact"] is None for cell in cells.values()):
        return Strip(label=label, note=missing_words(next(iter(cells.values()))), segments=())
    base = table["columns"][index]["base"]
    net, beside = _main_net(variable), _unscored(variable)
    return Strip(
        label=label,
        note=note,
        segments=tuple(_segment(cells[str(code.code)], base=base, variable=variable) for code in scale_of(variable)),
        figure=_share_of(cells.get(f"net:{net.name}"), base=base, variable=variable) if net else "",
        aside=_share_of(cells.get(str(beside.code)), base=base, variable=variable) if beside else "",
    )


def _segment(cell: Mapping[str, Any], *, base: int, variable: Variable) -> Segment:
    """On a small base the segment carries the count, since a percentage may not stand there alone."""
    if base < printing.SMALL_BASE and not printing.is_veiled(cell, base=base, sensitive=variable.sensitive):
        return Segment(cell["exact"], _("n=%(count)d") % {"count": printing.people_in(cell)})
    return Segment(cell["exact"], printing.percent(cell, base=base, sensitive=variable.sensitive))


def _share_of(cell: Mapping[str, Any] | None, *, base: int, variable: Variable) -> str:
    return "" if cell is None else printing.share(cell, base=base, sensitive=variable.sensitive)


def missing_words(cell: Mapping[str, Any] | None) -> str:
    """Why a column has nothing to show: it is suppressed, or nobody answered."""
    return hidden_words() if cell is None else _("No answers")


def hidden_words() -> str:
    """What stands where a column is suppressed."""
    return _("Not shown, to protect a small group")


def _share_mark(column: Mapping[str, Any], cell: Mapping[str, Any] | None, *, variable: Variable, css: str) -> Mark:
    if cell is None or cell["exact"] is None:
        return Mark(column["label"], None, missing_words(cell))
    return Mark(
        label=column["label"],
        value=cell["exact"],
        printed=printing.share(cell, base=column["base"], sensitive=variable.sensitive),
        low=cell.get("low"),
        high=cell.get("high"),
        css=css,
    )


def _mean_mark(column: Mapping[str, Any], mean: Mapping[str, Any] | None) -> Mark:
    if mean is None or mean["value"] is None:
        return Mark(column["label"], None, missing_words(mean))
    flag, (low, high) = printing.base_flag(mean["base"]), printing.mean_interval(mean)
    return Mark(
        label=column["label"],
        value=mean["value"],
        printed=f"{printing.mean(mean['value'])} ({mean['base']}{flag})",
        low=low,
        high=high,
        css="accent" if column["id"] == "total" else "grey",
    )
