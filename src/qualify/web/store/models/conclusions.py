"""Conclusions: caches of what follows from the facts, each with the playbook version and the moment it is for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Person(models.Model):
    """A person whom something names: a lead. Its id is that of the oldest identifier that does."""

    id = models.BigIntegerField(primary_key=True)
    created_at = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True, db_index=True)
    email = models.CharField(max_length=512, default="")
    name = models.CharField(max_length=512, default="")
    company = models.CharField(max_length=512, default="")
    traits = models.TextField(default="{}")  # the newest value of each
    channel = models.CharField(max_length=200, db_default="")  # by which they first came; empty: nobody knows

    class Meta:
        db_table = "person"
        indexes = [  # of one long text each: PostgreSQL's indexes take no more; searches go through them whole
            models.Index(fields=["email", "id"], name="person_email"),
            models.Index(fields=["name", "id"], name="person_name"),
            models.Index(fields=["company", "id"], name="person_company"),
            models.Index(fields=["created_at", "id"], name="person_created"),
            models.Index(fields=["channel", "id"], name="person_channel"),
        ]


class Standing(models.Model):
    """How a person stands under the playbook as of a moment; points in hundredths.

    It holds until ``next_at``, the next moment at which time alone changes it (null: never). ``rep_id`` and ``due_at``
    are kept by the hand-off: who has the lead, and by when it is to hear from us (far away: not any more; null: no
    clock runs).
    """

    person_id = models.BigIntegerField(primary_key=True)
    version_id = models.BigIntegerField()
    as_of = models.BigIntegerField()
    total = models.BigIntegerField()
    grade = models.CharField(max_length=2, default="")
    information = models.FloatField()
    scores = models.TextField()  # a JSON object: each score's points
    lines = models.TextField()  # a JSON list: the ledger
    unknown = models.TextField()  # a JSON list: the rules that could not be judged
    stage = models.CharField(max_length=16)
    since = models.BigIntegerField()
    cycle = models.IntegerField()
    cycle_since = models.BigIntegerField()
    next_at = models.BigIntegerField(null=True, db_index=True)
    rep_id = models.CharField(max_length=254, null=True)
    due_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "standing"
        # Lists are looked up in these alone: a standing itself is wide.
        indexes = [
            models.Index(
                fields=["stage", "-total", "-person_id", "since", "grade"], name="standing_stage_total"
            ),
            models.Index(
                fields=["-total", "-person_id", "stage", "grade", "as_of"], name="standing_by_total"
            ),
            # What waits for sales, in the order in which it is due; and what no clock runs for.
            models.Index(
                fields=["stage", "due_at", "-total", "-person_id", "grade", "rep_id"],
                name="standing_due", condition=Q(due_at__isnull=False),
            ),
            models.Index(
                fields=["stage", "since", "-total", "-person_id", "grade", "rep_id"],
                name="standing_no_clock",
                condition=Q(due_at__isnull=True, stage__in=["mql", "pql", "sal", "sql"]),
            ),
        ]  # fmt: skip


class Move(models.Model):
    """A move from one stage to another, where it left the person on the ladder, and how it was judged just then.

    What came of a lead is held against the score that it had when it moved, not against today's.
    """

    person_id = models.BigIntegerField()
    moved_at = models.BigIntegerField()
    place = models.SmallIntegerField(default=0)  # of several at one moment
    version_id = models.BigIntegerField()
    stage_from = models.CharField(max_length=16)
    stage_to = models.CharField(max_length=16)
    cycle = models.IntegerField()
    total = models.BigIntegerField(db_default=0)  # hundredths of points
    grade = models.CharField(max_length=2, db_default="")
    rules = models.TextField(db_default="[]")  # a JSON list: the numbers of the rules that spoke for the lead

    class Meta:
        db_table = "move"
        constraints = [models.UniqueConstraint(fields=["person_id", "moved_at", "place"], name="move_once")]
        indexes = [
            models.Index(fields=["moved_at"], name="move_moment"),
            # Who was handed over when is found in this one alone.
            models.Index(fields=["stage_to", "moved_at", "person_id", "stage_from"], name="move_handed"),
        ]


class Sighting(models.Model):
    """An open or a click and the network it came from, by minute: where machines that serve many give themselves
    away. Made from events; forgotten when no more can follow.
    """

    event_id = models.BigIntegerField(primary_key=True)
    network = models.CharField(max_length=64)
    minute = models.BigIntegerField()

    class Meta:
        db_table = "sighting"
        indexes = [models.Index(fields=["network", "minute"], name="sighting_bucket")]


class FormText(models.Model):
    """A form with a long text, known by its digest: where programs that send many the same give themselves away.

    Made from events.
    """

    event_id = models.BigIntegerField(primary_key=True)
    digest = models.CharField(max_length=64)
    happened_at = models.BigIntegerField()

    class Meta:
        db_table = "form_text"
        indexes = [models.Index(fields=["digest", "happened_at"], name="form_text_digest")]
