"""Which events are no acts of people: told anew from all facts of a person each time they are judged.

So a label is revised backwards when better evidence comes, and the score follows: whoever has an event whose
label changed is judged again from the moment at which that event became known.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from qualify.machine.bursts import Sighting, bucket_of, buckets_near, bursts
from qualify.machine.labelling import Activity, label
from qualify.machine.settings import STANDARD, Settings
from qualify.web.database import is_sqlite, run_many, those
from qualify.web.keeping.marking import Mark, marks_of
from qualify.web.keeping.sightings import SEEN
from qualify.web.living.alike import alike
from qualify.web.living.values import decoded

LOOKED_AT = frozenset(STANDARD.part_of)
"""The kinds of event that can be labelled, or that tell of others."""


class Raw(NamedTuple):
    """An event as the store has it."""

    id: int
    owner_id: int
    source_id: int
    kind: str
    happened_at: int
    known_at: int
    properties: str
    context: str
    machine: str | None


class Relabelled(NamedTuple):
    """An event whose label is another than before."""

    event_id: int
    owner_id: int
    known_at: int
    machine: str | None


class Labelled(NamedTuple):
    """The events that are held to be people's, those whose labels changed, and who else a burst or a text reaches."""

    human: list[Raw]
    changed: list[Relabelled]
    others: Mapping[int, int]


def labelled(events: Sequence[Raw], settings: Settings = STANDARD) -> Labelled:
    """The events of some people with what each is held to be, now that all this is known."""
    burst, others = _bursts(events, settings)
    same = alike(events, settings)
    activity: dict[int, list[Activity]] = {}
    for event in events:
        if event.kind in LOOKED_AT:
            activity.setdefault(event.owner_id, []).append(_activity(event, same.others.get(event.id, 0)))
    for who, since in same.wrong.items():
        others[who] = min(since, others.get(who, since))
    found: dict[int, str] = {}
    for doings in activity.values():
        for event_id, given in label(doings, settings=settings, burst=burst).items():
            found[event_id] = given.reason.value
    human, changed = [], []
    for event in events:
        now = found.get(event.id) if event.kind in LOOKED_AT else event.machine
        if now is None:
            human.append(event)
        if now != event.machine:
            changed.append(Relabelled(event.id, event.owner_id, event.known_at, now))
    return Labelled(human, changed, others)


def _activity(event: Raw, same_text: int) -> Activity:
    properties: dict[str, Any] = decoded(event.properties)
    if same_text:
        properties["same_text"] = same_text
    elif properties:
        properties.pop("same_text", None)  # how many others there are, nobody can know but we
    if event.context != "{}":
        context = decoded(event.context)
        for name in ("user_agent", "ip"):
            if name in context:
                properties.setdefault(name, context[name])
    return Activity(event.id, event.kind, event.happened_at, properties, str(event.source_id))


def _bursts(events: Sequence[Raw], settings: Settings) -> tuple[Collection[int], dict[int, int]]:
    """The events that one network did for many people within seconds; and who else is among these people."""
    seen = [event for event in events if settings.part_of.get(event.kind) in SEEN]
    if not seen:
        return frozenset(), {}
    places: dict[int, str] = dict(
        those("SELECT event_id, network FROM sighting WHERE event_id IN ({})", [each.id for each in seen])
    )
    buckets = {
        bucket
        for each in seen
        if each.id in places
        for bucket in buckets_near(places[each.id], each.happened_at, settings=settings)
    }
    sightings, known = _near(buckets)
    found = bursts(sightings, settings=settings)
    mine = {each.owner_id for each in seen}
    others: dict[int, int] = {}
    for each in sightings:
        known_at, machine = known[each.event_id]
        who = int(str(each.lead_id))
        if each.event_id in found and machine is None and who not in mine:
            others[who] = min(known_at, others.get(who, known_at))
    return found, others


_SIGHTINGS = (
    "SELECT s.event_id, e.owner_id, s.network, e.happened_at, e.known_at, e.machine, s.minute "
    "FROM sighting s JOIN event e ON e.id = s.event_id WHERE s.minute BETWEEN %s AND %s AND s.network IN ({})"
)


def _near(buckets: Collection[tuple[str, int]]) -> tuple[list[Sighting], dict[int, tuple[int, str | None]]]:
    networks = sorted({network for network, _ in buckets})
    minutes = [minute for _, minute in buckets]
    if not networks:
        return [], {}
    near = those(_SIGHTINGS, networks, before=[min(minutes), max(minutes)])
    found = [row for row in near if bucket_of(row[2], row[3]) in buckets]
    sightings = [Sighting(event_id, owner, network, at) for event_id, owner, network, at, *_ in found]
    return sightings, {row[0]: (row[4], row[5]) for row in found}


def hold_labels(changed: Iterable[Relabelled]) -> None:
    """Let nobody change these events until the transaction ends; to be called before any person is held, as whoever
    gives facts to somebody else does.
    """
    if not is_sqlite():
        ids = sorted({each.event_id for each in changed})
        those("SELECT id FROM event WHERE id IN ({}) ORDER BY id FOR UPDATE", ids)


def write_labels(changed: Iterable[Relabelled]) -> None:
    """Write the labels that changed."""
    run_many(
        "UPDATE event SET machine = %s WHERE id = %s", [(each.machine, each.event_id) for each in changed]
    )


def marks_of_others(others: Mapping[int, int]) -> dict[int, Mark]:
    """Who is found in a burst by what somebody else did is judged anew, if they are people."""
    people = {who for (who,) in those("SELECT id FROM person WHERE id IN ({})", sorted(others))}
    return marks_of({who: at for who, at in others.items() if who in people})


def settings_of(sources: Iterable[tuple[int, str]]) -> Settings:
    """The bounds, with the sources whose headless browsers are wanted; each with its settings as JSON."""
    wanted = frozenset(
        str(number) for number, text in sources if json.loads(text).get("headless_is_bot") is False
    )
    return Settings(headless_sources=wanted) if wanted else STANDARD
