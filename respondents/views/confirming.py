"""Steps that take something away are confirmed with a tick and a button.

Programs that scan mails open links and press buttons; none ticks a box that was left empty.
"""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from respondents.pages import END, TemplateBlock
from respondents.views.link import Link

UNTICKED = gettext_lazy("Tick the box if you want this")


class ConfirmForm(forms.Form):
    """One box to tick; `words` say what it means, and without words there is none. `actions` are the buttons."""

    use_required_attribute = False
    sure = forms.BooleanField()

    def __init__(
        self,
        words: str,
        data: QueryDict | None,
        *,
        actions: str = "respond/confirm_actions.html",
        unticked: Any = UNTICKED,
    ) -> None:
        super().__init__(data, label_suffix="")
        self.fields["sure"].label = words
        self.fields["sure"].error_messages["required"] = unticked
        self.actions = actions
        if not words:
            del self.fields["sure"]

    @property
    def helper(self) -> FormHelper:
        """The box, then the button."""
        helper = FormHelper(self)
        helper.disable_csrf = True
        helper.layout = Layout(*self.fields, TemplateBlock(self.actions))
        return helper


def is_confirmed(link: Link) -> bool:
    """Whether this request carries the tick, and arrived whole."""
    post = link.request.POST
    return link.request.method == "POST" and "sure" in post and END in post


def ask(link: Link, *, title: str, lines: list[str], sure: str, button: str, refusal: str = "") -> HttpResponse:
    """The page that says what will happen and asks for the tick; `refusal` why it cannot."""
    data = link.request.POST if link.request.method == "POST" else None
    form = ConfirmForm(sure, data)
    if refusal:
        form.add_error(None, refusal)
    elif data is not None and END not in data:
        form.add_error(None, _("Not everything arrived. Please try again."))
    wrong = form.is_bound and not form.is_valid()
    return link.render(
        "respond/confirm.html",
        title=title,
        lines=lines,
        form=form,
        button=button,
        back_url=link.url("start"),
        has_errors=wrong,
        status=422 if wrong else 200,
    )
