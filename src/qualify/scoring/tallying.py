"""Events → for every lead, how often each thing happened, when first and last, and what it is worth today.

The heavy part of scoring, and shaped for it. Tallies that cannot both match one event (their kinds or their
conditions exclude each other) share a *layer*: one pass over the events that says which tally each event
belongs to. All layers go through
one ``GROUP BY lead, tally``. Worth is summed in doubles that hold whole hundredths, so the sum is exact and
its order does not matter. Where the storage can skip what is out of range, a layer reads the events in
*slices* of time, each naming only the kinds whose window is still open.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ibis

from qualify.criteria.logic import Both, Field, Occurrences, excludes
from qualify.moments import DAY
from qualify.points import fragile_ages
from qualify.scoring.choosing import chosen
from qualify.scoring.layout import Tally
from qualify.scoring.lowering import Row, lowered

_DEEPEST_EXPONENT = 1000
"""Half-lives after which PostgreSQL's ``power`` would raise an underflow; worth nothing long before."""


@dataclass(frozen=True)
class Numbered:
    """A tally and its number."""

    number: int
    tally: Tally

    @property
    def kinds(self) -> frozenset[str] | None:
        """The kinds of event it counts; None: all."""
        return self.tally.occurrences.kinds


def tallied(tallies: list[Tally], events: Any, leads: Any, as_of: Any, *, slices: bool = False) -> Any:
    """One row for each lead and tally with occurrences: ``lead_id, tally, n, first_at, last_at, worth``.

    ``events`` and ``leads`` are canonical; ``leads`` holds those that exist as of the moment. ``worth`` is in
    hundredths without sign, null where the tally does not add up.
    """
    known = events.filter((events.happened_at <= as_of) & (events.known_at <= as_of))
    numbered = [Numbered(number, tally) for number, tally in enumerate(tallies)]
    own = [each for each in numbered if not each.tally.occurrences.whole_account]
    shared = [each for each in numbered if each.tally.occurrences.whole_account]
    found = _grouped(own, known, "lead_id", as_of, slices) if own else []
    if shared:
        of_accounts = _of_accounts(shared, known, leads, as_of)
        found += [
            _handed_out(each, leads) for each in _grouped(shared, of_accounts, "account_id", as_of, False)
        ]
    return found[0] if len(found) == 1 else ibis.union(*found)


def _of_accounts(tallies: list[Numbered], events: Any, leads: Any, as_of: Any) -> Any:
    """The events with the account of whoever did them; those only that one of these tallies can look at."""
    members = leads.filter(leads.account_id.notnull()).select("lead_id", "account_id")
    if all(each.tally.occurrences.after is None for each in tallies):  # what comes first may be older
        events = _within_reach(tallies, events, as_of)
    return events.join(members, "lead_id")


def _handed_out(grouped: Any, leads: Any) -> Any:
    """An account's tallies, given to each of its leads."""
    members = leads.filter(leads.account_id.notnull()).select("lead_id", "account_id")
    joined = members.join(grouped, "account_id")
    return joined.select("lead_id", "tally", "n", "first_at", "last_at", "worth")


def _grouped(tallies: list[Numbered], events: Any, subject: str, as_of: Any, slices: bool) -> list[Any]:
    """The tallies of each subject (a lead, or an account), as one or more tables."""
    plain = [each for each in tallies if each.tally.occurrences.distinct is None]
    found = [
        _distinct(each, events, subject, as_of)
        for each in tallies
        if each.tally.occurrences.distinct is not None
    ]
    streams = [_stream(layer, events, subject, as_of, slices) for layer in layers(plain)]
    streams += [
        _followed(each, events, subject, as_of) for each in plain if each.tally.occurrences.after is not None
    ]
    if streams:
        matched = _with_worth(streams[0] if len(streams) == 1 else ibis.union(*streams), plain, as_of)
        found.append(
            matched.group_by([subject, "tally"]).agg(
                n=matched.count(),
                first_at=matched.happened_at.min(),
                last_at=matched.happened_at.max(),
                worth=matched.worth.sum(),
            )
        )
    return found


