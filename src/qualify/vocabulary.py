"""The field's words, said once: everything else imports them from here.

Where vendors disagree on a word, ``docs/reference/vocabulary.md`` says what it means here.
"""

from __future__ import annotations

from typing import Final

#: The rungs of the ladder, lowest first. A lead climbs and falls between them.
LADDER: Final = ("lead", "iql", "mql", "pql", "sal", "sql", "customer")

#: Where a lead is when it is off the ladder: returned to nurture, or ended with a reason.
OFF_LADDER: Final = ("recycled", "disqualified")

#: Every stage a lead can be in.
STAGES: Final = (*LADDER, *OFF_LADDER)

#: What a person of ours can decide about a lead, and what came of it (won, lost).
DECISIONS: Final = (
    "accepted",
    "rejected",
    "confirmed",
    "recycled",
    "disqualified",
    "reopened",
    "won",
    "lost",
)

#: The kinds of score that have a meaning of their own; a playbook may name others.
SCORE_KINDS: Final = ("fit", "engagement", "product")

#: BANT: the four questions whose answers make an SQL.
BANT: Final = ("budget", "authority", "need", "timeline")

#: The name of the sum of all scores, usable wherever a score's name is.
TOTAL: Final = "total"

#: Grade letters (fit, best first) and numbers (engagement, best first).
GRADE_LETTERS: Final = ("A", "B", "C", "D")
GRADE_NUMBERS: Final = ("1", "2", "3", "4")
