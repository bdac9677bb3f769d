"""The private page of a respondent after the results are out. It asks for the receipt and keeps nothing."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from respondents.pages import TemplateBlock
from respondents.views.erasing import ReceiptForm
from results.ledger import PUBLIC, record_made
from results.own import own_page
from surveys.problems import Refused


class OwnForm(ReceiptForm):
    """The receipt, to see one's own answers."""

    @property
    def helper(self) -> FormHelper:
        """One field and one button."""
        helper = FormHelper(self)
        helper.disable_csrf = True
        helper.layout = Layout("receipt", TemplateBlock("results/own_actions.html"))
        return helper


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """Ask for the receipt, and show the answers it belongs to beside the results."""
    form = OwnForm(request.POST if request.method == "POST" else None, label_suffix="")
    if form.is_bound and form.is_valid():
        try:
            found = own_page(form.cleaned_data["receipt"])
        except Refused as refused:
            form.add_error("receipt", refused.problems[0].message)
        else:
            now = timezone.now()
            record_made(found.results, found.tables, channel="own answers", audience=PUBLIC, now=now)
            return _page(
                request,
                "results/own.html",
                title=_("Your answers beside the others"),
                wave_title=found.wave.title,
                survey_title=found.wave.survey.title,
                questions=found.questions,
                is_wide=True,
            )
    status = 422 if form.is_bound else 200
    title = _("Your answers beside the others")
    return _page(request, "results/own_receipt.html", title=title, form=form, has_errors=form.is_bound, status=status)


def _page(request: HttpRequest, template: str, *, title: str, status: int = 200, **context: object) -> HttpResponse:
    response = render(request, template, {"survey_title": "Barometer", "page_title": title, **context}, status=status)
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    return response
