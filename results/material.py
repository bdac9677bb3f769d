"""What exporters work with, from the stored results of a wave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from results.exporters import Material
from results.models import Table
from results.tables import Results, results_of
from surveys.models import Wave


def material_of(wave: Wave) -> Material:
    """The material of a closed wave. Raises Refused while there are no results."""
    results = results_of(wave)
    return Material(
        survey=wave.survey.title,
        wave=wave.slug,
        title=wave.title,
        digest=results.digest,
        synthetic=wave.synthetic,
        codebook=results.codebook,
        load_frame=lambda: results.frame,
        load_results=lambda: _stored(results),
    )


def _stored(results: Results) -> Mapping[str, Any]:
    """Every stored table as the Results JSON; comments have no tables."""
    names = {variable.name for variable in results.codebook if variable.holds != "text"}
    rows = Table.objects.filter(snapshot__wave=results.wave, snapshot__digest=results.digest, variable__in=names)
    return {**results.head(), "tables": [row.document for row in rows]}
