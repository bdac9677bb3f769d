"""Staff: a user who signs in by e-mail, and the roles that say what this user may do."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from surveys.models import Survey


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

    def may(self, role: str, survey: Survey | None = None) -> bool:
        """Whether this user holds the role for this survey; without a survey, for every survey."""
        return not {(role, None), (role, survey.pk if survey else None)}.isdisjoint(self._held)

    def may_anywhere(self, *roles: str) -> bool:
        """Whether this user holds one of these roles, or any role when none is named, for some survey at least."""
        return any(role in roles or not roles for role, _survey in self._held)

    def surveys(self, *roles: str) -> models.QuerySet[Survey]:
        """The surveys for which this user holds one of these roles, or any role when none is named."""
        held = {survey for role, survey in self._held if role in roles or not roles}
        if None in held:
            return Survey.objects.all()
        return Survey.objects.filter(pk__in=[survey for survey in held if survey is not None])

    def give(self, role: str, survey: Survey | None = None) -> None:
        """Let this user hold the role for this survey, or for every survey; a role held already changes nothing."""
        StaffRole.objects.get_or_create(user=self, role=role, survey=survey)
        self.__dict__.pop("_held", None)

    @cached_property
    def _held(self) -> frozenset[tuple[str, int | None]]:
        """(role, survey id or None for every survey); nothing when the account is closed."""
        if not self.is_active:
            return frozenset()
        return frozenset(self.staff_roles.values_list("role", "survey_id"))


class Role(models.TextChoices):
    """What somebody of the staff may do; the table stands in `access.py` of each application."""

    EDITOR = "editor", _("Editor")
    ANALYST = "analyst", _("Analyst")
    PUBLISHER = "publisher", _("Publisher")
    FIELDWORK = "fieldwork", _("Fieldwork")
    ADMIN = "admin", _("Administrator")


class StaffRole(models.Model):
    """One role of one user, for one survey or for every survey."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_roles", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    survey = models.ForeignKey(
        Survey, null=True, blank=True, on_delete=models.CASCADE, related_name="staff_roles", verbose_name=_("survey")
    )

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")
        constraints = (
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="staff_role_known"),
            models.UniqueConstraint(fields=("user", "role", "survey"), name="staff_role_once"),
            models.UniqueConstraint(
                fields=("user", "role"), condition=models.Q(survey=None), name="staff_role_for_all_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user}: {self.get_role_display()} ({self.survey or _('every survey')})"


class SignInAttempt(models.Model):
    """One attempt to sign in under one keyed hash; see `attempts.py`."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("key", "at"), name="sign_in_attempt_key_at"),)

    def __str__(self) -> str:
        return f"{self.key[:8]}… {self.at:%H:%M}"
