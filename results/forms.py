"""The form that stands before respondent-level answers: why they are needed."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from surveys.forms import DeskForm
from surveys.texts import clean

SHORTEST = 10


class ReasonForm(DeskForm):
    """Why somebody takes answers out, in words that a colleague will read in the log."""

    button = _("Download the answers")
    reason = forms.CharField(
        label=_("What do you need them for?"),
        help_text=_("Your reason goes into the log beside your name."),
        min_length=SHORTEST,
        max_length=300,
        error_messages={
            "required": _("Say what you need the answers for."),
            "min_length": _("Say it in a few more words, so that a colleague understands it."),
        },
    )

    def clean_reason(self) -> str:
        """The reason without characters that cannot be kept."""
        reason: Any = self.cleaned_data["reason"]
        return clean(reason)
