"""From what sales can work to where the marks should stand: today's playbook replayed with its marks moved.

Each step is the playbook itself with every mark of the stages of the hand-off so many points higher or lower, replayed
over the last half year as it was known then, with hysteresis, fast lanes and decisions. What a chance of the
likelihood would bring as a threshold is told beside it, for whoever reckons in money.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from qualify.errors import QualifyError
from qualify.moments import DAY, zone
from qualify.playbook import Playbook, parse
from qualify.web.learning.marks import Mark, marks, moved, stages_of

if TYPE_CHECKING:
    from qualify.files import Sources
    from qualify.learning.backtest.judging import Outlook
    from qualify.learning.lesson import Lesson
    from qualify.runs.learning import Observed

STEPS: Final = (-10, -5, 0, 5, 10, 20)
"""By how many points the marks are moved."""
FEW_STEPS: Final = (-10, 0, 10)
MANY_LEADS: Final = 30_000
"""From so many leads on fewer steps are tried: each is a replay of everybody."""
WEEKS: Final = 26
CAPACITIES: Final = 24
LATELY: Final = 4
"""Weeks that are held against those before."""
WEEK: Final = 7 * DAY

Progress = Callable[[str], None]


def looked(
    text: str,
    facts: Sources,
    found: Observed,
    horizon_days: int,
    progress: Progress,
    memory_limit: str = "1GB",
) -> dict[str, Any]:
    """What each step would bring, as plain data; ``why`` says why there is nothing to say."""
    book = parse(text)
    stages = stages_of(book)
    there = marks(text, stages)
    if not there:
        return {"why": "the playbook hands nobody over by points: there is no mark to move", "steps": []}
    shifts = STEPS if len(found.arriving) < MANY_LEADS else FEW_STEPS
    books = {by: changed for by in shifts if (changed := _changed(text, stages, by)) is not None}
    steps, most = [], 1.0
    for pair in _pairs(list(books)):
        progress("replaying the playbook with its marks moved")
        for by, outlook in _replayed(pair, books, facts, horizon_days, found.horizon.until, memory_limit):
            steps.append(_step(by, outlook))
            most = max(most, steps[-1]["high"])
    desk, capacities = promise(book, found.horizon.until), _capacities(most)
    offsets = [moment % WEEK for moment in found.arrivals]
    for each in steps:
        each["in_time"] = [_in_time(each["weeks"], offsets, desk, capacity) for capacity in capacities]
    return {
        "why": "", "steps": sorted(steps, key=lambda each: each["by"]), "capacities": capacities,
        "promise_hours": desk["promise_hours"], "weeks": WEEKS, "stages": list(stages),
        "marks": [_mark(each, book) for each in there], "moved": _moved_lately(steps),
    }  # fmt: skip


def _moved_lately(steps: Sequence[dict[str, Any]]) -> list[float]:
    """How many the last four weeks brought as the marks stand, and how many were to be expected, when that is news."""
    weeks: list[int] = next((each["weeks"] for each in steps if each["by"] == 0), [])
    before, lately = weeks[:-LATELY], weeks[-LATELY:]
    if len(before) < LATELY:
        return []
    usual = LATELY * sum(before) / len(before)
    # Four weeks together of a Poisson number, as sure as 99 %, and twice as wide, since leads come in bunches.
    return [sum(lately), usual] if abs(sum(lately) - usual) > 2 * 2.6 * max(usual, 1) ** 0.5 else []


def _changed(text: str, stages: Sequence[str], by: int) -> Playbook | None:
    """The playbook with its marks moved; None where that cannot be: a playbook has no place for marks out of order."""
    try:
        return parse(moved(text, stages, by) if by else text)
    except QualifyError:
        return None


def _pairs(shifts: list[int]) -> list[list[int]]:
    return [shifts[place : place + 2] for place in range(0, len(shifts), 2)]


def _replayed(
    pair: list[int],
    books: dict[int, Playbook],
    facts: Sources,
    horizon_days: int,
    until: int,
    memory_limit: str,
) -> list[tuple[int, Outlook]]:
    from qualify.runs.backtesting import backtest

    given = dict(facts.given())
    against = books[pair[1]] if len(pair) > 1 else None
    done = backtest(
        books[pair[0]], given.pop("leads"), given.pop("events", None), given.pop("outcomes", None),
        against=against, since=_date(until - WEEKS * WEEK), until=_date(until), horizon=horizon_days,
        threads=1, memory_limit=memory_limit, **given,
    )  # fmt: skip
    return list(zip(pair, done.outlooks, strict=True))


def _date(moment: int) -> Any:
    import datetime as dt

    return dt.datetime.fromtimestamp(moment / 1000, dt.UTC)


def _step(by: int, found: Outlook) -> dict[str, Any]:
    """Hand-offs a week with what a coming week may bring (90 %), how many are won, how many of the won it finds."""
    import numpy as np

    from qualify.learning.thresholds import interval

    weeks = [week.handed for week in found.weeks if week.handed is not None]
    counts = np.array(weeks, dtype=np.int64)
    low, high = interval(counts, 0)
    mean = float(counts.mean()) if len(counts) else 0.0
    precision, recall = found.precision, found.recall
    least, most = precision.interval
    return {
        "by": by, "a_week": mean, "low": low, "high": high, "weeks": weeks,
        "rate": precision.share, "rate_low": least, "rate_high": most, "decided": precision.of,
        "won_a_week": None if precision.share is None else mean * precision.share,
        "found": recall.hits, "of_won": recall.of,
    }  # fmt: skip


def _capacities(most: float) -> list[int]:
    """Capacities to be told of, further and further apart, up to twice what the lowest marks bring."""
    import numpy as np

    return sorted({round(float(each)) for each in np.geomspace(1, max(2 * most, 20), CAPACITIES)})


def _in_time(weeks: Sequence[int], offsets: Sequence[int], desk: dict[str, Any], capacity: int) -> float:
    """The share within the promise: each week's hand-offs come at moments of the week at which leads do."""
    import numpy as np

    from qualify.learning.thresholds import Desk, within_promise

    pool, chance = np.array(offsets or [0], dtype=np.int64), np.random.default_rng(0)
    came = [number * WEEK + chance.choice(pool, handed) for number, handed in enumerate(weeks) if handed]
    if not came:
        return 1.0
    return within_promise(np.concatenate(came), Desk(capacity, **desk))