def layers(tallies: list[Numbered]) -> Iterator[list[Numbered]]:
    """Groups of tallies of which no two can match the same event; sequences are in none.

    One layer is read in one pass: at most one of its tallies counts an event.
    """
    found: list[list[Numbered]] = []
    for each in tallies:
        if each.tally.occurrences.after is not None:
            continue
        fits = (layer for layer in found if all(_apart(each, other) for other in layer))
        layer = next(fits, None)
        if layer is None:
            found.append([each])
        else:
            layer.append(each)
    yield from found


def _apart(one: Numbered, other: Numbered) -> bool:
    if one.kinds is not None and other.kinds is not None and not one.kinds & other.kinds:
        return True
    return excludes(one.tally.occurrences.where, other.tally.occurrences.where)


def _stream(layer: list[Numbered], events: Any, subject: str, as_of: Any, slices: bool) -> Any:
    """Each event that one of the layer's tallies counts, with the tally's number."""
    if slices and len(cuts := _cuts(layer)) > 1:
        read = ibis.union(*(_slice(layer, events, as_of, newer, older) for newer, older in cuts))
    else:
        read = _within_reach(layer, events, as_of)
    number = ibis.cases(
        *((_matches(each, read, as_of), ibis.literal(each.number, "int32")) for each in layer),
        else_=ibis.null("int32"),
    )
    matched = read.select(read[subject], read.happened_at, tally=number)
    return matched.filter(matched.tally.notnull())


def _with_worth(matched: Any, tallies: list[Numbered], as_of: Any) -> Any:
    """What each occurrence is worth today, as a double; null where the tally does not add up."""
    adding = {each.number: each.tally for each in tallies if each.tally.adds_up}
    if not adding:
        return matched.mutate(worth=ibis.null("float64"))
    points = {number: float(tally.each_worth or 0) for number, tally in adding.items()}
    half_lives = {number: float(tally.half_life or 1) for number, tally in adding.items()}
    measured = matched.mutate(
        age=age_in_days(matched.happened_at, as_of),
        each_worth=chosen(matched.tally, points, "float64"),
        half_life=chosen(matched.tally, half_lives, "float64"),
    )
    worth = decayed_by(measured.age, measured.each_worth, measured.half_life)
    fragile = [
        ((measured.tally == number) & (measured.age == age), ibis.literal(float(worth), "float64"))
        for number, tally in adding.items()
        for age, worth in fragile_ages(tally.each_worth or 0, tally.half_life or 1).items()
    ]
    return measured.mutate(worth=ibis.cases(*fragile, else_=worth) if fragile else worth)


def age_in_days(happened_at: Any, as_of: Any) -> Any:
    """Whole days since, as integers."""
    return (as_of - happened_at) // DAY


def decayed_by(age: Any, points: Any, half_life: Any) -> Any:
    """``floor(points · 0.5^(age ÷ half-life) + ½)``: whole hundredths without sign, in a double."""
    exponent = ibis.least(age / half_life, ibis.literal(float(_DEEPEST_EXPONENT), "float64"))
    power = ibis.literal(0.5, "float64") ** exponent
    return (points * power + ibis.literal(0.5, "float64")).floor().cast("float64")


def worth_at(age: Any, points: int, half_life: int) -> Any:
    """``points`` hundredths (without sign) at that age, to the hundredth, as integers."""
    size, days = ibis.literal(float(points), "float64"), ibis.literal(float(half_life), "float64")
    rounded = decayed_by(age, size, days).cast("int64")
    fragile = fragile_ages(points, half_life)
    return (
        ibis.cases(*((age == at, worth) for at, worth in fragile.items()), else_=rounded)
        if fragile
        else rounded
    )


def _matches(each: Numbered, events: Any, as_of: Any) -> Any:
    occurrences = each.tally.occurrences
    condition = _right_kind(occurrences, events) & _in_window(occurrences, events, as_of)
    where = occurrences.where
    return condition if where == Both(()) else condition & lowered(where, Row(events, as_of))


