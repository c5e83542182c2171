"""Budget, authority, need, timeline: what sales asked and forms told, with confidence and expiry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.market.chance import Chance, Flags, Floats, Ints, happens, logistic, pick, stream
from qualify.market.clock import DAY, HOUR, Calendar
from qualify.market.columns import moments, numbered, texts
from qualify.market.leads import ENTRIES, Leads
from qualify.market.people import People
from qualify.market.sales import Round, Sales

QUESTIONS = ("budget", "authority", "need", "timeline")
SOURCES = ("sales", "form")
VALID_DAYS = (180, 0, 0, 90)
"""How long an answer holds, by question; 0 where it does not run out."""

# By question: what is said when it is satisfied (first three) and when not (last three).
VALUES = (
    ("approved, 20-50k EUR", "approved for this year", "can be found", "none", "frozen", "next year at best"),
    (
        "decides alone",
        "decides with finance",
        "champion, boss decides",
        "user only",
        "intern's task",
        "unclear",
    ),
    (
        "too many bad leads",
        "replacing a spreadsheet",
        "needs one score",
        "curious",
        "has a tool",
        "research only",
    ),
    ("this month", "this quarter", "in three months", "next year", "no date", "someday"),
)


@dataclass(frozen=True)
class Said:
    """Answers of one source: arrays of one entry per answer; `when` is epoch ms."""

    lead: Ints
    question: Ints
    satisfied: Flags
    when: Ints
    source: Ints
    confidence: Floats


def answers_table(
    leads: Leads, people: People, sales: Sales, entry: Ints, calendar: Calendar, seed: int
) -> pa.Table:
    """Every answer given before the market's end, in the order of answering."""
    chance = stream(seed, "answers")
    said = [_on_form(chance, leads, people, entry)]
    said += [_to_sales(chance, leads, people, one, calendar) for one in sales.rounds]
    lead, question, satisfied, when, source, confidence = (
        np.concatenate([getattr(one, name) for one in said])
        for name in ("lead", "question", "satisfied", "when", "source", "confidence")
    )
    kept = np.flatnonzero(when < calendar.end)
    order = kept[np.lexsort((question[kept], lead[kept], when[kept]))]
    question, satisfied, when = question[order], satisfied[order], when[order]
    valid = np.array(VALID_DAYS)[question]
    place = question * 6 + np.where(satisfied, 0, 3) + pick(chance, (1, 1, 1), len(order))
    return pa.table(
        {
            "lead_id": numbered("L", lead[order], 6),
            "question": texts(QUESTIONS, question),
            "value": texts([value for values in VALUES for value in values], place),
            "satisfied": texts(("no", "yes"), satisfied.astype(np.int64)),
            "answered_at": moments(when),
            "source": texts(SOURCES, source[order]),
            "confidence": pa.array(np.round(confidence[order], 2), pa.float64()),
            "expires_at": moments(when + valid * DAY, known=valid > 0),
        }
    )


def _to_sales(chance: Chance, leads: Leads, people: People, one: Round, calendar: Calendar) -> Said:
    asked = chance.random((len(one.lead), 4)) < np.where(one.confirmed, 0.92, 0.4)[:, None]
    row, question = np.nonzero(asked & one.accepted[:, None])
    lead = one.lead[row]
    person = leads.person[lead]
    size = len(row)
    # Until the confirmation where there is one, since it is these answers that confirm.
    share = chance.uniform(0.05, 0.95, size)
    before = one.decided_at[row] + (share * (one.confirmed_at - one.decided_at)[row]).astype(np.int64)
    sometime = calendar.later(
        one.decided_at[row], people.country[person], HOUR + chance.exponential(4.0 * DAY, size)
    )
    odds = -1.3 + 1.5 * people.intent[person] + 1.3 * people.would_buy[person] + 1.2 * one.confirmed[row]
    return Said(
        lead=lead,
        question=question,
        satisfied=happens(chance, logistic(odds), size),
        when=np.where(one.confirmed[row], before, sometime),
        source=np.zeros(size, dtype=np.int64),
        confidence=chance.uniform(0.6, 1.0, size),
    )


def _on_form(chance: Chance, leads: Leads, people: People, entry: Ints) -> Said:
    asking = np.isin(entry, [ENTRIES.index("demo"), ENTRIES.index("contact")])
    lead = np.flatnonzero(asking & ~people.bot[leads.person] & happens(chance, 0.3, len(leads)))
    intent = people.intent[leads.person[lead]]
    size = len(lead)
    return Said(
        lead=lead,
        question=np.where(happens(chance, 0.7, size), QUESTIONS.index("timeline"), QUESTIONS.index("budget")),
        satisfied=happens(chance, logistic(-0.9 + 2.2 * intent), size),
        when=leads.created[lead],
        source=np.ones(size, dtype=np.int64),
        confidence=chance.uniform(0.3, 0.6, size),
    )
