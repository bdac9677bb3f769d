"""The contract of an export format, the material it is made from, and cells that no spreadsheet will run."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO, ClassVar, Self

from django.utils.functional import Promise

from results.analysis.frame import Frame
from surveys.codebook import Codebook

# What a spreadsheet takes for the beginning of a formula, with the full-width twins some of them read the same way.
RISKY_BEGINNINGS = tuple("=+-@\t\r\n＝＋－＠")


@dataclass(frozen=True)
class Material:
    """A closed wave as exporters see it: its names, its snapshot's digest, what the codes mean, frame and tables.

    `load_frame` and `load_results` are called once, when a format asks; `load_results` gives the Results JSON. `notes`
    are the footnotes of a variable's figures, by its name: what was corrected in its wording.
    """

    survey: str
    wave: str
    title: str
    digest: str
    synthetic: bool
    codebook: Codebook
    load_frame: Callable[[], Frame]
    load_results: Callable[[], Mapping[str, Any]]
    notes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @cached_property
    def frame(self) -> Frame:
        """The respondents, in the canonical order that their answers alone make."""
        return self.load_frame()

    @cached_property
    def results(self) -> Mapping[str, Any]:
        """Every stored table as the Results JSON."""
        return self.load_results()


class Exporter:
    """One format. A new one is a file with a subclass and a line in the registry.

    `respondent_level` marks formats with one row per respondent: for analysts only, with a reason that is logged.
    """

    key: ClassVar[str]
    label: ClassVar[str | Promise]
    extension: ClassVar[str]
    content_type: ClassVar[str]
    respondent_level: ClassVar[bool] = False

    def write(self, material: Material, file: BinaryIO) -> None:
        """Write the whole export; the same material always gives the same bytes."""
        raise NotImplementedError

    def file_name(self, material: Material) -> str:
        """The name of the file, which says the wave, the format and the snapshot."""
        return f"{material.wave}-{self.key}-{material.digest[:12]}.{self.extension}"


class Sheet:
    """A CSV file being written. Words are made harmless; numbers are written as numbers.

    `for_spreadsheets` begins the file with a byte order mark, without which some read UTF-8 as something else.
    """

    def __init__(self, file: BinaryIO, *, for_spreadsheets: bool = False) -> None:
        encoding = "utf-8-sig" if for_spreadsheets else "utf-8"
        self._text = io.TextIOWrapper(file, encoding=encoding, newline="", write_through=False)
        self._writer = csv.writer(self._text, lineterminator="\n")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.flush()
        self._text.detach()

    def row(self, cells: Iterable[Any]) -> None:
        """Write one row, header or not."""
        self._writer.writerow([printable(cell) for cell in cells])


def printable(cell: Any) -> Any:
    """A cell as it may stand in a file: None empty, whole numbers without a point, risky words with a quote before.

    >>> printable("=1+1"), printable(-2), printable(6.0), printable(None)
    ("'=1+1", -2, 6, '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return int(cell)
    if isinstance(cell, float):
        return int(cell) if cell.is_integer() else repr(cell)
    if isinstance(cell, str) and cell.startswith(RISKY_BEGINNINGS):
        return f"'{cell}"
    return cell
