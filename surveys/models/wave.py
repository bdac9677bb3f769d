"""Surveys and their waves: draft sections and items, the frozen instrument, and what happened when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Survey(models.Model):
    """A continuing survey, such as the CCG Barometer; its waves are compared over the years."""

    slug = models.SlugField(max_length=80, unique=True)
    title = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.title


class State(models.TextChoices):
    """Where a wave stands; see `surveys.lifecycle.TRANSITIONS`."""

    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    OPEN = "open", _("Open")
    CLOSING = "closing", _("Closing")
    CLOSED = "closed", _("Closed")
    PUBLISHED = "published", _("Published")
    ARCHIVED = "archived", _("Archived")


class Mode(models.TextChoices):
    """How a wave's answers are collected; answers given in another way are not compared."""

    ONLINE = "online", _("Online")
    PAPER = "paper", _("On paper")
    TELEPHONE = "telephone", _("By telephone")
    FACE_TO_FACE = "face_to_face", _("Face to face")
    MIXED = "mixed", _("In several ways")


class WaveQuerySet(models.QuerySet["Wave"]):
    """Waves, as adjectives."""

    def open(self) -> WaveQuerySet:
        """Taking answers."""
        return self.filter(state=State.OPEN)

    def closed(self) -> WaveQuerySet:
        """No longer taking answers; results exist or are being built."""
        return self.filter(state__in=[State.CLOSED, State.PUBLISHED, State.ARCHIVED])

    def due_to_open(self, now: datetime) -> WaveQuerySet:
        """Scheduled, and their time has come."""
        return self.filter(state=State.SCHEDULED, opens_at__lte=now)

    def due_to_close(self, now: datetime) -> WaveQuerySet:
        """Open or closing, and their time is up."""
        return self.filter(state__in=[State.OPEN, State.CLOSING], closes_at__lte=now)

    def visible_to(self, user: Any) -> WaveQuerySet:
        """Those that this member of staff works on, alone or with the whole of their survey."""
        return self.filter(models.Q(survey__in=user.surveys()) | models.Q(pk__in=user.single_waves()))


class Wave(models.Model):
    """One round of a survey.

    `role_list`, `scales` and `banners` are kept as the wave file gives them; `roles` are the codes asked this time.
    `frame_kind` and `frame_date` say which organisations are the population: those of that kind open on that day.
    """

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="waves")
    slug = models.SlugField(max_length=80, unique=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    title = models.CharField(max_length=200)
    frame_kind = models.CharField(max_length=20, null=True, blank=True)
    frame_date = models.DateField(null=True, blank=True)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    partner = models.JSONField(null=True, blank=True)
    role_list = models.JSONField(default=list)
    roles = models.JSONField(default=list)
    scales = models.JSONField(default=list)
    banners = models.JSONField(default=list)
    weighting = models.JSONField(null=True, blank=True)
    introduction = models.TextField(default="", blank=True, help_text=_("Small Markdown above the first question."))
    thank_you = models.TextField(default="", blank=True, help_text=_("Small Markdown after sending."))
    sealed = models.BooleanField(
        default=False, help_text=_("The team sees response rates of groups of ten or more, and no smaller ones.")
    )
    promised = models.BooleanField(
        default=False, help_text=_("Somebody has been invited, so what was promised can only be made stricter.")
    )
    mode = models.CharField(max_length=12, choices=Mode.choices, default=Mode.ONLINE)
    linkage = models.BooleanField(
        default=False, help_text=_("Who answers this wave and the next is counted together: who changed their mind.")
    )
    synthetic = models.BooleanField(default=False, help_text=_("The answers are made up and say so wherever shown."))
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    revision = models.PositiveIntegerField(default=0, help_text=_("Counts the changes made to the draft."))

    objects = WaveQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at", "slug"]
        indexes = [models.Index(fields=["state", "closes_at"]), models.Index(fields=["state", "opens_at"])]

    def __str__(self) -> str:
        return f"{self.survey.title}: {self.title}"

    @property
    def is_draft(self) -> bool:
        """Whether it may still be edited."""
        return self.state == State.DRAFT

    @property
    def is_open(self) -> bool:
        """Whether it has opened and not yet closed."""
        return self.state in (State.OPEN, State.CLOSING)

    @property
    def is_closed(self) -> bool:
        """Whether its answers are frozen."""
        return self.state in (State.CLOSED, State.PUBLISHED, State.ARCHIVED)

    @property
    def closing_time(self) -> datetime:
        """`closes_at` of a wave that has opened: none opens without one."""
        assert self.closes_at is not None
        return self.closes_at

    @property
    def role_labels(self) -> dict[str, str]:
        """The roles asked this time, code to label, in the wave's order."""
        labels = {role["code"]: role["label"] for role in self.role_list}
        return {code: labels.get(code, code) for code in self.roles}


class Section(models.Model):
    """A titled run of items of a draft wave."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    name = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    together = models.BooleanField(default=False, help_text=_("All its questions on one page."))

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title


class Item(models.Model):
    """A question in its place in a draft wave: whom it is asked, when, and whether it must be answered."""

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    version = models.ForeignKey("surveys.QuestionVersion", on_delete=models.PROTECT, related_name="items")
    roles = models.JSONField(default=list, blank=True)
    required = models.BooleanField(default=False)
    show_if = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.version)


class Instrument(models.Model):
    """A wave's questionnaire, frozen when it opened. Nothing after that reads the editors' tables."""

    wave = models.OneToOneField(Wave, on_delete=models.PROTECT, related_name="instrument")
    document = models.JSONField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"{self.wave} {self.digest[:8]}"


class WaveEvent(models.Model):
    """One line of a wave's history."""

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="events")
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    before = models.CharField(max_length=10, choices=State.choices)
    after = models.CharField(max_length=10, choices=State.choices)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class DraftStep(models.Model):
    """One change of a draft that can be undone: what it was called, who made it, and the whole wave before it.

    `revision` is the wave's after the change.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="steps")
    revision = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    label = models.CharField(max_length=200)
    before = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wave", "revision"], name="one_step_a_revision")]
        ordering = ["-revision"]

    def __str__(self) -> str:
        return self.label


class ItemCommentQuerySet(models.QuerySet["ItemComment"]):
    """Comments, as adjectives."""

    def unresolved(self) -> ItemCommentQuerySet:
        """Those that still want something done."""
        return self.filter(resolved_at=None)


class ItemComment(models.Model):
    """What a member of staff says about an item of a draft, until somebody resolves it.

    It belongs to the item's name, not to its row, because rows are written anew with every change of the draft. A
    comment on an item that was removed waits for its return.
    """

    wave = models.ForeignKey(Wave, on_delete=models.CASCADE, related_name="comments")
    item = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField()
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ItemCommentQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["wave", "item"])]

    def __str__(self) -> str:
        return f"{self.item}: {self.text[:40]}"
