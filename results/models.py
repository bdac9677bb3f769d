"""What came out: the tally made at the close, the snapshot of a closed wave, its tables, and what was released."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationTally(models.Model):
    """What the close wrote down while it still knew who belonged where; never recomputed, because nothing can be.

    `document` holds the codebook, the sizes of the frame, and the organisations behind every figure (null when the
    wave's key was lost before the close, so that nobody could count).
    """

    wave = models.OneToOneField("surveys.Wave", on_delete=models.PROTECT, related_name="tally")
    document = models.JSONField()

    def __str__(self) -> str:
        return f"organisations of {self.wave_id}"


class Snapshot(models.Model):
    """All that is known of a closed wave's answers, in one row: a cache, deletable and rebuilt from frozen answers.

    `frame` holds the packed bits, `codebook` what they mean, `summary` the people and organisations. `digest` is over
    all of it and names the figures made from it.
    """

    wave = models.OneToOneField("surveys.Wave", on_delete=models.PROTECT, related_name="snapshot")
    digest = models.CharField(max_length=64)
    codebook = models.JSONField()
    summary = models.JSONField()
    frame = models.BinaryField()
    built_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.wave_id} {self.digest[:8]}"


class Table(models.Model):
    """One stored table of a snapshot, suppressed before it was stored: an entry of "tables" in the results JSON."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="tables")
    position = models.PositiveIntegerField()
    variable = models.CharField(max_length=130)
    by = models.CharField(max_length=130, blank=True)
    denominator = models.CharField(max_length=15, default="people")
    document = models.JSONField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "variable", "by", "denominator"], name="table_once"),
        ]

    def __str__(self) -> str:
        return f"{self.variable} by {self.by}" if self.by else self.variable


class Export(models.Model):
    """The record of one download of respondent-level answers: who, which format, and for what reason."""

    wave = models.ForeignKey("surveys.Wave", on_delete=models.PROTECT, related_name="exports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField()
    format = models.CharField(max_length=20)
    reason = models.CharField(_("reason"), max_length=300)
    snapshot_digest = models.CharField(max_length=64)

    class Meta:
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.format} of {self.wave_id}"


class ReleasedTable(models.Model):
    """One table as somebody has seen it, kept as it was shown: later snapshots do not take back what is known.

    `mark` is the digest of the table with its filter; `where` the filter, empty for none.
    """

    wave = models.ForeignKey("surveys.Wave", on_delete=models.PROTECT, related_name="released_tables")
    mark = models.CharField(max_length=64)
    variable = models.CharField(max_length=130)
    where = models.JSONField(default=dict, blank=True)
    document = models.JSONField()

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["wave", "mark"], name="released_table_once")]

    def __str__(self) -> str:
        return f"{self.variable} of {self.wave_id}"


class Release(models.Model):
    """A line of the ledger: what one channel has shown of one snapshot to one audience, first when, and to whom.

    `channel` says how (``dashboard``, ``tables``, ``export:csv``); `respondent_level` marks files with a row for each
    respondent, which hold no tables.
    """

    class Audience(models.TextChoices):
        STAFF = "staff", _("Staff")
        PUBLIC = "public", _("Everybody")

    wave = models.ForeignKey("surveys.Wave", on_delete=models.PROTECT, related_name="releases")
    snapshot_digest = models.CharField(max_length=64)
    channel = models.CharField(max_length=60)
    audience = models.CharField(max_length=6, choices=Audience.choices, default=Audience.STAFF)
    respondent_level = models.BooleanField(default=False)
    first_at = models.DateTimeField()
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    tables = models.ManyToManyField(ReleasedTable, related_name="releases")

    class Meta:
        ordering = ["first_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["wave", "snapshot_digest", "channel", "audience"], name="release_once_a_channel"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.wave_id} to {self.audience}"


class Build(models.Model):
    """The results of a large closed wave on their way: everything but the counts, which its shards bring.

    One at a time for a wave; gone once the snapshot is stored. `digest`, `summary` and `frame` become the snapshot's.
    """

    wave = models.OneToOneField("surveys.Wave", on_delete=models.PROTECT, related_name="build")
    digest = models.CharField(max_length=64)
    summary = models.JSONField()
    frame = models.BinaryField()

    def __str__(self) -> str:
        return f"build of {self.wave_id}"


class Shard(models.Model):
    """Some of the respondents of a large wave, to be counted by whichever worker is free.

    `claimed_until` says until when a worker is believed to be at it; `counts` are what it counted, null until then.
    """

    build = models.ForeignKey(Build, on_delete=models.CASCADE, related_name="shards")
    number = models.PositiveIntegerField()
    frame = models.BinaryField()
    counts = models.JSONField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["build", "number"], name="shard_once")]

    def __str__(self) -> str:
        return f"shard {self.number} of build {self.build_id}"
