"""The forms by which a wave is made: what it is called, and where its questions come from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crispy_forms.layout import Div, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from surveys.forms import DeskForm, FileForm
from surveys.models import Survey, Wave
from surveys.texts import clean

SLUG = r"^[a-z0-9][a-z0-9_-]{0,79}$"
NEW = "+"
"""The choice of a survey that is not there yet."""

_NAMES = {
    "invalid": _("Small letters, digits, hyphens and underscores only, such as 2014-winter."),
    "required": _("Give the wave a title."),
}


class UploadForm(FileForm):
    """A questionnaire in one of the formats that can be read, or its text."""

    button = _("Look at it")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "A wave file (.wave.json), an XLSForm workbook (.xlsx), a LimeSurvey structure (.lss) or a list of "
            "questions (.csv), up to 8 MB. Nothing is written before you have seen what was understood."
        )
        self.fields["file"].widget.attrs["accept"] = ".json,.xlsx,.lss,.csv"


class RepairForm(forms.Form):
    """The text of a file that could not be read, to be put right on the spot."""

    text = forms.CharField(
        label=_("The text of the file"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 16, "spellcheck": "false", "class": "typewriter"}),
    )


class NameForm(DeskForm):
    """What a new wave is called: its title and its short name, which stands in addresses and files."""

    button = _("Make the draft")
    title = forms.CharField(label=_("Title of the wave"), max_length=200, error_messages=_NAMES)
    slug = forms.RegexField(
        SLUG,
        label=_("Short name"),
        required=False,
        help_text=_("It stands in addresses and file names, and stays. Left empty, it is made from the title."),
        error_messages=_NAMES,
    )

    def clean_title(self) -> str:
        """The title on one line, without what cannot be kept."""
        return " ".join(clean(self.cleaned_data["title"]).split())

    def clean(self) -> dict[str, Any]:
        """The short name, made from the title where it was left empty. Raises ValidationError."""
        cleaned = super().clean() or {}
        if "slug" in cleaned and not cleaned["slug"] and cleaned.get("title"):
            cleaned["slug"] = slugify(cleaned["title"])[:80].strip("-_")
            if not cleaned["slug"]:
                self.add_error("slug", _("Give a short name, such as 2014-winter."))
        return cleaned


class SurveyForm(NameForm):
    """A new wave of a survey: one that is there, or where this person may, a new one."""

    survey = forms.ChoiceField(label=_("Survey"), widget=forms.Select)
    survey_title = forms.CharField(
        label=_("Title of the new survey"),
        required=False,
        max_length=200,
        help_text=_("Only for a new survey. Its waves are compared over the years."),
    )
    survey_slug = forms.RegexField(SLUG, label=_("Its short name"), required=False, error_messages=_NAMES)
    field_order = ["survey", "survey_title", "survey_slug", "title", "slug"]

    def __init__(self, *args: Any, surveys: Sequence[Survey], may_add: bool, **kwargs: Any) -> None:
        self.surveys = {survey.slug: survey for survey in surveys}
        self.may_add = may_add
        super().__init__(*args, **kwargs)

    def layout(self) -> Layout:
        """The survey first; what a new one needs only where there may be one."""
        choices = [(slug, survey.title) for slug, survey in self.surveys.items()]
        self.fields["survey"].choices = [*choices, *([(NEW, _("A new survey"))] if self.may_add else [])]  # type: ignore[attr-defined]
        if not self.may_add:
            del self.fields["survey_title"], self.fields["survey_slug"]
        return Layout(*self.fields)

    def clean(self) -> dict[str, Any]:
        """A new survey has a title, and a short name that is not taken. Raises ValidationError."""
        cleaned = super().clean()
        if cleaned.get("survey") != NEW:
            return cleaned
        title = " ".join(clean(cleaned.get("survey_title", "")).split())
        slug = cleaned.get("survey_slug") or slugify(title)[:80].strip("-_")
        if not title or not slug:
            self.add_error("survey_title", _("Give the new survey a title."))
        elif Survey.objects.filter(slug=slug).exists():
            self.add_error("survey_slug", _("There is a survey with this short name already; choose it above."))
        return {**cleaned, "survey_title": title, "survey_slug": slug}

    @property
    def named(self) -> dict[str, str]:
        """Slug and title of the survey that was chosen."""
        chosen = self.surveys.get(self.cleaned_data["survey"])
        if chosen:
            return {"slug": chosen.slug, "title": chosen.title}
        return {"slug": self.cleaned_data["survey_slug"], "title": self.cleaned_data["survey_title"]}

    @property
    def latest(self) -> Wave | None:
        """The latest wave of the chosen survey, whose roles and population a new one takes."""
        return Wave.objects.filter(survey__slug=self.named["slug"]).order_by("-opens_at", "-pk").first()


class ImportForm(SurveyForm):
    """What a wave read from a file is called, and whether it may take the place of a draft that is there."""

    replace = forms.BooleanField(
        label=_("Put it in the place of the draft that has this short name"),
        required=False,
        help_text=_("Only if there is one. The change can be undone on the draft's page."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.add_input(Submit("look", _("Read it again with these names"), css_class="plain"))


class BlankForm(SurveyForm):
    """A wave without questions, and who is asked."""

    roles = forms.CharField(
        label=_("Roles"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One a line: a code, an equals sign, a label, such as chair = CCG chair. Left empty: those of the last "
            "wave, or everyone."
        ),
    )
    field_order = [*SurveyForm.field_order, "roles"]

    def clean_roles(self) -> list[dict[str, str]]:
        """Code and label of each line. Raises ValidationError naming the line that is not so."""
        found = []
        for number, text in enumerate(clean(self.cleaned_data["roles"]).splitlines(), 1):
            code, sign, label = (part.strip() for part in text.partition("="))
            if not text.strip():
                continue
            if not sign or not code or not label:
                raise ValidationError(
                    _now("Line %(number)d is not a code, an equals sign and a label.") % {"number": number}
                )
            found.append({"code": code, "label": label})
        return found


class BankForm(SurveyForm):
    """A wave of questions from the bank of its survey."""

    button = _("Make the draft of the questions ticked")

    def __init__(self, *args: Any, survey: Survey, **kwargs: Any) -> None:
        super().__init__(*args, surveys=[survey], may_add=False, **kwargs)
        self.helper.form_tag = False
        self.helper.inputs.clear()

    def layout(self) -> Layout:
        """Title and short name; the survey is chosen already."""
        super().layout()
        del self.fields["survey"]
        return Layout("title", "slug")


class CopyForm(NameForm):
    """A wave like an earlier one, and when it opens and closes; without a closing time it is open for as long."""

    opens_on = forms.DateField(
        label=_("Opens on"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Give the day as a date, such as 25/1/2027.")},
    )
    opens_time = forms.TimeField(
        label=_("Opens at"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Give the time of day, such as 17:00.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper.add_input(Submit("look", _("Show the dates"), css_class="plain"))

    def layout(self) -> Layout:
        """Names, then the opening in a row."""
        return Layout("title", "slug", Div("opens_on", "opens_time", css_class="row"))

    def clean(self) -> dict[str, Any]:
        """Both parts of the opening, or neither. Raises ValidationError."""
        cleaned = super().clean()
        day, hour = cleaned.get("opens_on"), cleaned.get("opens_time")
        if day and hour:
            cleaned["opens_at"] = timezone.make_aware(datetime.combine(day, hour))
        elif (day or hour) and not self.errors:
            self.add_error("opens_time" if day else "opens_on", _("Give both the day and the time, or neither."))
        return cleaned
