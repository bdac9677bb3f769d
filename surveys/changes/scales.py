"""Changes of the named scales that items share."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from surveys.changes.base import Document, Edit
from surveys.problems import Problem, Refused


@dataclass(frozen=True)
class PutScale(Edit):
    """A named scale, new or in place of the one of that name; every item on it changes with it."""

    scale: Mapping[str, Any]

    @property
    def label(self) -> str:
        return _("Set the scale %s") % self.scale.get("name", "")

    def make(self, document: Document) -> None:
        scales = document.setdefault("scales", [])
        made = deepcopy(dict(self.scale))
        for place, scale in enumerate(scales):
            if scale["name"] == made["name"]:
                scales[place] = made
                return
        scales.append(made)


@dataclass(frozen=True)
class RemoveScale(Edit):
    """A named scale gone."""

    name: str

    @property
    def label(self) -> str:
        return _("Removed the scale %s") % self.name

    def make(self, document: Document) -> None:
        kept = [scale for scale in document.get("scales", ()) if scale["name"] != self.name]
        if len(kept) == len(document.get("scales", ())):
            raise Refused(Problem(f"scales[{self.name}]", _("there is no such scale")))
        document["scales"] = kept


def bring_scale(document: Document, scale: Mapping[str, Any]) -> None:
    """Add a scale that an item needs, unless it is there. Raises Refused when another has its name."""
    scales = document.setdefault("scales", [])
    if all(each["name"] != scale["name"] for each in scales):
        scales.append(deepcopy(dict(scale)))
    elif scale not in scales:
        message = _("the wave has another scale of this name; rename one of them")
        raise Refused(Problem(f"scales[{scale['name']}]", message))
