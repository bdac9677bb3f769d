"""The form of one section's part of the matrix of questions and roles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from surveys import changes
from surveys.changes import Change, Document
from surveys.draft_forms import DraftForm


class AskedForm(DraftForm):
    """To whom each item of a section is put: a box for each role. `seconds` are those that the items take."""

    def __init__(
        self, data: Any = None, *, document: Document, section: str, seconds: Mapping[str, int], **kwargs: Any
    ) -> None:
        self.section, self.seconds = section, seconds
        self.asked = document["wave"]["roles"]
        self.labels = {role["code"]: role["label"] for role in document["roles"]}
        super().__init__(data, document=document, **kwargs)
        for name in ("revision", "seen"):  # each section's form stands on the same page
            self.fields[name].widget.attrs["id"] = f"id_{name}_{section}"
        for item in self._items(document):
            self.fields[f"ask_{item['name']}"] = forms.MultipleChoiceField(
                choices=[(code, self.labels.get(code, code)) for code in self.asked],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("%s is put to nobody; tick a role or remove it.") % item["name"]},
            )
            self.initial[f"ask_{item['name']}"] = item.get("roles") or self.asked

    @property
    def title(self) -> str:
        """The section's."""
        return next(each["title"] for each in self.document["sections"] if each["name"] == self.section)

    @property
    def labels_asked(self) -> list[str]:
        """The roles of the wave, in its order."""
        return [self.labels.get(code, code) for code in self.asked]

    @property
    def rows(self) -> Iterator[dict[str, Any]]:
        """Each item with a box for each role, whether it is ticked, and the seconds it takes."""
        for item in self._items(self.document):
            field = self[f"ask_{item['name']}"]
            chosen = {str(code) for code in field.value() or ()}
            yield {
                "item": item,
                "seconds": self.seconds.get(item["name"]),
                "errors": field.errors,
                "boxes": [
                    {"code": code, "label": self.labels.get(code, code), "ticked": code in chosen}
                    for code in self.asked
                ],
            }

    def subject(self, document: Document) -> Any:
        """The roles of each item of the section."""
        return {item["name"]: item.get("roles") or [_("everybody")] for item in self._items(document)}

    def change(self) -> Change:
        given = {key.removeprefix("ask_"): roles for key, roles in self.cleaned_data.items() if key[:4] == "ask_"}
        return changes.SetRoles(given)

    def _items(self, document: Document) -> list[Document]:
        return next((each["items"] for each in document["sections"] if each["name"] == self.section), [])
