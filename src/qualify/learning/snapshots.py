"""What was known of each lead at each decision time, for all training rows in one expression.

The scoring engine judges all leads as of one moment. Here every training row is made a lead of its own whose
facts are moved in time, so that its decision time falls on the one moment: ages, windows, expiries and caps then
mean what they mean in scoring, because it is scoring that reads them. What was not known by the decision time is
left behind before anything is moved.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import ibis

from qualify.criteria.logic import Occurrences
from qualify.learning.observing import RECENT, Watching
from qualify.moments import DAY
from qualify.scoring.expression import AS_OF, Scoring
from qualify.scoring.knowing import existing
from qualify.scoring.layout import Layout
from qualify.scoring.tallying import tallied as as_scored

ALWAYS: Final = 0
"""The ``created_at`` of what was always known; it stays where it is."""


def moved(layout: Layout, tables: Mapping[str, Any], rows: Any, moment: int = AS_OF) -> dict[str, Any]:
    """The canonical tables with one lead for each training row (``row, lead_id, at``), as it was known then.

    The lead's id is the row's number. Where the playbook counts whole accounts, colleagues are there too, under
    negative numbers, with those of their events that are counted for the account.
    """
    shift = ibis.literal(moment, "int64") - rows.at
    rows = rows.select("row", "lead_id", "at", shift=shift)
    found = {"leads": _leads(tables["leads"], rows)}
    if "accounts" in tables:
        found["accounts"] = _accounts(tables, rows)
    if "traits" in tables:
        found["traits"] = _told(tables["traits"], rows, "learned_at")
    if "answers" in tables:
        found["answers"] = _told(tables["answers"], rows, "answered_at", ("expires_at",))
    if "events" in tables:
        found["events"] = _events(tables["events"], rows)
    shared = [tally.occurrences for tally in layout.tallies if tally.occurrences.whole_account]
    if shared:
        colleagues = _colleagues(tables["leads"], rows)
        found["leads"] = ibis.union(found["leads"], _of_colleagues(tables["leads"], colleagues))
        if "events" in tables:
            theirs = _counted_for_accounts(tables["events"], shared)
            whose = colleagues.select("row", "lead_id", "at", "shift")
            found["events"] = ibis.union(found["events"], _events(theirs, whose, reach=_reach(shared)))
    return found


def without_colleagues(tables: Mapping[str, Any]) -> dict[str, Any]:
    """The moved tables once everything is tallied: colleagues have been counted and are of no more use."""
    return {**tables, "leads": tables["leads"].filter(tables["leads"].lead_id >= 0)}


def _counted_for_accounts(events: Any, shared: Sequence[Occurrences]) -> Any:
    """The events of the kinds that are counted for whole accounts."""
    parts = [each for counted in shared for each in (counted, counted.after) if each is not None]
    kinds = [each.kinds for each in parts]
    if any(each is None for each in kinds):
        return events
    return events.filter(events.kind.isin(sorted(frozenset[str]().union(*(each or () for each in kinds)))))


def _reach(shared: Sequence[Occurrences]) -> int | None:
    """Of how many days before a row the events of colleagues can count; None: of any."""
    if any(each.window is None for each in shared):
        return None
    return max((each.window or 0) + (each.apart or 0) for each in shared)


def _created(table: Any) -> Any:
    return (table.created_at <= ALWAYS).ifelse(ibis.literal(ALWAYS, "int64"), table.created_at + table.shift)


def _leads(leads: Any, rows: Any) -> Any:
    """The leads as rows; the account's id is the row's number, too, so that each row has an account of its own."""
    traits = [name for name in leads.columns if name not in ("lead_id", "account_id", "created_at")]
    joined = rows.join(leads, "lead_id").select(
        rows.row, rows.at, rows.shift, leads.account_id, leads.created_at, *(leads[name] for name in traits)
    )
    joined = joined.mutate(created_at=ibis.least(joined.created_at, joined.at))
    account = joined.account_id.notnull().ifelse(joined.row, ibis.null("int64"))
    return joined.select(
        lead_id=joined.row, account_id=account, created_at=_created(joined), **_same(joined, traits)
    )


def _same(table: Any, names: list[str]) -> dict[str, Any]:
    return {name: table[name] for name in names}


def _accounts(tables: Mapping[str, Any], rows: Any) -> Any:
    leads, accounts = tables["leads"], tables["accounts"]
    traits = [name for name in accounts.columns if name not in ("account_id", "created_at")]
    whose = rows.join(leads, "lead_id").select(rows.row, rows.at, rows.shift, leads.account_id)
    joined = whose.join(accounts, "account_id").select(
        whose.row, whose.at, whose.shift, accounts.created_at, *(accounts[name] for name in traits)
    )
    known = joined.filter(joined.created_at <= joined.at)
    return known.select(account_id=known.row, created_at=_created(known), **_same(known, traits))


def _told(facts: Any, rows: Any, moment: str, later: tuple[str, ...] = ()) -> Any:
    """Dated facts of the rows that were known by then; ``later`` are moments that may lie ahead."""
    names = [name for name in facts.columns if name != "lead_id"]
    joined = rows.join(facts, "lead_id").select(
        rows.row, rows.at, rows.shift, *(facts[name] for name in names)
    )
    known = joined.filter(joined[moment] <= joined.at)
    dated = (moment, *later)
    columns = {name: known[name] + known.shift if name in dated else known[name] for name in names}
    return known.select(lead_id=known.row, **columns)


def _colleagues(leads: Any, rows: Any) -> Any:
    """For each row the other leads of its account, each under a number of its own below zero."""
    whose = rows.join(leads, "lead_id").select(
        rows.row, rows.at, rows.shift, leads.account_id, own=leads.lead_id
    )
    others = leads.select("account_id", other=leads.lead_id, since=leads.created_at)
    joined = whose.join(others, "account_id")
    known = joined.filter((joined.other != joined.own) & (joined.since <= joined.at))
    number = -ibis.row_number().over(order_by=[known.row, known.other]).cast("int64") - 1
    return known.select(row=number, lead_id=known.other, at=known.at, shift=known.shift, of=known.row)


def _of_colleagues(leads: Any, colleagues: Any) -> Any:
    traits = [name for name in leads.columns if name not in ("lead_id", "account_id", "created_at")]
    nothing = {name: ibis.null(leads[name].type()).name(name) for name in traits}
    return colleagues.select(
        lead_id=colleagues.row, account_id=colleagues.of, created_at=ibis.literal(ALWAYS, "int64"), **nothing
    )


def _events(events: Any, rows: Any, reach: int | None = None) -> Any:
    """The events known by then (of the last ``reach`` days); ``day`` is the calendar day on which they happened."""
    names = [name for name in events.columns if name not in ("lead_id", "happened_at", "known_at")]
    joined = rows.join(events, "lead_id").select(
        rows.row, rows.at, rows.shift, events.happened_at, events.known_at, *(events[name] for name in names)
    )
    known = joined.filter((joined.happened_at <= joined.at) & (joined.known_at <= joined.at))
    if reach is not None:
        known = known.filter(known.happened_at > known.at - reach * DAY)
    return known.select(
        lead_id=known.row,
        happened_at=known.happened_at + known.shift,
        known_at=known.known_at + known.shift,
        day=known.happened_at // DAY,
        **_same(known, names),
    )


def tallied(layout: Layout, tables: Mapping[str, Any], moment: int = AS_OF) -> Any:
    """One row for each training row and tally with occurrences: see :func:`qualify.scoring.tallying.tallied`.

    ``tables`` are :func:`moved` ones; ``lead_id`` is the row's number, the newest moments are moved, too. What a
    playbook looks at is counted as scoring counts it; kinds that are watched alone are all counted in one go.
    """
    scored = layout.scored if isinstance(layout, Watching) else len(layout.tallies)
    now, found = ibis.literal(moment, "int64"), []
    if scored:
        leads = existing(tables["leads"], now)
        found.append(as_scored(layout.tallies[:scored], tables["events"], leads, now))
    if watched := layout.tallies[scored:]:
        numbers = {
            (each.occurrences.kinds, each.occurrences.window): number
            for number, each in enumerate(watched, scored)
        }
        found.append(_by_kind(numbers, tables["events"].filter(tables["events"].lead_id >= 0), now))
    return found[0] if len(found) == 1 else ibis.union(*found)


def _by_kind(numbers: Mapping[tuple[frozenset[str] | None, int | None], int], events: Any, now: Any) -> Any:
    """Each kind of event counted, ever and lately, in one pass over the events; ``numbers`` are their tallies'."""
    kinds = sorted(frozenset[str]().union(*(kinds or () for kinds, _ in numbers)))
    kept = events.filter(events.kind.isin(kinds))
    lately = kept.happened_at > now - RECENT * DAY
    grouped = kept.group_by("lead_id", "kind").agg(
        n=kept.count(), first_at=kept.happened_at.min(), last_at=kept.happened_at.max(),
        n_lately=lately.sum(), first_lately=lately.ifelse(kept.happened_at, ibis.null("int64")).min(),
    )  # fmt: skip
    recent = grouped.filter(grouped.n_lately > 0)
    recent = recent.select("lead_id", "kind", "last_at", n=recent.n_lately, first_at=recent.first_lately)
    # A kind that the playbook counts itself, ever or lately, is in none of these: there may be nothing left of one.
    spans = [(grouped, None), (recent, RECENT)]
    found = [_numbered(each, numbers, window) for each, window in spans if _of_span(numbers, window)]
    return found[0] if len(found) == 1 else ibis.union(*found)


