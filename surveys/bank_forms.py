"""The forms of the question bank: searching, topics, merging, a wording, a scale."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.draft_forms import ROWS, longer, named, nets_field, numbered, options_field, words
from surveys.forms import DeskForm
from surveys.models import Question, QuestionVersion, Survey, Topic
from surveys.question_types import REGISTRY
from surveys.row_fields import Column, Figure, RowsField, rearranged

FIRST = '<button class="vh" name="do" value="check" tabindex="-1" aria-hidden="true"></button>'
"""What Enter presses: the first button of the form, which stores nothing."""


@dataclass(frozen=True, slots=True)
class WantedQuestions:
    """What to look for in the bank."""

    words: str = ""
    survey: str = ""
    topic: str = ""
    retired: bool = False
    page: int = 1

    @property
    def address(self) -> str:
        """The query of the address that looks for the same, without a page."""
        given = {"q": self.words, "survey": self.survey, "topic": self.topic, "retired": "on" if self.retired else ""}
        return urlencode({key: value for key, value in given.items() if value})


class SearchForm(DeskForm):
    """Words to look for, and where."""

    q = forms.CharField(
        label=gettext_lazy("Words"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    survey = forms.ChoiceField(label=gettext_lazy("Survey"), required=False)
    retired = forms.BooleanField(label=gettext_lazy("Retired questions too"), required=False)
    topic = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20)

    def __init__(self, *args: Any, surveys: Iterable[Survey], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All surveys")), *((each.slug, each.title) for each in surveys)]
        self.fields["survey"].choices = choices  # type: ignore[attr-defined]
        if len(choices) == 2:
            self.fields["survey"].widget = forms.HiddenInput()
        self.helper.form_method = "get"
        self.helper.form_class = "filters"
        self.helper.inputs = [Submit("", _("Search"))]

    def wanted(self) -> WantedQuestions:
        """What is looked for; what cannot be read is left aside."""
        given = self.cleaned_data if self.is_bound and (self.is_valid() or self.errors) else {}
        page = str(self.data.get("page", "")) if self.is_bound else ""
        number = int(page) if page.isascii() and page.isdigit() and 0 < int(page) < 10_000 else 1
        return WantedQuestions(
            given.get("q", ""), given.get("survey", ""), given.get("topic", ""), given.get("retired", False), number
        )


class TopicForm(DeskForm):
    """The topic a question stands on."""

    topic = forms.CharField(
        label=gettext_lazy("Topic"),
        required=False,
        max_length=80,
        help_text=gettext_lazy("A new name makes a new topic; an empty box takes the question off its topic."),
    )
    button = gettext_lazy("Put it there")

    def __init__(self, *args: Any, known: Iterable[Topic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = [topic.name for topic in known]
        self.fields["topic"].widget.attrs |= {"list": "topics", "autocomplete": "off"}


class MergeForm(DeskForm):
    """The question that takes another's place."""

    into = forms.CharField(label=gettext_lazy("Into the question"), max_length=60)
    button = gettext_lazy("See what would happen")

    def __init__(self, *args: Any, question: Question, **kwargs: Any) -> None:
        self.question = question
        super().__init__(*args, **kwargs)
        self.fields["into"].help_text = _("Its name, such as GRIP.")
        self.fields["into"].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}
        self.helper.form_method = "get"
        self.helper.inputs = [Submit("", self.button)]

    def clean_into(self) -> Question:
        """The question of this name in the same survey. Raises ValidationError."""
        name = self.cleaned_data["into"].strip().upper()
        found = Question.objects.filter(survey=self.question.survey_id, name=name).select_related("survey").first()
        if found is None:
            raise ValidationError(_("There is no question %s in this survey.") % name)
        if found.pk == self.question.pk:
            raise ValidationError(_("Choose another question."))
        return found


class RowsForm(DeskForm):
    """A form with small tables whose rows are added and moved by buttons, without a script too."""

    def rearrange(self, asked: str) -> bool:
        """Do what a button of a table asks, and store nothing; False when it was another button."""
        typed = {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }
        made = rearranged(asked, typed)
        if made is None:
            return False
        self.is_bound, self.initial = False, made
        return True


