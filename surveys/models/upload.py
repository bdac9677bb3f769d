"""Files between being uploaded and being made into a wave."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.db import models


class UploadQuerySet(models.QuerySet["Upload"]):
    """Uploads, as adjectives."""

    def visible_to(self, user: Any) -> UploadQuerySet:
        """One's own; nobody else's."""
        return self.filter(by=user)


class Upload(models.Model):
    """A questionnaire's file as it came, kept for whoever sent it while they look at what was understood of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    name = models.CharField(max_length=200)
    data = models.BinaryField()

    objects = UploadQuerySet.as_manager()

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return self.name
