"""Who works with the application: the company, its people, invitations, saved views; drafts, and what was said of
them.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Users(BaseUserManager["User"]):
    """Makes users; an address is the same in capitals and in small letters."""

    def create_user(self, email: str, password: str | None = None, **more: Any) -> User:
        """A new user; without a password they can come in only by another way."""
        user = User(email=email.strip().lower(), **more)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """The user with the address, however it is spelt."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """Somebody who signs in. What they may do follows from their role (:mod:`qualify.web.verbs.roles`)."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=255, default="", blank=True)
    role = models.CharField(max_length=16, default="viewer")
    time_zone = models.CharField(max_length=64, default="", blank=True)  # empty: that of the browser
    language = models.CharField(max_length=16, default="", blank=True)  # empty: what their browser asks for
    is_active = models.BooleanField(default=True)
    created_at = models.BigIntegerField(default=0)

    objects: ClassVar[Users] = Users()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        db_table = "member"

    def __str__(self) -> str:
        return str(self.name or self.email)


class Invitation(models.Model):
    """That somebody may join, in a role; only the hash of the link is kept."""

    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=16)
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.CharField(max_length=255)
    created_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    accepted_at = models.BigIntegerField(null=True)
    revoked_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "invitation"


class SavedView(models.Model):
    """Filters that somebody gave a name: the words of the address, of one screen. Shared ones are everybody's."""

    user = models.ForeignKey("store.User", models.CASCADE)
    screen = models.CharField(max_length=16)
    name = models.CharField(max_length=80)
    query = models.TextField(default="", blank=True)
    shared = models.BooleanField(default=False)
    created_at = models.BigIntegerField()

    class Meta:
        db_table = "saved_view"
        constraints = [models.UniqueConstraint(fields=["user", "screen", "name"], name="saved_view_once")]


class Draft(models.Model):
    """A playbook somebody is working on; it judges nobody until it is agreed and published."""

    title = models.CharField(max_length=120)
    text = models.TextField()
    digest = models.CharField(max_length=64)
    based_on = models.BigIntegerField(null=True)  # the version it began from
    author = models.CharField(max_length=255)
    created_at = models.BigIntegerField()
    changed_at = models.BigIntegerField()
    changed_by = models.CharField(max_length=255)
    state = models.CharField(max_length=12, default="open")  # open, published, discarded
    version_id = models.BigIntegerField(null=True)  # what it was published as
    capacity = models.IntegerField(null=True)  # how many new leads sales can work in a week
    plan_id = models.BigIntegerField(null=True)  # the work that told what it would do
    plan_digest = models.CharField(max_length=64, default="", blank=True)  # of the text that was planned
    plan_version = models.BigIntegerField(null=True)  # what it was compared with

    class Meta:
        db_table = "draft"


class Approval(models.Model):
    """That somebody of a side agrees to this very text: another text needs another approval. A fact."""

    draft = models.ForeignKey(Draft, models.CASCADE, related_name="approvals")
    digest = models.CharField(max_length=64)
    side = models.CharField(max_length=12)  # marketing, sales
    who = models.CharField(max_length=255)
    note = models.TextField(default="", blank=True)
    approved_at = models.BigIntegerField()
    withdrawn_at = models.BigIntegerField(null=True)
    ended_by = models.CharField(max_length=12, default="", blank=True)  # withdrawn, changed, renewed

    class Meta:
        db_table = "approval"


class Comment(models.Model):
    """What somebody said about a rule of a playbook (by its path), in a draft or as it is in force."""

    draft = models.ForeignKey(Draft, models.CASCADE, null=True, related_name="comments")
    path = models.CharField(max_length=255, default="", blank=True)
    text = models.TextField()
    who = models.CharField(max_length=255)
    written_at = models.BigIntegerField()
    settled_at = models.BigIntegerField(null=True)
    settled_by = models.CharField(max_length=255, default="")

    class Meta:
        db_table = "comment"


class Once(models.Model):
    """A form that was sent: sent again, it does nothing."""

    token = models.CharField(max_length=64, primary_key=True)
    user_id = models.BigIntegerField()
    used_at = models.BigIntegerField(db_index=True)

    class Meta:
        db_table = "once"


class Company(models.Model):
    """Whose application this is; one row, whose id is 1."""

    name = models.CharField(max_length=255)
    domain = models.CharField(max_length=253, default="", blank=True)  # of its site, as fabrik.example
    changed_at = models.BigIntegerField()

    class Meta:
        db_table = "company"


class Guess(models.Model):
    """How often somebody guessed wrong, by whom and from where they did (a hash), and until when they have to wait."""

    key = models.CharField(max_length=64, primary_key=True)
    misses = models.IntegerField()
    last_at = models.BigIntegerField(db_index=True)
    wait_until = models.BigIntegerField(default=0)

    class Meta:
        db_table = "guess"


class Ticket(models.Model):
    """A link that opens something once: the first set-up, or the door for one user. Only its hash is kept."""

    digest = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=12)  # start, password, demo
    user_id = models.BigIntegerField(null=True)
    created_at = models.BigIntegerField()
    expires_at = models.BigIntegerField()
    used_at = models.BigIntegerField(null=True)

    class Meta:
        db_table = "ticket"
