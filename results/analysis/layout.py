"""Which breaks are counted for a set of tables: those asked for, and what their overlapping columns share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

from results.analysis.banner import Break, By, Where, break_of
from results.analysis.comparisons import pair_break
from results.analysis.counting import Counts, count_tables
from results.analysis.figures import Figures, figures_of
from results.analysis.frame import Frame
from surveys.codebook import Variable

Grid = list[list[Counts]]


@dataclass(frozen=True, eq=False)
class Layout:
    """The breaks asked for, and for each the break of its pairs of columns, or None where columns cannot overlap."""

    splits: list[Break]
    pairs: list[Break | None]

    @classmethod
    def of(cls, frame: Frame, bys: Sequence[By]) -> Layout:
        """The layout of tables by these breaks. Raises ValueError on one that is not a closed variable."""
        splits = [break_of(frame, by=by) for by in bys]
        return cls(splits, [pair_break(split) for split in splits])

    @property
    def counted(self) -> list[Break]:
        """All breaks that are counted: those asked for, then those of pairs."""
        return [*self.splits, *(pair for pair in self.pairs if pair is not None)]

    def figures(self, variable: Variable, counts: Sequence[Counts], *, scale: float) -> Iterator[Figures]:
        """The figures of one variable's tables from its counts by `counted`; nothing is hidden yet."""
        shared = iter(counts[len(self.splits) :])
        for split, pair, made in zip(self.splits, self.pairs, counts, strict=False):
            overlap = figures_of(variable, pair, next(shared), scale=scale) if pair is not None else None
            yield figures_of(variable, split, made, scale=scale, overlap=overlap)


def count_breaks(frame: Frame, names: Sequence[str], *, bys: Sequence[By], where: Where | None = None) -> Grid:
    """What a shard contributes to tables of `names` by `bys`: counts that `added` adds to those of other shards."""
    return count_tables(frame, names, Layout.of(frame, bys).counted, where=where)


def added(grids: Sequence[Grid]) -> Grid:
    """The counts of all shards together."""
    return [[reduce(add, same) for same in zip(*rows, strict=True)] for rows in zip(*grids, strict=True)]
