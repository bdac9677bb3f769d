"""Export formats: one file each, and the registry by which page and command know them."""

from __future__ import annotations

from results.exporters.base import Exporter, Material
from results.exporters.codebook import CodebookCsv, CodebookJson
from results.exporters.csv_codes import CsvCodes
from results.exporters.csv_labels import CsvLabels
from results.exporters.csv_tables import CsvTables
from results.exporters.results_json import ResultsJson

REGISTRY: dict[str, Exporter] = {
    exporter.key: exporter
    for exporter in (CsvCodes(), CsvLabels(), CsvTables(), CodebookCsv(), CodebookJson(), ResultsJson())
}

__all__ = ["REGISTRY", "Exporter", "Material"]
