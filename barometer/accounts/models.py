"""Staff: a user who signs in by e-mail, and the roles that say what this user may do."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Users are found by e-mail address, whatever its capitals."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        """A new user with this address, in small letters; without a password nobody can sign in as this user.

        Raises ValueError without an address and IntegrityError when it is taken.
        """
        if not email.strip():
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=tidy_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with this address, whatever its capitals. Raises User.DoesNotExist."""
        return self.get(email=tidy_address(username or ""))


def tidy_address(email: str) -> str:
    """An e-mail address as it is stored and compared: without blanks around it, in small letters."""
    return email.strip().lower()


class User(AbstractBaseUser):
    """Somebody of the staff. Respondents are never users."""

    email = models.EmailField(_("e-mail address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("joined"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    EMAIL_FIELD = USERNAME_FIELD = "email"

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_once", violation_error_message=_("Taken.")),
        )

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        """Tidy the address before it is checked."""
        super().clean()
        self.email = tidy_address(self.email)


class SignInAttempt(models.Model):
    """One attempt to sign in under one keyed hash; see `attempts.py`."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("key", "at"), name="sign_in_attempt_key_at"),)

    def __str__(self) -> str:
        return f"{self.key[:8]}… {self.at:%H:%M}"
