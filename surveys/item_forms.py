"""The form of one item of a draft: what every type has, and the parts that its own type knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys import changes
from surveys.changes import Change, Document
from surveys.draft_forms import ROWS, DraftForm, longer, named, nets_field, numbered, options_field, words
from surveys.editing import mark
from surveys.library import LibraryScale
from surveys.question_types import REGISTRY, QuestionType
from surveys.row_fields import Column, Figure, RowsField, is_unset
from surveys.wave_checks import items_of

OWN = ""
"""The choice of answers that stand on the question itself."""

_NAME = r"^[A-Z][A-Z0-9_]{0,59}$"


class ItemForm(DraftForm):
    """A question or note: new in a section, or in place of the item called `name`."""

    button = gettext_lazy("Save the question")

    def __init__(
        self,
        data: Any = None,
        *,
        kind: str,
        name: str = "",
        section: str = "",
        after: str = "",
        library: Iterable[LibraryScale] = (),
        item: Mapping[str, Any] | None = None,
        scale: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self.kind: QuestionType = REGISTRY[kind]
        self.name, self.section, self.after, self.item = name, section, after, item
        self.library = {mark(each.scale): each.scale for each in library}
        if scale:
            self.library[mark(scale)] = scale
        self.scale = scale
        super().__init__(data, **kwargs)

    # What it is about

    def subject(self, document: Document) -> Any:
        """The item without its condition, which has a page of its own; of a new one, nothing."""
        found = _item(document, self.name)
        if not self.name:
            return "new"
        return found and {key: value for key, value in found.items() if key != "show_if"}

    def home(self, document: Document) -> str:
        """Where the item stands; of two with one name, the last."""
        places = [place for place, item in items_of(document) if item["name"] == self.cleaned_data["name"]]
        return places[-1] if places else "-"

    def first(self) -> dict[str, Any]:
        """The item as it stands."""
        item = dict(self.item if self.item is not None else _item(self.document, self.name) or {})
        scale = item.pop("scale", None)
        asked = self.document["wave"]["roles"]
        return {
            **item,
            "type": self.kind.key,
            "roles": item.get("roles") or asked,
            "answers": self._answered_by(scale),
        }

    # Its fields

    def layout(self) -> Layout:
        """The fields that this type knows, in the order in which a question is read."""
        knows = self.kind.keys
        self.fields |= self._common() | {key: make() for key, make in _PARTS.items() if key in knows}
        parts: list[Any] = [
            "revision",
            "seen",
            Div("name", Div("type", HTML(_REFRESH), css_class="with-button"), css_class="row"),
            "text",
            "hint",
        ]
        if "rows" in knows:
            parts.append(Field("rows", template=ROWS))
        if "options" in knows:
            self.fields["answers"] = self._answers()
            ends = [each for each in ("low", "high") if each in knows]
            parts += ["answers", Field("options", template=ROWS), Div(*ends, css_class="row")]
            parts.append(Field("nets", template=ROWS))
        if "min" in knows:
            parts.append(Div("min", "max", "unit", css_class="row"))
        parts += [each for each in ("long", "consent", "required", "sensitive") if each in self.fields]
        parts += [each for each in ("roles", "track") if each in self.fields]
        return Layout(*parts)

    def _common(self) -> dict[str, forms.Field]:
        roles = {role["code"]: role["label"] for role in self.document["roles"]}
        fields: dict[str, forms.Field] = {
            "name": forms.RegexField(
                _NAME,
                label=_("Name"),
                help_text=_("Capitals, digits and _, such as GRIP. Once people were asked, it never changes."),
                error_messages={"invalid": _("Begin with a capital; then capitals, digits and _, at most 60.")},
            ),
            "type": _type_field(),
            "text": longer(most=5000, label=_("Words") if not self.kind.asks else _("Question")),
            "hint": longer(most=2000, rows=2, required=False, label=_("Hint"), help_text=_("Small, below it.")),
            "roles": forms.MultipleChoiceField(
                label=_("Asked of"),
                choices=[(code, roles.get(code, code)) for code in self._listed()],
                widget=forms.CheckboxSelectMultiple,
                error_messages={"required": _("Tick at least one role, or remove the question.")},
            ),
        }
        if self.kind.asks:
            fields |= {
                "required": forms.BooleanField(required=False, label=_("Must be answered")),
                "sensitive": forms.BooleanField(
                    required=False, label=_("Sensitive: “all” and “nobody” are never printed as a finding")
                ),
                "track": forms.RegexField(
                    _NAME,
                    required=False,
                    label=_("Trend"),
                    help_text=_("The name of the line it continues, if that is not its own name."),
                    error_messages={"invalid": _("Begin with a capital; then capitals, digits and _.")},
                ),
            }
        return fields

    def _listed(self) -> list[str]:
        """The roles asked in this wave, and those that only this item names."""
        named = (_item(self.document, self.name) or {}).get("roles", ())
        return list(dict.fromkeys([*self.document["wave"]["roles"], *named]))

    def _answers(self) -> forms.ChoiceField:
        """Own answers, a scale of the wave, or one of the library that the wave does not have yet."""
        here = self._scales()
        wave = [(f"wave:{name}", _ends(scale)) for name, scale in here.items()]
        library = [
            (f"library:{sign}", _ends(scale))
            for sign, scale in self.library.items()
            if here.get(scale["name"]) != scale
        ]
        groups = [(OWN, _("Answers of its own, below")), (_("Scales of this wave"), wave)]
        return forms.ChoiceField(
            required=False,
            label=_("Answers"),
            choices=[*groups, *([(_("From the library"), library)] if library else [])],
            help_text=_("A scale is shared: change it once, and every question on it changes."),
        )

    def _scales(self) -> dict[str, Mapping[str, Any]]:
        return {scale["name"]: scale for scale in self.document.get("scales", ())}

    def _answered_by(self, scale: str | None) -> str:
        """The choice that stands for the item's scale at first; one from the bank may not be in the wave yet."""
        here = self._scales()
        if self.scale and here.get(self.scale["name"]) != self.scale:
            return f"library:{mark(self.scale)}"
        return f"wave:{scale}" if scale in here else OWN

    # What it does

    def clean_options(self) -> list[dict[str, Any]]:
        """The answers with a code each."""
        return numbered(self.cleaned_data["options"])

    def clean(self) -> dict[str, Any]:
        """Answers either of its own or of a scale. Raises ValidationError."""
        cleaned = super().clean() or {}
        if "options" in self.fields and not self.errors:
            if cleaned.get("answers") and cleaned["options"]:
                self.add_error("options", _("Take these answers out, or choose answers of its own: it has a scale."))
            elif not cleaned.get("answers") and not cleaned["options"]:
                self.add_error("options", _("Give at least one answer, or choose a scale."))
        if "rows" in self.fields and not self.errors and not cleaned["rows"]:
            self.add_error("rows", _("Give at least one statement."))
        return cleaned

    def typed_for_another_kind(self) -> dict[str, Any]:
        """All but the boxes that only this kind has: they were not there to be ticked."""
        return {key: value for key, value in self.typed().items() if value is not False or key not in self.kind.keys}

    def definition(self) -> dict[str, Any]:
        """The item as the wave file has it, all that is empty left out."""
        given = self.cleaned_data
        item = {"name": given["name"], "type": self.kind.key, "text": given["text"]}
        plain = ("hint", "rows", "options", "low", "high", "min", "max", "unit", "long", "required", "sensitive")
        item |= {key: given[key] for key in (*plain, "track") if not is_unset(given.get(key))}
        if given.get("consent") is False and given.get("long"):
            item["consent"] = False
        if given.get("nets"):
            item["nets"] = named(given["nets"])
        if given.get("answers"):
            item["scale"] = self._chosen_scale()["name"]
        everybody = self.document["wave"]["roles"]
        if set(given["roles"]) != set(everybody):
            item["roles"] = [code for code in self._listed() if code in given["roles"]]
        return item

    def change(self) -> Change:
        item = self.definition()
        brought = self._chosen_scale() if str(self.cleaned_data.get("answers")).startswith("library:") else None
        if self.name:
            return changes.ReplaceItem(self.name, item, scale=brought, keeps_rule=True)
        return changes.AddItem(self.section, item, position=self._position(), scale=brought)

    def _chosen_scale(self) -> Mapping[str, Any]:
        where, _colon, which = self.cleaned_data["answers"].partition(":")
        return self._scales()[which] if where == "wave" else self.library[which]

    def _position(self) -> int | None:
        section = next((each for each in self.document["sections"] if each["name"] == self.section), None)
        names = [item["name"] for item in (section or {}).get("items", ())]
        return names.index(self.after) + 1 if self.after in names else None


