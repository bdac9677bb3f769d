"""Counts that belong to nobody: how long answering takes, how often codes are tried."""

from __future__ import annotations

from django.db import models


class Timing(models.Model):
    """How many journeys through a wave's questionnaire took so many minutes."""

    wave = models.ForeignKey("surveys.Wave", on_delete=models.CASCADE, related_name="+")
    minutes = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["wave", "minutes"], name="timing_once")]

    def __str__(self) -> str:
        return f"{self.count} took {self.minutes} min"


class CodeAttempt(models.Model):
    """Somebody typed a code; `mark` is a keyed hash of where from."""

    mark = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["mark", "at"])]

    def __str__(self) -> str:
        return f"{self.at}"
