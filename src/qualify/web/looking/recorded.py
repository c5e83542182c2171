"""One lead with all facts at hand: where it stood at any moment, told from what was known by then."""

from __future__ import annotations

from qualify.scoring.record import Decided, Record
from qualify.scoring.single import Judgement
from qualify.stages.ladder import State
from qualify.stages.living import Folded, Version, fold
from qualify.web.database import rows
from qualify.web.living.loading import Loaded, looked_at, once
from qualify.web.living.recording import Recorders
from qualify.web.living.working import overdue, start_states
from qualify.web.looking.judging import worker


class Recorded:
    """A lead's facts, each with the moment from which on it was known, and the playbooks that were in force."""

    def __init__(self, person: Loaded, versions: list[Version], recorders: Recorders) -> None:
        self.person, self.versions, self.recorders = person, versions, recorders
        self.known: dict[int, Judgement] = {}
        self.stood: dict[int, Folded] = {}
        """By moment how it was judged, and where it stood, as far as that was asked already."""

    @property
    def moments(self) -> list[int]:
        """When facts became known that are no events."""
        return self.recorders.moments

    def record(self, moment: int) -> Record:
        """What was known by then, as the playbook of that moment sees it."""
        return self.recorders(moment, self.version(moment))

    def decision(self, moment: int) -> Decided | None:
        """The newest decision by then."""
        return self.record(moment).newest_decision(moment)

    def version(self, moment: int) -> Version | None:
        """The playbook that was in force; None before the first."""
        before = [each for each in self.versions if each.in_force_from <= moment]
        return before[-1] if before else None

    def judged(self, moment: int) -> Judgement | None:
        """What the playbook of that moment said of the lead; None while there was no playbook, or no lead."""
        version = self.version(moment)
        if version is None or self.person.created_at > moment:
            return None
        if moment not in self.known:
            self.known[moment] = version.judge(self.record(moment), moment)
        return self.known[moment]

    def state(self, moment: int) -> State:
        """Where the lead stood at the moment; of whom nothing is to be judged anew, as the moves say."""
        who = self.person.person_id
        since = overdue({who: min([moment + 1, *_waiting_since(who)])}, self.versions)
        if since[who] <= moment:
            return self.folded(moment).state
        return start_states(since).get(who) or State.at_first(self.person.created_at)

    def folded(self, moment: int) -> Folded:
        """Where the lead stood at the moment: from the last move before it on.

        Moves are the same however far one folds, so there is no need to begin at the beginning; but for whoever
        waits to be judged, of whom what is written is not the last word.
        """
        if moment not in self.stood:
            self.stood[moment] = self._folded(moment)
        return self.stood[moment]

    def _folded(self, moment: int) -> Folded:
        who = self.person.person_id
        since = overdue({who: min([moment, *_waiting_since(who)])}, self.versions)
        state = start_states(since).get(who) or State.at_first(self.person.created_at)
        return fold(self.versions, self.recorders, self.moments, state, since[who] - 1, moment)


def recorded(person_id: int) -> Recorded | None:
    """The lead with all that is known of it by now; None when there is none. Writes nothing.

    Within :func:`~qualify.web.living.loading.read_once` every part of a page is given the same one.
    """
    return once(("recorded", person_id), lambda: _recorded(person_id))


def _recorded(person_id: int) -> Recorded | None:
    judge = worker()
    versions = judge.versions.ordered
    asked, settings = judge.versions.asked(versions), judge.versions.labels
    loaded = {fields: looked_at([person_id], fields, settings).get(person_id) for fields in asked.each}
    there = {fields: person for fields, person in loaded.items() if person is not None}
    if len(there) < len(loaded):
        return None  # erased, or made a part of somebody else, perhaps while we were looking
    return Recorded(there[asked.each[0]], versions, Recorders(asked, there))


def is_waiting(person_id: int, now: int) -> bool:
    """Whether there is news of the lead that nobody has judged yet."""
    return bool(rows("SELECT 1 FROM dirty WHERE person_id = %s AND since <= %s", [person_id, now]))


def _waiting_since(person_id: int) -> list[int]:
    return [since for (since,) in rows("SELECT since FROM dirty WHERE person_id = %s", [person_id])]
