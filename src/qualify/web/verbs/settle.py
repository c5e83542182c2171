"""Have somebody judged and their hand-off seen to at once, so that who decided sees what came of it on the very next
page.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from django.conf import settings
from django.db import Error
from django.utils.translation import override

from qualify.web.database import those
from qualify.web.handing.working import AT_ONCE, Hander
from qualify.web.living.working import Taken
from qualify.web.looking.judging import worker

logger = logging.getLogger(__name__)

_LINE = "SELECT person_id, since, marks, own, tries, taken_until FROM dirty WHERE person_id IN ({}) AND taken_until = 0"

_here = threading.local()


def settle(people: Iterable[int], now: int) -> None:
    """Judge these people and look after their hand-off, as the worker would; not in a transaction.

    A worker that takes them meanwhile wins. Whatever goes wrong, they stay in line, and a worker does it. Mails are
    only put into the outbox: the worker sends them.
    """
    named = sorted(set(people))
    judge_now(named, now)
    _hand_over(named, now)


def judge_now(people: Iterable[int], now: int) -> None:
    """Judge those of these people who wait for it and whom no worker has taken; as :func:`settle` does."""
    judge = worker()
    waiting = [Taken._make((*row[:3], bool(row[3]), *row[4:])) for row in those(_LINE, sorted(people))]
    known = [each for each in waiting if each.since <= now]
    if not known or not judge.versions.ordered:
        return
    try:
        judge.judge(known, now)
    except Error:
        logger.warning("%s leads could not be judged at once; they stay in line", len(known), exc_info=True)


def _hand_over(people: list[int], now: int) -> None:
    """See to the hand-off of as many as the worker looks at in one go; of more, somebody would wait for the page."""
    if len(people) > AT_ONCE:
        return
    try:
        with override(settings.LANGUAGE_CODE):  # what is written is written as the worker writes it
            _hander().work_on(people, now)
    except Error:
        logger.warning(
            "%s hand-offs could not be seen to at once; they stay in line", len(people), exc_info=True
        )


def _hander() -> Hander:
    """The thread's own, with the playbooks that its judge has read."""
    versions = worker().versions
    if getattr(_here, "hander", None) is None or _here.hander.versions is not versions:
        _here.hander = Hander(versions)
    found: Hander = _here.hander
    return found
