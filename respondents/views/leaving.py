"""The survey is not for me: three plain choices, each confirmed by a button of its own."""

from __future__ import annotations

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from respondents.leaving import LONGEST_ADDRESS, hand_over, leave_post, stop_mails
from respondents.pages import END, TemplateBlock
from respondents.responses import NotTaken
from respondents.views.confirming import ask, is_confirmed
from respondents.views.link import Link, by_link, calm
from surveys.problems import Refused


class ColleagueForm(forms.Form):
    """Who should answer instead."""

    use_required_attribute = False
    name = forms.CharField(
        label=gettext_lazy("Your colleague's name"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter your colleague's name")},
    )
    email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(attrs={"inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={
            "required": gettext_lazy("Enter their e-mail address"),
            "invalid": gettext_lazy("Enter an e-mail address, such as name@example.nhs.uk"),
        },
    )

    @property
    def helper(self) -> FormHelper:
        """Two fields and one button."""
        helper = FormHelper(self)
        helper.disable_csrf = True
        helper.layout = Layout("name", "email", TemplateBlock("respond/pass_actions.html"))
        return helper


@by_link("GET")
def leave(link: Link) -> HttpResponse:
    """The three choices."""
    return link.render(
        "respond/leave.html",
        title=_("Not for you?"),
        pass_url=link.url("pass_on"),
        gone_url=link.url("gone"),
        stop_url=link.url("stop"),
        back_url=link.url("start"),
    )


@by_link("GET", "POST")
def pass_on(link: Link) -> HttpResponse:
    """Name the colleague who takes over."""
    if link.request.method != "POST":
        return _ask_colleague(link, ColleagueForm(label_suffix=""))
    form = ColleagueForm(link.request.POST, label_suffix="")
    if END not in link.request.POST:
        form.add_error(None, _("Not everything arrived. Please check and press the button again."))
    if not form.is_valid():
        return _ask_colleague(link, form, status=422)
    try:
        hand_over(link.token, name=form.cleaned_data["name"], email=form.cleaned_data["email"])
    except NotTaken as refused:
        link.standing = refused.standing
        return calm(link)
    except Refused as refusal:
        for problem in refusal.problems:
            form.add_error(problem.place if problem.place in form.fields else None, problem.message)
        return _ask_colleague(link, form, status=422)
    thanks = _("%(name)s will get a link of their own.") % {"name": form.cleaned_data["name"]}
    return _done(link, _("Thank you for passing it on"), [thanks, _("Your link no longer works.")])


@by_link("GET", "POST")
def gone(link: Link) -> HttpResponse:
    """Say that one no longer holds the post."""
    if not is_confirmed(link):
        return _ask_gone(link)
    try:
        leave_post(link.token)
    except NotTaken as refused:
        link.standing = refused.standing
        return calm(link)
    except Refused as refusal:
        return _ask_gone(link, refusal="; ".join(problem.message for problem in refusal.problems))
    return _done(link, _("You are off the list"), [_("Thank you for telling us. Your link no longer works.")])


@by_link("GET", "POST", any_time=True)
def stop(link: Link) -> HttpResponse:
    """No more mails, by a tick on the page or by the Unsubscribe button of a mail program (RFC 8058)."""
    one_click = link.request.POST.get("List-Unsubscribe") == "One-Click"
    if not one_click and not is_confirmed(link):
        return ask(
            link,
            title=_("Stop our mails"),
            lines=[_("We will send you no more mails about this survey. Your link goes on working.")],
            sure=_("Yes, send me no more mails about this survey"),
            button=_("Stop the mails"),
        )
    stop_mails(link.token)
    return _done(link, _("We will not mail you again"), [_("If you want to answer after all, your link still works.")])


def _ask_gone(link: Link, *, refusal: str = "") -> HttpResponse:
    return ask(
        link,
        title=_("You no longer hold this post"),
        lines=[
            _("We will take you off the list for this survey and send you no more mails about it."),
            _("Your link stops working, and anything you have begun is deleted."),
        ],
        sure=_("Yes, I no longer hold this post"),
        button=_("Take me off the list"),
        refusal=refusal,
    )


def _ask_colleague(link: Link, form: ColleagueForm, *, status: int = 200) -> HttpResponse:
    return link.render(
        "respond/pass_on.html",
        title=_("Pass it on"),
        form=form,
        has_errors=form.is_bound and bool(form.errors),
        back_url=link.url("leave"),
        status=status,
    )


def _done(link: Link, title: str, lines: list[str]) -> HttpResponse:
    return link.render("respond/calm.html", title=title, lines=lines, leave_url="", paper_url="")
