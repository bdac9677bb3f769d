"""What exporters work with, from the stored results of a wave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from results.exporters import Material
from results.models import Table
from results.tables import Results, results_of
from surveys.models import Wave


def material_of(wave: Wave) -> Material:
    """The material of a closed wave. Raises Refused while there are no results."""
    results = results_of(wave)
    notes = {variable.name: found for variable in results.codebook if (found := results.notes(variable.name))}
    return Material(
        survey=wave.survey.title,
        wave=wave.slug,
        title=wave.title,
        digest=results.digest,
        synthetic=wave.synthetic,
        codebook=results.codebook,
        notes=notes,
        load_frame=lambda: results.frame,
        load_results=lambda: _stored(results, notes),
    )


def _stored(results: Results, notes: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    """Every stored table as the Results JSON, with the footnotes of its variable; comments have no tables."""
    names = {variable.name for variable in results.codebook if variable.holds != "text"}
    rows = Table.objects.filter(snapshot__wave=results.wave, snapshot__digest=results.digest, variable__in=names)
    return {**results.head(), "tables": [_noted(row.document, notes) for row in rows]}


def _noted(table: Mapping[str, Any], notes: Mapping[str, Sequence[str]]) -> Mapping[str, Any]:
    found = notes.get(table["variable"])
    return {**table, "notes": list(found)} if found else table
