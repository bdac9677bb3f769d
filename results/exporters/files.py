"""Export files on disk: whole or not at all, each with its checksum."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from results.exporters.base import Exporter, Material


@dataclass(frozen=True, slots=True)
class Written:
    """A file that stands complete: where, how many bytes, and its SHA-256 in hexadecimal."""

    path: Path
    size: int
    checksum: str


def write_file(exporter: Exporter, material: Material, path: Path) -> Written:
    """Write an export to `path`: under another name first, synced, then renamed, so that no part of one is ever there.

    Raises OSError when the folder is missing or cannot be written to.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-", suffix=".part")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            exporter.write(material, file)
            file.flush()
            os.fsync(file.fileno())
            file.seek(0)
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
        draft.chmod(0o600 if exporter.respondent_level else 0o644)
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return Written(path, path.stat().st_size, checksum)
