"""Facts: what was done, learnt, decided, answered, agreed to and paid. Rows are added, never changed.

Four columns are conclusions that live beside the fact, because every query needs them: ``owner_id`` (whose
it is, once identities are resolved), ``known_at`` (from when on it is known to be theirs), ``contested``
and ``machine``. Recomputing makes them anew.
"""

from __future__ import annotations

from django.db import models


class Identifier(models.Model):
    """What a person or an account goes by: a node of the graph of identities.

    The id of a person is the id of the oldest identifier that names them; so it is of an account.
    """

    kind = models.CharField(max_length=300)  # external ones hold the name of a source
    value = models.CharField(max_length=512)
    key = models.CharField(max_length=1100, unique=True)  # kind and value, for look-ups of many at once
    first_seen = models.BigIntegerField()
    owner_id = models.BigIntegerField()  # conclusion: the person or account; of a contested one, the newest
    joined_at = models.BigIntegerField()  # conclusion: from when on it is known to belong to it
    contested = models.BooleanField(default=False)  # conclusion: it belonged to one person after another

    class Meta:
        db_table = "identifier"
        indexes = [models.Index(fields=["owner_id"], name="identifier_owner")]


class Link(models.Model):
    """That two identifiers were said to be one person (or account), by what, and when.

    A split takes links out of force (``severed_at``); merging again puts them back. Both are written down in
    the audit, and neither deletes a row.
    """

    one_id = models.BigIntegerField()
    other_id = models.BigIntegerField()
    evidence = models.CharField(max_length=16)
    linked_at = models.BigIntegerField()
    hour = models.BigIntegerField()  # of linked_at: of one hour the earliest is kept
    known_at = models.BigIntegerField()
    source_id = models.BigIntegerField(null=True)
    severed_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "link"
        constraints = [
            models.UniqueConstraint(fields=["one_id", "other_id", "hour"], name="link_once"),
        ]
        indexes = [models.Index(fields=["other_id"], name="link_other")]


class Event(models.Model):
    """Something that somebody did."""

    message_key = models.BinaryField(max_length=16, unique=True)  # of source and message id: never twice
    source_id = models.BigIntegerField()
    subject_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()  # conclusion
    kind = models.CharField(max_length=255)
    happened_at = models.BigIntegerField()
    received_at = models.BigIntegerField()
    known_at = models.BigIntegerField()  # conclusion: the later of received and joined
    properties = models.TextField()
    context = models.TextField()
    machine = models.CharField(max_length=64, null=True)  # conclusion: why it is no act of a person

    class Meta:
        db_table = "event"
        indexes = [models.Index(fields=["owner_id", "happened_at"], name="event_owner")]


class Learnt(models.Model):
    """Traits learnt of a person in one call: a JSON object of names and values."""

    message_key = models.BinaryField(max_length=16, unique=True)
    source_id = models.BigIntegerField()
    subject_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()  # conclusion
    learned_at = models.BigIntegerField()
    received_at = models.BigIntegerField()
    known_at = models.BigIntegerField()  # conclusion
    traits = models.TextField()

    class Meta:
        db_table = "learnt"
        indexes = [models.Index(fields=["owner_id"], name="learnt_owner")]


class AccountLearnt(models.Model):
    """Traits learnt of an account in one call."""

    message_key = models.BinaryField(max_length=16, unique=True)
    source_id = models.BigIntegerField()
    subject_id = models.BigIntegerField()
    owner_id = models.BigIntegerField()  # conclusion: the account
    learned_at = models.BigIntegerField()
    received_at = models.BigIntegerField()
    known_at = models.BigIntegerField()  # conclusion
    traits = models.TextField()

    class Meta:
        db_table = "account_learnt"
        indexes = [models.Index(fields=["owner_id"], name="account_learnt_owner")]


class OfPerson(models.Model):
    """A fact that one of us wrote down about a person."""

    subject_id = models.BigIntegerField()
    owner_id = models.BigIntegerField(db_index=True)  # conclusion
    received_at = models.BigIntegerField()
    known_at = models.BigIntegerField()  # conclusion
    source = models.CharField(max_length=255, default="")

    class Meta:
        abstract = True


class Answer(OfPerson):
    """An answer to a question of qualification."""

    question = models.CharField(max_length=64)
    value = models.TextField(default="")
    satisfied = models.BooleanField(null=True)
    answered_at = models.BigIntegerField()
    expires_at = models.BigIntegerField(null=True)
    confidence = models.FloatField(null=True)
    asked_by = models.CharField(max_length=255, default="")

    class Meta:
        db_table = "answer"


class Retractable(OfPerson):
    """One that can be taken back: it counts for nothing then, as if it had never been, and is still shown.

    As links are severed, and not deleted: taking back writes down when, and who did it.
    """

    taken_back_at = models.BigIntegerField(null=True)
    taken_back_by = models.CharField(max_length=255, null=True)

    class Meta:
        abstract = True


class Decision(Retractable):
    """What one of us decided about a lead."""

    decision = models.CharField(max_length=16)
    decided_at = models.BigIntegerField()
    reason = models.TextField(default="")
    decided_by = models.CharField(max_length=255, default="")
    detail = models.TextField(db_default="{}")  # of a refusal: what it was based on, and what follows from it

    class Meta:
        db_table = "decision"
        indexes = [
            models.Index(fields=["decided_by", "decision"], name="decision_who"),
            models.Index(
                fields=["taken_back_at"],
                condition=models.Q(taken_back_at__isnull=False),
                name="decision_undone",
            ),
        ]


class Outcome(Retractable):
    """What came of a lead: won or lost."""

    outcome = models.CharField(max_length=16)
    closed_at = models.BigIntegerField()
    reason = models.TextField(default="")
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="")

    class Meta:
        db_table = "outcome"


class Consent(OfPerson):
    """A consent given or withdrawn: for what, when, and the words that were agreed to."""

    purpose = models.CharField(max_length=32)
    given = models.BooleanField()
    given_at = models.BigIntegerField()
    proof = models.TextField(default="")

    class Meta:
        db_table = "consent"


class Cost(models.Model):
    """What we paid for a channel on a day."""

    channel = models.CharField(max_length=64)
    campaign = models.CharField(max_length=255, default="")
    day = models.BigIntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    currency = models.CharField(max_length=3)
    received_at = models.BigIntegerField()

    class Meta:
        db_table = "cost"
