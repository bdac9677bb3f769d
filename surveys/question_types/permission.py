"""What may be done with a comment: quoted by role, background only, or a wish to go on record.

The wish is of the draft alone. When answers are sent it becomes "background only" among them, and the invitation
notes that this person may be contacted (`respondents.consent`, docs/decisions/0034).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.codebook import Code, Variable
from surveys.instrument.questionnaire import Question
from surveys.question_types.closed import OneOf

QUOTE, BACKGROUND, CONTACT = 1, 2, 3

QUESTION = gettext_lazy("How may we use this comment?")
HINT = gettext_lazy(
    "If you choose none, it stays background. If you ask us to contact you, we learn that you want to talk, not which "
    "comment is yours."
)


class Permission(OneOf):
    """The companion of a long comment; it is no type of its own and stands in no registry."""

    key = "permission"
    label = "Use of a comment"

    def form_field(self, question: Question, variable: Variable) -> forms.Field:
        field = super().form_field(question, variable)
        field.label, field.help_text = variable.text, HINT
        return field


def permission_of(definition: Mapping[str, Any]) -> Variable:
    """The variable that says how the comment of this item may be used; asked of those who wrote one."""
    return Variable(
        name=f"{definition['name']}_USE",
        text=str(QUESTION),
        holds="one",
        item=definition["name"],
        codes=(
            Code(QUOTE, _("You may quote it with my role, not my name")),
            Code(BACKGROUND, _("Background only: do not quote it")),
            Code(CONTACT, _("Contact me to go on record with my name")),
        ),
        track=f"{definition['name']}_USE",
        asked_if=["answered", definition["name"]],
        permission=True,
    )
