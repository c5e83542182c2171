"""What was learnt from outcomes, which model is in force, and what was decided about learning."""

from __future__ import annotations

from django.db import models


class Lesson(models.Model):
    """What history said at a moment: a conclusion, kept as it was drawn, with the data's fingerprint and its figures.

    ``told`` is everything that the pages show, as a JSON object; ``model`` the model as JSON, where it passed the
    rule by which one comes into force.
    """

    learned_at = models.BigIntegerField(db_index=True)  # by what was known by then
    asked_by = models.CharField(max_length=255)
    version_id = models.BigIntegerField(null=True)  # of the playbook whose rules were weighed
    data = models.CharField(max_length=64, default="", blank=True)  # the fingerprint of the training rows
    leads = models.BigIntegerField()  # closed ones that were learnt from
    won = models.BigIntegerField()
    active = models.BooleanField()  # whether its model may come into force
    why = models.TextField()
    told = models.TextField()
    model = models.TextField(default="", blank=True)

    class Meta:
        db_table = "lesson"


class Champion(models.Model):
    """That a lesson's model came into force. The newest that has not ended is in force; without any, the rules are."""

    lesson = models.ForeignKey(Lesson, models.CASCADE)
    since = models.BigIntegerField()
    why = models.TextField()
    who = models.CharField(max_length=255)
    ended_at = models.BigIntegerField(null=True)  # rolled back: the one before is in force again
    ended_by = models.CharField(max_length=255, default="", blank=True)

    class Meta:
        db_table = "champion"


class Watch(models.Model):
    """What a nightly look at what changed said: a conclusion, kept for some weeks, as a JSON object."""

    looked_at = models.BigIntegerField(db_index=True)
    told = models.TextField()

    class Meta:
        db_table = "watch"


class Learning(models.Model):
    """How this store learns; one row, whose id is 1."""

    every = models.IntegerField(default=7)  # days between two lessons; 0: only when somebody asks
    choices = models.TextField(default="{}")  # columns to leave out and to keep, a JSON object
    work_id = models.BigIntegerField(null=True)  # the newest work that learns
    changed_at = models.BigIntegerField()

    class Meta:
        db_table = "learning"
