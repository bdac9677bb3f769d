"""The contract of an exporter: a sound wave document in, the bytes of a file out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Exporter:
    """One format; one instance of each subclass stands in the registry."""

    key: str
    label: str
    suffix: str
    content_type: str

    def write(self, document: Mapping[str, Any]) -> bytes:
        """The file."""
        raise NotImplementedError

    def file_name(self, document: Mapping[str, Any]) -> str:
        """What the file is called: the wave's short name and the format's ending."""
        return f"{document['wave']['slug']}{self.suffix}"
