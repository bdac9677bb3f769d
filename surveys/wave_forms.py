"""The forms of the wave desk about the wave itself: sections, roles, breakdowns, scales, and what it is about."""

from __future__ import annotations

from typing import Any

from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import changes
from surveys.changes import Change, Document
from surveys.draft_forms import (
    ROWS,
    DraftForm,
    handle,
    longer,
    named,
    nets_field,
    numbered,
    optional_handle,
    options_field,
    words,
)
from surveys.forms import TimesForm
from surveys.models.wave import Mode
from surveys.row_fields import Column, RowsField, WholeNumber
from surveys.wave_checks import ATTRIBUTES, variables_of

_ATTRIBUTES = {
    "role": gettext_lazy("role"),
    "gp": gettext_lazy("GP or not"),
    "region": gettext_lazy("region"),
    "area_team": gettext_lazy("area team"),
    "stp": gettext_lazy("STP"),
}


class SectionForm(DraftForm):
    """A section's title, its short name while it is new, and whether its questions share a page."""

    title = words(label=gettext_lazy("Title"), help_text=gettext_lazy("Shown above its questions."))
    name = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,60}$",
        required=False,
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("Letters, digits, - and _. Leave it empty to have it made from the title."),
        error_messages={"invalid": gettext_lazy("Use letters, digits, - and _.")},
    )
    together = forms.BooleanField(
        required=False, label=gettext_lazy("Put all its questions on one page, as far as routing allows")
    )
    button = gettext_lazy("Save the section")

    def __init__(self, *args: Any, name: str = "", **kwargs: Any) -> None:
        self.section = name
        super().__init__(*args, **kwargs)
        if name:
            self.helper.layout.fields.remove("name")
            del self.fields["name"]

    def first(self) -> dict[str, Any]:
        return self._section(self.document) or {}

    def subject(self, document: Document) -> Any:
        if not self.section:
            return "new"
        found = self._section(document)
        return found and {key: value for key, value in found.items() if key != "items"}

    def home(self, document: Document) -> str:
        names = [section["name"] for section in document["sections"]]
        wanted = self.section or self._name()
        return f"sections[{len(names) - 1 - names[::-1].index(wanted)}]" if wanted in names else "-"

    def change(self) -> Change:
        title, together = self.cleaned_data["title"], self.cleaned_data["together"]
        if self.section:
            return changes.ChangeSection(self.section, title, together)
        return changes.AddSection(self._name(), title, together=together)

    def _name(self) -> str:
        return self.cleaned_data.get("name") or handle(self.cleaned_data["title"], default="section")

    def _section(self, document: Document) -> Document | None:
        return next((each for each in document["sections"] if each["name"] == self.section), None)


class RoleListForm(DraftForm):
    """The roles there are, and which of them this wave asks."""

    roles = RowsField(
        [
            Column("label", gettext_lazy("Role"), words(), "wide"),
            Column(
                "code",
                gettext_lazy("Code"),
                forms.RegexField(
                    r"^[A-Za-z0-9_-]{1,40}$", error_messages={"invalid": gettext_lazy("use letters, digits, - and _")}
                ),
                "name",
            ),
            Column("asked", gettext_lazy("Asked"), forms.BooleanField(required=False), "tick", idle=True),
        ],
        noun=gettext_lazy("Role"),
        add=gettext_lazy("More roles"),
        required=True,
        label=gettext_lazy("Roles"),
        help_text=gettext_lazy(
            "The code is what a sample file names the role by. Tick the roles that this wave asks."
        ),
    )
    button = gettext_lazy("Save the roles")

    def first(self) -> dict[str, Any]:
        asked = self.document["wave"]["roles"]
        return {"roles": [{**role, "asked": role["code"] in asked} for role in self.document["roles"]]}

    def layout(self) -> Layout:
        return Layout("revision", "seen", Field("roles", template=ROWS))

    def subject(self, document: Document) -> Any:
        return {"roles": document["roles"], "asked": document["wave"]["roles"]}

    def home(self, document: Document) -> str:
        return ""

    def clean_roles(self) -> list[dict[str, Any]]:
        """At least one role is there and is asked. Raises ValidationError."""
        roles = self.cleaned_data["roles"]
        if not any(role.get("asked") for role in roles):
            raise forms.ValidationError(_("Tick at least one role that is asked."))
        return roles

    def change(self) -> Change:
        rows = self.cleaned_data["roles"]
        listed = [{key: row[key] for key in ("code", "label")} for row in rows]
        before = self.document["wave"]["roles"]
        asked = [row["code"] for row in rows if row.get("asked")]
        kept = [code for code in before if code in asked]
        in_order = asked if sorted(kept) != sorted(asked) or _reordered(self.document, listed) else kept
        return changes.SetRoleList(listed, in_order)


