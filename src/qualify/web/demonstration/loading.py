"""A simulated market into an empty store: facts as they came, what sales said, a playbook, and everybody judged."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from django.db import transaction

from qualify.capture.model import Draft
from qualify.market import Market, simulate
from qualify.moments import DAY
from qualify.playbook.starters import text as starter
from qualify.web.database import insert, parts, rows, run, those
from qualify.web.demonstration.drafts import Drafts, milliseconds
from qualify.web.demonstration.names import AUTHOR, LOADED, NAME
from qualify.web.demonstration.selling import sell
from qualify.web.keeping.keep import keep
from qualify.web.keeping.marking import mark
from qualify.web.living.kinds import Progress
from qualify.web.living.working import Worker
from qualify.web.sources import create_source, read_settings
from qualify.web.verbs.actor import audit, the_owner
from qualify.web.verbs.publish import publish

LEADS, DAYS, SEED = 2_000, 365, 7
AT_ONCE, SAID_EVERY = 2_000, 10_000
IN_FORCE = 28
"""Days for which the playbook has been in force."""
STARTER = "b2b-saas"
WAITING = 5
"""Days for which sales has not got round to anything, so that there is somebody in the inbox."""

STEPS = 10
"""About how often it says something."""

Step = Callable[[str], None]


class Loaded(NamedTuple):
    """What came of it: whether the store holds the market, and whether it was loaded just now."""

    here: bool
    fresh: bool
    leads: int = 0
    facts: int = 0


def load(now: int, leads: int = LEADS, step: Step = lambda said: None) -> Loaded:
    """Load a market that ends today, unless it is there, or the store is somebody's own.

    One that was broken off is taken up again: nothing is there twice.
    """
    started = rows("SELECT id FROM source WHERE name = %s", [NAME])
    if started and rows("SELECT 1 FROM audit WHERE verb = %s AND subject = %s", [LOADED, str(started[0][0])]):
        return Loaded(True, False)
    if not started and (rows("SELECT 1 FROM event LIMIT 1") or rows("SELECT 1 FROM person LIMIT 1")):
        return Loaded(False, False)
    number = int(started[0][0]) if started else create_source(NAME, "import", now)
    step(f"simulating {leads:,} leads over {DAYS} days")
    market = simulate(leads, DAYS, SEED, dt.datetime.fromtimestamp(now / 1000, dt.UTC).date())
    drafts = Drafts(market, read_settings(number, NAME, "import", {"trusted": True})).all()
    keep_all(drafts, now, step)
    costs = tell(market, now - WAITING * DAY)
    publish_first(now, now - IN_FORCE * DAY)
    judge(now, step)
    step("handing them over")
    sell(now - IN_FORCE * DAY, now)
    insert('"import"', "name, source_id, mapping, rows, kept, there_before, refused, dry, rejects, author, created_at",
           [(NAME, number, "{}", len(drafts), len(drafts), 0, 0, False, "[]", AUTHOR, now)])  # fmt: skip
    audit(the_owner(AUTHOR), LOADED, number, {"leads": leads, "facts": len(drafts), "costs": costs}, now)
    return Loaded(True, True, leads, len(drafts))


def loaded(parameters: Mapping[str, Any], progress: Progress) -> str:
    """Load it as a piece of long work; when it is broken off, it is taken up again."""
    from qualify.clock import now

    steps = 0

    def step(said: str) -> None:
        nonlocal steps
        steps += 1
        progress(steps, max(STEPS, steps), said)

    done = load(now(), int(parameters.get("leads", LEADS)), step)
    return json.dumps(done._asdict())


def keep_all(drafts: Sequence[Draft], now: int, step: Step) -> None:
    """Keep them, some at a time."""
    done = 0
    for part in parts(drafts, AT_ONCE):
        keep(part, now)
        done += len(part)
        if done % SAID_EVERY < AT_ONCE:
            step(f"keeping facts: {done:,} of {len(drafts):,}")


def publish_first(now: int, since: int) -> None:
    """Publish a playbook as of some weeks ago, so that there are moves to look at, unless there is one."""
    if not rows("SELECT 1 FROM playbook_version LIMIT 1"):
        publish(
            the_owner(AUTHOR), starter(STARTER), since, note="the starter of that name", rescore=lambda *_: 0
        )
    with transaction.atomic():
        # Everybody is marked, so nobody has to ask for their colleagues to be judged too.
        run("DELETE FROM dirty")
        mark({who: since for (who,) in rows("SELECT id FROM person")}, now, own=False)


def judge(now: int, step: Step) -> None:
    """Judge whoever is marked."""
    [(everybody,)] = rows("SELECT count(*) FROM dirty")
    step(f"judging {everybody:,} leads")
    Worker().work_off(now)


_COMMON = "subject_id, owner_id, received_at, known_at, source"
_TABLES: Mapping[str, tuple[str, str, str, Callable[[Mapping[str, Any]], tuple[Any, ...]]]] = {
    "answer": (
        "answers", "answered_at", "question, value, satisfied, answered_at, expires_at, confidence, asked_by",
        lambda row: (
            row["question"], row["value"] or "", {"yes": True, "no": False}.get(row["satisfied"] or ""),
            milliseconds(row["answered_at"]), row["expires_at"] and milliseconds(row["expires_at"]),
            row["confidence"], row["source"] or "",
        ),
    ),
    "decision": (
        "decisions", "decided_at", "decision, decided_at, reason, decided_by",
        lambda row: (
            row["decision"], milliseconds(row["decided_at"]), row["reason"] or "", row["decided_by"] or "",
        ),
    ),
    "outcome": (
        "outcomes", "closed_at", "outcome, closed_at, reason, amount, currency",
        lambda row: (
            row["outcome"], milliseconds(row["closed_at"]), row["reason"] or "", row["amount"],
            "EUR" if row["amount"] else "",
        ),
    ),
}  # fmt: skip
"""For each table what our own people said: its name in the market, its moment, its columns and their values."""


def tell(market: Market, until: int) -> list[int]:
    """Write what sales asked, decided and closed until a moment, and what channels cost; once. The first and the
    last cost's id: a cost does not say where it comes from.
    """
    tables = market.tables()
    with transaction.atomic():
        for into, (name, moment, columns, values) in _TABLES.items():
            if not rows(f"SELECT 1 FROM {into} WHERE source = %s LIMIT 1", [NAME]):
                found = list(_told(tables[name].to_pylist(), moment, values, until))
                insert(into, f"{_COMMON}, {columns}", found)
        if not rows("SELECT 1 FROM cost LIMIT 1"):
            columns = "channel, campaign, day, amount, currency, received_at"
            insert("cost", columns, list(_costs(tables["costs"])))
        [(first, last)] = rows("SELECT min(id), max(id) FROM cost")
    return [first, last] if first else []


def _told(
    table: Sequence[Mapping[str, Any]],
    moment: str,
    values: Callable[[Mapping[str, Any]], tuple[Any, ...]],
    until: int,
) -> Iterator[tuple[Any, ...]]:
    keys = {f"user_id:{row['lead_id']}" for row in table}
    found = those("SELECT key, id, owner_id FROM identifier WHERE key IN ({})", sorted(keys))
    nodes = {key: (node, owner) for key, node, owner in found}
    for row in table:
        node, owner = nodes[f"user_id:{row['lead_id']}"]
        at = milliseconds(row[moment])
        if at <= until:
            yield (node, owner, at, at, NAME, *values(row))


def _costs(table: Any) -> Iterator[tuple[Any, ...]]:
    for row in table.to_pylist():
        at = milliseconds(dt.datetime.combine(row["day"], dt.time(), dt.UTC))
        yield row["channel"], row["campaign"] or "", at, row["amount"], row["currency"], at
