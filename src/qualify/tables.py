"""The tables that Qualify reads and writes: each column declared once, with its type and its meaning.

Facts come as people have them (a CSV, a frame); ``qualify.files`` brings them into *canonical* form, which
is what every engine scores: folded text, numbers as doubles, moments as epoch milliseconds. Which trait and
property columns a canonical table has depends on what the playbook looks at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Type: TypeAlias = Literal["text", "moment", "number", "integer", "json", "points", "share"]


@dataclass(frozen=True)
class Column:
    """A column: its name, its type, what it means, and whether a row without it is refused."""

    name: str
    type: Type
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Table:
    """A table: its name, what a row is, and its columns."""

    name: str
    row: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        """The column of that name; raises ``KeyError``."""
        return {each.name: each for each in self.columns}[name]

    @property
    def required(self) -> list[str]:
        """The columns without which a row is refused."""
        return [each.name for each in self.columns if each.required]


_LEAD = Column("lead_id", "text", "whose fact it is", required=True)

LEADS: Final = Table(
    "leads",
    "a lead, with any number of further columns: its traits",
    (
        Column("lead_id", "text", "the lead's own id, unique", required=True),
        Column("account_id", "text", "the organisation the person belongs to"),
        Column(
            "created_at",
            "moment",
            "when the lead and the traits in this row became known; empty: always known",
        ),
    ),
)
ACCOUNTS: Final = Table(
    "accounts",
    "an organisation, with any number of further columns: its traits",
    (
        Column("account_id", "text", "the account's own id, unique", required=True),
        Column("created_at", "moment", "when these traits became known; empty: always known"),
    ),
)
TRAITS: Final = Table(
    "traits",
    "something learnt about a lead at a moment",
    (
        _LEAD,
        Column("name", "text", "the trait's name", required=True),
        Column("value", "text", "its value; empty: from now on it is not known any more"),
        Column("learned_at", "moment", "when we learnt it", required=True),
        Column("source", "text", "who or what told us"),
    ),
)
EVENTS: Final = Table(
    "events",
    "something a lead did; further columns are properties",
    (
        Column("lead_id", "text", "who did it", required=True),
        Column("kind", "text", "what was done, as page_viewed", required=True),
        Column("happened_at", "moment", "when it was done", required=True),
        Column("received_at", "moment", "when we got to know of it; empty: at once"),
        Column("properties", "json", "further details, nested as they come"),
        Column("event_id", "text", "the event's own id; a second row with it is refused"),
        Column("anonymous_id", "text", "the browser or device, while the person is unknown"),
    ),
)
LINKS: Final = Table(
    "links",
    "how we know that an anonymous id is a lead",
    (
        Column("anonymous_id", "text", "the browser or device", required=True),
        Column("lead_id", "text", "the lead it turned out to be", required=True),
        Column("learned_at", "moment", "when we learnt it; empty: always known"),
        Column("evidence", "text", "what told us"),
    ),
)
ANSWERS: Final = Table(
    "answers",
    "an answer to a question of qualification",
    (
        _LEAD,
        Column("question", "text", "budget, authority, need, timeline or your own", required=True),
        Column("value", "text", "what was answered"),
        Column("satisfied", "text", "yes when whoever asked called it good enough, no when not"),
        Column("answered_at", "moment", "when", required=True),
        Column("source", "text", "who asked, or the form"),
        Column("confidence", "number", "how sure, from 0 to 1"),
        Column("expires_at", "moment", "from when on it no longer counts"),
    ),
)
DECISIONS: Final = Table(
    "decisions",
    "what one of us decided about a lead",
    (
        _LEAD,
        Column(
            "decision",
            "text",
            "accepted, rejected, confirmed, recycled, disqualified or reopened",
            required=True,
        ),
        Column("decided_at", "moment", "when", required=True),
        Column("reason", "text", "why"),
        Column("decided_by", "text", "who"),
    ),
)
OUTCOMES: Final = Table(
    "outcomes",
    "what came of a lead",
    (
        _LEAD,
        Column("outcome", "text", "won or lost", required=True),
        Column("closed_at", "moment", "when", required=True),
        Column("reason", "text", "why"),
        Column("amount", "number", "what it was worth, in the playbook's currency"),
    ),
)
COSTS: Final = Table(
    "costs",
    "what we paid",
    (
        Column("channel", "text", "for which channel", required=True),
        Column("campaign", "text", "for which campaign"),
        Column("day", "moment", "the day it was for", required=True),
        Column("amount", "number", "how much", required=True),
        Column("currency", "text", "in which currency"),
    ),
)

FACTS: Final = (LEADS, ACCOUNTS, TRAITS, EVENTS, LINKS, ANSWERS, DECISIONS, OUTCOMES, COSTS)
"""Every table of facts."""

SCORES: Final = Table(
    "scores",
    "a lead's conclusions as of a moment; one column more for each score of the playbook",
    (
        Column("lead_id", "text", "the lead"),
        Column("account_id", "text", "its account"),
        Column("total", "points", "the sum of the scores, within its bounds"),
        Column("grade", "text", "A1 … D4; empty without grades in the playbook"),
        Column("stage", "text", "lead … customer, recycled or disqualified"),
        Column("information", "share", "the share of rules that could be judged"),
    ),
)
LEDGER: Final = Table(
    "ledger",
    "one line behind a score; the lines' points add up to it exactly",
    (
        Column("lead_id", "text", "the lead"),
        Column("score", "text", "which score the line belongs to (total: to the sum)"),
        Column("line", "text", "rule, cap, score bound or total bound"),
        Column("rule", "text", "the rule's name; for a bound, the bound in words"),
        Column("occurrences", "integer", "how many events are behind it"),
        Column("first_at", "moment", "the first of them"),
        Column("last_at", "moment", "the newest of them"),
        Column("raw", "points", "what the rule gives without decay"),
        Column("decayed", "points", "what is left of it today"),
        Column("capped", "points", "what is left of it within the rule's cap"),
        Column("points", "points", "what the line adds to the score"),
    ),
)
