"""The forms of accounts: signing in, codes, passwords, colleagues and their roles."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ReauthenticateForm as PasswordAgain
from allauth.core import context
from allauth.mfa.base import forms as codes
from allauth.mfa.totp import forms as totp
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from barometer.accounts import attempts
from barometer.accounts.addresses import client_address
from barometer.accounts.factors import SecretLost
from barometer.accounts.models import Role, User
from surveys.models import Survey, Wave

LIMITED = _("Too many attempts. Wait 15 minutes, then try again.")


def _helped(form: Any, button: Any) -> FormHelper:
    """One column and one button that says what happens; the page's own look."""
    form.label_suffix = ""
    form.use_required_attribute = False
    form.helper = helper = FormHelper()
    helper.add_input(Submit("do", button))
    return helper


class SignInForm(AuthenticationForm):
    """E-mail address and password, with a limit on attempts. `limited` tells that the limit was met."""

    error_messages = {
        "invalid_login": _("The e-mail address or the password is wrong. Check both and try again."),
        "inactive": _("This account is closed. Ask an administrator to open it."),
        "limited": LIMITED,
    }

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address
        self.limited = False
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        _helped(self, _("Sign in"))

    def clean(self) -> dict[str, Any]:
        """Check the limit, then the password. Raises ValidationError when either refuses."""
        email = self.cleaned_data.get("username")
        if email is None or not self.cleaned_data.get("password"):
            return self.cleaned_data
        if not attempts.note_attempt(email=email, address=self.address, now=timezone.now()):
            self.limited = True
            raise ValidationError(self.error_messages["limited"], code="limited")
        cleaned = super().clean()
        attempts.forgive(email=email, address=self.address)
        return cleaned


class _CodeForm:
    """What the forms for a code share: our label and button, and the limit on attempts, counted in the database."""

    button: Any = _("Go on")
    once = True
    told = _("A code has six figures; a recovery code has eight letters and figures.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.limited = False
        code = self.fields["code"]  # type: ignore[attr-defined]
        code.label, code.help_text = _("Code"), self.told
        code.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "text", "spellcheck": "false"}
        code.error_messages["required"] = _("Type the code that your app shows.")
        _helped(self, self.button)

    def clean_code(self) -> str:
        """The code, if it is right and nobody has tried too often. A code is good once, on whichever server."""
        user: User = self.user  # type: ignore[attr-defined]
        who = {"email": user.email, "address": client_address(context.request), "step": attempts.CODE}
        now = timezone.now()
        if not attempts.note_attempt(now=now, **who):
            self.limited = True
            raise ValidationError(LIMITED, code="limited")
        with transaction.atomic():
            User.objects.select_for_update().get(pk=user.pk)
            try:
                code = super().clean_code()  # type: ignore[misc]
            except SecretLost:
                words = _("This second factor works no longer. Ask an administrator to take it away.")
                raise ValidationError(words, code="lost") from None
            if self.once and not attempts.use_up(code, of=user, now=now):
                raise ValidationError(_("This code was used already. Wait for the next one."), code="used")
        attempts.forgive(**who)
        return code


class CodeForm(_CodeForm, codes.AuthenticateForm):
    """The second step of signing in."""

    button = _("Sign in")


class CodeAgainForm(_CodeForm, codes.ReauthenticateForm):
    """A code once more, before something that matters."""


class SetUpForm(_CodeForm, totp.ActivateTOTPForm):
    """The first code of an app that was just set up."""

    button = _("Set up the second factor")
    once = False
    told = _("The six figures that the app shows now.")


class SwitchOffForm(totp.DeactivateTOTPForm):
    """Confirms that the second factor goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _helped(self, _("Switch the second factor off"))


class PasswordAgainForm(PasswordAgain):
    """The password once more, before something that matters, with the limit on attempts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Password")
        self.fields["password"].widget.attrs = {"autocomplete": "current-password"}
        _helped(self, _("Go on"))

    def clean_password(self) -> str:
        """The password, if it is right and nobody has tried too often. Raises ValidationError."""
        who = {"email": self.user.email, "address": client_address(context.request)}
        if not attempts.note_attempt(now=timezone.now(), **who):
            raise ValidationError(LIMITED, code="limited")
        if not self.user.check_password(self.cleaned_data["password"]):
            raise ValidationError(_("The password is wrong. Check it and try again."))
        attempts.forgive(**who)
        return self.cleaned_data["password"]


class ForgottenForm(forms.Form):
    """Asks for a mail with a link to set a new password."""

    email = forms.EmailField(
        label=_("E-mail address"),
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        error_messages=dict.fromkeys(("required", "invalid"), _("Give the e-mail address you sign in with.")),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _helped(self, _("Send me a link"))


class NewPasswordForm(SetPasswordForm):
    """A password, twice, by a link from a mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("Password")
        self.fields["new_password1"].help_text = _("At least 12 characters; a few words in a row are good.")
        self.fields["new_password2"].label = _("The same password again")
        self.fields["new_password2"].help_text = ""
        _helped(self, _("Set the password"))


class ChangePasswordForm(PasswordChangeForm):
    """The old password, and a new one twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["old_password"].label = _("The password you have")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password1"].help_text = _("At least 12 characters; a few words in a row are good.")
        self.fields["new_password2"].label = _("The new password again")
        self.fields["new_password2"].help_text = ""
        _helped(self, _("Change the password"))


class RolesForm(forms.Form):
    """Roles, and what they are for. `where` is the survey or wave; None is every survey."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=Role.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose a role at least.")},
    )
    scope = forms.ChoiceField(label=_("For"), help_text=_("A role for a survey holds for each of its waves."))
    button = _("Give these roles")

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        surveys = by.surveys(Role.ADMIN).order_by("title")
        waves = Wave.objects.filter(survey__in=surveys).select_related("survey").order_by("-opens_at", "title")
        self._known: dict[str, Survey | Wave | None] = {"": None} if by.may(Role.ADMIN) else {}
        self._known |= {f"survey:{survey.slug}": survey for survey in surveys}
        self._known |= {f"wave:{wave.slug}": wave for wave in waves}
        every = [("", _("Every survey"))] if "" in self._known else []
        self.fields["scope"].required = not every
        self.fields["scope"].choices = [  # type: ignore[attr-defined]
            *every,
            *((f"survey:{survey.slug}", survey.title) for survey in surveys),
            (_("One wave"), [(f"wave:{wave.slug}", str(wave)) for wave in waves]),
        ]
        _helped(self, self.button)

    @property
    def where(self) -> Survey | Wave | None:
        """What the roles are for."""
        return self._known[self.cleaned_data["scope"]]


class InviteForm(RolesForm):
    """A new colleague."""

    name = forms.CharField(label=_("Name"), max_length=200, error_messages={"required": _("Give the name.")})
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        error_messages=dict.fromkeys(("required", "invalid"), _("Give an e-mail address, such as ann@example.org.")),
    )
    button = _("Send the invitation")
    field_order = ("name", "email", "roles", "scope")


class LogForm(forms.Form):
    """What of the log to show."""

    group = forms.ChoiceField(label=_("About"), required=False)
    by = forms.ChoiceField(label=_("Who"), required=False)
    wave = forms.ChoiceField(label=_("Wave"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, groups: Any, people: Any, waves: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("group", groups), ("by", people), ("wave", waves)):
            self.fields[name].choices = [("", _("All")), *choices]  # type: ignore[attr-defined]
        helper = _helped(self, _("Show"))
        helper.form_method = "get"
        helper.form_class = "filters"