def _item(document: Document, name: str) -> Document | None:
    return next((item for _place, item in items_of(document) if item["name"] == name), None)  # type: ignore[return-value]


def _ends(scale: Mapping[str, Any]) -> str:
    real = [option["label"] for option in scale["options"] if not option.get("kind")]
    low, high = scale.get("low") or real[0], scale.get("high") or real[-1]
    return f"{scale['name']}: {low} … {high} ({len(real)})"


def _type_field() -> forms.ChoiceField:
    # The script of the page sends the form again when another kind is chosen; the button does it without a script.
    again = {
        "hx-post": "",
        "hx-trigger": "change",
        "hx-target": "#draft-form",
        "hx-select": "#draft-form",
        "hx-swap": "outerHTML",
        "hx-vals": '{"do": "kind"}',
    }
    return forms.ChoiceField(
        label=_("Kind"),
        choices=[(key, each.label) for key, each in REGISTRY.items()],
        widget=forms.Select(attrs=again),
    )


_REFRESH = (
    '<button class="button plain" name="do" value="kind" data-without-script>'
    "{% load i18n %}{% translate 'Show what this kind needs' %}</button>"
)


def _rows_field() -> RowsField:
    return RowsField(
        [
            Column("text", _("Statement"), words(most=1000), "wide"),
            Column(
                "name",
                _("Name"),
                forms.RegexField(
                    r"^[A-Z0-9][A-Z0-9_]{0,59}$", error_messages={"invalid": _("use capitals, digits and _")}
                ),
                "name",
            ),
        ],
        noun=_("Statement"),
        add=_("More statements"),
        label=_("Statements"),
        help_text=_(
            "Each is answered on the scale below. With the question's name, its name is that of its variable."
        ),
    )


_PARTS = {
    "rows": _rows_field,
    "options": lambda: options_field(label=_("Answers of its own")),
    "nets": nets_field,
    "low": lambda: words(required=False, label=_("Low end")),
    "high": lambda: words(required=False, label=_("High end")),
    "min": lambda: Figure(required=False, label=_("Smallest")),
    "max": lambda: Figure(required=False, label=_("Largest")),
    "unit": lambda: words(most=40, required=False, label=_("Unit")),
    "long": lambda: forms.BooleanField(required=False, label=_("A large box: more than a line is expected")),
    "consent": lambda: forms.BooleanField(
        required=False, initial=True, label=_("Ask how a long comment may be used: quoted, background, on record")
    ),
}
"""The field of each key of the wave file that only some types know."""
