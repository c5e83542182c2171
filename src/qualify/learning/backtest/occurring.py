"""Events → for every lead, tally and look, what it comes to: one pass over the events for all looks.

Scoring asks how an event counts as of one moment. Here it is asked the other way round: an event counts for a
tally from the first look at which it was known until the last one whose window still holds it. So the events are
read and matched once, and only what matched is spread over the looks:

- tallies with decay, for each occurrence and look (each occurrence is worth something else every day),
- tallies with a window, for each bundle of occurrences that come and go with the same looks,
- tallies that never forget, as running sums over the looks at which something was added.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import ibis

from qualify.criteria.logic import Both, Field, Occurrences
from qualify.learning.backtest.looks import Looks
from qualify.moments import DAY
from qualify.points import fragile_ages
from qualify.scoring.choosing import chosen
from qualify.scoring.layout import Tally
from qualify.scoring.lowering import Row, lowered
from qualify.scoring.tallying import Numbered, age_in_days, decayed_by, layers

COLUMNS = ("no", "tally", "look", "n", "first_at", "last_at", "worth")


def occurred(tallies: Sequence[Tally], events: Any, leads: Any, looks: Looks) -> Any:
    """Each occurrence: ``no, tally, happened_at, value, since, until`` (the looks from and before which it counts).

    ``leads`` are numbered (``no``) and know the number of their account (``account_no``, null: none); ``no`` of an
    occurrence is the account's where the tally counts whole accounts. ``value`` is what is counted once, as text.
    """
    own, shared = _parted(tallies)
    known = _known(events, leads, looks)
    streams = _streams(own, known, "no")
    if shared:
        streams += _streams(shared, known.filter(known.account_no.notnull()), "account_no")
    found = ibis.union(*streams) if len(streams) > 1 else streams[0]
    reach = {each.number: days * DAY for each in (*own, *shared) if (days := each.tally.occurrences.window)}
    since = looks.placed(found, "since", found.counts_at).drop("counts_at")
    placed = looks.placed(since, "until", since.happened_at + chosen(since.tally, reach, "int64"))
    return placed.filter(placed.since < placed.until)


def tallied(tallies: Sequence[Tally], leads: Any, looks: Looks, wanted: frozenset[int]) -> Any:
    """One row for each lead, look and tally of these numbers with occurrences: :data:`COLUMNS`.

    Reads the table ``occurred``. ``worth`` is in hundredths without sign, null where the tally does not add up.
    """
    own, shared = ([each for each in part if each.number in wanted] for part in _parted(tallies))
    found = _spread(own, looks) + [_handed_out(each, leads) for each in _spread(shared, looks)]
    return ibis.union(*found) if len(found) > 1 else found[0]


def lasting(tallies: Sequence[Tally], looks: Looks, wanted: frozenset[int]) -> Any:
    """The tallies of these numbers, which never forget, side by side: one row for each lead and look with any.

    Columns: ``no, look``, and for each ``tally_N_n`` and ``tally_N_last``. Reads the table ``occurred``. For what
    conditions ask of any event at all, which most leads have at most looks.
    """
    added = _OCCURRED.filter(_OCCURRED.tally.isin(sorted(wanted)))
    measures = {}
    for number in sorted(wanted):
        here = added.tally == number
        measures[f"tally_{number}_n"] = here.cast("int64").sum()
        measures[f"tally_{number}_last"] = here.ifelse(added.happened_at, ibis.null("int64")).max()
    turns = added.group_by(["no", "since"]).agg(**measures)
    so_far = ibis.window(preceding=None, following=0, group_by="no", order_by="since")
    summed = {
        name: (turns[name].sum() if name.endswith("_n") else turns[name].max()).over(so_far).cast("int64")
        for name in measures
    }
    return _at_each_look(turns.select("no", "since", until=_until_next(turns, looks, "no"), **summed))


def never_forgets(tally: Tally) -> bool:
    """Whether it has no window and adds up as it is: by running sums, and :func:`lasting` can hold it."""
    occurrences = tally.occurrences
    return occurrences.window is None and occurrences.distinct is None and not tally.adds_up


_OCCURRED: Any = ibis.table(
    {
        "no": "int64", "tally": "int32", "happened_at": "int64", "value": "string", "since": "int64",
        "until": "int64",
    },
    name="occurred",
)  # fmt: skip


def _parted(tallies: Sequence[Tally]) -> tuple[list[Numbered], list[Numbered]]:
    """The tallies of a lead's own events, and those of its whole account's."""
    numbered = [Numbered(number, tally) for number, tally in enumerate(tallies)]
    shared = [each for each in numbered if each.tally.occurrences.whole_account]
    return [each for each in numbered if each not in shared], shared


def _known(events: Any, leads: Any, looks: Looks) -> Any:
    """The events with their lead's number, and ``counts_at``: when both they and their lead were known."""
    joined = events.join(leads.select("lead_id", "no", "account_no", "created_at"), "lead_id")
    counts_at = ibis.greatest(joined.happened_at, joined.known_at, joined.created_at)
    kept = joined.mutate(counts_at=counts_at).drop("lead_id", "known_at", "created_at")
    return kept.filter(kept.counts_at <= looks[-1])


