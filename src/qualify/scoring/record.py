"""Everything known of one lead, in canonical form, for the one-lead path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from qualify.criteria.logic import Field

Value: TypeAlias = str | float | None
Values: TypeAlias = Mapping[Field, Value]

_NO_VALUES: Values = {}


class Event(NamedTuple):
    """One event: its kind, when it happened, when it was known, whose it is, its properties as read."""

    kind: str
    happened_at: int
    known_at: int
    properties: Values = _NO_VALUES
    lead_id: str = ""


class Learnt(NamedTuple):
    """A trait learnt at a moment: which, its folded text (by which ties are ordered), its value as read."""

    field: Field
    learned_at: int
    told: str | None
    value: Value


class AnswerGiven(NamedTuple):
    """An answer: to what, when, until when it holds (None: for good), its folded text, its fields as read."""

    question: str
    answered_at: int
    expires_at: int | None
    told: str | None
    values: Values = _NO_VALUES


class Decided(NamedTuple):
    """A decision or outcome: which, and when."""

    decision: str
    decided_at: int


@dataclass
class Record:
    """One lead with all its facts; events in any order.

    ``account_events`` are the events of everybody at the account, the lead's own among them, each known no
    earlier than the lead whose it is;
    ``account_traits`` stand in for traits that the lead has not, from ``account_created_at`` on.
    """

    lead_id: str
    account_id: str | None = None
    created_at: int = 0
    traits: Values = field(default_factory=dict)
    learnt: Sequence[Learnt] = ()
    account_traits: Values = field(default_factory=dict)
    account_created_at: int = 0
    events: Sequence[Event] = ()
    account_events: Sequence[Event] = ()
    answers: Sequence[AnswerGiven] = ()
    decisions: Sequence[Decided] = ()

    def known_traits(self, as_of: int) -> Values:
        """The traits as known by then."""
        known = dict(self.traits)
        newest: dict[Field, tuple[int, bool, str]] = {}
        for fact in self.learnt:
            rank = (fact.learned_at, fact.told is not None, fact.told or "")
            if fact.learned_at > as_of or rank < newest.get(fact.field, rank):
                continue
            newest[fact.field] = rank
            if fact.learned_at >= self.created_at or self.traits.get(fact.field) is None:
                known[fact.field] = fact.value
        if self.account_id is not None and self.account_created_at <= as_of:
            for which, value in self.account_traits.items():
                if known.get(which) is None:
                    known[which] = value
        return known

    def newest_answer(self, question: str, as_of: int) -> AnswerGiven | None:
        """The newest answer to the question by then."""
        given = [each for each in self.answers if each.question == question and each.answered_at <= as_of]
        return max(
            given, key=lambda each: (each.answered_at, each.told is not None, each.told or ""), default=None
        )

    def newest_decision(self, as_of: int) -> Decided | None:
        """The newest decision by then."""
        made = [each for each in self.decisions if each.decided_at <= as_of]
        return max(made, key=lambda each: (each.decided_at, each.decision), default=None)