def _of_span(
    numbers: Mapping[tuple[frozenset[str] | None, int | None], int], window: int | None
) -> dict[str, int]:
    """Kind of event → the number of the tally that counts it in that window."""
    return {next(iter(kinds or ())): number for (kinds, days), number in numbers.items() if days == window}


def _numbered(
    counted: Any, numbers: Mapping[tuple[frozenset[str] | None, int | None], int], window: int | None
) -> Any:
    """Counts by kind under the numbers of their tallies; a kind that the playbook counts itself is left out."""
    of_kind = _of_span(numbers, window)
    kept = counted.filter(counted.kind.isin(sorted(of_kind)))
    tally = ibis.cases(
        *((kept.kind == kind, ibis.literal(number, "int32")) for kind, number in of_kind.items()),
        else_=ibis.null("int32"),
    )
    nothing = ibis.null("float64")
    return kept.select("lead_id", "n", "first_at", "last_at", tally=tally, worth=nothing).select(
        "lead_id", "tally", "n", "first_at", "last_at", "worth"
    )


def facts(layout: Layout, tables: Mapping[str, Any], counted: Any = None, moment: int = AS_OF) -> Any:
    """One row for each training row (``lead_id`` is its number): traits as read, and what rules count.

    ``counted`` is a table that holds :func:`tallied` already; what is only watched in it is left where it is.
    """
    if counted is not None:
        scored = {rule.tally for rule in layout.rules if rule.tally is not None}
        asked = sorted({*layout.conditional_tallies, *scored})
        counted = counted.filter(counted.tally.isin(asked)) if asked else counted.limit(0)
    return Scoring(layout, tables, moment, tallied_as=counted).facts


def seen(layout: Layout, tables: Mapping[str, Any], known: Any, moment: int = AS_OF) -> Any:
    """The facts (``known``) of each training row (``row``) with which rules held, and the total in hundredths.

    Columns: those of the facts, ``rule_N`` of every condition, ``total``.
    """
    scoring = Scoring(layout, tables, moment)
    scoring.facts = known
    judged = scoring.judged
    kept = [name for name in known.columns if name not in ("lead_id", "account_id", "created_at")]
    rules = [f"rule_{rule.number}" for rule in layout.conditions]
    return known.join(judged, "lead_id").select(
        *(known[name] for name in kept), *(judged[name] for name in (*rules, "total")), row=known.lead_id
    )
