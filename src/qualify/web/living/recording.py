"""What was known of a person by a moment and no more, as playbooks see it that were in force."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

from qualify.machine.settings import Settings
from qualify.scoring.record import Record
from qualify.stages.living import Version
from qualify.web.living.asked import Asked
from qualify.web.living.loading import Dated, Loaded, People, load
from qualify.web.living.values import Fields

T = TypeVar("T")


class Recorder:
    """Gives the record of a person with what was known by then and no more."""

    def __init__(self, person: Loaded, fields: Fields) -> None:
        self.person, self.fields, self.turns = person, fields, person.moments()
        self.made: dict[int, Record] = {}

    def __call__(self, moment: int) -> Record:
        """The record as known at the moment; the same object until something new is known."""
        turn = bisect_right(self.turns, moment)
        if turn not in self.made:
            self.made[turn] = self._record(moment)
        return self.made[turn]

    def _record(self, moment: int) -> Record:
        person = self.person
        told_of_account = _known(person.account_traits, moment)
        return Record(
            str(person.person_id),
            account_id=None if person.account_id is None else str(person.account_id),
            created_at=person.created_at,
            learnt=_known(person.learnt, moment),
            account_traits=self.fields.values(told_of_account) if told_of_account else {},
            events=person.events,
            account_events=person.account_events,
            answers=_known(person.answers, moment),
            decisions=_known(person.decisions, moment),
        )


class Recorders:
    """The same for each of some versions of the playbook; those that spell names alike have one between them."""

    def __init__(self, asked: Asked, loaded: Mapping[Fields, Loaded]) -> None:
        self._asked = asked
        self._each = {fields: Recorder(person, fields) for fields, person in loaded.items()}
        self.moments = sorted({moment for each in self._each.values() for moment in each.turns})
        """The moments at which a fact became known that is no event."""

    def __call__(self, moment: int, version: Version | None) -> Record:
        """The record as known at the moment, as the version sees it; None: before the first one was in force."""
        return self._each[self._asked.by(version)](moment)


class Everyone(NamedTuple):
    """People with their facts as the first reading has them, and as each one has them."""

    people: People
    asked: Asked
    each: Mapping[Fields, Mapping[int, Loaded]]

    def recorders(self, who: int) -> Recorders:
        """The records of one of them."""
        return Recorders(self.asked, {fields: found[who] for fields, found in self.each.items()})


def load_each(asked: Asked, since: dict[int, int], now: int, settings: Settings) -> Everyone:
    """These people, read for each way of spelling, as :func:`~qualify.web.living.loading.load` reads them.

    ``since`` is lowered where what is read shows that the news of somebody is older.
    """
    each: dict[Fields, Mapping[int, Loaded]] = {}
    first: People | None = None
    for fields in asked.each:
        people = load(since, fields, now, settings=settings, since=since)
        each[fields], first = people.found, first or people  # the second time all are where they belong
        since |= people.since
    assert first is not None
    there = first.found.keys() & set.intersection(*(set(found) for found in each.values()))
    return Everyone(first._replace(found={who: first.found[who] for who in there}), asked, each)


def _known(facts: Sequence[Dated[T]], moment: int) -> list[T]:
    return [each.fact for each in facts if each.known_at <= moment]
