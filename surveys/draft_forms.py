"""What the forms of the wave desk share: each is about a part of a draft and makes one change of it.

A form remembers the revision its page was made from and a mark of the part of the draft it is about, so that a change
by somebody else in the meantime is noticed; nothing that was typed is lost then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from crispy_forms.layout import HTML
from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.changes import Change, Document
from surveys.codebook import CODE_KINDS
from surveys.editing import Stale, mark
from surveys.forms import DeskForm
from surveys.problems import Problem
from surveys.row_fields import Codes, Column, Figure, RowsField, WholeNumber, Words
from surveys.side_by_side import Line, differences

ROWS = "desk/edit/rows.html"

KIND_LABELS = dict(
    zip(CODE_KINDS, (gettext_lazy("don't know"), gettext_lazy("refused"), gettext_lazy("does not apply")), strict=True)
)


def words(*, most: int = 200, **kwargs: Any) -> Words:
    """A line of text, at most so long."""
    return Words(max_length=most, **kwargs)


def longer(*, most: int, rows: int = 3, **kwargs: Any) -> Words:
    """Several lines of text."""
    return Words(max_length=most, widget=forms.Textarea(attrs={"rows": rows}), **kwargs)


def options_field(*, label: Any) -> RowsField:
    """A table of answers."""
    kinds = [("", gettext_lazy("an answer")), *KIND_LABELS.items()]
    return RowsField(
        [
            Column("code", gettext_lazy("Code"), WholeNumber(required=False), "code"),
            Column("label", gettext_lazy("Answer"), words(most=500), "wide"),
            Column("score", gettext_lazy("Score"), Figure(required=False), "code"),
            Column("kind", gettext_lazy("Kind"), forms.ChoiceField(choices=kinds, required=False), idle=True),
            Column("exclusive", gettext_lazy("Alone"), forms.BooleanField(required=False), "tick", idle=True),
            Column("specify", gettext_lazy("Say what"), forms.BooleanField(required=False), "tick", idle=True),
        ],
        noun=gettext_lazy("Answer"),
        add=gettext_lazy("More answers"),
        label=label,
        help_text=gettext_lazy(
            "A code is what is stored; leave it empty to have it numbered. Alone: excludes all other answers. "
            "Say what: whoever chooses it is asked for words of their own."
        ),
    )


def nets_field() -> RowsField:
    """A table of nets."""
    return RowsField(
        [
            Column("label", gettext_lazy("Net"), words(), "wide"),
            Column("codes", gettext_lazy("Codes"), Codes(), "codes"),
            Column("name", gettext_lazy("Short name"), optional_handle(), "name"),
        ],
        noun=gettext_lazy("Net"),
        add=gettext_lazy("More nets"),
        spare=1,
        label=gettext_lazy("Nets"),
        help_text=gettext_lazy("Answers that are also counted together, such as “likely or very likely”: codes 4, 5."),
    )


def optional_handle() -> forms.RegexField:
    """A short name, or none."""
    invalid = {"invalid": gettext_lazy("use letters, digits, - and _")}
    return forms.RegexField(r"^[A-Za-z0-9_-]{1,60}$", required=False, error_messages=invalid)


# The Enter key presses a form's first button; that must be this and not one that moves a row.
_ENTER = '<button class="vh" name="do" value="save" tabindex="-1" aria-hidden="true"></button>'


class DraftForm(DeskForm):
    """A form about a part of a draft."""

    revision = forms.IntegerField(widget=forms.HiddenInput, required=False)
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, document: Document, at: int, initial: Any = None, **kwargs: Any) -> None:
        self.document = document
        self.stale: Stale | None = None
        first = {"revision": at, "seen": mark(self.subject(document)), **self.first(), **(initial or {})}
        super().__init__(data, initial=first, **kwargs)
        self.helper.form_id = "draft-form"
        self.helper.layout.insert(0, HTML(_ENTER))

    def first(self) -> dict[str, Any]:
        """What the fields show at first."""
        return {}

    def subject(self, document: Document) -> Any:
        """The part of the draft that this form is about; None when it is gone."""
        raise NotImplementedError

    def change(self) -> Change:
        """The change that the valid form asks for."""
        raise NotImplementedError

    def home(self, document: Document) -> str:
        """The place in the changed document under which this form's own problems lie."""
        return "-"

    def typed(self) -> dict[str, Any]:
        """What stands in each field as it was sent, unchecked."""
        return {
            name: field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
            for name, field in self.fields.items()
        }

    def typed_for_another_kind(self) -> dict[str, Any]:
        """What was typed that goes into a form of another kind."""
        return self.typed()

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Show what the engine found beside the field it is about, or above the form."""
        try:
            after = self.change()(self.document)
        except Exception:  # noqa: BLE001 - the change itself was refused; then nothing has a place
            after = self.document
        home = self.home(after)
        for problem in problems:
            field, told = self._placed(problem, home, after)
            self.add_error(field, told)

    def collide(self, stale: Stale) -> None:
        """Take note that somebody else has saved; sent again, this form goes on top of what they have."""
        self.stale = stale
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["revision"], data["seen"] = str(stale.revision), mark(self.subject(stale.theirs))
        self.data = data

    @property
    def differences(self) -> list[Line]:
        """What they have now beside what was typed here, where the two differ."""
        if not self.stale:
            return []
        mine = self.stale.yours
        try:
            mine = mine or self.change()(self.stale.theirs)
        except Exception:  # noqa: BLE001 - it may be gone; then there is nothing to set beside it
            return differences(self.subject(self.stale.theirs), None)
        return differences(self.subject(self.stale.theirs), self.subject(mine))

    def _placed(self, problem: Problem, home: str, after: Document) -> tuple[str | None, str]:
        found = re.fullmatch(rf"{re.escape(home)}\.?(\w+)?(?:\[([0-9]+)\])?(.*)", problem.place)
        if not found:
            return None, in_words(problem, after)
        if found[1] not in self.fields:
            return None, in_words(problem, after)
        if not found[2]:
            return found[1], problem.message
        return found[1], _("Row %(number)d: %(what)s") % {"number": int(found[2]) + 1, "what": problem.message}


def in_words(problem: Problem, document: Mapping[str, Any]) -> str:
    """A problem with the name of the item it is about in place of the item's number."""
    found = re.fullmatch(r"sections\[([0-9]+)\](?:\.items\[([0-9]+)\])?\.?(.*)", problem.place)
    if not found:
        return str(problem)
    try:
        place = document["sections"][int(found[1])]
        place = place["items"][int(found[2])] if found[2] else place
    except LookupError:
        return str(problem)
    return f"{place['name']}{f' ({found[3]})' if found[3] else ''}: {problem.message}"


