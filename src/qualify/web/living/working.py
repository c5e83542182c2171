"""The worker: takes who is dirty or due, judges them, and writes what came of it in one transaction.

Who was marked while being judged stays in line and is judged again; who is somebody else by then is left
alone. So several workers, and a worker that is killed at any moment, do no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from itertools import count
from typing import NamedTuple

from django.db import transaction

from qualify.scoring.occurring import FAR
from qualify.scoring.record import Record
from qualify.stages.ladder import State
from qualify.stages.living import Folded, Version, fold
from qualify.web.database import is_down, is_sqlite, rows, run, run_many, those, untangled
from qualify.web.keeping.marking import Mark, both, mark, mark_each, marks_of
from qualify.web.living.labels import hold_labels, marks_of_others, write_labels
from qualify.web.living.lease import Lease
from qualify.web.living.loading import Loaded, People
from qualify.web.living.recording import Everyone, load_each
from qualify.web.living.standings import Judged, write
from qualify.web.living.versions import Versions

logger = logging.getLogger(__name__)

MANY = 150
"""People with news of their own who are judged in one go: all who have some, but for a crowd. So whoever comes next
waits for few where there are few, and each of many takes less."""

FEW = 24
"""As many others are: whom a colleague did something, or for whom only time has passed. Whoever comes next has news of
their own, and does not wait long for them."""

BESIDE, BEHIND = 8, 30_000
"""As many of those others are judged beside who has news of their own, once they have waited so many milliseconds."""

LEASE = 30_000
"""Milliseconds after which somebody else may take what a worker took and did not finish."""

MOST_TRIES = 5
"""How often a person is tried who cannot be judged; after that they are looked at once an hour."""

LONGEST_WAIT = 3_600_000
"""Milliseconds between two tries at most."""

FREE = (
    f"since <= %s AND (taken_until <= %s OR taken_until > %s + CASE tries WHEN 0 THEN {2 * LEASE} "
    f"ELSE {LONGEST_WAIT + LEASE} END)"
)
"""Who can be judged at a moment (three times the same): what is new of them is known by then, and nobody has taken
them. Somebody who took them for longer than anybody does had a clock that was ahead; not so who took them for as
long as everybody does, a little after we looked at the clock: hence one lease more."""

NEXT = "own = %s AND marked_at <= %s"
"""Who of those with or without news of their own were marked by a moment, as the index of the line has it."""

_TAKEN = "person_id, since, marks, own, tries, taken_until"
_DUE = (
    "next_at <= %s AND NOT EXISTS "
    "(SELECT 1 FROM dirty WHERE dirty.person_id = standing.person_id AND dirty.since <= %s)"
)


class Taken(NamedTuple):
    """Somebody to judge: from when on there is news, and how often they were marked."""

    person_id: int
    since: int
    marks: int
    own: bool
    tries: int
    taken_until: int


class Worker:
    """Judges people; one for each process."""

    def __init__(self) -> None:
        self.versions = Versions()
        self.unfinished: Sequence[Taken] = ()
        """Whom the worker took when the database failed it."""
        self.lease = Lease()
        """Until when whom it has taken is its own."""

    def work(self, now: int, most: int | None = None) -> int:
        """Judge some of those who are dirty, and those whose time has come, ``most`` at most; how many they were.

        Raises :class:`django.db.Error` when the database is in trouble; what was begun is taken up again.
        """
        if self.unfinished:
            give_back(self._held(self.unfinished))
            self.unfinished = ()
        self.versions.refresh()
        if not self.versions.ordered:
            return 0
        most = MANY if most is None else most
        mark_due(now, min(FEW, most))
        taken = self.unfinished = take(now, most)
        self.lease = Lease({each.person_id: each.taken_until for each in taken}, now, LEASE)
        if taken:
            self._judge_all(taken, now)
        self.unfinished, self.lease = (), Lease()
        return len(taken)

    def work_off(self, now: int) -> int:
        """Judge until nobody is left to be judged at this moment; how many there were."""
        total = 0
        while (done := self.work(now)) > 0:
            total += done
        return total

    def _held(self, taken: Sequence[Taken]) -> list[Taken]:
        """Them, until when they are taken by now."""
        until = self.lease.until
        return [each._replace(taken_until=until.get(each.person_id, each.taken_until)) for each in taken]

    def _judge_all(self, taken: Sequence[Taken], now: int) -> None:
        """All of them at once; if that fails, one by one, so that one poisonous person stops nobody else."""
        tries = count()
        try:
            # The first time it is known how they stand in the line: they were taken a moment ago.
            untangled(lambda: self.judge(taken, now, known=next(tries) == 0))
        except Exception as error:
            if is_down(error):
                raise  # that is nobody's fault
            logger.exception("judging %s people failed; trying each alone", len(taken))
            for each in taken:
                self._judge_alone(each, now)

    def _judge_alone(self, each: Taken, now: int) -> None:
        try:
            untangled(lambda: self.judge([each], now))
        except Exception as error:
            if is_down(error):
                raise
            logger.exception("person %s cannot be judged", each.person_id)
            [each] = self._held([each])
            wait = LONGEST_WAIT if each.tries >= MOST_TRIES else 1_000 * 2**each.tries
            run(
                "UPDATE dirty SET tries = tries + 1, taken_until = %s WHERE person_id = %s AND taken_until = %s",
                [now + wait, each.person_id, each.taken_until],
            )

    def judge(self, taken: Sequence[Taken], now: int, *, known: bool = False) -> None:
        """Judge these people as of now, and write it; ``known`` says that nobody can have taken them meanwhile."""
        taken = taken if known else still_ours(self._held(taken))
        if not taken:
            return
        since = overdue({each.person_id: min(each.since, now) for each in taken}, self.versions.ordered)
        everyone, versions = self._loaded(since, now)
        loaded, starts = everyone.people, start_states(since)
        judged = [
            Judged(
                person, self._fold(everyone, person, versions, starts.get(who), since[who], now), since[who]
            )
            for who, person in sorted(
                loaded.found.items(), key=lambda each: each[1].account_id or 0
            )  # colleagues together
        ]
        taken = self._held(taken)
        with transaction.atomic():
            hold_labels(loaded.labels.changed)
            colleagues = self._colleagues(taken, loaded, since) if everyone.asked.shares else {}
            coming = to_come(judged)
            here = finish(taken, both(marks_of_others(loaded.labels.others), colleagues), coming, now)
            written = [each for each in judged if each.person.person_id in here]
            write(written, now)
            run_many("DELETE FROM standing WHERE person_id = %s", [(who,) for who in coming if who in here])
            write_labels(each for each in loaded.labels.changed if each.owner_id in here)

    def _loaded(self, since: dict[int, int], now: int) -> tuple[Everyone, list[Version]]:
        """The people, and the playbooks since the earliest of these moments.

        What is loaded may show that the news is older: ``since`` is lowered then. Other playbooks were in force at
        that time, which look at other facts: so people are loaded again, until nothing more comes to light.
        """
        rehoused: dict[int, int | None] = {}
        while True:
            versions = self.versions.since(min(since.values()))
            everyone = load_each(self.versions.asked(versions), since, now, self.versions.labels)
            rehoused = {**everyone.people.rehoused, **rehoused}  # the second time they are where they belong
            if self.versions.since(min(since.values())) == versions:
                return everyone._replace(people=everyone.people._replace(rehoused=rehoused)), versions

    def _fold(
        self,
        everyone: Everyone,
        person: Loaded,
        versions: Sequence[Version],
        state: State | None,
        since: int,
        now: int,
    ) -> Folded:
        recorders = everyone.recorders(person.person_id)

        def record_at(moment: int, version: Version | None) -> Record:
            self.lease.hold()
            return recorders(moment, version)

        state = state or State.at_first(person.created_at)
        return fold(versions, record_at, recorders.moments, state, since - 1, now)

    def _colleagues(
        self, taken: Sequence[Taken], loaded: People, since: Mapping[int, int]
    ) -> dict[int, Mark]:
        """What somebody did may count for their colleagues: they are judged too, but ask no one further."""
        news: dict[int, int] = {}
        for each in taken:
            person = loaded.found.get(each.person_id)
            if person is None or not (each.own or each.person_id in loaded.rehoused):
                continue
            at = since[each.person_id]
            for account in (person.account_id, loaded.rehoused.get(each.person_id)):
                if account is not None:
                    news[account] = min(at, news.get(account, at))
        judged = {each.person_id: since[each.person_id] for each in taken}
        colleagues = those("SELECT id, account_id FROM person WHERE account_id IN ({})", sorted(news))
        # Who was judged just now saw all of this, if it was not older than what they were judged from.
        wanted = {who: news[of] for who, of in colleagues if who not in judged or news[of] < judged[who]}
        return marks_of(wanted, own=False)


def waiting(now: int) -> bool:
    """Whether there is anybody to judge; asking locks nothing, taking does."""
    [(dirty, due)] = rows(
        f"SELECT EXISTS (SELECT 1 FROM dirty WHERE {FREE}), EXISTS (SELECT 1 FROM standing WHERE {_DUE})",
        [now, now, now, now, now],
    )
    return bool(dirty) or bool(due)


def mark_due(now: int, most: int) -> None:
    """Mark those whose standing holds no longer because time has passed."""
    due = rows(
        f"SELECT person_id, next_at FROM standing WHERE {_DUE} ORDER BY next_at LIMIT %s",
        [now, now, most],
    )
    if due:
        mark(dict(due), now, own=False)


def take(now: int, most: int = MANY) -> list[Taken]:
    """Take some of those who are dirty; nobody else takes them while the lease runs.

    Who has news of their own comes first. The others come when nobody has, and beside once they have waited.
    """
    with transaction.atomic():
        own = _take(True, FAR, now, most)
        others = (now - BEHIND, BESIDE) if own else (FAR, FEW)
        return own + _take(False, others[0], now, min(others[1], most - len(own)))


def _take(own: bool, marked_by: int, now: int, most: int) -> list[Taken]:
    """Take those who are longest in the line, with news of their own or without."""
    lock = "" if is_sqlite() else " FOR UPDATE SKIP LOCKED"
    chosen = f"SELECT person_id FROM dirty WHERE {NEXT} AND {FREE} ORDER BY marked_at LIMIT %s{lock}"
    found = rows(
        f"UPDATE dirty SET taken_until = %s WHERE person_id IN ({chosen}) RETURNING {_TAKEN}",
        [now + LEASE, own, marked_by, now, now, now, most],
    )
    return [Taken(who, since, marks, bool(own), *more) for who, since, marks, own, *more in found]


def give_back(taken: Sequence[Taken]) -> None:
    """Let others have whom we took and did not judge."""
    run_many(
        "UPDATE dirty SET taken_until = 0 WHERE person_id = %s AND taken_until = %s",
        [(each.person_id, each.taken_until) for each in taken],
    )


def still_ours(taken: Sequence[Taken]) -> list[Taken]:
    """Those whom nobody else has taken meanwhile, as they stand in the line now."""
    until = {each.person_id: each.taken_until for each in taken}
    statement = f"SELECT {_TAKEN} FROM dirty WHERE person_id IN ({{}})"
    found = [
        Taken(who, since, marks, bool(own), *more)
        for who, since, marks, own, *more in those(statement, until)
    ]
    return [each for each in found if each.taken_until == until[each.person_id]]


def finish(
    taken: Sequence[Taken], others: Mapping[int, Mark], coming: Mapping[int, int], now: int
) -> set[int]:
    """Take those who are judged off the line and put others into it; who of them can be written.

    Who was marked meanwhile stays. Who took longer than the lease may find that somebody else has taken them,
    has judged them, or that they are marked anew: what we know of them is old then. ``coming`` are those of
    whom nothing can be said before a moment: they wait for it.

    People are held first and the line after them, as whoever makes somebody somebody else does.
    """
    here = held([each.person_id for each in taken])
    own = {each.person_id: Mark(each.since, 0, each.own) for each in taken}
    line = mark_each(both(own, others), now)
    ours = [each for each in taken if line[each.person_id].taken_until == each.taken_until]
    done = [each.person_id for each in ours if line[each.person_id].marks == each.marks]
    run_many("DELETE FROM dirty WHERE person_id = %s", [(who,) for who in done if who not in coming])
    run_many(
        "UPDATE dirty SET since = %s, marks = marks + 1, tries = 0, taken_until = 0 WHERE person_id = %s",
        [(coming[who], who) for who in done if who in coming],
    )
    give_back([each for each in ours if line[each.person_id].marks != each.marks])
    return here & {each.person_id for each in ours}


def held(people: Sequence[int]) -> set[int]:
    """Those who are still somebody; nobody makes them somebody else until the transaction ends."""
    lock = "" if is_sqlite() else " ORDER BY id FOR UPDATE"
    return {who for (who,) in those(f"SELECT id FROM person WHERE id IN ({{}}){lock}", sorted(people))}


def to_come(judged: Sequence[Judged]) -> dict[int, int]:
    """Those of whom nothing can be said yet, and when something can.

    They were first seen, or the playbook was published, at a moment that is to come: the clock was set back.
    """
    return {
        each.person.person_id: each.folded.next_at
        for each in judged
        if each.folded.judgement is None and each.folded.next_at is not None
    }


def overdue(since: Mapping[int, int], versions: Sequence[Version]) -> dict[int, int]:
    """The moments from which to fold: before the news came, time alone may have changed something, or a playbook
    may have been published under which nobody has looked yet.
    """
    found = dict(since)
    places = {version.version: place for place, version in enumerate(versions)}
    statement = "SELECT person_id, next_at, version_id FROM standing WHERE person_id IN ({})"
    for who, next_at, version in those(statement, sorted(since)):
        later = versions[places[version] + 1 :] if version in places else versions
        moments = [later[0].in_force_from] if later else []
        found[who] = min([found[who], *moments, *([] if next_at is None else [next_at])])
    return found


def start_states(since: Mapping[int, int]) -> dict[int, State]:
    """Where each person stood before the moment from which there is news; who never moved is not in it."""
    found: dict[int, State] = {}
    statement = (
        "SELECT person_id, stage_to, moved_at, cycle FROM move WHERE person_id IN ({}) "
        "ORDER BY moved_at, place"
    )
    for who, stage, moved_at, cycle in those(statement, sorted(since)):
        if moved_at < since[who]:
            before = found.get(who, State())
            # A cycle begins with the move that brings somebody back.
            began = before.cycle_since if cycle == before.cycle else moved_at
            found[who] = State(stage, moved_at, cycle, began)
    return found
