"""The identity side: people, their invitations and the letters sent to them. Holds no answer and no way to one."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """Somebody who may be asked."""

    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_once")]

    def __str__(self) -> str:
        return self.name


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations, as adjectives."""

    def personal(self) -> InvitationQuerySet:
        """Those to a known person; the others stand for answers collected elsewhere."""
        return self.filter(person__isnull=False)

    def responded(self) -> InvitationQuerySet:
        """Those whose answers have come."""
        return self.filter(responded=True)


class Invitation(models.Model):
    """One person asked in one role. `responded` says that answers have come, never when or which.

    The link's token is made from the wave's key and this id; only its SHA-256 is kept, and while the wave is open a
    box that the typed code opens (`respondents.codes`). `contact` says that this person asked to be contacted, never
    about which comment. An invitation without a person stands for an answer collected elsewhere, so that its
    organisations are counted.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    wave = models.ForeignKey("surveys.Wave", on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="invitations")
    role = models.CharField(max_length=40)
    gp = models.BooleanField(null=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)
    responded = models.BooleanField(default=False)
    revoked = models.BooleanField(default=False)
    stopped = models.BooleanField(default=False)
    contact = models.BooleanField(default=False)
    code_name = models.CharField(max_length=64, unique=True, null=True)
    code_box = models.CharField(max_length=64, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wave", "person", "role"], name="invited_once_per_role")]
        indexes = [models.Index(fields=["wave", "responded"])]

    def __str__(self) -> str:
        return f"{self.role} in {self.wave_id}"


class InvitedOrganisation(models.Model):
    """An organisation somebody was invited for; the first gives the region."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="places")
    organisation = models.ForeignKey("respondents.Organisation", on_delete=models.PROTECT, related_name="invited")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["invitation", "organisation"], name="organisation_once")]

    def __str__(self) -> str:
        return f"{self.organisation_id}"


class MailKind(models.TextChoices):
    """What a mail is for; each goes to a person at most once a wave."""

    INVITATION = "invitation", _("Invitation")


class Mailing(models.Model):
    """An editor's order to send one kind of mail to everybody invited, from a given time on while the wave is open."""

    wave = models.ForeignKey("surveys.Wave", on_delete=models.CASCADE, related_name="mailings")
    kind = models.CharField(max_length=12, choices=MailKind.choices)
    due_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wave", "kind"], name="mailing_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.wave_id}"


class Letter(models.Model):
    """One mail to one person. Claimed before it is sent and marked after; what lies between is for a person to
    judge. `attempts` counts how often a mail server was asked to take it, the last time at `claimed_at`.
    """

    class State(models.TextChoices):
        SENDING = "sending", _("Being sent")
        SENT = "sent", _("Sent")
        DEFERRED = "deferred", _("Put off by the mail server: tried again later")
        REFUSED = "refused", _("Refused by the mail server")
        UNKNOWN = "unknown", _("Perhaps sent: the machine stopped in between")

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=12, choices=MailKind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.SENDING)
    claimed_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invitation", "kind"], name="letter_once")]

    def __str__(self) -> str:
        return f"{self.kind}: {self.state}"