class WordingForm(RowsForm):
    """Another wording for a question: what its type knows, without what belongs to a wave."""

    def __init__(self, data: Any = None, *, version: QuestionVersion, **kwargs: Any) -> None:
        self.version = version
        self.type = REGISTRY[version.type]
        initial = {**version.definition, **(version.scale or {})}
        initial["nets"] = [*(version.scale or {}).get("nets", ()), *version.definition.get("nets", ())]
        super().__init__(data, initial=initial, **kwargs)
        self.helper.form_id = "draft-form"
        self.helper.inputs = []

    def layout(self) -> Layout:
        """The parts this type has, then the two steps: look, and save."""
        knows = self.type.keys
        self.fields["text"] = longer(most=5000, label=_("Question") if self.type.asks else _("Words"))
        self.fields["hint"] = longer(most=2000, rows=2, required=False, label=_("Hint"))
        self.fields |= {key: make() for key, make in _PARTS.items() if key in knows}
        parts: list[Any] = [HTML(FIRST), "text", "hint"]
        parts += [Field(each, template=ROWS) for each in ("rows", "options", "nets") if each in self.fields]
        parts += [Div(*found, css_class="row") for pair in _PAIRS if (found := [e for e in pair if e in self.fields])]
        return Layout(*parts, HTML(_STEPS))

    def definition(self) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """The wording as the bank keeps it, and its scale in full if it has one."""
        given = self.cleaned_data
        kept = {key: value for key, value in self.version.definition.items() if key not in self.fields}
        definition = {**kept, "type": self.version.type, "text": given["text"]}
        own = {key: given[key] for key in self.fields if _is_said(given.get(key))}
        own = {**own, "nets": named(given["nets"])} if own.get("nets") else own
        own = {**own, "options": numbered(given["options"])} if own.get("options") else own
        old = self.version.scale
        if old is None:
            return {**definition, **own}, None
        of_scale: dict[str, Any] = {key: own.pop(key) for key in ("options", "nets", "low", "high") if key in own}
        return {**definition, **own}, {**_without(old, ("options", "nets", "low", "high")), **of_scale}


class ScaleForm(RowsForm):
    """A scale for the library."""

    name = forms.RegexField(
        r"^[A-Za-z0-9_-]{1,60}$",
        label=gettext_lazy("Name"),
        help_text=gettext_lazy("Letters, digits, - and _; questions refer to it by this name."),
        error_messages={"invalid": gettext_lazy("Use letters, digits, - and _.")},
    )
    options = options_field(label=gettext_lazy("Answers"))
    nets = nets_field()
    low = words(required=False, label=gettext_lazy("Low end"))
    high = words(required=False, label=gettext_lazy("High end"))
    replace = forms.BooleanField(
        required=False, label=gettext_lazy("Take the place of the saved scale of this name, if there is one")
    )

    def __init__(self, data: Any = None, *, like: Mapping[str, Any] | None, **kwargs: Any) -> None:
        super().__init__(data, initial=dict(like or {}), **kwargs)
        self.helper.form_id = "draft-form"
        self.helper.inputs = []

    def layout(self) -> Layout:
        """Name, answers, nets, ends."""
        return Layout(
            HTML('<button class="vh" name="do" value="save" tabindex="-1" aria-hidden="true"></button>'),
            "name",
            Field("options", template=ROWS),
            Field("nets", template=ROWS),
            Div("low", "high", css_class="row"),
            "replace",
            HTML(_SAVE_SCALE),
        )

    def document(self) -> dict[str, Any]:
        """The scale as the wave file has it."""
        given = self.cleaned_data
        made: dict[str, Any] = {"name": given["name"], "options": numbered(given["options"])}
        if given["nets"]:
            made["nets"] = named(given["nets"])
        return made | {key: given[key] for key in ("low", "high") if given[key]}


def _is_said(value: Any) -> bool:
    """Whether a field says anything; nought does."""
    return value is not None and value is not False and value not in ("", [])


def _without(mapping: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if key not in set(keys)}


def _statements() -> RowsField:
    return RowsField(
        [
            Column("text", _("Statement"), words(most=1000), "wide"),
            Column("name", _("Name"), forms.RegexField(r"^[A-Z0-9][A-Z0-9_]{0,59}$"), "name"),
        ],
        noun=_("Statement"),
        add=_("More statements"),
        label=_("Statements"),
    )


_PARTS = {
    "rows": _statements,
    "options": lambda: options_field(label=_("Answers")),
    "nets": nets_field,
    "low": lambda: words(required=False, label=_("Low end")),
    "high": lambda: words(required=False, label=_("High end")),
    "min": lambda: Figure(required=False, label=_("Smallest")),
    "max": lambda: Figure(required=False, label=_("Largest")),
    "unit": lambda: words(most=40, required=False, label=_("Unit")),
}
_PAIRS = (("low", "high"), ("min", "max", "unit"))
_STEPS = (
    '{% load i18n %}<div class="actions">'
    '<button class="button{% if checked %} plain{% endif %}" name="do" value="check">'
    "{% translate 'Compare with the wording it has' %}</button>"
    '{% if checked and not problems and verdict.kind != "same" %} <button class="button" name="do" value="save">'
    "{% translate 'Save as a new wording' %}</button>{% endif %}</div>"
)
_SAVE_SCALE = (
    '{% load i18n %}<div class="actions"><button class="button" name="do" value="save">'
    "{% translate 'Save the scale' %}</button></div>"
)
