"""The playbook that watches: everything known of a lead, asked in the playbook's own language.

It is the user's playbook with one more score that gives no points and looks at every trait and every kind of
event. So what is learnt from is read by the scoring engine, as of any moment, and can be written as rules.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from qualify.criteria import Criterion
from qualify.criteria.behaviour import ANY_EVENT, Did
from qualify.criteria.behaviour import Sequence as Followed
from qualify.criteria.combined import AnyOf
from qualify.criteria.logic import Field, Occurrences, Reading
from qualify.learning.columns import Origin
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Rule, Score
from qualify.scoring.layout import Asked, Layout, Tally

WATCHED: Final = "watched_by_learning"
RECENT: Final = 30
"""Days of "lately"."""
MOST_KINDS: Final = 30
MOST_TRAITS: Final = 150


@dataclass(frozen=True)
class Watched:
    """One thing that is watched: its name, what it is, the criterion's fields, and the column it is found in.

    Counts are found in the tallies: ``column`` is the tally's number and what of it is meant, as ``3 last_at``.
    """

    name: str
    origin: Origin
    asked: Mapping[str, Any]
    column: str
    reading: str = "text"


class Watching(Layout):
    """A playbook's layout that looks at further traits and counts, beside what its rules look at.

    The counts are among the tallies; no condition asks for them, so they are read as they were counted.
    """

    def __init__(
        self,
        book: Playbook,
        fields: Sequence[Field],
        counted: Sequence[Occurrences],
        learnt: Collection[str] | None = None,
    ) -> None:
        super().__init__(book)
        self._fields, self._learnt = list(fields), learnt
        self.scored = len(self.tallies)
        """So many tallies are the playbook's own; those after them are watched alone: kinds of event, counted."""
        for each in counted:
            self._number_of(Tally(each))

    def _number_of(self, tally: Tally) -> int:
        """What is counted for points already is not counted a second time for a condition."""
        alike = [number for number, each in enumerate(self.tallies) if each.occurrences == tally.occurrences]
        return alike[0] if alike and not tally.adds_up else super()._number_of(tally)

    def tally_of(self, occurrences: Occurrences) -> int:
        """The number of a tally that counts these occurrences, for points or for conditions."""
        return next(number for number, each in enumerate(self.tallies) if each.occurrences == occurrences)

    @property
    def learnt_fields(self) -> list[Field]:
        """Of the traits those that the data says were learnt with a date."""
        return [each for each in self.trait_fields if self._learnt is None or each.name in self._learnt]

    @cached_property
    def asked(self) -> Asked:
        """What the rules look at, and the traits that are watched."""
        rules = self._asked_by([rule.truth for rule in self.conditions])
        return rules._replace(fields=sorted({*rules.fields, *self._fields}))


@dataclass(frozen=True)
class Observation:
    """The watching playbook, laid out, and what it watches."""

    layout: Layout
    watched: tuple[Watched, ...]
    book: Playbook | None


def observation(
    traits: Sequence[str],
    kinds: Sequence[str],
    book: Playbook | None,
    learnt: Collection[str] | None = None,
    numbers: Collection[str] | None = None,
) -> Observation:
    """A playbook that watches these traits and kinds of event, and the rules of ``book`` where there is one.

    ``learnt`` are the traits that are known with a date, ``numbers`` the columns of those with a number among
    their values, where that is known: others are not looked at for what is not there.
    """
    traits, kinds = list(traits)[:MOST_TRAITS], list(kinds)[:MOST_KINDS]
    own = [] if book is None else [(rule.label, rule.when) for _, _, rule in book.rules()]
    counted = [_did(kind, within) for kind in kinds for within in (None, RECENT)]
    looked_at = _fields_of(traits, numbers)
    fields = [field for field, _, _ in looked_at]
    layout = Watching(_watching(book, [_held(when) for _, when in own]), fields, counted, learnt)
    first = len(layout.rules) - len(own)
    rules = [
        Watched(_unique(label, place, own), "rule", _written(when), f"rule_{first + place}")
        for place, (label, when) in enumerate(own)
    ]
    looked = [Watched(name, "trait", asked, field.column, field.reading) for field, name, asked in looked_at]
    counts = [each for kind in kinds for each in _of_kind(layout, kind)]
    return Observation(layout, (*rules, *looked, *counts), book)


def _unique(label: str, place: int, own: Sequence[tuple[str, Criterion]]) -> str:
    """The rule's label, with a number where an earlier rule has the same."""
    before = sum(1 for other, _ in own[:place] if other == label)
    return f"{label} ({before + 1})" if before else label


def _written(when: Criterion) -> dict[str, Any]:
    return when.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)


def _held(when: Criterion) -> Criterion:
    """The criterion as a condition that holds or not, also where it is a behaviour that is counted for points."""
    return AnyOf(any_of=[when]) if isinstance(when, Did | Followed) else when


def _did(kind: str, within: int | None) -> Occurrences:
    return Did(did=(kind,), within=within).events()


def _fields_of(
    traits: Sequence[str], numbers: Collection[str] | None
) -> list[tuple[Field, str, dict[str, Any]]]:
    """Each trait as text and as a number, and what job titles and e-mail addresses say."""
    readings: tuple[Reading, ...] = ("text", "number")
    found = [
        (Field(name, reading), name, {"trait": name})
        for name in traits
        for reading in readings
        if reading == "text" or numbers is None or Field(name, reading).column in numbers
    ]
    title, address = "job_title", "email"
    return [
        *found,
        (Field(title, "seniority"), "seniority by job title", {"seniority": None}),
        (Field(title, "department"), "department by job title", {"department": None}),
        (Field(address, "email_kind"), "kind of e-mail address", {"email": None}),
    ]


def _watching(book: Playbook | None, criteria: Sequence[Criterion]) -> Playbook:
    """The playbook with a score of the criteria, which gives no points; without stages."""
    if book is None:
        nothing = Rule(points=0, when=Did(did=ANY_EVENT))
        return Playbook.model_construct(playbook="watching", scores={WATCHED: Score(rules=[nothing])})
    watched = Score(rules=[Rule(points=0, when=each) for each in criteria])
    total = book.total.model_copy(update={"of": book.total_of})
    none: dict[str, Any] = {"thresholds": {}, "stages": {}, "grades": None}
    written = {name: getattr(book, name) for name in Playbook.model_fields}
    changed = {"scores": {**book.scores, WATCHED: watched}, "total": total, **none}
    return Playbook.model_construct(
        **{**written, **changed}
    )  # a copy would keep what was worked out of the stages


def _of_kind(layout: Layout, kind: str) -> list[Watched]:
    """How often ever, how often lately, and how long ago it was last done."""
    ever, lately = (layout.tally_of(_did(kind, within)) for within in (None, RECENT))
    return [
        Watched(f"times {kind}", "count", {"did": kind}, f"{ever} n"),
        Watched(f"times {kind} in {RECENT} days", "count", {"did": kind, "within": RECENT}, f"{lately} n"),
        Watched(f"days since {kind}", "recency", {"did": kind}, f"{ever} last_at"),
    ]
