"""The changes an editor can make to a draft: each a value that turns one wave document into another. Pure.

A change is called with a document and gives a new one; the old stays as it was. It raises Refused when what it names
is not there. Whether the result is sound is for `surveys.editing.edit` to ask, which is how changes reach a wave.
Positions count from 0; None means the end.
"""

from surveys.changes.base import Change, Document
from surveys.changes.questions import (
    AddItem,
    AddSection,
    ChangeSection,
    MoveItem,
    MoveSection,
    PlaceItem,
    PlaceSection,
    RemoveItem,
    RemoveSection,
    ReplaceItem,
    SetRequired,
    SetRoles,
    SetRule,
    ShiftItem,
    ShiftSection,
)
from surveys.changes.scales import PutScale, RemoveScale
from surveys.changes.waves import (
    ReplaceAll,
    SetAbout,
    SetBanners,
    SetMode,
    SetPopulation,
    SetPrivacy,
    SetRoleList,
    SetTimes,
    SetWeighting,
    SetWords,
    Several,
)

__all__ = [
    "AddItem",
    "AddSection",
    "Change",
    "ChangeSection",
    "Document",
    "MoveItem",
    "MoveSection",
    "PlaceItem",
    "PlaceSection",
    "PutScale",
    "RemoveItem",
    "RemoveScale",
    "RemoveSection",
    "ReplaceAll",
    "ReplaceItem",
    "SetAbout",
    "SetBanners",
    "SetMode",
    "SetPopulation",
    "SetPrivacy",
    "SetRequired",
    "SetRoleList",
    "SetRoles",
    "SetRule",
    "SetTimes",
    "SetWeighting",
    "SetWords",
    "Several",
    "ShiftItem",
    "ShiftSection",
]
