"""Where facts come from: sources and their keys; what was dropped on the way, and how much passed each step."""

from __future__ import annotations

from django.db import models


class Source(models.Model):
    """Where calls come from. ``settings`` are those of :class:`qualify.capture.model.Source`, and origins."""

    name = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=32)
    settings = models.TextField(default="{}")
    secrets = models.TextField(default="{}")  # for signatures, enciphered with the secret key of the server
    created_at = models.BigIntegerField()
    closed_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "source"


class Key(models.Model):
    """A key to a source (or, without one, to the API). Only its hash is kept; it is shown once."""

    source = models.ForeignKey(Source, models.CASCADE, null=True, related_name="keys")
    kind = models.CharField(max_length=8)  # write (public, in pages) or secret (for servers)
    label = models.CharField(max_length=255, default="")
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.TextField(default="")
    created_at = models.BigIntegerField()
    revoked_at = models.BigIntegerField(null=True)
    last_used_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "access_key"


class Aside(models.Model):
    """A call that was dropped or put aside: as it came, the step that stopped it, and why."""

    source = models.ForeignKey(Source, models.CASCADE, null=True)
    door = models.CharField(max_length=32, default="")
    step = models.CharField(max_length=32)
    reason = models.CharField(max_length=32)
    detail = models.TextField()
    raw = models.BinaryField()
    received_at = models.BigIntegerField()
    replayed_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "aside"
        indexes = [models.Index(fields=["received_at"], name="aside_received")]


class StepCount(models.Model):
    """How many calls passed or left at a step on a day, and the time they took."""

    day = models.BigIntegerField()
    source_id = models.BigIntegerField()
    step = models.CharField(max_length=32)
    reason = models.CharField(max_length=32, default="")  # empty: it passed
    calls = models.BigIntegerField()
    nanoseconds = models.BigIntegerField()

    class Meta:
        db_table = "step_count"
        constraints = [
            models.UniqueConstraint(fields=["day", "source_id", "step", "reason"], name="step_count_once")
        ]
