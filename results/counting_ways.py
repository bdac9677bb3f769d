"""The ways to count on the dashboard: everybody who answered, those with an opinion, each organisation once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from results.tables import ORGANISATIONS, PEOPLE, Results, results_of
from surveys.models import Wave
from surveys.problems import Refused

Document = Mapping[str, Any]

EVERYBODY, OPINION, ONCE = "", "opinion", "organisations"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to count: its key in the address, its words, how tables are made."""

    key: str
    title: str | Promise
    denominator: str = PEOPLE
    substantive: bool = False


WAYS = {
    way.key: way
    for way in (
        Way(EVERYBODY, _("People who answered")),
        Way(OPINION, _("Excluding don’t knows"), substantive=True),
        Way(ONCE, _("Each organisation once"), denominator=ORGANISATIONS),
    )
}


def ways_for(results: Results) -> list[Way]:
    """The ways that a wave can be counted in; organisations only where its close could count them."""
    return [way for way in WAYS.values() if way.denominator == PEOPLE or results.organisations is not None]


def tables_by(results: Results, way: Way, *, by: str) -> dict[str, Document]:
    """Every table by a variable (empty: none) counted this way, by variable: suppressed like the stored ones.

    A question that cannot be counted so (don't know beside other answers) has its table of people.
    """
    return _tables(results.wave.pk, results.digest, way.key, by)


def as_shown(table: Document) -> Document:
    """The table as it is set: where organisations are counted, they are the bases."""
    if table["denominator"] != ORGANISATIONS:
        return table
    columns = [{**column, "base": column["organisations"], "organisations": None} for column in table["columns"]]
    return {**table, "columns": columns}


@lru_cache(maxsize=16)
def _tables(wave_id: int, _mark: str, key: str, by: str) -> dict[str, Document]:
    """The digest of the snapshot says all of it, so it may be kept."""
    results, way = results_of(Wave.objects.get(pk=wave_id)), WAYS[key]
    names = [variable.name for variable in results.codebook if not variable.permission]
    return {name: _table(results, way, name, by=None if by == name else by or None) for name in names}


def _table(results: Results, way: Way, name: str, *, by: str | None) -> Document:
    try:
        return results.table(name, by=by, denominator=way.denominator, substantive=way.substantive)
    except Refused:
        return results.table(name, by=by)
