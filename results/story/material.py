"""What sentences are made from: a wave's stored tables, and words for its questions and for those who answered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from results.analysis.suppression import PUBLIC, TOTAL, Thresholds
from results.analysis.tabulate import Options, tabulate_all
from results.models import Table
from results.story.figures import FigureId
from results.story.wording import Group
from results.tables import Results
from surveys.codebook import Code, Variable
from surveys.compiling import instrument_of
from surveys.instrument.questionnaire import Question
from surveys.markdown import plain_text
from surveys.wave_checks import PLACES

Document = Mapping[str, Any]
Row = Mapping[str, Any]

LONG_SCALE = 7
"""From so many scored answers on, a scale is read by its mean."""


@dataclass(frozen=True, eq=False)
class Material:
    """A wave's results as the story reads them."""

    results: Results
    documents: Mapping[tuple[str, str], Document]
    questions: Mapping[str, Question]
    banners: tuple[str, ...]
    unpublishable: frozenset[tuple[str, str, str]]

    @classmethod
    def of(cls, results: Results) -> Material:
        """All stored tables of people of a wave, and its questions."""
        stored = Table.objects.filter(
            snapshot__wave=results.wave, snapshot__digest=results.digest, denominator="people"
        )
        instrument = instrument_of(results.wave)
        banners = tuple(dict.fromkeys(banner["by"] for banner in instrument.banners))
        return cls(
            results=results,
            documents={(row.variable, row.by): row.document for row in stored},
            questions={each.name: question for question in instrument.questions for each in question.variables},
            banners=banners,
            unpublishable=kept_back(results, banners),
        )

    @property
    def variables(self) -> list[Variable]:
        """The questions that have figures."""
        return [variable for variable in self.results.codebook.questions if variable.holds != "text"]

    def table(self, variable: Variable, by: str = "") -> Document | None:
        """The stored table; None where there is none, or where all of it is hidden."""
        found = self.documents.get((variable.name, by))
        return found if found and found["columns"][0]["base"] else None

    def is_public(self, variable: Variable, column: str, *, by: str) -> bool:
        """Whether figures of a column may be published."""
        return (variable.name, by, column) not in self.unpublishable

    def figure(self, variable: Variable, *, row: str, by: str = "", column: str = TOTAL) -> str:
        """The id of a figure of this wave."""
        return str(FigureId(self.results.wave.slug, variable.name, by, column, row))

    def lead(self, variable: Variable) -> str:
        """How a sentence about a question begins: ``asked “…?”``, or for a statement of a battery ``on “…”``."""
        if variable.row:
            return _("on “%(statement)s”") % {"statement": plain_text(variable.row)}
        return _("asked “%(question)s”") % {"question": plain_text(variable.text)}

    def ends(self, variable: Variable) -> tuple[str, str]:
        """What the low and the high end of a scale are called; empty where they are not."""
        settings = self.questions[variable.name].settings if variable.name in self.questions else {}
        return settings.get("low", ""), settings.get("high", "")

    def group(self, table: Document, column: str = TOTAL) -> Group:
        """Those in a column, in words: ``who answered``, ``GPs``, ``others``, ``in the role “CCG chair”``."""
        held = next(each for each in table["columns"] if each["id"] == column)
        return Group(held["base"], who(table["by"] or "", held))


def kept_back(results: Results, banners: Sequence[str]) -> frozenset[tuple[str, str, str]]:
    """The columns that are not for publication, as (variable, break, column), by the rules for published tables.

    Where organisations could not be counted although the wave has them, nothing but totals may be published.
    """
    names = [variable.name for variable in results.codebook]
    counted = results.organisations is not None
    options = Options(organisations=results.organisations, thresholds=PUBLIC if counted else Thresholds(PUBLIC.people))
    tables = tabulate_all([results.frame], names, bys=[None, *banners], options=options)
    hidden = {
        (table["variable"], table["by"] or "", column["id"])
        for table in (each for row in tables for each in row)
        for column in table["columns"]
        if column["id"] in table["suppressed"] or (table["by"] and not counted and results.wave.frame_kind)
    }
    return frozenset(hidden)


def who(by: str, column: Mapping[str, Any]) -> str:
    """The words after the number of those in a column."""
    if column["id"] == TOTAL:
        return _("who answered")
    if by == "gp":
        return _("GPs") if column["id"] == "1" else _("others")
    if by == "role":
        return _("in the role “%(label)s”") % {"label": column["label"]}
    if by in PLACES:
        return _("in %(label)s") % {"label": column["label"]}
    return _("who had answered “%(label)s”") % {"label": column["label"]}


def said(row: Row) -> str:
    """The verb before an answer, for a kind of row."""
    if row["kind"] == "first":
        return _("put first")
    return _("named") if row["kind"] == "top" else _("said")


def is_long_scale(variable: Variable) -> bool:
    """Whether the variable is read by its mean: a number, or a scale with many scored answers."""
    scored = [code for code in variable.codes if code.score is not None]
    return variable.holds == "number" or (variable.holds == "one" and len(scored) >= LONG_SCALE)


def telling_rows(table: Document, variable: Variable) -> list[Row]:
    """The rows a sentence may be about: nets of a scale, first choices of a ranking, else substantive answers."""
    kinds = {"order": "first"}.get(variable.holds, "net" if variable.nets and variable.scored else "code")
    silent = {str(code.code) for code in variable.codes if code.kind}
    return [row for row in table["rows"] if row["kind"] == kinds and row["id"].rpartition(":")[2] not in silent]


def leading_row(table: Document, variable: Variable) -> Row | None:
    """The telling row that most people gave; of equals the first."""
    rows = telling_rows(table, variable)
    return max(rows, key=lambda row: row["cells"][0]["exact"] or 0.0, default=None)


def dont_know_rows(table: Document, variable: Variable) -> Iterator[Row]:
    """The rows of "don't know"."""
    codes = {str(code.code) for code in variable.codes if code.kind == "dont_know"}
    return (row for row in table["rows"] if row["kind"] == "code" and row["id"] in codes)


def scale_ends(variable: Variable) -> tuple[Code, Code] | None:
    """The codes with the lowest and the highest score."""
    scored = sorted((code for code in variable.codes if code.score is not None), key=lambda code: code.score or 0.0)
    return (scored[0], scored[-1]) if scored else None


def columns_of(table: Document) -> Sequence[Mapping[str, Any]]:
    """The columns beside the total that are shown and not empty."""
    return [column for column in table["columns"][1:] if column["base"]]


def cell_in(table: Document, row: Row, column: str = TOTAL) -> Mapping[str, Any]:
    """A row's cell in a column that is shown."""
    place = next(place for place, each in enumerate(table["columns"]) if each["id"] == column)
    return row["cells"][place]
