"""Writing questionnaires for other programs. A new format is a file beside this one and a line here."""

from surveys.exports.base import Exporter
from surveys.exports.printed import Printed
from surveys.exports.wave_file import WaveFile
from surveys.exports.xlsform import XlsForm

REGISTRY: dict[str, Exporter] = {exporter.key: exporter for exporter in (WaveFile(), XlsForm(), Printed())}

__all__ = ["REGISTRY", "Exporter"]