class RemovalForm(DraftForm):
    """The one button that takes something out. `pick` finds it in a document."""

    button = gettext_lazy("Remove it")

    def __init__(self, data: Any = None, *, change: Change, pick: Callable[[Document], Any], **kwargs: Any) -> None:
        self.removal, self.pick = change, pick
        super().__init__(data, **kwargs)

    def subject(self, document: Document) -> Any:
        """What goes."""
        return self.pick(document)

    def change(self) -> Change:
        """Its removal."""
        return self.removal


def numbered(options: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The answers, those without a code given the smallest that is free; don't know and the like from 9 on.

    >>> [option["code"] for option in numbered([{"label": "Yes"}, {"label": "?", "kind": "dont_know"}, {"code": 1}])]
    [2, 9, 1]
    """
    made: list[dict[str, Any]] = [dict(option) for option in options]
    taken = {option["code"] for option in made if "code" in option}
    for option in made:
        if "code" not in option:
            first = 9 if option.get("kind") else 1
            option["code"] = next(code for code in range(first, first + len(made) + 1) if code not in taken)
            taken.add(option["code"])
    return made


def named(nets: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The nets, those without a short name given one from their label."""
    return [
        {"name": net.get("name") or handle(net["label"], default="net"), "label": net["label"], "codes": net["codes"]}
        for net in nets
    ]


def handle(text: str, *, default: str) -> str:
    """A short name made from words."""
    return slugify(text)[:60] or default
