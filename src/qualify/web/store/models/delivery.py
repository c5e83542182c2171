"""What is told to other systems: messages as they happened, the webhooks that want them, every attempt."""

from __future__ import annotations

from django.db import models


class Message(models.Model):
    """The outbox: something that happened, written in the transaction in which it happened."""

    type = models.CharField(max_length=64)
    person_id = models.BigIntegerField(null=True)
    payload = models.TextField()
    created_at = models.BigIntegerField(db_index=True)
    spread_at = models.BigIntegerField(null=True)  # when its attempts were made

    class Meta:
        db_table = "message"
        indexes = [
            models.Index(fields=["id"], name="message_waiting", condition=models.Q(spread_at__isnull=True)),
            models.Index(fields=["person_id"], name="message_person"),
        ]


class Webhook(models.Model):
    """An address that wants messages of some types. Its secret signs them (Standard Webhooks)."""

    url = models.URLField(max_length=2000)
    types = models.TextField(default="")  # separated by blanks; empty: all
    secret = models.TextField()  # enciphered
    active = models.BooleanField(default=True)
    created_at = models.BigIntegerField()
    failing_since = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=12, db_default="standard")  # standard, or slack: a line of text

    class Meta:
        db_table = "webhook"


class Attempt(models.Model):
    """A message on its way to a webhook: the table is the queue."""

    message = models.ForeignKey(Message, models.CASCADE)
    webhook = models.ForeignKey(Webhook, models.CASCADE)
    state = models.CharField(max_length=12, default="waiting")  # waiting, delivered, dead
    tries = models.IntegerField(default=0)
    next_at = models.BigIntegerField()
    taken_until = models.BigIntegerField(default=0)
    status = models.IntegerField(null=True)
    detail = models.TextField(default="")
    delivered_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "attempt"
        constraints = [models.UniqueConstraint(fields=["message", "webhook"], name="attempt_once")]
        indexes = [models.Index(fields=["state", "next_at"], name="attempt_due")]
