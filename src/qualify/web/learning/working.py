"""Learning as a piece of long work, and when the next one is due."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from django.db import transaction

from qualify.learning.gates import LEAST_CLOSED, LEAST_WON
from qualify.moments import DAY
from qualify.speech import heard
from qualify.web.database import rows
from qualify.web.learning.asking import asked
from qualify.web.learning.keeping import keep, keep_settings, model_of, reign, settings
from qualify.web.living.kinds import Progress, ask

BY_ITSELF: Final = "on schedule"
"""Who asked, where nobody did."""
FIRST_LOOK: Final = 300_000
"""Milliseconds of a worker's life before it looks whether a lesson is due: whoever only tries it out is left alone."""
STEPS: Final = 12
"""About so many things a lesson does one after the other."""


def learn(parameters: Mapping[str, Any], progress: Progress) -> str:
    """One lesson from the store as it is now, kept; the detail of the row says which."""
    from qualify.clock import now

    at, step = now(), Steps(progress)
    version, text = in_force(at)
    here = reign()
    champion = None if here is None else model_of(here.lesson_id)
    what = {"text": text, "now": at, "choices": dict(settings().choices), "champion": champion}
    told = asked(what, step)
    with transaction.atomic():
        number = keep(told, version, str(parameters.get("who", BY_ITSELF)), at)
    return json.dumps({"lesson": number, "why": heard(told["why"])})


def in_force(at: int) -> tuple[int | None, str]:
    """The version of the playbook that is in force then, and its text; None and nothing without any."""
    found = rows(
        "SELECT id, text FROM playbook_version WHERE published_at <= %s ORDER BY published_at DESC LIMIT 1",
        [at],
    )
    return (int(found[0][0]), str(found[0][1])) if found else (None, "")


class Steps:
    """Tells the row of the work what is being done, and how many things were."""

    def __init__(self, progress: Progress) -> None:
        self.progress, self.doing, self.done = progress, "", 0

    def __call__(self, doing: str) -> None:
        """It is doing that now."""
        if doing != self.doing:
            self.doing, self.done = doing, self.done + 1
        self.progress(min(self.done, STEPS), STEPS, doing)


def due(now: int) -> bool:
    """Whether a lesson is due: the interval has passed since the last, something was decided since, none is under way.

    The first is due as soon as there is enough to learn from.
    """
    how = settings()
    if not how.every or _under_way(how.work_id) or _failed_lately(how.work_id, now):
        return False
    last = rows("SELECT max(learned_at) FROM lesson")[0][0]
    if last is None:
        return _enough()
    if now - last < how.every * DAY:
        return False
    news = "SELECT 1 FROM {} WHERE known_at > %s LIMIT 1"
    return any(rows(news.format(table), [last]) for table in ("outcome", "decision"))


def _enough() -> bool:
    """Whether there are as many closed leads, and won ones, as the lowest gate asks for."""
    found = rows(
        "SELECT count(DISTINCT owner_id) FROM outcome WHERE taken_back_at IS NULL AND outcome = 'won'"
    )
    if found[0][0] < LEAST_WON:
        return False
    closed = rows(
        "SELECT count(*) FROM (SELECT owner_id FROM outcome WHERE taken_back_at IS NULL UNION SELECT owner_id "
        "FROM decision WHERE taken_back_at IS NULL AND decision IN ('rejected', 'recycled', 'disqualified')) AS closed"
    )
    return bool(closed[0][0] >= LEAST_CLOSED)


def _under_way(work: int | None) -> bool:
    if work is None:
        return False
    return bool(rows("SELECT 1 FROM work WHERE id = %s AND state IN ('waiting', 'running')", [work]))


def _failed_lately(work: int | None, now: int) -> bool:
    """Whether the last one failed within a day: it is not tried again and again."""
    if work is None:
        return False
    return bool(
        rows(
            "SELECT 1 FROM work WHERE id = %s AND state = 'failed' AND COALESCE(finished_at, created_at) > %s",
            [work, now - DAY],
        )
    )


def ask_for(who: str, now: int) -> int:
    """Have a worker learn, once however often it is asked for; the number of the work. In a transaction."""
    how = settings()
    if how.work_id is not None and _under_way(how.work_id):
        return how.work_id
    number = ask("learn", {"who": who}, now)
    keep_settings(how._replace(work_id=number), now)
    return number


def _by_itself(now: int) -> int:
    return ask_for(BY_ITSELF, now)


class Schedule:
    """Asks for work when it is due: for lessons, unless something else is said."""

    def __init__(
        self,
        since: int,
        due: Callable[[int], bool] = due,
        ask: Callable[[int], object] = _by_itself,
    ) -> None:
        self.since, self.due, self.ask = since, due, ask

    def step(self, now: int) -> int:
        """Look whether it is due; how often it was asked for."""
        if 0 <= now - self.since < FIRST_LOOK or not self.due(now):
            return 0
        with transaction.atomic():
            self.ask(now)
        return 1
