"""After the close: taking one's answers back with the receipt, which is the only thing that still leads to them."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from respondents.freezing import erase
from respondents.pages import TemplateBlock
from respondents.receipts import tidy_receipt


class ReceiptForm(forms.Form):
    """The receipt, however it is typed."""

    use_required_attribute = False
    receipt = forms.CharField(
        label=gettext_lazy("Your receipt"),
        help_text=gettext_lazy("Sixteen letters and figures, such as 7QF2-M0ZK-9TAB-X3CD."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Enter your receipt")},
    )

    @property
    def helper(self) -> FormHelper:
        """One field and one button."""
        helper = FormHelper(self)
        helper.disable_csrf = True
        helper.layout = Layout("receipt", TemplateBlock("respond/erase_actions.html"))
        return helper


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def erase_by_receipt(request: HttpRequest) -> HttpResponse:
    """Ask for the receipt, and delete what it belongs to. Whoever has it needs nothing else, and nobody else can."""
    form = ReceiptForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_bound and form.is_valid():
        if erase(tidy_receipt(form.cleaned_data["receipt"])):
            return _page(request, "respond/calm.html", title=_("Your answers are deleted"), lines=_erased())
        form.add_error("receipt", _("No answers of a closed survey belong to this receipt. Please check it"))
    wrong = form.is_bound
    return _page(
        request,
        "respond/erase.html",
        title=_("Withdraw your answers"),
        form=form,
        has_errors=wrong,
        status=422 if wrong else 200,
    )


def _erased() -> list[str]:
    return [
        _("They are taken out of the results, which are made anew."),
        _("Figures that were published before stay as they were, with a note if they change."),
    ]


def _page(request: HttpRequest, template: str, *, title: str, status: int = 200, **context: object) -> HttpResponse:
    context |= {"page_title": title, "survey_title": "Barometer"}
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store, private"
    return response
