"""Everybody who does something: the lead records, then the visitors who never say who they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.market import channels, countries
from qualify.market.accounts import Accounts
from qualify.market.chance import Chance, Flags, Floats, Ints, happens, logistic, pick, skewed, stream
from qualify.market.clock import DAY, Calendar
from qualify.market.leads import Leads
from qualify.market.people import JOB_SEEKER, People, drift_moment

VISITORS_PER_LEAD = 0.5
CRAWLER_SHARE = 0.03


@dataclass(frozen=True)
class Actors:
    """Arrays of one entry per actor; rows below `leads` are lead records, the others are never identified.

    `anchor` (ms) is a lead's creation, a visitor's middle; `peak` is the working time (ms) from there to the
    middle of the buying window.
    """

    leads: int
    anchor: Ints
    country: Ints
    campaign: Ints
    channel: Ints
    intent: Floats
    activity: Floats
    opens: Floats
    seeks_job: Flags
    bot: Flags
    late: Flags
    proxied: Flags
    scanned: Flags
    peak: Floats

    def __len__(self) -> int:
        return len(self.anchor)

    def known(self) -> Flags:
        """Which actors are lead records."""
        return np.arange(len(self)) < self.leads


def gather_actors(leads: Leads, people: People, accounts: Accounts, calendar: Calendar, seed: int) -> Actors:
    """The lead records with the truth of the humans behind them, and half as many anonymous visitors."""
    chance = stream(seed, "actors")
    strangers = round(len(leads) * VISITORS_PER_LEAD)
    size = len(leads) + strangers
    person = leads.person
    visitors = _visitors(chance, strangers, calendar)
    # One human's doings are split over the records, else whoever came twice would look twice as keen.
    twice = np.isin(person, person[leads.duplicate_of >= 0])
    own = {
        "anchor": leads.created,
        "country": people.country[person],
        "campaign": leads.campaign,
        "channel": leads.channel,
        "intent": people.intent[person],
        "activity": people.activity[person] * np.where(twice, 0.5, 1.0),
        "opens": people.opens[person],
        "seeks_job": people.role[person] == JOB_SEEKER,
        "bot": people.bot[person],
        "proxied": people.proxied[person],
        "scanned": accounts.scanned[people.account[person]] & people.shows_account()[person],
    }
    joined = {name: np.concatenate([values, visitors[name]]) for name, values in own.items()}
    peak = 5.0 * DAY + 12.0 * DAY * chance.standard_normal(size)
    return Actors(leads=len(leads), late=joined["anchor"] >= drift_moment(calendar), peak=peak, **joined)


def _visitors(chance: Chance, size: int, calendar: Calendar) -> dict[str, Ints | Floats | Flags]:
    country = pick(chance, countries.shares(), size)
    opening, closing = np.full(size, calendar.start), np.full(size, calendar.end - 1)
    channel = pick(chance, [channel.share for channel in channels.CHANNELS], size)
    return {
        "anchor": calendar.between(opening, closing, country, chance.random(size)),
        "country": country,
        "campaign": np.array([_first_campaign(number) for number in range(len(channels.CHANNELS))])[channel],
        "channel": channel,
        "intent": logistic(-2.2 + 1.2 * chance.standard_normal(size)),
        "activity": skewed(chance, 0.15, 0.8, size),
        "opens": np.zeros(size),
        "seeks_job": happens(chance, 0.06, size),
        "bot": happens(chance, CRAWLER_SHARE, size),
        "proxied": np.zeros(size, dtype=np.bool_),
        "scanned": np.zeros(size, dtype=np.bool_),
    }


def _first_campaign(channel: int) -> int:
    return next(place for place, (owner, _) in enumerate(channels.campaigns()) if owner == channel)
