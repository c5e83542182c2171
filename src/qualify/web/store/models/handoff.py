"""The hand-off: who works for us and when, who was given what, who was in touch, what is to be done next.

The tables at the top hold facts, of which rows are only added; those at the end are conclusions, queues and mail.
"""

from __future__ import annotations

from django.db import models

from qualify.web.store.models.facts import OfPerson


class RepSetting(models.Model):
    """What holds of somebody who gets leads from then on; the newest row of a rep counts. A fact.

    A rep is known by the address by which they sign in, so that what they decide is theirs.
    """

    rep_id = models.CharField(max_length=254, db_index=True)
    settings = (
        models.TextField()
    )  # a JSON object: name, teams, weight, capacity, zone, hours, skills, from, until
    known_at = models.BigIntegerField()
    set_by = models.CharField(max_length=255)

    class Meta:
        db_table = "rep_setting"


class Absence(models.Model):
    """A rep is away; one that was called off counts as if it had never been. A fact."""

    rep_id = models.CharField(max_length=254, db_index=True)
    starts_at = models.BigIntegerField()
    ends_at = models.BigIntegerField()
    note = models.CharField(max_length=255, default="", blank=True)
    known_at = models.BigIntegerField()
    set_by = models.CharField(max_length=255)
    taken_back_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "absence"


class Ownership(models.Model):
    """An account was made somebody's (null: nobody's). A fact."""

    subject_id = models.BigIntegerField()
    owner_id = models.BigIntegerField(db_index=True)  # conclusion: the account
    since = models.BigIntegerField()
    received_at = models.BigIntegerField()
    known_at = models.BigIntegerField()  # conclusion
    rep_id = models.CharField(max_length=254, null=True)
    set_by = models.CharField(max_length=255)

    class Meta:
        db_table = "ownership"


class Assignment(OfPerson):
    """A lead was given to somebody, and why; without a rep nobody was found.

    One that follows from a decision counts for as long as that does.
    """

    cycle = models.IntegerField()
    rep_id = models.CharField(max_length=254, null=True, db_index=True)
    assigned_at = models.BigIntegerField()
    why = models.TextField()  # a JSON list of sentences (qualify.speech.kept), or of texts
    rule = models.CharField(max_length=255, default="", blank=True)
    account_id = models.BigIntegerField(null=True)
    queue = models.CharField(max_length=255, default="", blank=True)
    pool = models.TextField(default="[]")  # a JSON list of reps with their weights
    in_turn = models.BooleanField(default=False)
    decision_id = models.BigIntegerField(null=True)
    taken_back_at = models.BigIntegerField(null=True)  # it was undone: it counts as if it had never been

    class Meta:
        db_table = "assignment"
        indexes = [
            models.Index(fields=["assigned_at"], name="assignment_given"),
            models.Index(
                fields=["taken_back_at"],
                condition=models.Q(taken_back_at__isnull=False),
                name="assignment_undone",
            ),
        ]


class Contact(OfPerson):
    """Somebody of ours and a lead were in touch; what comes later of one contact is a row of its own."""

    key = models.BinaryField(max_length=16, unique=True)  # of the contact and what came of it: never twice
    contact_id = models.CharField(max_length=998, db_index=True)
    rep_id = models.CharField(max_length=254, null=True)
    channel = models.CharField(max_length=16)
    direction = models.CharField(max_length=8)
    happened_at = models.BigIntegerField()
    outcome = models.CharField(max_length=32, default="", blank=True)
    auto_reply = models.BooleanField(default=False)
    note = models.TextField(default="", blank=True)
    taken_back_at = models.BigIntegerField(null=True)  # it was undone: it counts as if it had never been

    class Meta:
        db_table = "contact"


class Enrolment(OfPerson):
    """A lead was put into a sequence of touches."""

    cycle = models.IntegerField()
    sequence = models.CharField(max_length=255)
    begun_at = models.BigIntegerField()
    rep_id = models.CharField(max_length=254)
    account_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "enrolment"
        constraints = [
            models.UniqueConstraint(fields=["subject_id", "cycle", "sequence"], name="enrolment_once")
        ]


class StepDone(OfPerson):
    """A step of a sequence was done, or left out on purpose."""

    cycle = models.IntegerField()
    sequence = models.CharField(max_length=255)
    step = models.SmallIntegerField()
    done_at = models.BigIntegerField()
    skipped = models.BooleanField(default=False)
    taken_back_at = models.BigIntegerField(null=True)  # it was undone: it counts as if it had never been

    class Meta:
        db_table = "step_done"


class Happening(OfPerson):
    """Something that sequences go by: a reply, a bounce, an unsubscription, somebody away, stopped by hand."""

    kind = models.CharField(max_length=16)
    happened_at = models.BigIntegerField()
    returns_at = models.BigIntegerField(null=True)
    taken_back_at = models.BigIntegerField(null=True)  # it was undone: it counts as if it had never been

    class Meta:
        db_table = "happening"


class Nudge(OfPerson):
    """That somebody was told of a clock: warned, or that it is late; never twice of the same hand-off."""

    cycle = models.IntegerField()
    reached_at = models.BigIntegerField()
    what = models.CharField(max_length=16)
    told_at = models.BigIntegerField()
    rep_id = models.CharField(max_length=254, null=True)

    class Meta:
        db_table = "nudge"


