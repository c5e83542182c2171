"""The lead records: one per human, and a second one for the few who came twice under another address."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from qualify.market import channels, countries, titles
from qualify.market.accounts import Accounts
from qualify.market.addresses import ORIGINAL, OTHER_ADDRESS, addresses, phones
from qualify.market.chance import Chance, Flags, Ints, happens, pick, stream
from qualify.market.clock import DAY, Calendar
from qualify.market.columns import blank_unless, moments, numbered, texts
from qualify.market.names import LEGAL_FORMS
from qualify.market.people import People, first_names, last_names

DUPLICATE_SHARE = 0.03

ENTRIES = ("contact", "newsletter", "content", "webinar", "demo", "trial", "event_list", "import")
LISTED_ENTRIES = (ENTRIES.index("event_list"), ENTRIES.index("import"))

# How likely a field is filled in, by entry: a newsletter asks for an address, a fair scans a badge.
FILLED: dict[str, tuple[float, ...]] = {
    "first_name": (0.97, 0.5, 0.95, 0.97, 0.98, 0.85, 0.97, 0.9),
    "last_name": (0.95, 0.35, 0.9, 0.95, 0.98, 0.75, 0.97, 0.9),
    "job_title": (0.75, 0.1, 0.65, 0.75, 0.9, 0.4, 0.85, 0.7),
    "company": (0.9, 0.2, 0.75, 0.85, 0.95, 0.6, 0.95, 0.95),
    "country": (0.85, 0.6, 0.8, 0.85, 0.95, 0.8, 0.7, 0.8),
    "phone": (0.45, 0.02, 0.15, 0.2, 0.65, 0.2, 0.5, 0.5),
    "email": (1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.94, 0.97),
}


@dataclass(frozen=True)
class Leads:
    """Arrays of one entry per lead record, in the order of their creation.

    `person` is the human behind it; `duplicate_of` the row of the record that human had first (-1 when this
    is the first); `variety` says how a second record's address differs; `created` is epoch ms.
    """

    person: Ints
    created: Ints
    channel: Ints
    campaign: Ints
    variety: Ints
    duplicate_of: Ints

    def __len__(self) -> int:
        return len(self.person)


def invent_leads(size: int, people: People, calendar: Calendar, seed: int) -> Leads:
    """`size` records of these people: each has one, and `size - len(people)` of them a second one."""
    chance = stream(seed, "leads")
    twice = chance.permutation(len(people))[: size - len(people)]
    person = np.concatenate([np.arange(len(people)), twice])
    again = np.arange(size) >= len(people)
    created = np.concatenate([people.created, _second_coming(chance, people, twice, calendar)])
    order = np.lexsort((again, created))
    anew = pick(chance, [channel.share for channel in channels.CHANNELS], size)
    channel = np.where(again, anew, people.channel[person])[order]
    variety = np.where(again, 1 + pick(chance, (0.6, 0.4), size), ORIGINAL)[order]
    leads = Leads(
        person=person[order],
        created=created[order],
        channel=channel,
        campaign=_campaigns(chance, channel),
        variety=variety,
        duplicate_of=np.full(size, -1),
    )
    return replace(leads, duplicate_of=_first_rows(leads, len(people)))


def duplicates_among(leads: int) -> int:
    """How many of so many records are a human's second one."""
    return round(leads * DUPLICATE_SHARE)


def filled(entry: Ints, seed: int) -> dict[str, Flags]:
    """For each field of a lead, whether it was filled in when the record was made; by entry."""
    chance = stream(seed, "filled")
    return {name: happens(chance, np.array(shares)[entry], len(entry)) for name, shares in FILLED.items()}


