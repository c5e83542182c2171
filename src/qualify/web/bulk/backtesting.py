"""A draft held against the playbook in force over the store's history: a process of its own, which writes nothing.

It is told what to do in one line of JSON, and answers in lines: what it is doing, and in the end what it found.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from qualify.errors import InputError
from qualify.files import Sources
from qualify.moments import DAY, Every
from qualify.playbook import parse
from qualify.runs.backtesting import YEAR, Backtest, backtest
from qualify.scoring.layout import Layout
from qualify.web.bulk.attaching import Place, attached
from qualify.web.bulk.protocol import Found, Progress, Replay
from qualify.web.bulk.reading import read_store

if TYPE_CHECKING:
    import duckdb

    from qualify.learning.backtest.comparing import Comparison
    from qualify.learning.backtest.judging import Named, Outlook, Part, Rate

NAMED = 12
"""Leads of each kind that are named."""

SHORT = 10 * 7 * DAY
"""A history as short as this is looked at every day: few weeks show little."""

MEMORY = "2GB"
"""What the replay may hold in memory; what is more goes to disk."""


def replayed(asked: Replay, progress: Callable[[str], None] = lambda step: None) -> dict[str, Any]:
    """How both playbooks would have done, side by side; ``why`` says why there is nothing to say, in a word.

    ``why`` is ``no leads``, ``no outcomes`` (nothing was decided, won or lost), ``no stage`` (one of them hands nobody
    over) or empty.
    """
    duck = attached(Place(asked.kind, asked.name), MEMORY)
    old, new = parse(asked.old), parse(asked.new)
    progress("reading the store")
    given, begun = _facts(duck, [Layout(old), Layout(new)], asked.now)
    duck.close()
    if begun is None or begun >= asked.now:
        return {"as_of": asked.now, "why": "no leads"}
    if given.decisions is None and given.outcomes is None:
        return {"as_of": asked.now, "why": "no outcomes"}
    since = max(begun, asked.now - YEAR)
    every: Every = "day" if asked.now - since <= SHORT else "week"
    try:
        found = backtest(
            old, given, against=new, since=since, until=asked.now, every=every, capacity=asked.capacity,
            memory_limit=MEMORY, progress=progress,
        )  # fmt: skip
    except InputError as error:
        return {"as_of": asked.now, "why": "no stage", "said": str(error)}
    return {"as_of": asked.now, "why": "", "every": every, "capacity": asked.capacity, **told(found)}


def _facts(
    duck: duckdb.DuckDBPyConnection, layouts: Sequence[Layout], now: int
) -> tuple[Sources, int | None]:
    """The facts known by now, as tables that can be read more than once, with amounts; and when the first lead came."""
    read = read_store(duck, layouts, now)
    given = Sources(**{name: relation.to_arrow_table() for name, relation in read.given()})
    if given.outcomes is not None:
        given = replace(given, outcomes=duck.sql(_OUTCOMES.format(now=int(now))).to_arrow_table())
    row = duck.execute("SELECT min(created_at) FROM store.person WHERE created_at > 0").fetchone()
    return given, row[0] if row else None


_OUTCOMES = (
    "SELECT owner_id AS lead_id, outcome, epoch_ms(closed_at) AS closed_at, CAST(amount AS DOUBLE) AS amount, currency "
    "FROM store.outcome WHERE known_at <= {now} AND taken_back_at IS NULL"
)


# ── what is told of it ──────────────────────────────────────────────────────────────────────────────


def told(found: Backtest) -> dict[str, Any]:
    """The backtest as plain data of bounded size; moments are epoch milliseconds, points hundredths."""
    return {
        "since": int(found.leads.moments[0]),
        "until": int(found.leads.moments[-1]),
        "looks": len(found.leads.moments),
        "horizon_days": found.horizon,
        "leads": {"all": len(found.leads.ids), **found.came.counted()},
        "sides": [_side(each) for each in found.outlooks],
        "held": None if found.comparison is None else _held(found, found.comparison),
    }


def _side(each: Outlook) -> dict[str, Any]:
    gain = each.gain
    return {
        "handed_at": list(each.replayed.handed),
        "a_week": each.handed_a_week,
        "base": _rate(each.base),
        "precision": _rate(each.precision),
        "recall": _rate(each.recall),
        "lift": each.lift,
        "gain": None if gain is None else {
            "before_deal": gain.before_deal[1], "before_sales": gain.before_sales[1],
            "in_time": gain.in_time, "of": gain.of,
        },
        "bands": [_part(part) for part in each.bands],
        "weeks": [[week.ends, week.handed, week.waiting, week.stages] for week in each.weeks],
        "revenue": [vars(part) for part in each.revenue],
        "missed": len(each.missed),
        "mistaken": len(each.mistaken),
        "missed_by_name": [_named(lead) for lead in _dearest(each.missed)],
        "mistaken_by_name": [_named(lead) for lead in each.mistaken[:NAMED]],
    }  # fmt: skip


def _dearest(leads: Sequence[Named]) -> list[Named]:
    """Those that were worth most; of the others those with the highest total, as they come."""
    return sorted(leads, key=lambda each: -(each.amount or 0.0))[:NAMED]


def _rate(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {"hits": rate.hits, "of": rate.of, "share": rate.share, "low": low, "high": high}


def _part(part: Part) -> dict[str, Any]:
    return {"name": part.name, "leads": part.leads, **_rate(part.rate)}


def _named(lead: Named) -> dict[str, Any]:
    return {
        "lead_id": int(lead.lead_id), "total": lead.total / 100, "stage": lead.stage, "flagged_at": lead.flagged_at,
        "closed_at": lead.closed_at, "amount": lead.amount, "currency": lead.currency,
    }  # fmt: skip


def _held(found: Backtest, held: Comparison) -> dict[str, Any]:
    return {
        "differences": [{**vars(each), "sure": each.more_than_chance} for each in held.differences],
        "both": held.both,
        "only_old": _only(found, held.only_one, held.won_only_one),
        "only_new": _only(found, held.only_other, held.won_only_other),
    }


def _only(found: Backtest, which: Any, won: int) -> dict[str, Any]:
    """Decided leads that one of the two alone would have handed over, and some of them, the won first."""
    import numpy as np

    rows = np.flatnonzero(which)
    rows = rows[np.lexsort((rows, ~found.leads.won[rows]))]
    some = [{"lead_id": int(found.leads.ids[row]), "won": bool(found.leads.won[row])} for row in rows[:NAMED]]
    return {"leads": len(rows), "won": won, "some": some}


def main(asked: BinaryIO, answers: BinaryIO) -> None:
    """Do what one line asks for, and say each step."""

    def say(what: Progress | Found) -> None:
        answers.write(msgspec.json.encode(what) + b"\n")
        answers.flush()

    found = replayed(msgspec.json.decode(asked.readline(), type=Replay), lambda step: say(Progress(step)))
    say(Found(found))


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
