"""The outbox in the database: messages become attempts, attempts are taken, and what came of them is written.

The table of attempts is the queue, a conditional update is the lock: whoever takes an attempt has it until
``taken_until``. A worker that is killed after the other side got a message and before that was written sends
it again, under the same ``webhook-id``: at least once, never silently not at all.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from django.db import transaction

from qualify.web.database import Row, insert, is_sqlite, marks, rows, run, run_many, those
from qualify.web.telling import slack
from qualify.web.telling.posting import Answer
from qualify.web.telling.slack import SLACK

DELAYS = (5, 30, 120, 600, 3_600, 21_600, 86_400)
"""Seconds to wait after each failure; after one more the message is dead, for this webhook."""

JITTER = 0.2
"""By which share of the wait it is drawn longer or shorter, so that what failed together does not return so."""

LEASE = 60_000
"""Milliseconds for which an attempt is taken; posting takes at most a third of it."""

AHEAD = 2 * LEASE
"""An attempt that is taken for longer than this from now was taken by a clock that was ahead. Not so one that
was taken for a whole lease a little after we looked at the clock: hence two."""

SPREAD_AT_ONCE = 500
LOOKED_AT = 200
"""Attempts that are looked at when some are taken; of each person only the oldest may go."""

LONGEST_ASKED = 3_600
"""Seconds that the other side may make us wait by ``Retry-After``."""

GONE = 410


class Due(NamedTuple):
    """An attempt that was taken, with all that is needed to make it."""

    id: int
    webhook_id: int
    tries: int
    url: str
    secret: str
    message_id: int
    type: str
    payload: str
    created_at: int
    kind: str = "standard"

    @property
    def webhook_message_id(self) -> str:
        """What the receiver knows the message by, however often it is sent."""
        return f"msg_{self.message_id}"

    @property
    def body(self) -> str:
        """What is sent; the same bytes each time."""
        if self.kind == SLACK:
            return slack.body(self.type, self.payload)
        at = dt.datetime.fromtimestamp(self.created_at / 1000, dt.UTC).isoformat(timespec="milliseconds")
        stamp = at.replace("+00:00", "Z")
        return f'{{"type":"{self.type}","timestamp":"{stamp}","data":{self.payload}}}'


def spread(now: int) -> int:
    """Make an attempt of each new message for each webhook that wants it; how many messages there were."""
    lock = "" if is_sqlite() else " FOR UPDATE SKIP LOCKED"
    chosen = f"SELECT id, type FROM message WHERE spread_at IS NULL ORDER BY id LIMIT %s{lock}"
    if not rows("SELECT 1 FROM message WHERE spread_at IS NULL LIMIT 1"):
        return 0
    with transaction.atomic():
        messages = rows(chosen, [SPREAD_AT_ONCE])
        wanting = [
            (number, frozenset(types.split()))
            for number, types in rows("SELECT id, types FROM webhook WHERE active")
        ]
        wanted = [
            (message, webhook, "waiting", 0, now, 0, "")
            for message, kind in messages
            for webhook, types in wanting
            if not types or kind in types
        ]
        columns = "message_id, webhook_id, state, tries, next_at, taken_until, detail"
        insert("attempt", columns, wanted, "ON CONFLICT (message_id, webhook_id) DO NOTHING")
        run_many("UPDATE message SET spread_at = %s WHERE id = %s", [(now, number) for number, _ in messages])
    return len(messages)


_DUE = (
    "SELECT a.id, a.webhook_id, a.tries, w.url, w.secret, m.id, m.type, m.payload, m.created_at, m.person_id, "
    "w.kind FROM attempt a JOIN webhook w ON w.id = a.webhook_id JOIN message m ON m.id = a.message_id "
    "WHERE a.state = 'waiting' AND a.next_at <= %s AND (a.taken_until <= %s OR a.taken_until > %s) AND w.active{} "
    "ORDER BY a.message_id LIMIT %s"
)


def take(now: int, most: int, under_way: Mapping[int, int], each: int) -> list[Due]:
    """Take attempts that are due: ``most`` in all, ``each`` of a webhook with those that are ``under_way`` to it.

    Of a person only the oldest may go, so that moves are told in their order.
    """
    busy = [webhook for webhook, count in under_way.items() if count >= each]
    other = f" AND a.webhook_id NOT IN ({marks(len(busy))})" if busy else ""
    found = rows(_DUE.format(other), [now, now, now + AHEAD, *busy, LOOKED_AT])  # see errands.take
    chosen = _within([Due._make((*row[:9], row[10])) for row in _first(found, now)], most, under_way, each)
    if not chosen:
        return []
    statement = (
        f"UPDATE attempt SET taken_until = %s WHERE id IN ({marks(len(chosen))}) "
        "AND state = 'waiting' AND (taken_until <= %s OR taken_until > %s) RETURNING id"
    )
    held = {row[0] for row in rows(statement, [now + LEASE, *(due.id for due in chosen), now, now + AHEAD])}
    return [due for due in chosen if due.id in held]


def _first(found: Sequence[Row], now: int) -> list[Row]:
    """Those that are their person's oldest; the others wait at least as long as that does, out of the way."""
    oldest = _oldest({row[9] for row in found if row[9] is not None})
    first, later = [], []
    for row in found:
        message, next_at = oldest.get((row[1], row[9]), (row[5], now))
        if message == row[5]:
            first.append(row)
        elif next_at > now:
            later.append((next_at, row[0]))
    run_many("UPDATE attempt SET next_at = %s WHERE id = %s AND state = 'waiting'", later)
    return first


