"""Tables of the results: a variable by a break, with bases, shares, intervals, means, tests and what is hidden."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from results.analysis.bands import banded
from results.analysis.banner import By, Where
from results.analysis.cells import codes_test, row_dicts, row_test
from results.analysis.columns import column_dicts
from results.analysis.counting import Counts
from results.analysis.figures import ORGANISATIONS, PEOPLE, Figures, hidden_of, on_substantive_base
from results.analysis.frame import Frame
from results.analysis.layout import Grid, Layout, added, count_breaks
from results.analysis.means import mean_dicts, mean_ranks
from results.analysis.merging import merged
from results.analysis.rows import Head, heads
from results.analysis.suppression import STAFF, TOTAL, Thresholds
from results.analysis.tallies import ColumnTally, tallies_of
from results.analysis.votes import vote_means, vote_rows
from surveys.codebook import Variable


@dataclass(frozen=True, eq=False)
class Options:
    """How tables are made: what counts, what is known of organisations and the frame, and what must be hidden."""

    denominator: str = PEOPLE
    organisations: Mapping[str, Any] | None = None
    thresholds: Thresholds | None = STAFF
    frame_sizes: Mapping[str, int] = field(default_factory=dict)
    merge: bool = False
    substantive: bool = False

    def tallies(self, name: str, *, by: By, where: Where | None) -> dict[str, ColumnTally]:
        """What is known of the organisations behind a table. Raises ValueError when it is needed and is not known."""
        if self.denominator not in (PEOPLE, ORGANISATIONS):
            raise ValueError(f"{self.denominator!r} is not a denominator; people and organisations are")
        if self.substantive and self.denominator == ORGANISATIONS:
            raise ValueError(
                "Organisations' votes were counted with don't know in the base; only people can do without."
            )
        found = None if where else tallies_of(self.organisations, name, by=by)
        if found is not None or not self._needs_organisations():
            return found or {}
        reason = "with a filter" if where else "for this break"
        raise ValueError(
            f"Organisations cannot be counted {reason}: who belonged where was known only while the wave closed, "
            "and only the wave's own banners were counted then."
        )

    def applied(self, figures: Figures, tallies: Mapping[str, ColumnTally]) -> Figures:
        """The figures with what is known of organisations and the frame, and with what must be hidden."""
        if self.substantive:
            figures = on_substantive_base(figures)
        told = replace(figures, tallies=tallies, frame_sizes=self.frame_sizes, denominator=self.denominator)
        made = replace(told, hidden=hidden_of(told, thresholds=self.thresholds))
        joint = merged(made, thresholds=self.thresholds) if self.merge and self.thresholds else None
        return joint or made

    def _needs_organisations(self) -> bool:
        public = self.thresholds is not None and self.thresholds.organisations is not None
        return public or self.denominator == ORGANISATIONS


def tabulate(
    frame: Frame,
    name: str,
    *,
    by: By = None,
    where: Where | None = None,
    denominator: str = PEOPLE,
    organisations: Mapping[str, Any] | None = None,
    thresholds: Thresholds | None = STAFF,
    frame_sizes: Mapping[str, int] | None = None,
    merge: bool = False,
    substantive: bool = False,
) -> dict[str, Any]:
    """One entry of "tables" of the Results JSON: the variable by a break, within a filter.

    `organisations` is what `tally_organisations` made while the wave closed: the wave's own banners, unfiltered.
    `frame_sizes` gives the population of a column (by id), for the intervals only. `thresholds` None hides nothing;
    with `merge` small columns are joined into one where that makes them large enough; `substantive` takes don't know
    and the like out of the base and the rows.
    Raises ValueError on an unknown variable, break, filter or denominator, and when organisations cannot be told.
    """
    options = Options(denominator, organisations, thresholds, frame_sizes or {}, merge, substantive)
    return tabulate_all([frame], [name], bys=[by], where=where, options=options)[0][0]


def tabulate_all(
    shards: Sequence[Frame],
    names: Sequence[str],
    *,
    bys: Sequence[By] = (None,),
    where: Where | None = None,
    options: Options | None = None,
) -> list[list[dict[str, Any]]]:
    """Tables ``[variable][break]`` of a frame, whole or in shards whose counts are added. Raises as `tabulate`."""
    for name in names:
        _variable(shards[0], name)
    grids = [count_breaks(shard, names, bys=bys, where=where) for shard in shards]
    return tables_from(grids, names, frame=shards[0], bys=bys, where=where, options=options)


def tables_from(
    grids: Sequence[Grid],
    names: Sequence[str],
    *,
    frame: Frame,
    bys: Sequence[By] = (None,),
    where: Where | None = None,
    options: Options | Callable[[str, By], Options] | None = None,
) -> list[list[dict[str, Any]]]:
    """Tables ``[variable][break]`` from what `count_breaks` counted in each shard, perhaps elsewhere.

    `frame` is any one of the shards: it gives the codebook and the scale of the weights, not the counts. `options` are
    those of all tables, or a function of variable and break.
    """
    chosen = [[options(name, by) if callable(options) else options or Options() for by in bys] for name in names]
    tallies = [
        [each.tallies(name, by=by, where=where) for each, by in zip(row, bys, strict=True)]
        for name, row in zip(names, chosen, strict=True)
    ]
    layout = Layout.of(frame, bys)

    def tables(name: str, counts: Sequence[Counts], told: Iterable[tuple[Options, Any]]) -> list[dict[str, Any]]:
        made = layout.figures(frame.codebook[name], counts, scale=frame.scale)
        return [table_of(each.applied(figures, known)) for figures, (each, known) in zip(made, told, strict=True)]

    return [
        tables(name, counts, zip(row, known, strict=True))
        for name, counts, row, known in zip(names, added(grids), chosen, tallies, strict=True)
    ]


def table_of(figures: Figures) -> dict[str, Any]:
    """The table as the plain data of the Results JSON."""
    gone = TOTAL in figures.hidden
    counts = figures.counts
    return {
        "variable": figures.variable.name,
        "text": figures.variable.text,
        "row_text": figures.variable.row,
        "by": figures.split.name,
        "denominator": figures.denominator,
        "columns": column_dicts(figures),
        "overlapping": sorted(figures.split.overlapping),
        **(_vote_body(figures) if figures.denominator == ORGANISATIONS else _body(figures)),
        "not_asked": None if gone else counts.people - counts.asked,
        "no_answer": None if gone else counts.asked - counts.set_aside - int(counts.cells[0, 0]),
        "set_aside": None if gone else counts.set_aside,
        "suppressed": [column.id for column in figures.split.columns if column.id in figures.hidden],
    }


def _vote_body(figures: Figures) -> dict[str, Any]:
    """Rows and means where each organisation counts once; nothing is tested, for votes are not independent people."""
    listed = list(heads(figures.variable))
    return {"rows": vote_rows(figures, listed), "mean": vote_means(figures), "mean_differences": [], "test": None}


def _body(figures: Figures) -> dict[str, Any]:
    """Rows, means and the test of the whole table."""
    means, differences = mean_dicts(figures) or (None, [])
    test = codes_test(figures) if figures.variable.holds == "one" else None
    return {"rows": _rows(figures), "mean": means, "mean_differences": differences, "test": test}


def _rows(figures: Figures) -> list[dict[str, Any]]:
    """Codes, nets and places, or bands of a number; where several may be given, each row has a test of its own."""
    shown, listed = banded(figures) if figures.counts.numbers else (figures, _heads(figures))
    rows = row_dicts(shown, listed)
    for row, ranks in zip(rows, mean_ranks(figures), strict=False):
        row["mean_rank"] = ranks
    if figures.variable.holds == "many":
        for row, (_, places) in zip(rows, listed, strict=True):
            row["test"] = row_test(figures, places)
    return rows


def _heads(figures: Figures) -> list[Head]:
    """The table's rows; without those set aside when the base is of those with an opinion."""
    return [head for head in heads(figures.variable) if not (figures.substantive and head[0]["code_kind"])]


def _variable(frame: Frame, name: str) -> Variable:
    if name not in frame.codebook:
        raise ValueError(f"{name} is not a variable of this wave")
    return frame.codebook[name]
