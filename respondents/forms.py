"""The forms of the staff pages about people and mail."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from surveys.forms import DeskForm, FileForm


class SampleForm(FileForm):
    """A sample file: who is to be invited."""

    button = _("Upload the sample")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].label = _("Sample file")
        self.fields["file"].help_text = _(
            "A CSV file with the columns name, email, role, gp and organisations. Several organisations of one person "
            "are joined by semicolons. Nobody is added unless every line is right."
        )
        self.fields["file"].widget.attrs["accept"] = ".csv,text/csv"


class SendForm(DeskForm):
    """Has the invitations sent."""

    button = _("Send the invitations")
