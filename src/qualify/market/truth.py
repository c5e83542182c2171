"""The truth file: what nobody in the market can see, for tests that ask whether what we learn is right."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa

from qualify.market import channels, clock, countries, effects, mail, titles
from qualify.market.accounts import Accounts
from qualify.market.behaviour import BEHAVIOURS
from qualify.market.chance import Flags, Floats, logistic
from qualify.market.clock import Calendar
from qualify.market.columns import numbered, texts
from qualify.market.drafts import HUMAN, Drafts
from qualify.market.events import machines_table
from qualify.market.leads import Leads
from qualify.market.pages import PAGES
from qualify.market.people import People, drift_moment

ABOUT = (
    "would_buy_probability = logistic(intercept + fit log-odds + channel log-odds + intent weight x intent); "
    "fit log-odds = sum of trait levels + a normal part nobody sees; a duplicate has its human's first "
    "channel and date. log_odds_per_occurrence: what one more occurrence says of full intent against none, "
    "given how active somebody is. did_against_did_not: how much likelier those are to buy, in this very "
    "market, who did it at least once; bots left out, with and without the events of machines."
)


@dataclass(frozen=True)
class Truth:
    """What is really so: a table per lead, a table per event (which machine made it) and the effects."""

    leads: pa.Table
    events: pa.Table
    effects: dict[str, Any]


def tell(
    leads: Leads, people: People, accounts: Accounts, drafts: Drafts, calendar: Calendar, seed: int
) -> Truth:
    """The truth of a market made of these."""
    return Truth(
        leads=truth_of_leads(leads, people),
        events=machines_table(drafts),
        effects=truth_of_effects(leads, people, drafts, calendar, seed),
    )


def truth_of_leads(leads: Leads, people: People) -> pa.Table:
    """Per lead: fit (0..1, on the day it was made), intent (0..1, at its height), the human, the chance to
    buy if worked, whether that human would, and what job title, role and country really are.
    """
    person = leads.person
    known = titles.titles()
    fit = np.where(people.bot, 0.0, logistic(people.fit_log_odds))
    return pa.table(
        {
            "lead_id": numbered("L", np.arange(len(leads)), 6),
            "fit": pa.array(fit[person]),
            "intent": pa.array(people.intent[person]),
            "person_id": numbered("P", person, 6),
            "duplicate_of": numbered("L", leads.duplicate_of, 6, known=leads.duplicate_of >= 0),
            "is_bot": pa.array(people.bot[person]),
            "would_buy_probability": pa.array(people.would_buy_probability[person]),
            "would_buy": pa.array(people.would_buy[person]),
            "department": texts([one.department for one in known], people.title[person]),
            "seniority": texts([one.seniority for one in known], people.title[person]),
            "role": texts(effects.levels("role"), people.role[person]),
            "country": texts(countries.codes(), people.country[person]),
        }
    )


def truth_of_effects(
    leads: Leads, people: People, drafts: Drafts, calendar: Calendar, seed: int
) -> dict[str, Any]:
    """The effects as one JSON object; numbers are log-odds (natural logarithm) unless named otherwise."""
    return {
        "about": ABOUT,
        "leads": len(leads),
        "seed": seed,
        "start": _iso(calendar.start),
        "end": _iso(calendar.end),
        "intercept": effects.INTERCEPT,
        "intent": effects.INTENT,
        "unseen_fit_sd": effects.UNSEEN_FIT_SD,
        "traits": effects.TRAITS,
        "channels": _channels(people),
        "behaviours": _behaviours(leads, people, drafts),
        "machines": _machines(),
        "drift": _drift(calendar),
        "seasonality": {"weekday_from_monday": clock.WEEKDAYS, "hour": clock.HOURS, "month": clock.MONTHS},
        "deal_lag": {**effects.DEAL_LAG, "distribution": "log-normal, in working time"},
        "deal_amount": effects.DEAL_AMOUNT,
    }


def _channels(people: People) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for number, channel in enumerate(channels.CHANNELS):
        mine = (people.channel == number) & ~people.bot
        told[channel.name] = {
            "log_odds": channel.log_odds,
            "intent_shift": channel.intent_shift,
            "share_of_leads": channel.share,
            "base_rate_before_drift": _mean(people.would_buy_probability, mine & ~people.late),
            "base_rate_after_drift": _mean(people.would_buy_probability, mine & people.late),
        }
    return told


def _behaviours(leads: Leads, people: People, drafts: Drafts) -> dict[str, Any]:
    told: dict[str, Any] = {}
    chance_to_buy = people.would_buy_probability[leads.person]
    for behaviour in BEHAVIOURS:
        pages = [number for number, page in enumerate(PAGES) if page.behaviour == behaviour.name]
        chosen = drafts.of_kind(behaviour.kind)
        if pages:
            chosen = chosen & np.isin(drafts.detail, pages)
        told[behaviour.name] = {
            "kind": behaviour.kind,
            "paths": [PAGES[number].path for number in pages],
            "log_odds_per_occurrence": behaviour.gain,
            "expected_without_intent": behaviour.rate,
            **_contrast(drafts, chosen, chance_to_buy),
        }
    before, after = effects.WEBINAR_GAIN
    for kind, gain in (
        ("email_opened", 0.0),
        ("email_clicked", mail.CLICK_GAIN),
        ("webinar_attended", before),
    ):
        told[kind] = {"kind": kind, "log_odds_per_occurrence": gain}
        told[kind] |= _contrast(drafts, drafts.of_kind(kind), chance_to_buy)
    for kind in ("webinar_registered", "webinar_attended"):
        told[kind]["log_odds_per_occurrence_after_drift"] = after
    return told


def _contrast(drafts: Drafts, chosen: Flags, chance_to_buy: Floats) -> dict[str, float | None]:
    """Log-odds of buying of those who did it at least once less those who never did, in this very market."""
    human = chosen & (drafts.machine == HUMAN)
    return {
        "did_against_did_not": _did_against_not(drafts, human, chance_to_buy),
        "did_against_did_not_with_machines": _did_against_not(drafts, chosen, chance_to_buy),
    }


def _did_against_not(drafts: Drafts, chosen: Flags, chance_to_buy: Floats) -> float | None:
    did = np.zeros(len(chance_to_buy), dtype=np.bool_)
    human = chance_to_buy > 0
    actor = drafts.actor[chosen]
    did[actor[actor < len(did)]] = True
    yes, no = _mean(chance_to_buy, did & human), _mean(chance_to_buy, ~did & human)
    if not yes or not no:
        return None
    return round(float(np.log(yes / (1 - yes)) - np.log(no / (1 - no))), 4)


def _machines() -> dict[str, Any]:
    return {
        "privacy_proxy": "opens a mail within seconds of delivery, for a third of the leads",
        "security_scanner": "opens a mail and follows all its links within seconds, at large firms",
        "bot": "fills in a form, or crawls the site, and views many pages within seconds",
        "privacy_proxy_open_rate": mail.PROXY_OPENS,
        "security_scanner_rate": mail.SCANNER_OPENS,
    }


def _drift(calendar: Calendar) -> dict[str, Any]:
    return {
        "at": _iso(drift_moment(calendar)),
        "changes": [
            _change("channels.paid_social.log_odds", effects.PAID_SOCIAL_LOG_ODDS),
            _change("behaviours.webinar_registered.log_odds_per_occurrence", effects.WEBINAR_GAIN),
        ],
        "applies_to": "leads created from that moment on",
    }


def _change(what: str, values: tuple[float, float]) -> dict[str, Any]:
    return {"what": what, "before": values[0], "after": values[1]}


def _mean(values: Floats, chosen: Flags) -> float | None:
    return round(float(values[chosen].mean()), 6) if chosen.any() else None


def _iso(milliseconds: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
    return moment.isoformat().replace("+00:00", "Z")
