"""One's own answers beside everybody's, own role and own region, for whoever holds the receipt.

The figures are those that everybody may see, of groups of ten and more. Own comments are not shown: a
receipt that somebody else finds should give away as little as it can (docs/decisions/0036).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from respondents.freezing import Held, held_by
from results import printing
from results.public_tables import public_tables
from results.tables import Results, results_of
from surveys.codebook import Variable
from surveys.compiling import instrument_of
from surveys.markdown import plain_text
from surveys.models import Wave
from surveys.models.wave import State
from surveys.problems import Problem, Refused

Document = Mapping[str, Any]

BESIDE = ("role", "region")
"""What of oneself the others are narrowed to, where the wave has such a banner."""


@dataclass(frozen=True, slots=True)
class Line:
    """One answer that was offered: its label, whether it is one's own, its share in each column."""

    label: str
    is_mine: bool
    shares: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """One question: its words, the columns with their bases, its lines. `mine` is False where it was left blank."""

    text: str
    statement: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    mine: bool


@dataclass(frozen=True, slots=True)
class OwnPage:
    """All that the private page shows."""

    wave: Wave
    results: Results
    questions: tuple[Beside, ...]
    tables: tuple[Document, ...]


def own_page(receipt: str) -> OwnPage:
    """The page behind a receipt. Raises Refused when nothing belongs to it, or the results are not out yet."""
    held = held_by(receipt)
    if held is None:
        raise Refused(Problem("receipt", _("No answers of a closed survey belong to this receipt. Please check it")))
    if held.wave.state not in (State.PUBLISHED, State.ARCHIVED):
        raise Refused(Problem("receipt", _("We have your answers, and the results are not out yet. Come back later")))
    results = results_of(held.wave)
    banners = dict.fromkeys(banner["by"] for banner in instrument_of(held.wave).banners)
    documents = public_tables(results, banners=[by for by in banners if by in BESIDE])
    return OwnPage(held.wave, results, tuple(_questions(held, results, documents)), tuple(documents.values()))


def _questions(held: Held, results: Results, documents: Mapping[tuple[str, str], Document]) -> Iterator[Beside]:
    for variable in results.codebook.questions:
        if variable.closed and variable.name in held.said:
            yield _beside(variable, documents, held)


def _beside(variable: Variable, documents: Mapping[tuple[str, str], Document], held: Held) -> Beside:
    everybody = documents[variable.name, ""]
    columns = [(everybody, 0)]
    for by in BESIDE:
        table, code = documents.get((variable.name, by)), held.attributes.get(by)
        places = [place for place, column in enumerate(table["columns"]) if column["id"] == str(code)] if table else []
        columns += [(table, place) for place in places if table]
    mine = held.said[variable.name]
    return Beside(
        text=plain_text(variable.text),
        statement=plain_text(variable.row),
        columns=tuple(_heading(table, place) for table, place in columns),
        lines=tuple(_lines(variable, columns, mine)),
        mine=bool(mine),
    )


def _lines(variable: Variable, columns: list[tuple[Document, int]], mine: list[Any]) -> Iterator[Line]:
    own = {str(code) for code in mine}
    for row in columns[0][0]["rows"]:
        if row["kind"] != "code":
            continue
        shares = tuple(_share(variable, table, row["id"], place) for table, place in columns)
        yield Line(row["label"], row["id"] in own, shares)


def _heading(table: Document, place: int) -> str:
    column = table["columns"][place]
    label = _("Everybody") if place == 0 else column["label"]
    if column["base"] is None:
        return label
    return f"{label} ({column['base']:,})"


def _share(variable: Variable, table: Document, ident: str, place: int) -> str:
    """The printed share, or a word where it is withheld."""
    row = next((each for each in table["rows"] if each["id"] == ident), None)
    cell, base = (row["cells"][place] if row else None), table["columns"][place]["base"]
    if cell is None or base is None:
        return _("hidden")
    if not base:
        return printing.NONE
    return printing.percent(cell, base=base, sensitive=variable.sensitive)