def _oldest(people: Collection[int]) -> dict[tuple[int, int], tuple[int, int]]:
    """By webhook and person, the oldest message that still waits, and until when."""
    statement = (
        "SELECT a.webhook_id, m.person_id, m.id, a.next_at FROM message m JOIN attempt a ON a.message_id = m.id "
        "WHERE m.person_id IN ({}) AND a.state = 'waiting' ORDER BY m.id"
    )
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for webhook, person, message, next_at in those(statement, sorted(people)):
        found.setdefault((webhook, person), (message, next_at))
    return found


def _within(found: Sequence[Due], most: int, under_way: Mapping[int, int], each: int) -> list[Due]:
    counts = Counter(under_way)
    chosen: list[Due] = []
    for due in found:
        if len(chosen) < most and counts[due.webhook_id] < each:
            counts[due.webhook_id] += 1
            chosen.append(due)
    return chosen


def done(due: Due, answer: Answer, now: int) -> None:
    """Write what came of an attempt."""
    with transaction.atomic():
        if answer.status is not None and 200 <= answer.status < 300:
            _delivered(due, answer.status, now)
        else:
            _failed(due, answer, now)


def _delivered(due: Due, status: int, now: int) -> None:
    run(
        "UPDATE attempt SET state = 'delivered', tries = tries + 1, status = %s, detail = '', "
        "delivered_at = %s, taken_until = 0 WHERE id = %s",
        [status, now, due.id],
    )
    run(
        "UPDATE webhook SET failing_since = NULL WHERE id = %s AND failing_since IS NOT NULL",
        [due.webhook_id],
    )


def _failed(due: Due, answer: Answer, now: int) -> None:
    """Try again later; after the last time, and for an address that says it is gone, the message is dead."""
    gone = answer.status == GONE
    last = gone or due.tries >= len(DELAYS)
    said = f"{answer.status}: {answer.detail}" if answer.status is not None else answer.detail
    if gone:
        said = "410: the address says that it is gone for good; the webhook was switched off"
        run("UPDATE webhook SET active = %s WHERE id = %s", [False, due.webhook_id])
    run(
        "UPDATE attempt SET state = %s, tries = tries + 1, status = %s, detail = %s, next_at = %s, taken_until = 0 "
        "WHERE id = %s",
        [
            "dead" if last else "waiting",
            answer.status,
            said,
            now if last else now + _wait(due, answer),
            due.id,
        ],
    )
    run(
        "UPDATE webhook SET failing_since = %s WHERE id = %s AND failing_since IS NULL", [now, due.webhook_id]
    )


def _wait(due: Due, answer: Answer) -> int:
    """Milliseconds until the next try."""
    drawn = DELAYS[due.tries] * random.uniform(1 - JITTER, 1 + JITTER)
    return round(1000 * max(drawn, min(answer.retry_after, LONGEST_ASKED)))


def replay(attempt_ids: Sequence[int], now: int) -> int:
    """Send these again, whether they were delivered or are dead; how many that are.

    They keep their ``webhook-id``: who kept what they got knows it again.
    """
    changed = 0
    for number in attempt_ids:
        changed += run(
            "UPDATE attempt SET state = 'waiting', tries = 0, next_at = %s, taken_until = 0, detail = '' "
            "WHERE id = %s AND state <> 'waiting'",
            [now, number],
        )
    return changed