class Incoming(models.Model):
    """A mail that came in, as it was read: what it was, not what it said. Of strangers only that it came."""

    key = models.BinaryField(max_length=16, unique=True)
    subject_id = models.BigIntegerField(null=True)
    owner_id = models.BigIntegerField(null=True, db_index=True)  # conclusion: the lead that it is about
    received_at = models.BigIntegerField()
    known_at = models.BigIntegerField()  # conclusion
    kind = models.CharField(max_length=16)
    why = models.CharField(max_length=255)
    sender = models.CharField(max_length=512, default="", blank=True)
    subject = models.CharField(max_length=255, default="", blank=True)
    message_id = models.CharField(max_length=998, default="", blank=True)
    about = models.TextField(default="[]")  # a JSON list: the Message-IDs of ours that it answers

    class Meta:
        db_table = "incoming"


class Mail(models.Model):
    """The outbox of mail, written in the transaction in which what it tells happened; the table is the queue."""

    message_id = models.CharField(
        max_length=255, unique=True
    )  # with its angle brackets: the same in every try
    kind = models.CharField(max_length=16)
    person_id = models.BigIntegerField(null=True, db_index=True)
    rep_id = models.CharField(max_length=254, null=True)
    to = models.CharField(max_length=512)
    subject = models.CharField(max_length=255)
    body = models.TextField()
    calendar = models.TextField(default="", blank=True)  # an iCalendar that goes with it
    headers = models.TextField(default="{}")
    step = models.TextField(default="", blank=True)  # of a sequence that it is: a JSON list
    state = models.CharField(max_length=12, default="waiting")  # waiting, sent, dead, off
    tries = models.IntegerField(default=0)
    next_at = models.BigIntegerField()
    taken_until = models.BigIntegerField(default=0)
    created_at = models.BigIntegerField()
    sent_at = models.BigIntegerField(null=True)
    detail = models.TextField(default="", blank=True)

    class Meta:
        db_table = "mail"
        indexes = [models.Index(fields=["state", "next_at"], name="mail_due")]


class Mailbox(models.Model):
    """How far a mailbox was read, and what is wrong with it."""

    name = models.CharField(max_length=512, primary_key=True)
    validity = models.BigIntegerField(default=0)
    last_uid = models.BigIntegerField(default=0)
    looked_at = models.BigIntegerField(default=0)
    trouble = models.TextField(default="", blank=True)

    class Meta:
        db_table = "mailbox"


class Handoff(models.Model):
    """A hand-off and its clock, as of when it was last looked at: a conclusion; moments and milliseconds of work."""

    person_id = models.BigIntegerField()
    cycle = models.IntegerField()
    reached_at = models.BigIntegerField()
    ended_at = models.BigIntegerField(null=True)  # by when it is no longer handed over
    closed = models.BooleanField(default=False)  # recycled, disqualified, won or lost: nobody works on it
    rep_id = models.CharField(max_length=254, null=True)
    given_at = models.BigIntegerField(null=True)
    state = models.CharField(max_length=12)
    due_at = models.BigIntegerField(null=True)
    warn_at = models.BigIntegerField(null=True)
    stopped_at = models.BigIntegerField(null=True)
    within = models.BigIntegerField()
    used = models.BigIntegerField()
    kept = models.BooleanField(null=True)
    source = models.CharField(max_length=64, default="", blank=True)
    grade = models.CharField(max_length=2, default="", blank=True)
    tenures = models.TextField(db_default="[]")  # a JSON list of owners: who, for how long, answered?
    as_of = models.BigIntegerField()
    # What became of it, from which stages it was told, and how it was judged when it was handed over.
    told_for = models.CharField(max_length=64, null=True)
    version_id = models.BigIntegerField(null=True)
    total = models.BigIntegerField(db_default=0)
    judged_grade = models.CharField(max_length=2, db_default="")
    rules = models.TextField(db_default="[]")
    said = models.CharField(max_length=12, db_default="")
    said_at = models.BigIntegerField(null=True)
    reason = models.CharField(max_length=16, db_default="")
    decided_by = models.CharField(max_length=255, db_default="")
    came = models.CharField(max_length=16, db_default="")
    closed_at = models.BigIntegerField(null=True)
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, db_default="")

    class Meta:
        db_table = "handoff"
        constraints = [models.UniqueConstraint(fields=["person_id", "reached_at"], name="handoff_once")]
        indexes = [
            models.Index(fields=["rep_id", "closed", "state"], name="handoff_rep"),
            models.Index(fields=["reached_at"], name="handoff_reached"),
            models.Index(fields=["rep_id"], condition=models.Q(ended_at__isnull=True), name="handoff_open"),
        ]


class Handing(models.Model):
    """A lead whose hand-off is to be looked at from ``due_at`` on: the table is the queue. A conclusion."""

    person_id = models.BigIntegerField(primary_key=True)
    due_at = models.BigIntegerField(db_index=True)
    marks = models.BigIntegerField(default=1)
    tries = models.IntegerField(default=0)
    taken_until = models.BigIntegerField(default=0)

    class Meta:
        db_table = "handing"