def _right_kind(occurrences: Occurrences, events: Any) -> Any:
    if occurrences.kinds is None:
        return ibis.literal(True)
    kinds = sorted(occurrences.kinds)
    return events.kind == kinds[0] if len(kinds) == 1 else events.kind.isin(kinds)


def _in_window(occurrences: Occurrences, events: Any, as_of: Any) -> Any:
    if occurrences.window is None:
        return ibis.literal(True)
    return events.happened_at > as_of - occurrences.window * DAY


def _within_reach(layer: list[Numbered], events: Any, as_of: Any) -> Any:
    """The events of the layer's kinds that its longest window can still see."""
    kept = _of_kinds(layer, events)
    windows = [each.tally.occurrences.window for each in layer]
    if any(window is None for window in windows):
        return kept
    return kept.filter(kept.happened_at > as_of - max(window or 0 for window in windows) * DAY)


def _of_kinds(layer: list[Numbered], events: Any) -> Any:
    if any(each.kinds is None for each in layer):
        return events
    kinds = sorted(frozenset[str]().union(*(each.kinds or frozenset() for each in layer)))
    return events.filter(events.kind.isin(kinds))


def _cuts(layer: list[Numbered]) -> list[tuple[int, int | None]]:
    """Spans of age in days, newest first, between which some tally's window closes."""
    windows = {each.tally.occurrences.window for each in layer}
    ends: list[int | None] = [*sorted(window for window in windows if window is not None)]
    if None in windows:
        ends.append(None)
    return list(zip([0, *(end or 0 for end in ends)], ends, strict=False))


def _slice(layer: list[Numbered], events: Any, as_of: Any, newer: int, older: int | None) -> Any:
    """The events of one span of age, of the kinds that some tally still counts at that age."""
    alive = [
        each
        for each in layer
        if (window := each.tally.occurrences.window) is None or (older or window + 1) <= window
    ]
    kept = _of_kinds(alive, events)
    if newer:
        kept = kept.filter(kept.happened_at <= as_of - newer * DAY)
    return kept if older is None else kept.filter(kept.happened_at > as_of - older * DAY)


def _followed(each: Numbered, events: Any, subject: str, as_of: Any) -> Any:
    """The second events of a sequence: those with a first one before them, near enough."""
    second = each.tally.occurrences
    first = second.after
    assert first is not None and second.apart is not None
    row = Row(events, as_of)
    is_first = _right_kind(first, events) & lowered(first.where, row)
    is_second = _right_kind(second, events) & lowered(second.where, row)
    marked = events.select(
        events[subject],
        events.happened_at,
        first_at=is_first.ifelse(events.happened_at, ibis.null("int64")),
        is_second=is_second,
    )
    marked = marked.filter(marked.first_at.notnull() | marked.is_second)
    before = ibis.range_window(preceding=(None, 1), group_by=subject, order_by="happened_at")
    followed = marked.mutate(latest_first=marked.first_at.max().over(before))
    near = followed.happened_at <= followed.latest_first + second.apart * DAY
    kept = followed.filter(followed.is_second & near & _in_window(second, followed, as_of))
    return kept.select(kept[subject], kept.happened_at, tally=ibis.literal(each.number, "int32"))


def _distinct(each: Numbered, events: Any, subject: str, as_of: Any) -> Any:
    """Occurrences counted once per distinct day, person or value."""
    kept = _within_reach([each], events, as_of)
    kept = kept.filter(_matches(each, kept, as_of))
    counted = each.tally.occurrences.distinct
    if isinstance(counted, Field):
        value = kept[counted.column]
    else:
        value = _day(kept) if counted == "day" else kept.lead_id
    grouped = kept.group_by(kept[subject]).agg(
        n=value.nunique(), first_at=kept.happened_at.min(), last_at=kept.happened_at.max()
    )
    return grouped.select(
        subject, ibis.literal(each.number, "int32").name("tally"), "n", "first_at", "last_at",
        ibis.null("float64").name("worth"),
    )  # fmt: skip


def _day(events: Any) -> Any:
    """The calendar day (UTC); events that were moved in time (``qualify.learning``) say their own."""
    return events.day if "day" in events.columns else events.happened_at // DAY
