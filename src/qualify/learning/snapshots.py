"""What was known of each lead at each decision time, for all training rows in one expression.

The scoring engine judges all leads as of one moment. Here every training row is made a lead of its own whose
facts are moved in time, so that its decision time falls on the one moment: ages, windows, expiries and caps then
mean what they mean in scoring, because it is scoring that reads them. What was not known by the decision time is
left behind before anything is moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import ibis

from qualify.moments import DAY
from qualify.scoring.expression import AS_OF, Scoring
from qualify.scoring.layout import Layout

ALWAYS: Final = 0
"""The ``created_at`` of what was always known; it stays where it is."""


def moved(layout: Layout, tables: Mapping[str, Any], rows: Any, moment: int = AS_OF) -> dict[str, Any]:
    """The canonical tables with one lead for each training row (``row, lead_id, at``), as it was known then.

    The lead's id is the row's number. Where the playbook counts whole accounts, colleagues are there too, under
    negative numbers.
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
    whose = rows
    if any(tally.occurrences.whole_account for tally in layout.tallies):
        colleagues = _colleagues(tables["leads"], rows)
        found["leads"] = ibis.union(found["leads"], _of_colleagues(tables["leads"], colleagues))
        whose = ibis.union(rows, colleagues.select("row", "lead_id", "at", "shift"))
    if "events" in tables:
        found["events"] = _events(tables["events"], whose)
    return found


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


def _events(events: Any, rows: Any) -> Any:
    """The events known by then. ``day`` is the calendar day on which they really happened."""
    names = [name for name in events.columns if name not in ("lead_id", "happened_at", "known_at")]
    joined = rows.join(events, "lead_id").select(
        rows.row, rows.at, rows.shift, events.happened_at, events.known_at, *(events[name] for name in names)
    )
    known = joined.filter((joined.happened_at <= joined.at) & (joined.known_at <= joined.at))
    return known.select(
        lead_id=known.row,
        happened_at=known.happened_at + known.shift,
        known_at=known.known_at + known.shift,
        day=known.happened_at // DAY,
        **_same(known, names),
    )


def tallied(layout: Layout, tables: Mapping[str, Any], moment: int = AS_OF) -> Any:
    """One row for each training row and tally with occurrences: see :func:`qualify.scoring.tallying.tallied`.

    ``tables`` are :func:`moved` ones; ``lead_id`` is the row's number, the newest moments are moved, too.
    """
    return Scoring(layout, tables, moment).tallied


def facts(layout: Layout, tables: Mapping[str, Any], counted: Any = None, moment: int = AS_OF) -> Any:
    """One row for each training row (``lead_id`` is its number): traits as read, and what rules' conditions count.

    ``counted`` is a table that holds :func:`tallied` already.
    """
    return Scoring(layout, tables, moment, tallied_as=counted).facts


def seen(layout: Layout, tables: Mapping[str, Any], known: Any, moment: int = AS_OF) -> Any:
    """The facts (``known``) of each training row (``row``) with which rules held, and the total in hundredths.

    Columns: those of the facts, ``rule_N`` of every condition, ``total``. Colleagues are left out.
    """
    scoring = Scoring(layout, tables, moment)
    scoring.facts = known
    judged = scoring.judged
    kept = [name for name in known.columns if name not in ("lead_id", "account_id", "created_at")]
    rules = [f"rule_{rule.number}" for rule in layout.conditions]
    joined = known.join(judged, "lead_id").select(
        *(known[name] for name in kept), *(judged[name] for name in (*rules, "total")), row=known.lead_id
    )
    return joined.filter(joined.row >= 0)