def _reordered(document: Document, roles: list[dict[str, Any]]) -> bool:
    return [role["code"] for role in document["roles"]] != [role["code"] for role in roles]


class BannersForm(DraftForm):
    """The breakdowns of the results."""

    button = gettext_lazy("Save the breakdowns")

    def first(self) -> dict[str, Any]:
        return {"banners": self.document.get("banners", [])}

    def layout(self) -> Layout:
        self.fields["banners"] = _banners_field(self.document)
        return Layout("revision", "seen", Field("banners", template=ROWS))

    def subject(self, document: Document) -> Any:
        return {"banners": document.get("banners", [])}

    def home(self, document: Document) -> str:
        return ""

    def change(self) -> Change:
        rows = self.cleaned_data["banners"]
        return changes.SetBanners(
            [
                {"name": row.get("name") or handle(row["by"], default="by"), "title": row["title"], "by": row["by"]}
                for row in rows
            ]
        )


def _banners_field(document: Document) -> RowsField:
    closed = [(variable.name, variable.name) for variable in variables_of(document).values() if variable.closed]
    by = [("", "–"), *((key, _ATTRIBUTES[key]) for key in ATTRIBUTES), *closed]
    return RowsField(
        [
            Column("title", _("Title"), words(), "wide"),
            Column("by", _("By"), forms.ChoiceField(choices=by)),
            Column("name", _("Short name"), optional_handle(), "name"),
        ],
        noun=_("Breakdown"),
        add=_("More breakdowns"),
        label=_("Breakdowns"),
        help_text=_("What results are broken down by. A small group is suppressed, so take few and large ones."),
    )


class ScaleForm(DraftForm):
    """A named scale of the wave: its answers, nets and ends."""

    name = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,60}$",
        label=gettext_lazy("Short name"),
        help_text=gettext_lazy("Letters, digits, - and _, such as likely5."),
        error_messages={"invalid": gettext_lazy("Use letters, digits, - and _.")},
    )
    options = options_field(label=gettext_lazy("Answers"))
    nets = nets_field()
    low = words(required=False, label=gettext_lazy("Low end"), help_text=gettext_lazy("For numeric scales."))
    high = words(required=False, label=gettext_lazy("High end"))
    button = gettext_lazy("Save the scale")

    def __init__(self, *args: Any, name: str = "", **kwargs: Any) -> None:
        self.scale = name
        super().__init__(*args, **kwargs)
        if name:
            self.fields["name"].disabled = True
            self.fields["name"].help_text = _("Questions refer to it by this name, so it stays.")

    def first(self) -> dict[str, Any]:
        return dict(self._scale(self.document, self.scale) or {})

    def layout(self) -> Layout:
        ends = Div("low", "high", css_class="row")
        return Layout("revision", "seen", "name", Field("options", template=ROWS), ends, Field("nets", template=ROWS))

    def subject(self, document: Document) -> Any:
        return self._scale(document, self.scale) if self.scale else "new"

    def home(self, document: Document) -> str:
        names = [scale["name"] for scale in document.get("scales", ())]
        wanted = self.scale or self.cleaned_data["name"]
        return f"scales[{names.index(wanted)}]" if wanted in names else "-"

    def clean_options(self) -> list[dict[str, Any]]:
        """The answers with a code each. Raises ValidationError when there is none."""
        options = self.cleaned_data["options"]
        if not options:
            raise forms.ValidationError(_("Give at least one answer."))
        return numbered(options)

    def clean(self) -> dict[str, Any]:
        """A new scale takes no other's name. Raises ValidationError."""
        cleaned = super().clean() or {}
        if not self.scale and self._scale(self.document, cleaned.get("name", "")):
            self.add_error("name", _("The wave has a scale of this name; choose another."))
        return cleaned

    def change(self) -> Change:
        given = self.cleaned_data
        scale = {"name": self.scale or given["name"], "options": given["options"]}
        scale |= {key: given[key] for key in ("low", "high") if given[key]}
        if given["nets"]:
            scale["nets"] = named(given["nets"])
        return changes.PutScale(scale)

    @staticmethod
    def _scale(document: Document, name: str) -> Document | None:
        return next((each for each in document.get("scales", ()) if each["name"] == name), None)


