"""Reading questionnaires from files of other programs. A new format is a file beside this one and a line here."""

from surveys.imports.base import Importer, Note, Understood
from surveys.imports.csv_questions import CsvQuestions
from surveys.imports.limesurvey import LimeSurvey
from surveys.imports.wave_file import WaveFile
from surveys.imports.xlsform import XlsForm
from surveys.problems import Problem, Refused

REGISTRY: dict[str, Importer] = {
    importer.key: importer for importer in (WaveFile(), XlsForm(), LimeSurvey(), CsvQuestions())
}


def importer_for(name: str, data: bytes) -> Importer:
    """The importer that knows a file by its beginning and its name. Raises Refused naming the formats there are."""
    for importer in REGISTRY.values():
        if importer.recognises(name, data):
            return importer
    known = ", ".join(f"{importer.label} ({', '.join(importer.suffixes)})" for importer in REGISTRY.values())
    raise Refused(Problem("", f"this is none of the files that can be read: {known}"))


__all__ = ["REGISTRY", "Importer", "Note", "Understood", "importer_for"]
