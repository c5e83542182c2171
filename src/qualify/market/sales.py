"""What sales does: looks at some leads, accepts or rejects with a reason, confirms, wins, loses, gives back.

Sales sees fit and intent through noise. A few leads are worked by chance whatever they look like (the
`EXPLORED` share), so that what is learnt from worked leads can be checked for selection.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from qualify.market import effects
from qualify.market.accounts import Accounts
from qualify.market.chance import (
    Flags,
    Floats,
    Ints,
    happens,
    logistic,
    pick,
    pick_per_row,
    skewed,
    stream,
)
from qualify.market.clock import DAY, HOUR, MINUTE, Calendar
from qualify.market.columns import moments, numbered, texts
from qualify.market.leads import ENTRIES, Leads
from qualify.market.people import COMPETITOR, PROFESSIONAL, People

DECISIONS = ("accepted", "rejected", "confirmed", "recycled", "disqualified", "reopened")
ACCEPTED, REJECTED, CONFIRMED, RECYCLED, DISQUALIFIED, REOPENED = range(6)
REASONS = (
    *("not_icp", "no_intent", "bad_data", "wrong_timing", "duplicate", "competitor", "unreachable", "other"),
)
NOT_ICP, NO_INTENT, BAD_DATA, WRONG_TIMING, DUPLICATE, RIVAL, UNREACHABLE, OTHER = range(8)
NO_REASON = -1
WON_REASONS = ("product_fit", "price", "relationship", "speed")
LOST_REASONS = ("price", "competitor", "no_decision", "timing", "missing_feature", "went_silent")
REPS = (
    *("Ana Ruiz", "Ben Okafor", "Carla Weiss", "Dmitri Hale", "Elif Demir", "Fynn Larsen"),
    *("Greta Moss", "Hamid Noor", "Iris Vogel", "Jonah Pike"),
)
EXPLORED = 0.02
OPEN, WON, LOST, GIVEN_BACK, ENDED = range(5)


@dataclass(frozen=True)
class Round:
    """One time that sales worked some leads: arrays of one entry per lead worked. Moments are epoch ms.

    `end` is one of OPEN, WON, LOST, GIVEN_BACK (recycled), ENDED (disqualified), and stands only for
    accepted leads; `confirmed` says that they were, at `confirmed_at`, before `ended_at`; `reopened_at`
    stands for the second round.
    """

    lead: Ints
    rep: Ints
    decided_at: Ints
    accepted: Flags
    reason: Ints
    confirmed: Flags
    confirmed_at: Ints
    end: Ints
    ended_at: Ints
    end_reason: Ints
    reopened_at: Ints


@dataclass(frozen=True)
class Sales:
    """All that sales did: the first round, and the second round of what was reopened."""

    rounds: tuple[Round, Round]
    amount: Floats


class Desk:
    """The sales desk: what it sees of the leads, and how it works them."""

    def __init__(
        self, leads: Leads, people: People, accounts: Accounts, calendar: Calendar, seed: int
    ) -> None:
        self.leads, self.people, self.calendar = leads, people, calendar
        self.chance = stream(seed, "sales")
        self.employees = accounts.employees[people.account[leads.person]]
        leniency = 0.5 * self.chance.standard_normal(len(REPS))
        self.rep = (people.country[leads.person] * 3 + pick(self.chance, (1, 1, 1), len(leads))) % len(REPS)
        self.leniency = leniency[self.rep]
        self.second_record = leads.duplicate_of >= 0

    def work(self, entry: Ints) -> Sales:
        """Both rounds. `entry` (one per lead) matters since who asks for a demo is called first."""
        lead = np.flatnonzero(self._looked_at(entry))
        first = self._round(lead, self._picked_up(lead, entry), again=False)
        second = self._reopen(first)
        amount = effects.DEAL_AMOUNT
        size = np.maximum(self.employees, 1) / 50.0
        typical = amount["at_50_employees_eur"] * size ** amount["growth_with_employees"]
        return Sales((first, second), skewed(self.chance, typical, amount["sigma"], len(self.leads)))

    def _looked_at(self, entry: Ints) -> Flags:
        person, size = self.leads.person, len(self.leads)
        asked = np.isin(entry, [ENTRIES.index("demo"), ENTRIES.index("contact"), ENTRIES.index("trial")])
        seen = 0.5 * self.people.fit_log_odds[person] + 4.5 * self.people.intent[person] + 0.8 * asked
        by_looks = happens(self.chance, logistic(-3.1 + seen + 0.8 * self._noise(size)), size)
        by_looks = by_looks & ~(self.people.bot[person] & happens(self.chance, 0.6, size))
        return by_looks | happens(self.chance, EXPLORED, size)

    def _picked_up(self, lead: Ints, entry: Ints) -> Ints:
        urgent = entry[lead] == ENTRIES.index("demo")
        ripening = np.where(urgent, 0.0, self.chance.exponential(8.0 * DAY, len(lead)))
        response = skewed(self.chance, np.where(urgent, 1.0 * HOUR, 5.0 * HOUR), 1.1, len(lead))
        return self._later(lead, self.leads.created[lead], ripening + response)

    def _round(self, lead: Ints, decided_at: Ints, *, again: bool) -> Round:
        size, person = len(lead), self.leads.person[lead]
        liking = -2.0 + 0.8 * self.people.fit_log_odds[person] + 4.0 * self.people.intent[person]
        odds = liking + self.leniency[lead] + 0.7 * self._noise(size) + (1.0 if again else 0.0)
        spotted = self.second_record[lead] & happens(self.chance, 0.85, size)
        junk = self.people.bot[person] | (self.people.role[person] == COMPETITOR)
        accepted = happens(self.chance, logistic(odds), size) & ~spotted & ~junk
        reason = np.where(spotted, DUPLICATE, self._why_not(lead))
        end = self._end(lead, accepted)
        ended_at = self._later(lead, decided_at, self._deal_lag(end))
        confirmed = accepted & happens(self.chance, np.array([0.15, 0.96, 0.42, 0.2, 0.05])[end], size)
        meeting = self._later(lead, decided_at, skewed(self.chance, 7.0 * DAY, 0.7, size))
        # A deal is confirmed before it ends, however fast it ended.
        halfway = decided_at + ((ended_at - decided_at) * self.chance.uniform(0.2, 0.8, size)).astype(
            np.int64
        )
        confirmed_at = np.where(end == OPEN, meeting, np.minimum(meeting, halfway))
        return Round(
            lead=lead,
            rep=self.rep[lead],
            decided_at=decided_at,
            accepted=accepted,
            reason=np.where(accepted, NO_REASON, reason),
            confirmed=confirmed,
            confirmed_at=confirmed_at,
            end=end,
            ended_at=ended_at,
            end_reason=self._why_given_up(end),
            reopened_at=decided_at,
        )

    def _end(self, lead: Ints, accepted: Flags) -> Ints:
        """Would-be buyers buy (once: on the human's first record); the others mostly lose or come back."""
        buys = self.people.would_buy[self.leads.person[lead]] & ~self.second_record[lead]
        otherwise = np.array([OPEN, LOST, GIVEN_BACK, ENDED])[
            pick(self.chance, (0.12, 0.5, 0.28, 0.1), len(lead))
        ]
        return np.where(accepted, np.where(buys, WON, otherwise), OPEN)

    def _deal_lag(self, end: Ints) -> Floats:
        lag = effects.DEAL_LAG
        won, lost = lag["won"], lag["lost"]
        deal = end == WON
        median = np.where(deal, won["median_days"], lost["median_days"]) * DAY
        sigma = np.where(deal, won["sigma"], lost["sigma"])
        drawn = median * np.exp(sigma * self._noise(len(end)))
        # Leads that are given back are so sooner than deals are lost.
        return np.where(np.isin(end, (GIVEN_BACK, ENDED)), drawn * 0.45, drawn) + HOUR

    def _why_not(self, lead: Ints) -> Ints:
        person = self.leads.person[lead]
        people = self.people
        weights = np.full((len(lead), len(REASONS)), 0.1)
        weights[:, DUPLICATE] = 0.005
        weights[:, NOT_ICP] += 2.5 * logistic(-2.0 * people.fit_log_odds[person])
        weights[:, NOT_ICP] += 2.0 * (people.role[person] != PROFESSIONAL)
        weights[:, NO_INTENT] += 2.0 * (1.0 - people.intent[person])
        weights[:, WRONG_TIMING] += 1.2 * people.intent[person]
        weights[:, UNREACHABLE] += 0.4
        weights[:, RIVAL] = np.where(people.role[person] == COMPETITOR, 20.0, 0.01)
        weights[:, BAD_DATA] = np.where(people.bot[person], 20.0, 0.1)
        return pick_per_row(self.chance, weights)

    def _why_given_up(self, end: Ints) -> Ints:
        back = np.array([WRONG_TIMING, NO_INTENT, UNREACHABLE])[
            pick(self.chance, (0.45, 0.35, 0.2), len(end))
        ]
        ended = np.array([NOT_ICP, RIVAL, OTHER])[pick(self.chance, (0.6, 0.1, 0.3), len(end))]
        return np.where(end == GIVEN_BACK, back, np.where(end == ENDED, ended, NO_REASON))

    def _reopen(self, first: Round) -> Round:
        turned_down = ~first.accepted & np.isin(first.reason, (NO_INTENT, WRONG_TIMING, UNREACHABLE, OTHER))
        given_back = first.accepted & (first.end == GIVEN_BACK)
        again = np.flatnonzero((turned_down | given_back) & happens(self.chance, 0.18, len(first.lead)))
        lead = first.lead[again]
        since = np.where(given_back, first.ended_at, first.decided_at)[again]
        reopened = self._later(lead, since, 7.0 * DAY + self.chance.exponential(40.0 * DAY, len(lead)))
        decided = self._later(lead, reopened, skewed(self.chance, 5.0 * HOUR, 1.0, len(lead)))
        second = self._round(lead, decided, again=True)
        # Whoever was worked once and given back said no already: the draw of who buys stays as it was.
        return replace(second, reopened_at=reopened)

    def _later(self, lead: Ints, moment: Ints, lag: Floats) -> Ints:
        country = self.people.country[self.leads.person[lead]]
        return np.maximum(self.calendar.later(moment, country, lag + MINUTE), moment + 1)

    def _noise(self, size: int) -> Floats:
        return self.chance.standard_normal(size)


def decisions_table(sales: Sales, end: int) -> pa.Table:
    """Every decision before `end` (ms), in the order of deciding."""
    rows: list[tuple[Round, Flags, int, Ints, Ints]] = []
    for turn, one in enumerate(sales.rounds):
        none = np.full(len(one.lead), NO_REASON)
        if turn:
            rows.append((one, np.ones(len(one.lead), dtype=np.bool_), REOPENED, one.reopened_at, none))
        rows.append((one, one.accepted, ACCEPTED, one.decided_at, none))
        rows.append((one, ~one.accepted, REJECTED, one.decided_at, one.reason))
        rows.append((one, one.confirmed, CONFIRMED, one.confirmed_at, none))
        for ending, decision in ((GIVEN_BACK, RECYCLED), (ENDED, DISQUALIFIED)):
            rows.append((one, one.accepted & (one.end == ending), decision, one.ended_at, one.end_reason))
    return _decisions(rows, end)


def _decisions(rows: list[tuple[Round, Flags, int, Ints, Ints]], end: int) -> pa.Table:
    lead = np.concatenate([one.lead[mask] for one, mask, _, _, _ in rows])
    rep = np.concatenate([one.rep[mask] for one, mask, _, _, _ in rows])
    decision = np.concatenate([np.full(int(mask.sum()), number) for _, mask, number, _, _ in rows])
    decided = np.concatenate([moment[mask] for _, mask, _, moment, _ in rows])
    reason = np.concatenate([why[mask] for _, mask, _, _, why in rows])
    kept = np.flatnonzero(decided < end)
    order = kept[np.lexsort((lead[kept], decided[kept]))]
    return pa.table(
        {
            "lead_id": numbered("L", lead[order], 6),
            "decision": texts(DECISIONS, decision[order]),
            "decided_at": moments(decided[order]),
            "reason": texts(REASONS, reason[order].clip(0), known=reason[order] != NO_REASON),
            "decided_by": texts(REPS, rep[order]),
        }
    )


def outcomes_table(sales: Sales, end: int, seed: int) -> pa.Table:
    """Every deal closed before `end` (ms), in the order of closing; deals still open are not in it."""
    chance = stream(seed, "outcomes")
    lead = np.concatenate([one.lead for one in sales.rounds])
    closing = np.concatenate([one.end for one in sales.rounds])
    closed = np.concatenate([one.ended_at for one in sales.rounds])
    kept = np.flatnonzero(np.isin(closing, (WON, LOST)) & (closed < end))
    order = kept[np.lexsort((lead[kept], closed[kept]))]
    lead, won = lead[order], closing[order] == WON
    praise = pick(chance, (0.45, 0.2, 0.2, 0.15), len(order))
    blame = len(WON_REASONS) + pick(chance, (0.22, 0.18, 0.2, 0.15, 0.13, 0.12), len(order))
    return pa.table(
        {
            "lead_id": numbered("L", lead, 6),
            "outcome": texts(("lost", "won"), won.astype(np.int64)),
            "closed_at": moments(closed[order]),
            "reason": texts(WON_REASONS + LOST_REASONS, np.where(won, praise, blame)),
            "amount": pa.array(np.round(sales.amount[lead], 2), pa.float64(), mask=~won),
        }
    )
