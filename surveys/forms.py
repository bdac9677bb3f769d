"""The forms of the desk: files to upload or to paste, the times of a wave, confirmations."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.utils import from_current_timezone, pretty_name
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from surveys.models import Wave
from surveys.texts import clean

MOST_BYTES = 20 * 1024 * 1024
MOST_KEPT = 400_000
"""Characters of a refused file that come back into the form to be put right there."""


class DeskForm(forms.Form):
    """A form of the desk: one column, one button that says what happens."""

    use_required_attribute = False
    button = _("Save")
    button_name = "do"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.helper = FormHelper()
        self.helper.layout = self.layout()
        self.helper.add_input(Submit(self.button_name, self.button))

    def layout(self) -> Layout:
        """The fields in order."""
        return Layout(*self.fields)

    def full_clean(self) -> None:
        """Check the fields; one that is left blank and has no message of its own is asked for by its name."""
        for name, field in self.fields.items():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                label = field.label or pretty_name(name)
                field.error_messages["required"] = _("Fill in “%(label)s”.") % {"label": label}
        super().full_clean()


class FileForm(DeskForm):
    """A file, or its text pasted. `data_given` is the bytes of whichever came; a refused file comes back as text."""

    file = forms.FileField(label=_("File"), required=False)
    text = forms.CharField(
        label=_("Or paste its text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "typewriter"}),
    )

    def clean(self) -> dict[str, Any]:
        """Exactly one of file and text, of a bearable size. Raises ValidationError."""
        cleaned = super().clean() or {}
        if "file" in self.errors:
            return cleaned
        file: UploadedFile | None = cleaned.get("file")
        if file and (file.size or 0) > MOST_BYTES:
            self.add_error("file", _("The file is larger than 20 MB. Check that it is the right one."))
        elif not file and not cleaned.get("text", "").strip():
            self.add_error("file", _("Choose a file, or paste its text."))
        return cleaned

    def data_given(self) -> bytes:
        """What was uploaded, or else pasted."""
        file: UploadedFile | None = self.cleaned_data.get("file")
        return file.read() if file else self.cleaned_data["text"].encode()

    def keep(self, data: bytes) -> None:
        """Put a refused file into the text field, if it is text and not too long, to be put right there."""
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            return
        if len(text) <= MOST_KEPT:
            self.data = {**self.data.dict(), "text": clean(text)}  # type: ignore[attr-defined]


class DecisionForm(DeskForm):
    """A step that takes two people: it is proposed; where nobody else could confirm, done, after a word for it."""

    deciding, proposing = _("Do it now"), _("Propose it")
    alone = forms.BooleanField(
        label=_("Nobody else confirms this. The log will say that I decided alone."),
        error_messages={"required": _("Tick the box to show that you decide alone, or ask a colleague to do it.")},
    )

    def __init__(self, *args: Any, alone: bool, **kwargs: Any) -> None:
        self.is_alone = alone
        self.button = self.deciding if alone else self.proposing
        super().__init__(*args, **kwargs)

    def layout(self) -> Layout:
        """The fields, and the box only where it is needed."""
        if not self.is_alone:
            self.fields.pop("alone", None)
        return Layout(*sorted(self.fields, key="alone".__eq__))


class OpenForm(DecisionForm):
    """Opens a wave, or schedules it."""

    def __init__(self, *args: Any, later: bool, **kwargs: Any) -> None:
        self.deciding = _("Schedule the wave") if later else _("Open the wave")
        self.proposing = _("Propose to schedule the wave") if later else _("Propose to open the wave")
        super().__init__(*args, **kwargs)


class CloseForm(DecisionForm):
    """Closes a wave at this moment."""

    deciding, proposing, button_name = _("Close the wave now"), _("Propose to close the wave now"), "now"


class TimesForm(DeskForm):
    """When a draft opens and closes, in the time of the site."""

    button = _("Save the times")
    names: tuple[str, ...] = ("opens", "closes")

    def __init__(self, *args: Any, wave: Wave, **kwargs: Any) -> None:
        self.wave = wave
        initial: dict[str, Any] = {}
        for name in self.names:
            moment = getattr(wave, f"{name}_at")
            if moment:
                local = timezone.localtime(moment)
                initial |= {f"{name}_on": local.date(), f"{name}_time": local.time().replace(microsecond=0)}
        super().__init__(*args, initial=initial, **kwargs)

    def layout(self) -> Layout:
        """Date and time of each moment in a row."""
        labels = {"opens": (_("Opens on"), _("Opens at")), "closes": (_("Closes on"), _("Closes at"))}
        for name in self.names:
            self.fields[f"{name}_on"] = forms.DateField(
                label=labels[name][0],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
                error_messages=dict.fromkeys(("required", "invalid"), _("Give the day as a date, such as 25/1/2027.")),
            )
            self.fields[f"{name}_time"] = forms.TimeField(
                label=labels[name][1],
                widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                error_messages=dict.fromkeys(("required", "invalid"), _("Give the time of day, such as 17:00.")),
            )
        return Layout(*(Div(f"{name}_on", f"{name}_time", css_class="row") for name in self.names))

    def clean(self) -> dict[str, Any]:
        """Moments in order, none in the hour that does not exist or exists twice. Raises ValidationError."""
        cleaned = super().clean() or {}
        for name in self.names:
            on, at = cleaned.get(f"{name}_on"), cleaned.get(f"{name}_time")
            if on and at:
                cleaned[f"{name}_at"] = self._moment(name, on, at)
        opens, closes = cleaned.get("opens_at", self.wave.opens_at), cleaned.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_on", _("The wave must close after it opens."))
        return cleaned

    def _moment(self, name: str, on: date, at: time) -> datetime | None:
        try:
            return from_current_timezone(datetime.combine(on, at))
        except ValidationError:
            words = _("At this time the clocks change: it does not exist or comes twice. Choose another hour.")
            self.add_error(f"{name}_time", words)
            return None


class MoveClosingForm(DecisionForm, TimesForm):
    """Moves the closing time of an open wave."""

    deciding, proposing, button_name = _("Move the closing time"), _("Propose to move the closing time"), "move"
    names = ("closes",)

    def layout(self) -> Layout:
        """The new time, then the box."""
        if not self.is_alone:
            self.fields.pop("alone", None)
        moments = TimesForm.layout(self)
        return Layout(*moments.fields, *(["alone"] if self.is_alone else []))
