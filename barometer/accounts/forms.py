"""The sign-in form."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django.contrib.auth.forms import AuthenticationForm
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from barometer.accounts.attempts import forgive, note_attempt


class SignInForm(AuthenticationForm):
    """E-mail address and password, with a limit on attempts. `limited` tells that the limit was met."""

    error_messages = {
        "invalid_login": _("The e-mail address or the password is wrong. Check both and try again."),
        "inactive": _("This account is closed. Ask an administrator to open it."),
        "limited": _("Too many attempts. Wait 15 minutes, then try again."),
    }

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.address = address
        self.limited = False
        self.fields["username"].label = _("E-mail address")
        self.fields["username"].widget.attrs["autocomplete"] = "username"
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": ""}
        self.helper.add_input(Submit("sign_in", _("Sign in")))

    def clean(self) -> dict[str, Any]:
        """Check the limit, then the password. Raises ValidationError when either refuses."""
        email = self.cleaned_data.get("username")
        if email is None or not self.cleaned_data.get("password"):
            return self.cleaned_data
        if not note_attempt(email=email, address=self.address, now=timezone.now()):
            self.limited = True
            raise ValidationError(self.error_messages["limited"], code="limited")
        cleaned = super().clean()
        forgive(email=email, address=self.address)
        return cleaned
