"""The worker of the hand-off: takes who is due from the line, sees what is to be done, and writes it, all at once.

What is seen is seen outside of transactions, so that capture never waits for it. When it is written nothing that
it was seen by may have changed: else it is looked at again. So several workers, and one that is killed at any
moment, do no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final

from django.db import Error, transaction

from qualify.web.database import is_down, is_sqlite, run, those, untangled
from qualify.web.handing.desk import Desk, Plans, mark
from qualify.web.handing.giving import write
from qualify.web.handing.line import InLine, finish, give_back, ours, put_off, take, take_of
from qualify.web.handing.minding import Minded, mind
from qualify.web.handing.resting import follow_retractions
from qualify.web.living.versions import Versions

logger = logging.getLogger(__name__)

AT_ONCE: Final = 50
"""Leads that are looked at in one go."""

LOOKS: Final = 5
"""How often what was seen may turn out to be old before others have a turn."""


class Hander:
    """Looks after the hand-off; one for each thread that does. ``versions`` may be shared within the thread."""

    def __init__(self, versions: Versions | None = None) -> None:
        self.versions = Versions() if versions is None else versions
        self.plans = Plans(self.versions)
        self.unfinished: Sequence[InLine] = ()
        """Whom it took when the database failed it."""

    def desk(self, now: int) -> Desk | None:
        """The desk at this moment; None as long as there is no playbook."""
        self.versions.refresh()
        return Desk(self.plans, now) if self.versions.since(now) else None

    def work(self, now: int, most: int = AT_ONCE) -> int:
        """Look after some of those that are due; how many they were.

        Raises :class:`django.db.Error` when the database is in trouble; what was begun is taken up again.
        """
        if self.unfinished:
            give_back(self.unfinished)
            self.unfinished = ()
        taken = self.unfinished = take(now, most)
        if taken:
            self._all(taken, now)
        self.unfinished = ()
        return len(taken)

    def work_on(self, people: Iterable[int], now: int) -> int:
        """Look after exactly these people, as far as they are due and nobody else is at it; how many they were.

        For who is not the worker and has just changed something about them. Raises as :meth:`work` does; then the
        worker has them, at the latest when the lease is over.
        """
        taken = take_of(people, now)
        try:
            if taken:
                self._all(taken, now)
        except Error:
            with suppress(Error):
                give_back(taken)
            raise
        return len(taken)

    def work_off(self, now: int) -> int:
        """Until nobody is left to be looked after at this moment; how many there were."""
        total = 0
        while (done := self.work(now)) > 0:
            total += done
        return total

    def _all(self, taken: Sequence[InLine], now: int) -> None:
        """All at once; if that fails one by one, so that one poisonous lead stops nobody else."""
        try:
            untangled(lambda: self._look(taken, now))
        except Exception as error:
            if is_down(error):
                raise
            logger.exception("looking after %s hand-offs failed; trying each alone", len(taken))
            for each in taken:
                self._alone(each, now)

    def _alone(self, each: InLine, now: int) -> None:
        try:
            untangled(lambda: self._look([each], now))
        except Exception as error:
            if is_down(error):
                raise
            logger.exception("the hand-off of lead %s cannot be looked after", each.person_id)
            put_off(each, now)

    def _look(self, taken: Sequence[InLine], now: int) -> None:
        for _ in range(LOOKS):
            desk = self.desk(now)
            people = [each.person_id for each in taken]
            minded = mind(people, desk) if desk is not None else [Minded(who) for who in people]
            if self._written(taken, minded, desk, now):
                return
        give_back(taken)

    def _written(
        self, taken: Sequence[InLine], minded: Sequence[Minded], desk: Desk | None, now: int
    ) -> bool:
        """Write it; False when it is old by now."""
        with transaction.atomic():
            one_at_a_time()
            there = hold(each.person_id for each in taken)
            here = ours(taken)
            if desk is not None and desk.mark != mark():
                return False
            follow_retractions(here, now)
            due = {each.person_id: each.next_at for each in minded if each.person_id in there}
            if desk is not None:
                write([each for each in minded if each.person_id in here and each.person_id in there], desk)
            finish(here.values(), due)
            give_back(each for each in taken if each.person_id not in here)
        return True


def one_at_a_time() -> None:
    """Let nobody else give leads away until the transaction ends; SQLite has one writer anyway."""
    if not is_sqlite():
        run("SELECT pg_advisory_xact_lock(70255)")


def hold(people: Iterable[int]) -> set[int]:
    """Those of them who are still somebody; nobody makes them somebody else until the transaction ends."""
    lock = "" if is_sqlite() else " ORDER BY id FOR SHARE"
    statement = f"SELECT id, owner_id FROM identifier WHERE id IN ({{}}){lock}"
    return {who for who, owner in those(statement, sorted(set(people))) if who == owner}
