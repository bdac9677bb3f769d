"""The form in which a condition is built in words from earlier questions."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import HTML, Layout
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import changes
from surveys.changes import Change, Document
from surveys.codebook import Variable
from surveys.draft_forms import DraftForm
from surveys.instrument.routing import in_words
from surveys.outline import earlier_than
from surveys.rule_tree import Node, incomplete, rule_of, tree_of
from surveys.wave_checks import items_of, variables_of

LEAF_WORDS = {
    "is": gettext_lazy("is one of"),
    "is_not": gettext_lazy("is none of"),
    "answered": gettext_lazy("was answered"),
    "not_answered": gettext_lazy("was not answered"),
}
GROUP_WORDS = {
    "all": gettext_lazy("All of these hold"),
    "any": gettext_lazy("Any of these holds"),
    "not_all": gettext_lazy("Not all of these hold"),
    "none": gettext_lazy("None of these holds"),
}

_UNSET: Any = object()


class RuleForm(DraftForm):
    """Under which answers an item is asked. `tree` is what was built so far; None: asked of everybody."""

    button, button_name = gettext_lazy("Save the condition"), "do"

    def __init__(self, data: Any = None, *, document: Document, name: str, tree: Any = _UNSET, **kwargs: Any) -> None:
        self.name = name
        self.earlier = earlier_than(document, name)
        self.tree: Node | None = tree_of(_rule(document, name)) if tree is _UNSET else tree
        super().__init__(data, document=document, **kwargs)

    def layout(self) -> Layout:
        """The tree is a template of its own, that includes itself."""
        return Layout("revision", "seen", HTML('{% include "desk/edit/rule_tree.html" %}'))

    def subject(self, document: Document) -> Any:
        """The condition in words; None for an item that is gone."""
        if all(item["name"] != self.name for _place, item in items_of(document)):
            return None
        rule = _rule(document, self.name)
        return {"show_if": in_words(rule, variables_of(document)) if rule else _("nothing: everybody is asked")}

    def home(self, document: Document) -> str:
        """The item; its condition is the whole form."""
        return next((f"{place}.show_if" for place, item in items_of(document) if item["name"] == self.name), "-")

    def clean(self) -> dict[str, Any]:
        """Every condition says what it asks. Raises ValidationError."""
        cleaned = super().clean() or {}
        blank = incomplete(self.tree, self.earlier) if self.tree else None
        if blank and blank.name in self.earlier:
            raise ValidationError(_("Tick at least one answer to %s.") % blank.name)
        if blank:
            raise ValidationError(_("Choose the question that each condition is about, or remove the condition."))
        return cleaned

    def change(self) -> Change:
        return changes.SetRule(self.name, rule_of(self.tree) if self.tree else None)

    @property
    def words(self) -> str:
        """What has been built so far, as a sentence; empty while something is missing."""
        if not self.tree or incomplete(self.tree, self.earlier):
            return ""
        try:
            return in_words(rule_of(self.tree), self.earlier)
        except KeyError:
            return ""

    @property
    def nodes(self) -> dict[str, Any] | None:
        """The tree for its template: each node with its choices."""
        return _shown(self.tree, self.earlier) if self.tree else None


def _rule(document: Document, name: str) -> Any:
    return next((item.get("show_if") for _place, item in items_of(document) if item["name"] == name), None)


def _shown(node: Node, earlier: dict[str, Variable]) -> dict[str, Any]:
    variable = earlier.get(node.name)
    return {
        "node": node,
        "group": node.is_group,
        "words": GROUP_WORDS if node.is_group else LEAF_WORDS,
        "variables": earlier.values(),
        "codes": variable.codes if variable and variable.closed and node.asks_codes else (),
        "unclosed": bool(variable and not variable.closed and node.asks_codes),
        "nodes": [_shown(each, earlier) for each in node.nodes],
    }
