"""Staff: a user who signs in by e-mail, and the roles that say what this user may do."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from surveys.models import Survey, Wave


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

    def may(self, role: str, where: Survey | Wave | None = None) -> bool:
        """Whether this user holds the role for this survey or wave; without one, for every survey.

        A role for a survey holds for each of its waves.
        """
        held = self._held
        survey = where.survey_id if isinstance(where, Wave) else where and where.pk
        wave = where.pk if isinstance(where, Wave) else None
        return (role, None, None) in held or bool(
            (survey and (role, survey, None) in held) or (wave and (role, None, wave) in held)
        )

    def may_anywhere(self, *roles: str) -> bool:
        """Whether this user holds one of these roles, or any role when none is named, for some wave at least."""
        return any(role in roles or not roles for role, _survey, _wave in self._held)

    @property
    def administers(self) -> bool:
        """Whether this user looks after colleagues."""
        return self.may_anywhere(Role.ADMIN)

    @property
    def reads_questions(self) -> bool:
        """Whether the question bank is open to this user."""
        return self.may_anywhere(Role.EDITOR, Role.ANALYST, Role.PUBLISHER)

    def surveys(self, *roles: str) -> models.QuerySet[Survey]:
        """The surveys for the whole of which this user holds one of these roles, or any when none is named."""
        held = {survey for role, survey, wave in self._held if wave is None and (role in roles or not roles)}
        if None in held:
            return Survey.objects.all()
        return Survey.objects.filter(pk__in=[survey for survey in held if survey is not None])

    def single_waves(self, *roles: str) -> list[int]:
        """The ids of the waves for which alone this user holds one of these roles, or any when none is named."""
        return sorted(wave for role, _survey, wave in self._held if wave and (role in roles or not roles))

    def give(self, role: str, where: Survey | Wave | None = None) -> bool:
        """Let this user hold the role for a survey, a wave, or every survey. Whether it is new."""
        _row, made = StaffRole.objects.get_or_create(user=self, role=role, **scope_of(where))
        self.__dict__.pop("_held", None)
        return made

    def take(self, role: str, where: Survey | Wave | None = None) -> bool:
        """Take the role for exactly this survey, this wave, or every survey. Whether it was held."""
        gone, _rows = StaffRole.objects.filter(user=self, role=role, **scope_of(where)).delete()
        self.__dict__.pop("_held", None)
        return bool(gone)

    @cached_property
    def _held(self) -> frozenset[tuple[str, int | None, int | None]]:
        """(role, survey id, wave id), both None for every survey; nothing when the account is closed."""
        if not self.is_active:
            return frozenset()
        return frozenset(self.staff_roles.values_list("role", "survey_id", "wave_id"))


def scope_of(where: Survey | Wave | None) -> dict[str, Any]:
    """The columns of a role for this survey, this wave, or every survey."""
    return {"survey": None if isinstance(where, Wave) else where, "wave": where if isinstance(where, Wave) else None}


class Role(models.TextChoices):
    """What somebody of the staff may do; the table stands in `access.py` of each application."""

    EDITOR = "editor", _("Editor")
    ANALYST = "analyst", _("Analyst")
    PUBLISHER = "publisher", _("Publisher")
    FIELDWORK = "fieldwork", _("Fieldwork")
    ADMIN = "admin", _("Administrator")


class StaffRole(models.Model):
    """One role of one user: for one wave, for one survey, or for every survey."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="staff_roles", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    survey = models.ForeignKey(
        Survey, null=True, blank=True, on_delete=models.CASCADE, related_name="staff_roles", verbose_name=_("survey")
    )
    wave = models.ForeignKey(
        Wave, null=True, blank=True, on_delete=models.CASCADE, related_name="staff_roles", verbose_name=_("wave")
    )

    class Meta:
        verbose_name = _("staff role")
        verbose_name_plural = _("staff roles")
        constraints = (
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="staff_role_known"),
            models.CheckConstraint(
                condition=models.Q(survey=None) | models.Q(wave=None), name="staff_role_of_survey_or_wave"
            ),
            models.UniqueConstraint(fields=("user", "role", "survey"), name="staff_role_once"),
            models.UniqueConstraint(fields=("user", "role", "wave"), name="staff_role_of_wave_once"),
            models.UniqueConstraint(
                fields=("user", "role"), condition=models.Q(survey=None, wave=None), name="staff_role_for_all_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()}, {self.where_told}"

    @property
    def where(self) -> Survey | Wave | None:
        """What the role is for; None: every survey."""
        return self.wave or self.survey

    @property
    def where_told(self) -> str:
        """What the role is for, in words."""
        return str(self.where or _("every survey"))


class StaffLetter(models.Model):
    """One mail to somebody of the staff with a link to set a password: ordered, claimed, settled; see `letters.py`."""

    class Kind(models.TextChoices):
        INVITATION = "invitation", _("Invitation")
        RESET = "reset", _("New password")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting to be sent")
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Not taken by the mail server")
        UNKNOWN = "unknown", _("Perhaps sent: the machine stopped in between")

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    ordered_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["ordered_at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"


class AuditEntry(models.Model):
    """One line of the log of what staff did. Only ever added to: the database refuses changes and deletions.

    It names staff, surveys and waves by their keys, without constraints that would need a line to change; `note` says
    what, never with an answer, a respondent, an address or a link. See `audit.py`.
    """

    at = models.DateTimeField(db_index=True)
    kind = models.CharField(max_length=20)
    by = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    whom = models.ForeignKey(User, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    survey = models.ForeignKey(Survey, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    wave = models.ForeignKey(Wave, null=True, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+")
    about = models.CharField(max_length=100, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit log")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}".strip()


class SignInAttempt(models.Model):
    """One attempt to sign in under one keyed hash; see `attempts.py`."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=("key", "at"), name="sign_in_attempt_key_at"),)

    def __str__(self) -> str:
        return f"{self.key[:8]}… {self.at:%H:%M}"