def leads_table(
    leads: Leads, people: People, accounts: Accounts, fields: dict[str, Flags], seed: int
) -> pa.Table:
    """The leads as they stood when they were made: account only where the address shows it, some fields
    blank.
    """
    chance = stream(seed, "leads table")
    person = leads.person
    texts_of = {
        "email": addresses(leads, people, accounts, seed),
        "first_name": texts(first_names(), people.first[person]),
        "last_name": texts(last_names(), people.last[person]),
        "job_title": typed_titles(chance, people.title[person]),
        "company": typed_companies(chance, accounts, people.account[person]),
        "country": typed_countries(chance, people.country[person]),
        "phone": phones(person, people.country[person]),
    }
    shows = people.shows_account()[person] & (leads.variety != OTHER_ADDRESS) & fields["email"]
    marks = [one for _, one in channels.campaigns()]
    return pa.table(
        {
            "lead_id": numbered("L", np.arange(len(leads)), 6),
            "account_id": numbered("A", people.account[person], 5, known=shows),
            "created_at": moments(leads.created),
            **{name: blank_unless(fields[name], column) for name, column in texts_of.items()},
            "channel": texts(channels.names(), leads.channel),
            "utm_source": texts([one.source for one in marks], leads.campaign),
            "utm_medium": texts([one.medium for one in marks], leads.campaign),
            "utm_campaign": texts([one.name for one in marks], leads.campaign),
        }
    )


def typed_titles(chance: Chance, title: Ints) -> pa.Array:
    """Job titles as people type them: one in twelve all in lower case, one in fifty in capitals."""
    written = [one.text for one in titles.titles()]
    ways = written + [text.lower() for text in written] + [text.upper() for text in written]
    return texts(ways, title + len(written) * pick(chance, (0.9, 0.08, 0.02), len(title)))


def typed_countries(chance: Chance, country: Ints) -> pa.Array:
    """Countries as they are typed: mostly the ISO code, else one of the country's other spellings."""
    written, places = countries.spellings()
    first = np.array([own[0] for own in places])[country]
    many = np.array([len(own) for own in places])[country]
    own_way = len(places) + first + (chance.random(len(country)) * many).astype(np.int64)
    return texts(countries.codes() + written, np.where(happens(chance, 0.16, len(country)), own_way, country))


def typed_companies(chance: Chance, accounts: Accounts, account: Ints) -> pa.Array:
    """Company names as they are typed: the name, with its legal form, in one case or the first word only."""
    forms = [countries.LANGUAGES[number] for number in countries.languages()[accounts.country]]
    ways: list[str] = list(accounts.name)
    ways += [_with_form(name, forms[n], n) for n, name in enumerate(accounts.name)]
    ways += [name.lower() for name in accounts.name]
    ways += [name.upper() for name in accounts.name]
    ways += [name.split()[0] for name in accounts.name]
    return texts(ways, account + len(accounts) * pick(chance, (0.55, 0.2, 0.1, 0.03, 0.12), len(account)))


def _with_form(name: str, language: str, number: int) -> str:
    form = LEGAL_FORMS[language][number % len(LEGAL_FORMS[language])]
    return f"{name} {form}".strip()


def _second_coming(chance: Chance, people: People, twice: Ints, calendar: Calendar) -> Ints:
    first, country = people.created[twice], people.country[twice]
    lag = chance.exponential(30.0 * DAY, len(twice))
    later = calendar.later(first, country, lag)
    latest = np.full(len(twice), calendar.end - 1)
    within = calendar.between(first, latest, country, chance.random(len(twice)))
    return np.where(later < calendar.end, later, within)


def _first_rows(leads: Leads, people: int) -> Ints:
    originals = np.flatnonzero(leads.variety == ORIGINAL)
    row_of = np.empty(people, dtype=np.int64)
    row_of[leads.person[originals]] = originals
    return np.where(leads.variety == ORIGINAL, -1, row_of[leads.person])


def _campaigns(chance: Chance, channel: Ints) -> Ints:
    campaign = np.zeros(len(channel), dtype=np.int64)
    for number in range(len(channels.CHANNELS)):
        mine = channel == number
        campaign[mine] = pick(chance, channels.campaign_weights(number), int(mine.sum()))
    return campaign