def _handed_out(found: Any, leads: Any) -> Any:
    """An account's tallies, given to each of its leads."""
    members = leads.filter(leads.account_no.notnull()).select(member=leads.no, of=leads.account_no)
    joined = members.join(found, members.of == found.no)
    return joined.select(joined.member.name("no"), *(joined[name] for name in COLUMNS[1:]))


def _spread(tallies: Sequence[Numbered], looks: Looks) -> list[Any]:
    """The tallies of each subject (a lead, or an account), as tables with :data:`COLUMNS`."""
    parts: dict[str, list[Numbered]] = {}
    for each in tallies:
        parts.setdefault(_sort(each.tally), []).append(each)
    found = []
    if decaying := parts.get("decaying"):
        found.append(_with_worth(decaying, _of(decaying), looks))
    if running := parts.get("running"):
        found.append(_running(_of(running), looks))
    if passing := parts.get("passing"):
        found.append(_bundled(_of(passing)))
    if once := parts.get("once"):
        found.append(_counted_once(_of(once)))
    return [part.select(*COLUMNS) for part in found]


def _sort(tally: Tally) -> str:
    if tally.adds_up:
        return "decaying"
    if tally.occurrences.distinct is not None:
        return "once"
    return "running" if never_forgets(tally) else "passing"


def _of(tallies: Iterable[Numbered]) -> Any:
    return _OCCURRED.filter(_OCCURRED.tally.isin(sorted(each.number for each in tallies)))


# ── which event is an occurrence of what ────────────────────────────────────────────────────────────


def _streams(tallies: Sequence[Numbered], known: Any, subject: str) -> list[Any]:
    """The occurrences of these tallies: ``no, tally, happened_at, counts_at, value``."""
    plain = [each for each in tallies if each.tally.occurrences.after is None]
    streams = [_matched(layer, known, subject) for layer in layers(plain)]
    return streams + [_followed(each, known, subject) for each in tallies if each.tally.occurrences.after]


def _matched(layer: list[Numbered], known: Any, subject: str) -> Any:
    """The events that one of the layer's tallies counts, with the tally's number."""
    read = _of_kinds(layer, known)
    branches = [(_is(each.tally.occurrences, read), ibis.literal(each.number, "int32")) for each in layer]
    matched = read.select(
        no=read[subject],
        tally=ibis.cases(*branches, else_=ibis.null("int32")),
        happened_at=read.happened_at,
        counts_at=read.counts_at,
        value=_value(layer, read),
    )
    return matched.filter(matched.tally.notnull())


def _of_kinds(layer: list[Numbered], known: Any) -> Any:
    if any(each.kinds is None for each in layer):
        return known
    kinds = sorted(frozenset[str]().union(*(each.kinds or frozenset() for each in layer)))
    return known.filter(known.kind.isin(kinds))


def _is(occurrences: Occurrences, events: Any) -> Any:
    """Whether an event is of that description, whenever it happened."""
    kinds = sorted(occurrences.kinds or ())
    terms = []
    if occurrences.kinds is not None:
        terms.append(events.kind == kinds[0] if len(kinds) == 1 else events.kind.isin(kinds))
    if occurrences.where != Both(()):
        terms.append(lowered(occurrences.where, Row(events, None)))
    return terms[0] & terms[1] if len(terms) == 2 else terms[0] if terms else ibis.literal(True)


def _value(layer: list[Numbered], events: Any) -> Any:
    """What is counted once, as text; null for tallies that count every time."""
    number = {each.number: each.tally.occurrences.distinct for each in layer}
    branches = [
        (_is(each.tally.occurrences, events), _said_once(number[each.number], events))
        for each in layer
        if number[each.number] is not None
    ]
    return ibis.cases(*branches, else_=ibis.null("string")) if branches else ibis.null("string")


