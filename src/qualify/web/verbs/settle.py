"""Have somebody judged at once, so that who decided sees what came of it on the very next page."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from django.db import Error

from qualify.web.database import those
from qualify.web.living.working import Taken
from qualify.web.looking.judging import worker

logger = logging.getLogger(__name__)

_LINE = "SELECT person_id, since, marks, own, tries, taken_until FROM dirty WHERE person_id IN ({}) AND taken_until = 0"


def settle(people: Iterable[int], now: int) -> None:
    """Judge those of these people who wait for it and whom no worker has taken; not in a transaction.

    A worker that takes them meanwhile wins. Whatever goes wrong, they stay in line, and a worker judges them.
    """
    judge = worker()
    waiting = [Taken._make((*row[:3], bool(row[3]), *row[4:])) for row in those(_LINE, sorted(people))]
    known = [each for each in waiting if each.since <= now]
    if not known or not judge.versions.ordered:
        return
    try:
        judge.judge(known, now)
    except Error:
        logger.warning("%s leads could not be judged at once; they stay in line", len(known), exc_info=True)
