"""Tables as everybody may see them: ten people at least in a column, of three organisations, none with more than half.

The stored tables are for staff, who see groups of five. Whatever leaves the desk is made here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from results.analysis.suppression import PUBLIC, Thresholds
from results.analysis.tabulate import Options, tabulate_all
from results.tables import Results, results_of
from surveys.models import Wave

Document = Mapping[str, Any]


def public_tables(results: Results, *, banners: Sequence[str]) -> dict[tuple[str, str], Document]:
    """The tables of people of a wave by (variable, break), the break empty for none, as everybody may see them.

    Where the wave has organisations and they could not be counted, there are only the tables without a break.
    """
    return _made(results.wave.pk, results.digest, tuple(banners))


@lru_cache(maxsize=16)
def _made(wave_id: int, _mark: str, banners: tuple[str, ...]) -> dict[tuple[str, str], Document]:
    """The digest of the snapshot says all of it, so it may be kept."""
    results = results_of(Wave.objects.get(pk=wave_id))
    counted = results.organisations is not None
    bys = [None, *banners] if counted or not results.wave.frame_kind else [None]
    names = [variable.name for variable in results.codebook.questions]
    options = Options(organisations=results.organisations, thresholds=PUBLIC if counted else Thresholds(PUBLIC.people))
    made = tabulate_all([results.frame], names, bys=bys, options=options)
    return {(table["variable"], table["by"] or ""): table for row in made for table in row}
