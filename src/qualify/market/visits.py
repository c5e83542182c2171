"""Visits to the site: page views in sittings of a few pages, on one device or two, human or crawling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qualify.market.actors import Actors
from qualify.market.behaviour import BEHAVIOURS, moments_of
from qualify.market.chance import Chance, Flags, Ints, happens, owners, pick, skewed, stream, turn_of
from qualify.market.clock import MINUTE, SECOND, Calendar
from qualify.market.drafts import BOT, FIRST_DEVICE, HUMAN, SECOND_DEVICE, Drafts, draft
from qualify.market.leads import LISTED_ENTRIES
from qualify.market.pages import page_weights

PAGES_PER_SITTING = 4.0
TWO_DEVICES = 0.18
SITTING_GAIN = 1.2


@dataclass(frozen=True)
class Sittings:
    """Visits: `first[i]` is the place of actor i's first one; `marked` says that the first page carries how
    they came (referrer and UTM).
    """

    first: Ints
    count: Ints
    begins: Ints
    device: Ints
    marked: Flags


def page_views(actors: Actors, counts: Ints, entry: Ints, calendar: Calendar, seed: int) -> Drafts:
    """Every page viewed: `detail` is the page, `number` the seconds, `extra` 1 + campaign where it is
    told.
    """
    chance = stream(seed, "page views")
    actor, page = _views(chance, counts)
    sittings = _sittings(chance, actors, np.bincount(actor, minlength=len(actors)), entry, calendar)
    place = sittings.first[actor] + (chance.random(len(actor)) * sittings.count[actor]).astype(np.int64)
    nth = turn_of(place)
    bot = actors.bot[actor]
    pace = np.where(bot, 0.4 * SECOND, 2.2 * MINUTE)
    offset = np.where(nth == 0, 0.0, pace * nth * (0.5 + chance.random(len(actor))))
    seconds = np.where(bot, 0, np.rint(skewed(chance, 34.0, 1.0, len(actor))).clip(1, 1_800)).astype(np.int64)
    told = (nth == 0) & sittings.marked[place]
    return draft(
        "page_viewed",
        actor,
        sittings.begins[place] + offset.astype(np.int64),
        device=sittings.device[place],
        machine=np.where(bot, BOT, HUMAN),
        detail=page,
        number=seconds,
        extra=np.where(told, 1 + actors.campaign[actor], 0),
    )


def _views(chance: Chance, counts: Ints) -> tuple[Ints, Ints]:
    actors, pages = [], []
    for number, behaviour in enumerate(BEHAVIOURS):
        if behaviour.where == "site":
            actors.append(owners(counts[:, number]))
            pages.append(pick(chance, page_weights(behaviour.name), len(actors[-1])))
    actor, page = np.concatenate(actors), np.concatenate(pages)
    # In a random order, else every sitting would begin at home and end at the demo page.
    order = chance.permutation(len(actor))
    return actor[order], page[order]


def _sittings(chance: Chance, actors: Actors, views: Ints, entry: Ints, calendar: Calendar) -> Sittings:
    more = chance.poisson(views / PAGES_PER_SITTING)
    count = np.where(views == 0, 0, np.where(actors.bot, 1, 1 + more))
    actor = owners(count)
    first = np.cumsum(count) - count
    opening = first[actor] == np.arange(len(actor))
    begins = moments_of(chance, actors, calendar, actor, SITTING_GAIN, named=False)
    before = actors.anchor[actor] - (chance.uniform(1.0, 15.0, len(actor)) * MINUTE).astype(np.int64)
    begins = np.where(opening & _came_by_form(actors, entry)[actor], before, begins)
    two = happens(chance, TWO_DEVICES, len(actors))[actor] & ~opening
    second = two & happens(chance, 0.5, len(actor))
    return Sittings(
        first=first,
        count=count,
        begins=begins,
        device=np.where(second, SECOND_DEVICE, FIRST_DEVICE),
        marked=opening | happens(chance, 0.15, len(actor)),
    )


def _came_by_form(actors: Actors, entry: Ints) -> Flags:
    by_form = np.zeros(len(actors), dtype=np.bool_)
    by_form[: actors.leads] = ~np.isin(entry, LISTED_ENTRIES)
    return by_form
