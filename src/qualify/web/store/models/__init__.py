"""Every table of the store.

Facts are only ever added. Conclusions are caches: a column or a table is a conclusion when its comment or
docstring says so, and ``qualify recompute`` makes it anew from the facts. Moments are epoch milliseconds,
JSON is kept as text, so that every engine that reads the store reads it alike.
"""

from qualify.web.store.models.conclusions import Move, Person, Sighting, Standing
from qualify.web.store.models.delivery import Attempt, Message, Webhook
from qualify.web.store.models.doors import Aside, Key, Source, StepCount
from qualify.web.store.models.facts import (
    AccountLearnt,
    Answer,
    Consent,
    Cost,
    Decision,
    Event,
    Identifier,
    Learnt,
    Link,
    Outcome,
)
from qualify.web.store.models.upkeep import (
    Audit,
    Dirty,
    Form,
    Import,
    PlaybookVersion,
    Reply,
    Suggestion,
    Work,
)

__all__ = [
    "AccountLearnt",
    "Answer",
    "Aside",
    "Attempt",
    "Audit",
    "Consent",
    "Cost",
    "Decision",
    "Dirty",
    "Event",
    "Form",
    "Identifier",
    "Import",
    "Key",
    "Learnt",
    "Link",
    "Message",
    "Move",
    "Outcome",
    "Person",
    "PlaybookVersion",
    "Reply",
    "Sighting",
    "Source",
    "Standing",
    "StepCount",
    "Suggestion",
    "Webhook",
    "Work",
]
