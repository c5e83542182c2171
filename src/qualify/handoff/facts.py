"""The facts behind the hand-off, each as a row; moments are epoch milliseconds, UTC.

Rows are added, never changed. What is known later than a moment does not count at it (``known_at``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from qualify.playbook.handoff import ReasonWord
from qualify.playbook.times import DaysOff, Hours

Period: TypeAlias = Literal["day", "week", "month"]
Channel: TypeAlias = Literal["email", "phone", "linkedin", "whatsapp", "sms", "meeting", "in person"]
Direction: TypeAlias = Literal["outbound", "inbound"]


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many leads at most, in each calendar day, week (from Monday) or month of the rep's own zone."""

    leads: int
    per: Period = "week"


@dataclass(frozen=True, slots=True)
class Rep:
    """Somebody who gets leads; what is None is as the playbook's section ``handoff`` says.

    ``weight`` is the rep's share of a turn (0: none, only accounts of their own); ``skills`` are compared folded.
    Active from ``active_from`` until (not including) ``active_until``.
    """

    rep_id: str
    name: str = ""
    teams: tuple[str, ...] = ()
    weight: int = 1
    capacity: Capacity | None = None
    time_zone: str | None = None
    hours: tuple[Hours, ...] | None = None
    holidays: DaysOff | None = None
    skills: frozenset[str] = frozenset()
    active_from: int | None = None
    active_until: int | None = None

    @property
    def called(self) -> str:
        """The name, or the id where there is none."""
        return self.name or self.rep_id

    def is_active(self, at: int) -> bool:
        """Whether the rep works for us at that moment."""
        begun = self.active_from is None or self.active_from <= at
        return begun and (self.active_until is None or at < self.active_until)


@dataclass(frozen=True, slots=True)
class Absence:
    """A rep is away from ``starts_at`` until (not including) ``ends_at``.

    It counts from ``known_at`` on: an absence entered afterwards does not undo what was late by then.
    """

    rep_id: str
    starts_at: int
    ends_at: int
    known_at: int | None = None
    note: str = ""

    @property
    def counts_from(self) -> int:
        """From when on it counts."""
        return self.starts_at if self.known_at is None else max(self.starts_at, self.known_at)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A lead was given to a rep, and why; ``rep_id`` None says that nobody was found (it is in the loud list).

    ``cycle`` is the lead's round through the funnel. ``rule`` is the routing rule (empty: by hand), ``why`` what the
    rep is told. ``queue`` and ``pool`` say in whose turn it was: the reps who could have had it, with their weights.
    ``in_turn`` tells a turn of the round robin from other ways.
    """

    lead_id: str
    cycle: int
    rep_id: str | None
    assigned_at: int
    why: tuple[str, ...] = ()
    by: str = ""
    rule: str = ""
    account_id: str | None = None
    queue: str = ""
    pool: tuple[tuple[str, int], ...] = ()
    in_turn: bool = False


@dataclass(frozen=True, slots=True)
class Ownership:
    """An account was made a rep's (None: nobody's) by somebody of ours; it goes before what assignments suggest."""

    account_id: str
    rep_id: str | None
    since: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Closing:
    """A lead is no longer open for its owner from that moment on: rejected, recycled, won, lost or disqualified."""

    lead_id: str
    cycle: int
    closed_at: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody of ours and a lead were in touch, or tried to be.

    ``contact_id`` names the contact: a second row with it corrects the first (a mail that bounced later).
    ``outcome`` is what came of it: for a call connected, voicemail, no answer, busy, wrong number, failed; for a mail
    sent, delivered, bounced, failed; for a meeting booked, held, cancelled, no show. ``auto_reply`` is written by a
    machine.
    """

    contact_id: str
    lead_id: str
    rep_id: str | None
    channel: Channel
    direction: Direction
    happened_at: int
    outcome: str = ""
    auto_reply: bool = False
    known_at: int | None = None

    @property
    def counts_from(self) -> int:
        """From when on it is known."""
        return self.happened_at if self.known_at is None else max(self.happened_at, self.known_at)


@dataclass(frozen=True, slots=True)
class Rejection:
    """A rep refused a lead, for a typed reason; ``words`` are needed for the reason ``other``.

    ``held`` are the rules that earned the lead its points at that moment: what it comes back with beyond them is new.
    ``on`` is the date that wrong timing names; ``duplicate_of`` the lead that a duplicate repeats.
    """

    lead_id: str
    cycle: int
    rep_id: str
    rejected_at: int
    reason: ReasonWord
    words: str = ""
    held: frozenset[str] = field(default_factory=frozenset)
    on: int | None = None
    duplicate_of: str | None = None
