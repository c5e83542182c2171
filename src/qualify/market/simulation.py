"""The market, from a seed: accounts, people, leads, what they do, what sales makes of it, what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa

from qualify.market import countries, events, properties, truth, webinars
from qualify.market.accounts import Accounts, accounts_table, invent_accounts
from qualify.market.actors import Actors, gather_actors
from qualify.market.answers import answers_table
from qualify.market.behaviour import counts_of, entries_of, named_doings
from qualify.market.chance import Flags, Ints, stream
from qualify.market.clock import Calendar
from qualify.market.costs import costs_table
from qualify.market.drafts import Drafts, arrive, gathered
from qualify.market.leads import ENTRIES, Leads, duplicates_among, filled, invent_leads, leads_table
from qualify.market.mail import mailings
from qualify.market.people import People, invent_people
from qualify.market.sales import Desk, decisions_table, outcomes_table
from qualify.market.traits import traits_table
from qualify.market.truth import Truth
from qualify.market.visits import page_views

END = date(2026, 11, 1)
NEWSLETTER_DAYS = 28


@dataclass(frozen=True, repr=False)
class Market:
    """A simulated market: Arrow tables of what the company knows, and the truth it does not know.

    `start` is the first day, `end` the first day that is no longer part of it (UTC midnights).
    """

    start: date
    end: date
    seed: int
    leads: pa.Table
    accounts: pa.Table
    traits: pa.Table
    events: pa.Table
    links: pa.Table
    answers: pa.Table
    decisions: pa.Table
    outcomes: pa.Table
    costs: pa.Table
    truth: Truth

    def __repr__(self) -> str:
        sizes = f"{self.leads.num_rows:,} leads, {self.events.num_rows:,} events"
        return f"Market({sizes}, {self.start} to {self.end}, seed {self.seed})"

    def tables(self) -> dict[str, pa.Table]:
        """The tables of what the company knows, by name (the truth is not among them)."""
        names = (
            "leads",
            "accounts",
            "traits",
            "events",
            "links",
            "answers",
            "decisions",
            "outcomes",
            "costs",
        )
        return {name: getattr(self, name) for name in names}


def simulate(leads: int, days: int, seed: int, end: date = END) -> Market:
    """A market of `leads` lead records over the `days` days before `end`; the same for the same arguments.

    In a year a lead leaves about 20 events on average, most of them few and some very many. Raises
    ValueError when `leads` or `days` is less than one.
    """
    if leads < 1 or days < 1:
        raise ValueError(f"a market needs at least one lead and one day, not {leads} leads and {days} days")
    calendar = market_calendar(end - timedelta(days=days), end)
    accounts = invent_accounts(leads, seed)
    people = invent_people(leads - duplicates_among(leads), accounts, calendar, seed)
    records = invent_leads(leads, people, calendar, seed)
    return _assemble(accounts, people, records, calendar, end - timedelta(days=days), end, seed)


def market_calendar(start: date, end: date) -> Calendar:
    """The working calendar of the market's countries."""
    return Calendar(
        start,
        end,
        tuple(country.rhythm for country in countries.COUNTRIES),
        tuple(country.offset for country in countries.COUNTRIES),
    )


def _assemble(
    accounts: Accounts, people: People, leads: Leads, calendar: Calendar, start: date, end: date, seed: int
) -> Market:
    actors = gather_actors(leads, people, accounts, calendar, seed)
    counts = counts_of(actors, seed)
    entry = entries_of(actors, counts, seed)
    fields = filled(entry, seed)
    issues = (end - start).days // NEWSLETTER_DAYS + 1
    shows = webinars.schedule(start, end)
    drafts = _drafts(actors, counts, entry, fields["email"], calendar, shows, issues, seed)
    links = events.identified(actors, entry, drafts)
    anonymous = events.anonymous_ids(actors)
    sales = Desk(leads, people, accounts, calendar, seed).work(entry)
    return Market(
        start=start,
        end=end,
        seed=seed,
        leads=leads_table(leads, people, accounts, fields, seed),
        accounts=accounts_table(accounts, *_births(accounts, people, leads, entry, calendar, seed), seed),
        traits=traits_table(leads, people, accounts, fields, calendar, seed),
        events=events.events_table(actors, drafts, links, properties.shapes(shows, issues), anonymous),
        links=events.links_table(actors, drafts, links, anonymous),
        answers=answers_table(leads, people, sales, entry, calendar, seed),
        decisions=decisions_table(sales, calendar.end),
        outcomes=outcomes_table(sales, calendar.end, seed),
        costs=costs_table(len(leads), start, end, seed),
        truth=truth.tell(leads, people, accounts, drafts, calendar, seed),
    )


def _drafts(
    actors: Actors,
    counts: Ints,
    entry: Ints,
    reachable: Flags,
    calendar: Calendar,
    shows: webinars.Webinars,
    issues: int,
    seed: int,
) -> Drafts:
    everything = gathered(
        [
            page_views(actors, counts, entry, calendar, seed),
            *named_doings(actors, counts, entry, calendar, shows, seed),
            mailings(actors, reachable, calendar, issues, seed),
        ]
    )
    return arrive(stream(seed, "arrival"), everything, calendar.start, calendar.end)


def _births(
    accounts: Accounts, people: People, leads: Leads, entry: Ints, calendar: Calendar, seed: int
) -> tuple[Ints, Flags]:
    """When (ms) each account came into the books, with its first lead or by a list, and whether by a
    trial.
    """
    chance = stream(seed, "births")
    account = people.account[leads.person]
    never = np.iinfo(np.int64).max
    born = np.full(len(accounts), never)
    np.minimum.at(born, account, leads.created)
    by_trial = np.zeros(len(accounts), dtype=np.bool_)
    founding = (leads.created == born[account]) & (entry == ENTRIES.index("trial"))
    by_trial[account[founding]] = True
    listed = chance.integers(calendar.start, calendar.end, len(accounts))
    return np.where(born == never, listed, born), by_trial