def promise(book: Playbook, at: int) -> dict[str, Any]:
    """What :class:`~qualify.learning.thresholds.Desk` is to be told beside the capacity: the promise and the hours."""
    from qualify.playbook.times import WEEKDAYS

    section = book.handoff
    if section is None:
        return {"promise_hours": 4.0}
    hours = section.hours[0]
    shift = _date(at).astimezone(zone(section.time_zone or book.time_zone)).utcoffset()
    return {
        "promise_hours": section.respond_within / 60,
        "opens": hours.from_ / 60,
        "closes": hours.until / 60,
        "days": max(1, len([day for day in WEEKDAYS if day in hours.days])),
        "shift": 0.0 if shift is None else shift.total_seconds() / 3600,
    }


def _mark(mark: Mark, book: Playbook) -> dict[str, Any]:
    return {
        "path": list(mark.path), "stage": mark.stage, "score": mark.score, "word": mark.word,
        "points": mark.points, "half_life": half_life(book, mark.score),
    }  # fmt: skip


def half_life(book: Playbook, score: str) -> float | None:
    """In how many days a score halves when nothing happens: the median of its rules'; None: it does not."""
    import numpy as np

    names = [score] if score in book.scores else book.total_of
    lives = [
        days
        for name in names
        for rule in book.scores[name].rules
        if (days := book.scores[name].half_life_of(rule)) is not None
    ]
    return float(np.median(lives)) if lives else None


def by_chance(found: Observed, lesson: Lesson) -> list[dict[str, float]]:
    """What each chance of the likelihood would bring as a threshold, over every lead as it was when it came."""
    from qualify.learning.thresholds import Desk, by_capacity

    if lesson.likelihood is None or not len(found.arriving):
        return []
    chances = lesson.likelihood.chances(found.arriving.columns)
    _, curve = by_capacity(chances, found.arriving.at, chances, Desk(1))
    names = ("threshold", "a_week", "low", "high", "won_a_week", "rate")
    return [{name: float(getattr(each, name)) for name in names} for each in curve]
