"""What people do: how often, driven by intent and chance, and when, around their buying window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.market import channels, effects
from qualify.market.actors import Actors
from qualify.market.chance import Chance, Ints, happens, logistic, owners, pick, stream, turn_of
from qualify.market.clock import DAY, HOUR, MINUTE, Calendar
from qualify.market.drafts import BOT, FIRST_DEVICE, HUMAN, NO_DEVICE, SOON, Drafts, draft
from qualify.market.leads import ENTRIES, LISTED_ENTRIES
from qualify.market.webinars import Webinars, attended


@dataclass(frozen=True)
class Behaviour:
    """A thing people do: `rate` is its expected number for a person of average activity and no intent,
    `gain` how the logarithm of the rate grows from no intent to full intent; `kind` the event it leaves.

    `where` is "site" (pages, also while anonymous), "named" (only once we know who it is) or "product" (only
    of those with a trial).
    """

    name: str
    kind: str
    rate: float
    gain: float
    where: str = "named"


BEHAVIOURS: tuple[Behaviour, ...] = (
    Behaviour("home_page", "page_viewed", 1.5, 0.0, "site"),
    Behaviour("product_pages", "page_viewed", 1.0, 0.9, "site"),
    Behaviour("pricing_page", "page_viewed", 0.2, 2.8, "site"),
    Behaviour("docs_pages", "page_viewed", 0.6, 0.6, "site"),
    Behaviour("blog_pages", "page_viewed", 2.2, 0.0, "site"),
    Behaviour("customer_pages", "page_viewed", 0.35, 1.2, "site"),
    Behaviour("careers_page", "page_viewed", 0.25, -1.5, "site"),
    Behaviour("security_page", "page_viewed", 0.07, 1.8, "site"),
    Behaviour("demo_page", "page_viewed", 0.08, 2.2, "site"),
    Behaviour("contact_form", "form_submitted", 0.1, 0.4),
    Behaviour("demo_requested", "demo_requested", 0.012, 4.2),
    Behaviour("content_downloaded", "content_downloaded", 0.3, 0.3),
    Behaviour("webinar_registered", "webinar_registered", 0.12, effects.WEBINAR_GAIN[0]),
    Behaviour("chat_started", "chat_started", 0.05, 1.4),
    Behaviour("trial_started", "trial_started", 0.06, 2.0),
    Behaviour("meeting_booked", "meeting_booked", 0.006, 4.2),
    Behaviour("calculator_used", "calculator_used", 0.03, 2.6),
    Behaviour("review_read", "review_read", 0.08, 1.5),
    Behaviour("product_used", "product_used", 8.0, 1.2, "product"),
    Behaviour("teammate_invited", "teammate_invited", 0.35, 2.0, "product"),
    Behaviour("integration_connected", "integration_connected", 0.35, 1.6, "product"),
    Behaviour("limit_reached", "limit_reached", 0.15, 1.8, "product"),
)
JOB_SEEKERS_CAREERS = 8.0
CRAWLED_PAGES = 2.0

# How many different things an event of the kind can be about (the texts are in `properties`).
CHOICES = {
    "form_submitted": (0.6, 0.3, 0.1),
    "content_downloaded": (0.3, 0.25, 0.2, 0.15, 0.1),
    "chat_started": (0.4, 0.35, 0.25),
    "trial_started": (0.7, 0.3),
    "product_used": (0.22, 0.16, 0.13, 0.1, 0.09, 0.07, 0.06, 0.05, 0.04, 0.03, 0.03, 0.02),
    "teammate_invited": (0.7, 0.3),
    "integration_connected": (0.35, 0.25, 0.15, 0.15, 0.1),
    "limit_reached": (0.4, 0.35, 0.25),
    "meeting_booked": (0.7, 0.3),
    "calculator_used": (0.6, 0.4),
    "review_read": (0.6, 0.4),
}
ENTRY_BEHAVIOURS = {"demo": "demo_requested", "trial": "trial_started", "webinar": "webinar_registered"}
ENTRY_BEHAVIOURS["content"] = "content_downloaded"


def number_of(name: str) -> int:
    """The column of a behaviour in the table of counts."""
    return [one.name for one in BEHAVIOURS].index(name)


def counts_of(actors: Actors, seed: int) -> Ints:
    """How often each actor does each thing (actors × behaviours): Poisson, given activity and intent."""
    chance = stream(seed, "counts")
    gains = np.array([one.gain for one in BEHAVIOURS])
    rates = np.array([one.rate for one in BEHAVIOURS]) * np.exp(actors.intent[:, None] * gains)
    webinar = number_of("webinar_registered")
    gain = np.where(actors.late, effects.WEBINAR_GAIN[1], effects.WEBINAR_GAIN[0])
    rates[:, webinar] = BEHAVIOURS[webinar].rate * np.exp(gain * actors.intent)
    rates[actors.seeks_job, number_of("careers_page")] *= JOB_SEEKERS_CAREERS
    counts = chance.poisson(rates * actors.activity[:, None])
    return _restricted(chance, actors, counts)


def _restricted(chance: Chance, actors: Actors, counts: Ints) -> Ints:
    places = {where: [one.where == where for one in BEHAVIOURS] for where in ("site", "named", "product")}
    counts[np.ix_(~actors.known() | actors.bot, np.array(places["named"]))] = 0
    trial = number_of("trial_started")
    counts[:, trial] = np.minimum(counts[:, trial], 1)
    counts[np.ix_(counts[:, trial] == 0, np.array(places["product"]))] = 0
    site = np.array(places["site"])
    counts[np.ix_(actors.bot, site)] = chance.poisson(CRAWLED_PAGES, (int(actors.bot.sum()), int(site.sum())))
    return counts


def entries_of(actors: Actors, counts: Ints, seed: int) -> Ints:
    """How each lead record came to be (a position in `leads.ENTRIES`).

    By list for the channels that bring lists; else, seven times in ten, by the strongest thing the lead did
    that asks for a name; else by a plain form.
    """
    chance = stream(seed, "entries")
    size = actors.leads
    listed_share = np.array([channel.listed for channel in channels.CHANNELS])[actors.channel[:size]]
    entry = pick(chance, (0.45, 0.55), size)
    for name in ("content", "webinar", "trial", "demo"):
        does = counts[:size, number_of(ENTRY_BEHAVIOURS[name])] > 0
        entry = np.where(does & happens(chance, 0.7, size), ENTRIES.index(name), entry)
    listed = happens(chance, listed_share, size) & ~actors.bot[:size]
    fair = actors.channel[:size] == channels.number_of("event")
    return np.where(listed, np.where(fair, *LISTED_ENTRIES), entry)


def moments_of(
    chance: Chance, actors: Actors, calendar: Calendar, actor: Ints, gain: float, *, named: bool
) -> Ints:
    """When these things happen (ms): in the buying window the more, the more the thing has to do with intent;
    else somewhere in the weeks before, or months after, the lead came. Named things only after.
    """
    size = len(actor)
    focus = logistic(-0.8 + (0.8 + max(gain, 0.0)) * actors.intent[actor])
    window = actors.peak[actor] + 7.0 * DAY * chance.standard_normal(size)
    earlier = -chance.exponential(14.0 * DAY, size)
    later = chance.exponential(50.0 * DAY, size)
    loose = np.where(happens(chance, 0.3, size), earlier, later)
    lag = np.where(happens(chance, focus, size), window, loose)
    lag = np.abs(lag) + MINUTE if named else lag
    return calendar.later(actors.anchor[actor], actors.country[actor], lag)


def named_doings(
    actors: Actors, counts: Ints, entry: Ints, calendar: Calendar, webinars: Webinars, seed: int
) -> list[Drafts]:
    """What leads do under their name: forms, downloads, webinars, chats, trials and the use of the
    product.
    """
    chance = stream(seed, "named doings")
    drafts = [_entry_forms(actors, entry)]
    trial_at = np.full(len(actors), -1, dtype=np.int64)
    for number, behaviour in enumerate(BEHAVIOURS):
        if behaviour.where == "site":
            continue
        actor = owners(counts[:, number])
        if behaviour.where == "named":
            happened = moments_of(chance, actors, calendar, actor, behaviour.gain, named=True)
            happened = _at_entry(actors, entry, behaviour.name, actor, happened)
        else:
            happened = _in_trial(chance, actors, calendar, actor, trial_at[actor])
        if behaviour.name == "trial_started":
            trial_at[actor] = happened
        drafts.append(_doing(chance, behaviour.kind, actor, happened, webinars))
        if behaviour.name == "webinar_registered":
            drafts.append(attended(chance, drafts[-1], webinars))
    return drafts


def _entry_forms(actors: Actors, entry: Ints) -> Drafts:
    by_form = np.flatnonzero(~np.isin(entry, LISTED_ENTRIES))
    # The forms' texts follow ENTRIES, after the three of the contact form itself.
    form = len(CHOICES["form_submitted"]) + entry[by_form]
    machine = np.where(actors.bot[by_form], BOT, HUMAN)
    return draft(
        "form_submitted", by_form, actors.anchor[by_form], device=FIRST_DEVICE, machine=machine, detail=form
    )


def _at_entry(actors: Actors, entry: Ints, name: str, actor: Ints, happened: Ints) -> Ints:
    matching = [ENTRIES.index(way) for way, behaviour in ENTRY_BEHAVIOURS.items() if behaviour == name]
    first = (turn_of(actor) == 0) & np.isin(entry[actor], matching)
    return np.where(first, actors.anchor[actor], happened)


def _in_trial(chance: Chance, actors: Actors, calendar: Calendar, actor: Ints, trial_at: Ints) -> Ints:
    lag = MINUTE + chance.exponential(11.0 * DAY, len(actor))
    # Half of what is done on the first day is done at once.
    lag = np.where(lag < DAY, lag * chance.random(len(actor)), lag)
    return calendar.later(trial_at, actors.country[actor], lag)


def _doing(chance: Chance, kind: str, actor: Ints, happened: Ints, webinars: Webinars) -> Drafts:
    size = len(actor)
    if kind == "webinar_registered":
        return draft(kind, actor, happened, device=FIRST_DEVICE, detail=webinars.next_after(happened))
    detail = pick(chance, CHOICES.get(kind, (1.0,)), size)
    seconds = np.rint(chance.gamma(1.3, 150.0, size)).astype(np.int64) + 3
    elsewhere = kind in ("meeting_booked", "review_read")
    device = NO_DEVICE if elsewhere else FIRST_DEVICE
    # Review sites send a file at two in the morning.
    delay = np.full(size, SOON)
    if kind == "review_read":
        delay = DAY - happened % DAY + 2.0 * HOUR
    return draft(kind, actor, happened, device=device, detail=detail, number=seconds, delay=delay)
