"""Who may do what on the pages of the wave desk; editors edit, analysts and publishers look and comment."""

from __future__ import annotations

from surveys.access import EDITOR, READERS, Rule

_EDITORS = frozenset({EDITOR})
_LOOKED_AT: Rule = {"GET": READERS}
_DONE: Rule = {"POST": _EDITORS}
_FORM: Rule = {"GET": _EDITORS, "POST": _EDITORS}

ACCESS: dict[str, Rule] = {
    "desk": _LOOKED_AT,
    "history": _LOOKED_AT,
    "asked": {"GET": READERS, "POST": _EDITORS},
    "comments": {"GET": READERS, "POST": READERS},
    "move": _DONE,
    "undo": _DONE,
    "about": _FORM,
    "roles": _FORM,
    "banners": _FORM,
    "add_scale": _FORM,
    "scale": _FORM,
    "remove_scale": _FORM,
    "add_section": _FORM,
    "section": _FORM,
    "remove_section": _FORM,
    "add_item": _FORM,
    "item": _FORM,
    "rule": _FORM,
    "remove_item": _FORM,
}
