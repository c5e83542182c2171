"""What the application keeps about itself: playbooks, what is dirty, long work, the audit."""

from __future__ import annotations

from django.db import models


class PlaybookVersion(models.Model):
    """A playbook as it was published: from ``published_at`` on it judges. A fact."""

    text = models.TextField()
    digest = models.CharField(max_length=64)
    author = models.CharField(max_length=255)
    note = models.TextField(default="")
    published_at = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "playbook_version"


class Dirty(models.Model):
    """A person to be judged anew: the table is the queue, a conditional update is the lock."""

    person_id = models.BigIntegerField(primary_key=True)
    since = models.BigIntegerField()  # the earliest moment whose facts are new
    marks = models.BigIntegerField(default=1)
    marked_at = models.BigIntegerField()
    own = models.BooleanField(default=True)  # facts of their own: colleagues may have to be judged too
    tries = models.IntegerField(default=0)
    taken_until = models.BigIntegerField(default=0)

    class Meta:
        db_table = "dirty"
        indexes = [models.Index(fields=["own", "marked_at"], name="dirty_turn")]


class Work(models.Model):
    """A long piece of work: a bulk re-score, an import, a recomputation; with its progress."""

    kind = models.CharField(max_length=32)
    state = models.CharField(max_length=12, default="waiting")  # waiting, running, done, failed
    parameters = models.TextField(default="{}")
    done = models.BigIntegerField(default=0)
    of = models.BigIntegerField(default=0)
    detail = models.TextField(default="")
    created_at = models.BigIntegerField()
    tries = models.IntegerField(db_default=0)
    taken_until = models.BigIntegerField(default=0)
    finished_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "work"


class Import(models.Model):
    """An import of a file: what was recognised, how many rows came in, and which were refused and why."""

    name = models.CharField(max_length=255)
    source = models.ForeignKey("store.Source", models.CASCADE)
    mapping = models.TextField(default="{}")
    rows = models.BigIntegerField(default=0)
    kept = models.BigIntegerField(default=0)
    there_before = models.BigIntegerField(db_default=0)
    refused = models.BigIntegerField(default=0)
    dry = models.BooleanField(default=False)
    rejects = models.TextField(default="[]")
    author = models.CharField(max_length=255, default="")
    created_at = models.BigIntegerField()

    class Meta:
        db_table = "import"


class Upload(models.Model):
    """A file that somebody brought, on its way to being imported: how it is to be read, and what is done with it.

    The file itself lies in the folder of uploads until it is imported or given up.
    """

    name = models.CharField(max_length=255)
    file = models.CharField(max_length=64)  # what it is called in the folder
    author = models.CharField(max_length=255)
    options = models.TextField(default="{}")
    trial_id = models.BigIntegerField(null=True)  # the work that tried it: a dry run
    work_id = models.BigIntegerField(null=True)  # the work that imports it
    import_id = models.BigIntegerField(null=True)  # what came of it
    trial = models.TextField(default="")  # what came of the dry run; empty: none yet
    created_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)  # imported or given up: the file is gone

    class Meta:
        db_table = "upload"


class Form(models.Model):
    """A form of our own, hosted or embedded."""

    source = models.ForeignKey("store.Source", models.CASCADE)
    name = models.CharField(max_length=255, unique=True)
    spec = models.TextField()
    created_at = models.BigIntegerField()
    closed_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "form"


class Suggestion(models.Model):
    """Two people who may be one although no identifier says so: found by likeness, settled by somebody.

    They are known by identifiers of theirs, so that what was settled stays so whoever they turn out to be.
    """

    one_id = models.BigIntegerField()
    other_id = models.BigIntegerField()
    probability = models.FloatField()
    evidence = models.TextField()  # a JSON object: what speaks for it, what against
    found_at = models.BigIntegerField()
    settled = models.CharField(max_length=12, default="")  # merged, dismissed
    settled_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "suggestion"
        constraints = [models.UniqueConstraint(fields=["one_id", "other_id"], name="suggestion_once")]


class Erased(models.Model):
    """That what has this digest named somebody who was erased: lists that still name them are refused.

    The digest is keyed with the server's secret: nobody can tell from it whom it named, nor try addresses out.
    """

    digest = models.CharField(max_length=64, unique=True)
    lead_id = models.BigIntegerField()
    erased_at = models.BigIntegerField()
    refused = models.BigIntegerField(default=0)  # rows of lists that named them since
    refused_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "erased"


class Audit(models.Model):
    """Every change of state that somebody asked for: who, what, when, and what it did."""

    happened_at = models.BigIntegerField(db_index=True)
    who = models.CharField(max_length=255)
    verb = models.CharField(max_length=64)
    subject = models.CharField(max_length=255, default="")
    detail = models.TextField(default="{}")

    class Meta:
        db_table = "audit"


class Reply(models.Model):
    """What was answered to a request with an idempotency key, to be answered again."""

    key = models.CharField(max_length=255)
    token = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    status = models.IntegerField()
    body = models.BinaryField()
    created_at = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "reply"
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="reply_once")]
