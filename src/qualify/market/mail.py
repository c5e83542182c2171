"""E-mail: campaigns, humans who open and click, and machines that open and click before them.

Opening says nothing about intent: it is a habit, and for every third lead a privacy proxy opens each mail
within seconds of delivery (as Apple's Mail Privacy Protection does). Security scanners of large firms
follow every link within seconds. Only a human's click carries a little intent.
"""

from __future__ import annotations

import numpy as np

from qualify.market.actors import Actors
from qualify.market.chance import Chance, Flags, Ints, happens, owners, pick, stream
from qualify.market.clock import DAY, HOUR, MINUTE, SECOND, Calendar
from qualify.market.drafts import PRIVACY_PROXY, SECURITY_SCANNER, Drafts, draft, gathered

MAILS_PER_LEAD = 4.6
MAILS_SHAPE = 0.8
PROXY_OPENS = 0.9
SCANNER_OPENS = 0.8
CLICK_RATE = 0.12
CLICK_GAIN = 1.0
UNSUBSCRIBE_RATE = 0.004
LINK_SHARES = (0.4, 0.25, 0.2, 0.15)
NURTURE_CAMPAIGNS = 8
NEWSLETTER_EVERY = 28 * DAY


def mailings(actors: Actors, reachable: Flags, calendar: Calendar, issues: int, seed: int) -> Drafts:
    """Deliveries, opens, clicks and unsubscriptions of the leads with an address (`reachable`, one per lead).

    `detail` is the campaign: the `NURTURE_CAMPAIGNS` mails of the welcome series, then the newsletter, of
    which there are `issues` before the end; `extra` is the link clicked.
    """
    chance = stream(seed, "mailings")
    number = chance.negative_binomial(MAILS_SHAPE, MAILS_SHAPE / (MAILS_SHAPE + MAILS_PER_LEAD), actors.leads)
    actor = owners(np.where(reachable & ~actors.bot[: actors.leads], number, 0))
    sent, campaign = _sendings(chance, actors, actor, calendar, issues)
    left, leaving = _leaving(chance, actors, actor, sent, campaign)
    still = sent < left[actor]
    actor, sent, campaign = actor[still], sent[still], campaign[still]
    delivered = draft("email_delivered", actor, sent, detail=campaign)
    opened = _opened(chance, actors, delivered)
    return gathered(
        [
            delivered,
            opened,
            _clicked(chance, actors, opened),
            _opened_by_proxy(chance, actors, delivered),
            *_scanned(chance, actors, delivered),
            leaving,
        ]
    )


def _sendings(
    chance: Chance, actors: Actors, actor: Ints, calendar: Calendar, issues: int
) -> tuple[Ints, Ints]:
    created, country = actors.anchor[actor], actors.country[actor]
    series = happens(chance, 0.55, len(actor))
    step = (chance.random(len(actor)) * NURTURE_CAMPAIGNS).astype(np.int64)
    lag = np.where(series, (0.1 + step * 3.0 + chance.random(len(actor))) * DAY, 1.0)
    welcome = calendar.later(created, country, lag)
    # A newsletter goes to everybody on one Tuesday morning in four weeks.
    opening = _first_tuesday(calendar.start) + 9 * HOUR
    issue = np.maximum((created - opening) // NEWSLETTER_EVERY + chance.geometric(0.3, len(actor)), 0)
    bulk = opening + issue * NEWSLETTER_EVERY + (chance.random(len(actor)) * 40 * MINUTE).astype(np.int64)
    return np.where(series, welcome, bulk), np.where(
        series, step, NURTURE_CAMPAIGNS + np.minimum(issue, issues)
    )


def _first_tuesday(start: int) -> int:
    # The first of January 1970 was a Thursday.
    return start + (5 - start // DAY) % 7 * DAY


def _leaving(chance: Chance, actors: Actors, actor: Ints, sent: Ints, campaign: Ints) -> tuple[Ints, Drafts]:
    fed_up = np.flatnonzero(happens(chance, UNSUBSCRIBE_RATE, len(actor)))
    gone = sent[fed_up] + (30 * SECOND + chance.exponential(5.0 * HOUR, len(fed_up))).astype(np.int64)
    left = np.full(len(actors), np.iinfo(np.int64).max)
    np.minimum.at(left, actor[fed_up], gone)
    last_one = fed_up[gone == left[actor[fed_up]]]
    moment = left[actor[last_one]]
    return left, draft("email_unsubscribed", actor[last_one], moment, detail=campaign[last_one])


def _opened(chance: Chance, actors: Actors, delivered: Drafts) -> Drafts:
    read = delivered.only(happens(chance, actors.opens[delivered.actor], len(delivered)))
    wait = MINUTE + chance.exponential(5.0 * HOUR, len(read))
    happened = read.happened + wait.astype(np.int64)
    return draft("email_opened", read.actor, happened, detail=read.detail)


def _clicked(chance: Chance, actors: Actors, opened: Drafts) -> Drafts:
    rate = np.minimum(CLICK_RATE * np.exp(CLICK_GAIN * actors.intent[opened.actor]), 0.9)
    keen = opened.only(happens(chance, rate, len(opened)))
    wait = 5.0 * SECOND + chance.exponential(60.0 * SECOND, len(keen))
    link = pick(chance, LINK_SHARES, len(keen))
    return draft(
        "email_clicked", keen.actor, keen.happened + wait.astype(np.int64), detail=keen.detail, extra=link
    )


def _opened_by_proxy(chance: Chance, actors: Actors, delivered: Drafts) -> Drafts:
    chosen = actors.proxied[delivered.actor] & happens(chance, PROXY_OPENS, len(delivered))
    taken = delivered.only(chosen)
    wait = SECOND + chance.exponential(6.0 * SECOND, len(taken))
    happened = taken.happened + wait.astype(np.int64)
    return draft("email_opened", taken.actor, happened, detail=taken.detail, machine=PRIVACY_PROXY)


def _scanned(chance: Chance, actors: Actors, delivered: Drafts) -> list[Drafts]:
    chosen = actors.scanned[delivered.actor] & happens(chance, SCANNER_OPENS, len(delivered))
    taken = delivered.only(chosen)
    arrived = taken.happened + (chance.uniform(0.5, 4.0, len(taken)) * SECOND).astype(np.int64)
    scans = [draft("email_opened", taken.actor, arrived, detail=taken.detail, machine=SECURITY_SCANNER)]
    for link in range(len(LINK_SHARES)):
        arrived = arrived + (chance.uniform(0.05, 1.5, len(taken)) * SECOND).astype(np.int64)
        scans.append(
            draft(
                "email_clicked",
                taken.actor,
                arrived,
                detail=taken.detail,
                extra=link,
                machine=SECURITY_SCANNER,
            )
        )
    return scans