class AboutForm(DraftForm):
    """What the wave is called, whom it is about, what respondents read around it, and what the team sees."""

    title = words(label=gettext_lazy("Title"))
    number = WholeNumber(required=False, label=gettext_lazy("Number"), help_text=gettext_lazy("In the series."))
    partner = words(
        required=False,
        label=gettext_lazy("Partner"),
        help_text=gettext_lazy("Named wherever respondents read who is asking."),
    )
    frame_kind = words(
        most=20,
        required=False,
        label=gettext_lazy("Kind of organisation"),
        help_text=gettext_lazy("As the register has it, such as CCG. Empty: people without organisations."),
    )
    frame_date = forms.DateField(
        required=False,
        label=gettext_lazy("Open on"),
        help_text=gettext_lazy("The day on which they are the population."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Give the day as a date, such as 1/4/2013.")},
    )
    introduction = longer(
        most=5000,
        required=False,
        label=gettext_lazy("Introduction"),
        help_text=gettext_lazy("Read before the first question, above the promise. Empty: only what every wave says."),
    )
    thank_you = longer(
        most=5000,
        required=False,
        label=gettext_lazy("Thank-you"),
        help_text=gettext_lazy("Read after the answers are sent."),
    )
    sealed = forms.BooleanField(
        required=False, label=gettext_lazy("Sealed: the team sees only response rates of groups of ten or more")
    )
    linkage = forms.BooleanField(
        required=False, label=gettext_lazy("Linked: the next linked wave may compare the same people")
    )
    mode = forms.ChoiceField(label=gettext_lazy("How it is answered"), choices=Mode.choices)
    weighting = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Weighting"),
        choices=[
            ("", gettext_lazy("None")),
            ("given", gettext_lazy("Weights come with the responses file")),
            ("rake", gettext_lazy("To the population, by the margins below")),
        ],
    )
    margins = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Margins"),
        choices=[(key, _ATTRIBUTES[key]) for key in ATTRIBUTES],
        widget=forms.CheckboxSelectMultiple,
    )
    button = gettext_lazy("Save")

    def first(self) -> dict[str, Any]:
        wave = self.document["wave"]
        weighting = wave.get("weighting") or {}
        return {
            "mode": Mode.ONLINE,
            **wave,
            "partner": (wave.get("partner") or {}).get("name", ""),
            "weighting": weighting.get("method", ""),
            "margins": weighting.get("margins", []),
        }

    def layout(self) -> Layout:
        return Layout(
            "revision",
            "seen",
            Fieldset(_("Name"), "title", "number", "partner"),
            Fieldset(_("Population"), Div("frame_kind", "frame_date", css_class="row")),
            Fieldset(_("What respondents read"), "introduction", "thank_you"),
            Fieldset(_("Privacy"), "sealed", "linkage"),
            Fieldset(_("Comparing"), "mode"),
            Fieldset(_("Weighting"), "weighting", "margins"),
        )

    def subject(self, document: Document) -> Any:
        other = ("slug", "opens_at", "closes_at", "roles")
        return {key: value for key, value in document["wave"].items() if key not in other}

    def home(self, document: Document) -> str:
        return "wave"

    def clean_number(self) -> int | None:
        """A number of the series, if any. Raises ValidationError."""
        number = self.cleaned_data["number"]
        if number is not None and not 0 <= number <= 100_000:
            raise forms.ValidationError(_("Give a number from 0 to 100,000."))
        return number

    def change(self) -> Change:
        given = self.cleaned_data
        weighting: dict[str, Any] | None = {"method": given["weighting"]} if given["weighting"] else None
        if weighting and given["margins"]:
            weighting["margins"] = given["margins"]
        return changes.Several(
            [
                changes.SetAbout(given["title"], given["number"], given["partner"]),
                changes.SetPopulation(given["frame_kind"], given["frame_date"]),
                changes.SetWords(given["introduction"], given["thank_you"]),
                changes.SetPrivacy(given["sealed"], given["linkage"]),
                changes.SetMode(given["mode"]),
                changes.SetWeighting(weighting),
            ],
            _("Changed what the wave is about"),
        )


class WhenForm(TimesForm, DraftForm):
    """When the draft opens and closes."""

    def layout(self) -> Layout:
        return Layout("revision", "seen", *super().layout().fields)

    def subject(self, document: Document) -> Any:
        return {key: document["wave"].get(key) for key in ("opens_at", "closes_at")}

    def change(self) -> Change:
        return changes.SetTimes(self.cleaned_data["opens_at"], self.cleaned_data["closes_at"])