def _said_once(counted: Any, events: Any) -> Any:
    if isinstance(counted, Field):
        return events[counted.column].cast("string")
    return (events.happened_at // DAY if counted == "day" else events.no).cast("string")


def _followed(each: Numbered, known: Any, subject: str) -> Any:
    """The second events of a sequence: each counts once one of the first near enough before it is known, too."""
    second = each.tally.occurrences
    first = second.after
    assert first is not None and second.apart is not None
    begins, ends = _is(first, known), _is(second, known)
    marked = known.select(
        no=known[subject],
        happened_at=known.happened_at,
        counts_at=known.counts_at,
        begun_at=begins.ifelse(known.counts_at, ibis.null("int64")),
        ends=ends,
        value=ibis.null("string") if second.distinct is None else _said_once(second.distinct, known),
    )
    marked = marked.filter(marked.begun_at.notnull() | marked.ends)
    near = ibis.range_window(preceding=(second.apart * DAY, 1), group_by="no", order_by="happened_at")
    followed = marked.mutate(begun=marked.begun_at.min().over(near))
    kept = followed.filter(followed.ends & followed.begun.notnull())
    return kept.select(
        "no",
        tally=ibis.literal(each.number, "int32"),
        happened_at=kept.happened_at,
        counts_at=ibis.greatest(kept.counts_at, kept.begun),
        value=kept.value,
    )


# ── from occurrences to looks ───────────────────────────────────────────────────────────────────────


def _at_each_look(found: Any) -> Any:
    """A row for each look from ``since`` to ``until``."""
    kept = [name for name in found.columns if name not in ("since", "until")]
    return found.select(*kept, look=ibis.range(found.since, found.until).unnest())


def _with_worth(tallies: Sequence[Numbered], found: Any, looks: Looks) -> Any:
    """Tallies whose occurrences decay one by one."""
    points = {each.number: float(each.tally.each_worth or 0) for each in tallies}
    half_lives = {each.number: float(each.tally.half_life or 1) for each in tallies}
    seen = looks.dated(_at_each_look(found.drop("value")))
    measured = seen.mutate(
        age=age_in_days(seen.happened_at, seen.moment),
        each_worth=chosen(seen.tally, points, "float64"),
        half_life=chosen(seen.tally, half_lives, "float64"),
    )
    worth = decayed_by(measured.age, measured.each_worth, measured.half_life)
    fragile = [
        ((measured.tally == each.number) & (measured.age == age), ibis.literal(float(exact), "float64"))
        for each in tallies
        for age, exact in fragile_ages(each.tally.each_worth or 0, each.tally.half_life or 1).items()
    ]
    valued = measured.mutate(worth=ibis.cases(*fragile, else_=worth) if fragile else worth)
    return valued.group_by(["no", "tally", "look"]).agg(
        n=valued.count(),
        first_at=valued.happened_at.min(),
        last_at=valued.happened_at.max(),
        worth=valued.worth.sum(),
    )


def _bundles(found: Any, *keys: str) -> Any:
    """Occurrences that come and go with the same looks, together."""
    return found.group_by(["no", "tally", "since", "until", *keys]).agg(
        n=found.count(), first_at=found.happened_at.min(), last_at=found.happened_at.max()
    )


def _bundled(found: Any) -> Any:
    """Tallies with a window."""
    seen = _at_each_look(_bundles(found))
    return seen.group_by(["no", "tally", "look"]).agg(
        n=seen.n.sum().cast("int64"),
        first_at=seen.first_at.min(),
        last_at=seen.last_at.max(),
        worth=ibis.null("float64"),
    )


def _counted_once(found: Any) -> Any:
    """Tallies that count each distinct value once."""
    seen = _at_each_look(_bundles(found, "value"))
    return seen.group_by(["no", "tally", "look"]).agg(
        n=seen.value.nunique(),
        first_at=seen.first_at.min(),
        last_at=seen.last_at.max(),
        worth=ibis.null("float64"),
    )


def _running(found: Any, looks: Looks) -> Any:
    """Tallies that never forget: running sums, and each holds until something is added."""
    added = _bundles(found)
    so_far = ibis.window(preceding=None, following=0, group_by=["no", "tally"], order_by="since")
    summed = added.select(
        "no",
        "tally",
        "since",
        until=_until_next(added, looks, "no", "tally"),
        n=added.n.sum().over(so_far).cast("int64"),
        first_at=added.first_at.min().over(so_far),
        last_at=added.last_at.max().over(so_far),
    )
    return _at_each_look(summed).mutate(worth=ibis.null("float64"))


def _until_next(turns: Any, looks: Looks, *keys: str) -> Any:
    """The look of the next turn of the same; after the last one, the end."""
    ahead = ibis.window(group_by=list(keys), order_by="since")
    return ibis.coalesce(turns.since.lead(1).over(ahead), ibis.literal(len(looks), "int64"))
