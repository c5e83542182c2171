"""What sources sent and what became of it: sums for the page that shows whether everything arrives."""

from __future__ import annotations

from typing import Final, NamedTuple

from qualify.moments import DAY
from qualify.web.database import rows


class Flow(NamedTuple):
    """How much a source sent: calls, and rows of lists, that were kept today and in 30 days, those dropped or refused,
    and the last day on which there were any.
    """

    today: int = 0
    kept: int = 0
    dropped: int = 0
    last_day: int | None = None


def flows(now: int) -> dict[int, Flow]:
    """By source, the last 30 days. Two statements."""
    found: dict[int, Flow] = {}
    for statement in (_CALLED, _IMPORTED):
        for source, *told in rows(statement, [now // DAY * DAY, now - 30 * DAY]):
            today, kept, dropped, last = map(int, told)
            before = found.get(source, Flow())
            found[source] = Flow(
                before.today + today,
                before.kept + kept,
                before.dropped + dropped,
                max(before.last_day or 0, last),
            )
    return found


_CALLED: Final = (
    "SELECT source_id, SUM(CASE WHEN step = 'kept' AND reason = '' AND day >= %s THEN calls ELSE 0 END), "
    "SUM(CASE WHEN step = 'kept' AND reason = '' THEN calls ELSE 0 END), "
    "SUM(CASE WHEN reason NOT IN ('', 'duplicate') THEN calls ELSE 0 END), MAX(day) "
    "FROM step_count WHERE day >= %s GROUP BY source_id"
)
_IMPORTED: Final = (
    "SELECT source_id, SUM(CASE WHEN created_at >= %s THEN kept ELSE 0 END), SUM(kept), SUM(refused), MAX(created_at) "
    'FROM "import" WHERE created_at >= %s AND NOT dry GROUP BY source_id'
)


class Passed(NamedTuple):
    """What a step of capture did in the last days: calls that passed, those it stopped by reason, microseconds each."""

    step: str
    passed: int
    stopped: dict[str, int]
    microseconds: float


def steps(source_id: int, since: int) -> list[Passed]:
    """The steps that a source's calls went through, the fullest first."""
    statement = (
        "SELECT step, reason, SUM(calls), SUM(nanoseconds) FROM step_count WHERE source_id = %s AND day >= %s "
        "GROUP BY step, reason"
    )
    sums: dict[str, tuple[int, dict[str, int], int]] = {}
    for step, reason, calls, nanoseconds in rows(statement, [source_id, since]):
        passed, stopped, spent = sums.get(step, (0, {}, 0))
        if reason:
            stopped = {**stopped, reason: int(calls)}
        else:
            passed += int(calls)
        sums[step] = passed, stopped, spent + int(nanoseconds)
    found = [
        Passed(step, passed, stopped, spent / 1000 / max(1, passed + sum(stopped.values())))
        for step, (passed, stopped, spent) in sums.items()
    ]
    return sorted(found, key=lambda each: (-each.passed - sum(each.stopped.values()), each.step))


def aside_reasons(since: int) -> list[tuple[str, int]]:
    """Why calls were put aside and wait there, with how many, the most first."""
    found = rows(
        "SELECT reason, COUNT(*) FROM aside WHERE received_at >= %s AND replayed_at IS NULL GROUP BY reason "
        "ORDER BY 2 DESC, 1",
        [since],
    )
    return [(reason, int(many)) for reason, many in found]
