"""Whether the conditions of the hand-off hold of a lead: those of routing rules and of follow-up sequences.

They may ask for everything that is known of the lead and for what the playbook concluded, so they are judged on a
:class:`~qualify.scoring.single.Judgement`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from qualify.criteria.logic import (
    Answered,
    Field,
    HasAnswer,
    Occurrences,
    Truth,
    event_fields,
    fields_of,
    occurrences_in,
    parts,
)
from qualify.playbook.book import Playbook
from qualify.scoring.counting import Counter
from qualify.scoring.layout import Tally
from qualify.scoring.occurring import Count
from qualify.scoring.record import Values
from qualify.scoring.single import Judgement, View
from qualify.scoring.truths import Test, compiled


class Conditions:
    """The conditions of a playbook's hand-off, made ready; and what has to be known of a lead to judge them.

    ``trait_fields``, ``event_fields``, ``event_kinds``, ``questions`` and ``answer_fields`` mean what they do for a
    :class:`~qualify.scoring.layout.Layout`: a record has to hold these too.
    """

    def __init__(self, book: Playbook) -> None:
        self.book = book
        rules = book.handoff.rules if book.handoff is not None else []
        sequences = book.sequences or []
        self.rules = {each.name: each.when.condition(book) for each in rules if each.when is not None}
        self.sequences = {each.name: each.when.condition(book) for each in sequences if each.when is not None}
        self._skills = [trait_field(trait) for rule in rules for trait in rule.skills_from]
        self._truths = [*self.rules.values(), *self.sequences.values()]
        self.tallies = [Tally(each) for each in dict.fromkeys(self._occurrences())]
        self._counter = Counter(self.tallies)
        self._numbers = {tally.occurrences: number for number, tally in enumerate(self.tallies)}
        self._tests: dict[Truth, Test] = {truth: compiled(truth) for truth in self._truths}

    def _occurrences(self) -> list[Occurrences]:
        return [each for truth in self._truths for each in occurrences_in(truth)]

    def look(self, judgement: Judgement) -> Look:
        """What the conditions see of a lead that was judged."""
        view = judgement.view
        counts = self._counter.counts(view.record, judgement.as_of) if view.judge.sees_events else {}
        return Look(view, counts, self._numbers)

    def rule_holds(self, name: str, look: Look) -> bool:
        """Whether the routing rule is for the lead; unknown is no."""
        return self._holds(self.rules.get(name), look)

    def sequence_holds(self, name: str, look: Look) -> bool:
        """Whether the sequence is for the lead; unknown is no."""
        return self._holds(self.sequences.get(name), look)

    def _holds(self, truth: Truth | None, look: Look) -> bool:
        return truth is None or self._tests[truth](look) is True

    @cached_property
    def trait_fields(self) -> list[Field]:
        """The traits looked at, each as it is read."""
        return sorted({field for truth in self._truths for field in fields_of(truth)} | set(self._skills))

    @cached_property
    def _answers(self) -> list[Answered | HasAnswer]:
        every = [part for truth in self._truths for part in parts(truth)]
        return [part for part in every if isinstance(part, Answered | HasAnswer)]

    @property
    def questions(self) -> list[str]:
        """The questions whose answers matter."""
        return sorted({each.question for each in self._answers})

    @property
    def answer_fields(self) -> list[Field]:
        """What of an answer is looked at."""
        tests = [each.test for each in self._answers if isinstance(each, Answered)]
        return sorted({field for test in tests for field in fields_of(test)})

    @cached_property
    def event_fields(self) -> list[Field]:
        """The properties of events looked at, each as it is read."""
        return sorted({field for tally in self.tallies for field in event_fields(tally.occurrences)})

    @cached_property
    def event_kinds(self) -> frozenset[str] | None:
        """The kinds of events that matter; None when every kind does."""
        described = [each for tally in self.tallies for each in (tally.occurrences, tally.occurrences.after)]
        kinds = [each.kinds for each in described if each is not None]
        if None in kinds:
            return None
        return frozenset[str]().union(*(each for each in kinds if each is not None))


class Look:
    """A lead as conditions of the hand-off see it: as stages do, with counts of what these conditions ask for."""

    __slots__ = ("_counts", "_numbers", "as_of", "properties", "view")

    def __init__(self, view: View, counts: Mapping[int, Count], numbers: Mapping[Occurrences, int]) -> None:
        self.view, self.as_of = view, view.as_of
        self.properties: Values = view.properties
        self._counts, self._numbers = counts, numbers

    @property
    def grade(self) -> str | None:
        """The grade; None in a playbook without grades."""
        return self.view.grade

    def score(self, name: str) -> int:
        """A score, or the total."""
        return self.view.score(name)

    def answer(self, asked: Answered | HasAnswer) -> Any:
        """The newest answer, if it still holds."""
        return self.view.answer(asked)

    def count(self, occurrences: Occurrences) -> int | None:
        """How many occurrences; None when there are no events at all to look at."""
        if not self.view.judge.sees_events:
            return None
        found = self._counts.get(self._numbers[occurrences])
        return found.n if found else 0

    def newest(self, occurrences: Occurrences) -> int | None:
        """When the newest occurrence was."""
        found = self._counts.get(self._numbers[occurrences])
        return found.last_at if found else None

    def trait(self, name: str) -> str | None:
        """A trait as folded text; None where it is not known."""
        value = self.properties.get(trait_field(name))
        return value if isinstance(value, str) else None


def trait_field(name: str) -> Field:
    """Where a trait's folded text is kept."""
    return Field(name, "text")


def texts(look: Look, traits: Sequence[str]) -> list[str]:
    """The known values of these traits."""
    return [value for trait in traits if (value := look.trait(trait)) is not None]
