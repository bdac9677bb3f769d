"""The dated register of organisations: when each was open, where it belonged, what became of it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations, as adjectives."""

    def in_frame(self, *, kind: str, on: date) -> OrganisationQuerySet:
        """Those of a kind that were open on a day; `closed` is the last day, inclusive."""
        return self.filter(kind=kind, opened__lte=on).filter(Q(closed=None) | Q(closed__gte=on))


class Organisation(models.Model):
    """One organisation by its ODS code."""

    ods_code = models.CharField(max_length=10, unique=True)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20)
    opened = models.DateField()
    closed = models.DateField(null=True, blank=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["ods_code"]
        indexes = [models.Index(fields=["kind", "opened", "closed"])]

    def __str__(self) -> str:
        return self.name


class Grouping(models.TextChoices):
    """What organisations are grouped by."""

    REGION = "region", "NHS region"
    AREA_TEAM = "area_team", "Area team"
    STP = "stp", "STP footprint"


class Place(models.Model):
    """An organisation's region, area team or STP while it belonged there; open ends are empty."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="places")
    grouping = models.CharField(max_length=10, choices=Grouping.choices)
    code = models.CharField(max_length=12)
    name = models.CharField(max_length=120)
    valid_from = models.DateField(null=True, blank=True)
    valid_to = models.DateField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["grouping", "code"])]

    def __str__(self) -> str:
        return self.name


class Succession(models.Model):
    """One organisation's part in becoming another."""

    predecessor = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="successions")
    successor = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="preceded_by")
    date = models.DateField()
    reason = models.CharField(max_length=60)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["predecessor", "successor"], name="succession_once")]

    def __str__(self) -> str:
        return f"{self.predecessor_id} → {self.successor_id}"
