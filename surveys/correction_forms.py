"""The form of a cosmetic correction: a field for each piece of a question that is read, and the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.corrections import Part
from surveys.forms import DecisionForm
from surveys.texts import clean

LONGEST = 5000


class CorrectionForm(DecisionForm):
    """The words of one question, to be put right; field names are ``part-0``, ``part-1`` …"""

    deciding, proposing = _("Correct it now"), _("Propose the correction")
    reason = forms.CharField(
        label=_("Why does it have to be corrected now?"),
        help_text=_("This stands beside the figures for good."),
        max_length=300,
        error_messages={"required": _("Say why the wording has to be corrected.")},
    )

    def __init__(self, *args: Any, parts: Sequence[Part], **kwargs: Any) -> None:
        self.parts = parts
        super().__init__(*args, **kwargs)

    def layout(self) -> Layout:
        """The words, then the reason, then the box."""
        for index, part in enumerate(self.parts):
            rows = 1 + len(part.words) // 60
            widget = forms.Textarea(attrs={"rows": rows}) if rows > 1 else forms.TextInput()
            self.fields[f"part-{index}"] = forms.CharField(
                label=part.label,
                initial=part.words,
                required=False,
                max_length=LONGEST,
                widget=widget,
            )
        if not self.is_alone:
            self.fields.pop("alone", None)
        words = [f"part-{index}" for index in range(len(self.parts))]
        return Layout(*words, "reason", *(["alone"] if self.is_alone else []))

    def clean_reason(self) -> str:
        """The reason without characters that cannot be kept."""
        return clean(self.cleaned_data["reason"])

    @property
    def words(self) -> dict[str, str]:
        """The words as given, by place; those left as they were too."""
        return {part.place: clean(self.cleaned_data[f"part-{index}"]) for index, part in enumerate(self.parts)}
