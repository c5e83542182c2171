"""Facts learnt after a lead was made: enrichment, later forms, corrections, changed jobs and countries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from qualify.market import countries, effects, titles
from qualify.market.accounts import Accounts
from qualify.market.chance import Chance, Flags, Floats, Ints, happens, pick, stream
from qualify.market.clock import DAY, MINUTE, Calendar
from qualify.market.columns import moments, numbered, numbers, texts
from qualify.market.leads import Leads, typed_companies, typed_titles
from qualify.market.people import People

SOURCES = ("enrichment", "form", "sales", "import")
USE_CASES = ("lead scoring", "lead routing", "reporting", "data quality", "product-led sales")
TEAM_SIZES = ("1-5", "6-20", "21-50", "51+")
CHANGED_JOB = 0.025
MOVED = 0.008
WRONG_AT_FIRST = 0.04


@dataclass(frozen=True)
class Facts:
    """Facts of one name and source: rows of leads, moments (ms), values (Arrow texts, null: no longer
    known).
    """

    name: str
    source: str
    lead: Ints
    learned: Ints
    value: pa.Array


def traits_table(
    leads: Leads,
    people: People,
    accounts: Accounts,
    fields: dict[str, Flags],
    calendar: Calendar,
    seed: int,
) -> pa.Table:
    """Every dated fact learnt before the market's end, in the order of learning."""
    chance = stream(seed, "traits")
    telling = _Telling(chance, leads, people, accounts, calendar)
    facts = [*telling.missing(fields), *telling.of_accounts(), *telling.asked(), *telling.changes()]
    lead = np.concatenate([one.lead for one in facts])
    learned = np.concatenate([one.learned for one in facts])
    kind = np.repeat(np.arange(len(facts)), [len(one.lead) for one in facts])
    kept = np.flatnonzero(learned < calendar.end)
    order = kept[np.lexsort((kind[kept], lead[kept], learned[kept]))]
    return pa.table(
        {
            "lead_id": numbered("L", lead[order], 6),
            "name": texts([one.name for one in facts], kind[order]),
            "value": pa.concat_arrays([one.value for one in facts]).take(pa.array(order)),
            "learned_at": moments(learned[order]),
            "source": texts([one.source for one in facts], kind[order]),
        }
    )


class _Telling:
    """The ways in which facts about the leads come out, each a list of `Facts`."""

    def __init__(
        self, chance: Chance, leads: Leads, people: People, accounts: Accounts, calendar: Calendar
    ) -> None:
        self.chance, self.leads, self.people = chance, leads, people
        self.accounts, self.calendar = accounts, calendar
        self.human = ~people.bot[leads.person]
        self.worker = self.human & people.shows_account()[leads.person]

    def missing(self, fields: dict[str, Flags]) -> Iterator[Facts]:
        """What the first form left open and somebody filled in later."""
        ways = (("enrichment", 0.4, 2.0), ("form", 0.2, 25.0), ("sales", 0.1, 12.0))
        for name in ("job_title", "company", "country"):
            open_still = ~fields[name] & self.human
            for source, share, days in ways:
                lead = np.flatnonzero(open_still & happens(self.chance, share, len(self.leads)))
                open_still[lead] = False
                yield Facts(name, source, lead, self._after(lead, days), self._value(name, lead))

    def of_accounts(self) -> Iterator[Facts]:
        """What enrichment finds about the company behind an address, sometimes wrong at first."""
        known = self.worker & happens(self.chance, 0.6, len(self.leads))
        lead = np.flatnonzero(known)
        learned = self._after(lead, 1.5)
        employees = self.accounts.employees[self._account(lead)]
        wrong = happens(self.chance, WRONG_AT_FIRST, len(lead))
        guess = np.where(wrong, employees * 10, employees)
        yield Facts("employees", "enrichment", lead, learned, numbers(guess))
        industry = texts(effects.levels("industry"), self.accounts.industry[self._account(lead)])
        yield Facts("industry", "enrichment", lead, learned + 1, industry)
        right = lead[wrong]
        later = self._after(right, 25.0, learned[wrong] + MINUTE)
        yield Facts("employees", "sales", right, later, numbers(employees[wrong]))

    def asked(self) -> Iterator[Facts]:
        """What later forms ask, and what came with an import."""
        for name, values, share in (("use_case", USE_CASES, 0.14), ("team_size", TEAM_SIZES, 0.12)):
            lead = np.flatnonzero(self.human & happens(self.chance, share, len(self.leads)))
            answer = texts(values, pick(self.chance, np.ones(len(values)), len(lead)))
            yield Facts(name, "form", lead, self._after(lead, 20.0), answer)
        listed = np.flatnonzero(self.human & happens(self.chance, 0.03, len(self.leads)))
        region = texts(("EMEA", "AMER", "APAC"), pick(self.chance, (5, 4, 1), len(listed)))
        yield Facts("sales_region", "import", listed, self._after(listed, 30.0), region)

    def changes(self) -> Iterator[Facts]:
        """Corrected spellings, changed jobs (first 'no longer known', often followed by the new one),
        moves.
        """
        tidied = np.flatnonzero(self.human & happens(self.chance, 0.05, len(self.leads)))
        code = texts(countries.codes(), self._country(tidied))
        yield Facts("country", "sales", tidied, self._after(tidied, 15.0), code)
        left = np.flatnonzero(self.human & happens(self.chance, CHANGED_JOB, len(self.leads)))
        gone = self._after(left, 120.0, self.leads.created[left] + 30 * DAY)
        for name in ("job_title", "company"):
            yield Facts(name, "enrichment", left, gone, pa.nulls(len(left), pa.string()))
        found = happens(self.chance, 0.6, len(left))
        hired = self._after(left[found], 20.0, gone[found] + MINUTE)
        yield Facts("job_title", "enrichment", left[found], hired, self._new_title(left[found]))
        moved = np.flatnonzero(self.human & happens(self.chance, MOVED, len(self.leads)))
        abroad = texts(countries.codes(), pick(self.chance, countries.shares(), len(moved)))
        when = self._after(moved, 90.0, self.leads.created[moved] + 20 * DAY)
        yield Facts("country", "enrichment", moved, when, abroad)

    def _after(self, lead: Ints, days: float, since: Ints | None = None) -> Ints:
        begin = self.leads.created[lead] if since is None else since
        lag: Floats = MINUTE + self.chance.exponential(days * DAY, len(lead))
        # Clamped to a millisecond after: past the calendar's margin working time stands still.
        return np.maximum(self.calendar.later(begin, self._country(lead), lag), begin + 1)

    def _value(self, name: str, lead: Ints) -> pa.Array:
        if name == "job_title":
            return typed_titles(self.chance, self.people.title[self.leads.person[lead]])
        if name == "company":
            return typed_companies(self.chance, self.accounts, self._account(lead))
        return texts(countries.codes(), self._country(lead))

    def _new_title(self, lead: Ints) -> pa.Array:
        weights = titles.title_weights("en", student=False)
        return typed_titles(self.chance, pick(self.chance, weights, len(lead)))

    def _account(self, lead: Ints) -> Ints:
        return self.people.account[self.leads.person[lead]]

    def _country(self, lead: Ints) -> Ints:
        return self.people.country[self.leads.person[lead]]
