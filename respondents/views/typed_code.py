"""The page for a typed code: it leads to the same place as the link in the mail, and knows nothing else."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from respondents.attempts import may_try
from respondents.codes import token_behind
from respondents.pages import END, TemplateBlock


class CodeForm(forms.Form):
    """The code, however it is typed."""

    use_required_attribute = False
    code = forms.CharField(
        label=gettext_lazy("Your code"),
        help_text=gettext_lazy("Ten letters and figures from our mail or letter, such as 7QF2M-0ZK9T."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "size": 14}
        ),
        error_messages={
            "required": gettext_lazy("Enter your code"),
            "max_length": gettext_lazy("A code has ten letters and figures"),
        },
    )

    @property
    def helper(self) -> FormHelper:
        """One field and one button."""
        helper = FormHelper(self)
        helper.disable_csrf = True
        helper.layout = Layout("code", TemplateBlock("respond/code_actions.html"))
        return helper


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def open_by_code(request: HttpRequest) -> HttpResponse:
    """Ask for the code and go where it leads. Unknown, revoked and spent codes get the same answer."""
    if request.method != "POST":
        return _page(request, CodeForm(label_suffix=""))
    form = CodeForm(request.POST, label_suffix="")
    if END not in request.POST:
        form.add_error(None, _("Not everything arrived. Please try again."))
    if not form.is_valid():
        return _page(request, form, status=422)
    if not may_try(_address_of(request), now=timezone.now()):
        form.add_error(None, _("Too many codes were tried from here. Wait a quarter of an hour, or open the link."))
        return _page(request, form, status=429)
    token = token_behind(form.cleaned_data["code"])
    if token is None:
        form.add_error(
            "code", _("We do not know this code. Check it against our mail; codes end when their survey closes")
        )
        return _page(request, form, status=422)
    return _private(HttpResponseRedirect(reverse("respondents:start", args=[token]), status=303))


def _address_of(request: HttpRequest) -> str:
    """What the trusted proxy says last, else the other end of the connection."""
    if settings.TRUST_PROXY:
        return request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    return request.META.get("REMOTE_ADDR", "")


def _page(request: HttpRequest, form: CodeForm, *, status: int = 200) -> HttpResponse:
    context = {
        "page_title": _("Enter your code"),
        "survey_title": "Barometer",
        "form": form,
        "has_errors": form.is_bound,
    }
    return _private(render(request, "respond/code.html", context, status=status))


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
