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


class RateForm(DeskForm):
    """How many of those invited answer, for the dry run; empty: as last time, or as assumed."""

    button, button_name = _("Run it again"), "again"
    rate = forms.IntegerField(
        label=_("Of a hundred invited, how many answer?"),
        required=False,
        min_value=1,
        max_value=100,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), _("Give a whole number from 1 to 100, or leave it empty.")
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.form_method = "get"

    @property
    def share(self) -> float | None:
        """The rate as a share; None when it was left empty."""
        rate = self.cleaned_data["rate"] if self.is_bound else None
        return None if rate is None else rate / 100
