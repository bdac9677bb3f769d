"""The answer side: what was said, under a pseudonym while the wave is open and under a random id ever after.

No column here leads to a person, an invitation, an organisation or a moment. Neither table is in the Django admin.
"""

from __future__ import annotations

import secrets

from django.db import models


def random_id() -> str:
    """128 random bits as hexadecimal digits."""
    return secrets.token_hex(16)


class Response(models.Model):
    """A draft, and once sent the sent answers, of one open wave.

    `answers` is the working copy that saving changes; `sent` is what counts, None until the respondent sends. The
    coarse `attributes` (role, GP or not, region …) are copied when sending. `receipt` is random, not made from the
    link, so that nobody who holds the mail can find the frozen answers with it.
    """

    pseudonym = models.CharField(primary_key=True, max_length=64)
    wave = models.ForeignKey("surveys.Wave", on_delete=models.PROTECT, related_name="+")
    revision = models.PositiveIntegerField(default=1)
    answers = models.JSONField(default=dict)
    sent = models.JSONField(null=True)
    attributes = models.JSONField(default=dict)
    weight = models.FloatField(null=True)
    receipt = models.CharField(max_length=24, blank=True)

    class Meta:
        indexes = [models.Index(fields=["wave"])]

    def __str__(self) -> str:
        return "a response"


class Frozen(models.Model):
    """One sent response of a closed wave. Its id, its place and its order say nothing of whose it was."""

    id = models.CharField(primary_key=True, max_length=32, default=random_id, editable=False)
    wave = models.ForeignKey("surveys.Wave", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField()
    attributes = models.JSONField()
    weight = models.FloatField(null=True)
    receipt_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["wave"]), models.Index(fields=["receipt_hash"])]

    def __str__(self) -> str:
        return "a frozen response"


class Erasure(models.Model):
    """A hash of a receipt whose answers were taken back. Nothing is left that it could lead to."""

    mark = models.CharField(primary_key=True, max_length=64)

    def __str__(self) -> str:
        return "an erasure"


class Sealed(models.Model):
    """The answers of one person to one closed wave that is linked to the next, in a box that only its key opens.

    `mark` is made with the same key from who it was, so that the next close finds the box of the same person. Nothing
    connects it with the frozen answers; `receipt_hash` is another than theirs, so that a withdrawal finds both.
    """

    mark = models.CharField(primary_key=True, max_length=64)
    wave = models.ForeignKey("surveys.Wave", on_delete=models.PROTECT, related_name="+")
    box = models.BinaryField()
    receipt_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [models.Index(fields=["wave"]), models.Index(fields=["receipt_hash"])]

    def __str__(self) -> str:
        return "a sealed response"
