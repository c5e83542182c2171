"""What would have to be so that a condition came out as wanted: the fewest facts that are not there yet.

A wish is a set of facts that would all have to come true; a condition has several when there are several ways.
Only what can still happen is wished for: something is done, something unknown becomes known, a question is
answered, somebody decides. What is known to be otherwise (a company of five people) is not wished away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache, singledispatch
from itertools import product
from typing import Any, Final, NamedTuple, TypeAlias

from qualify.criteria import logic
from qualify.criteria.logic import Field, Occurrences, Truth
from qualify.scoring.record import Values
from qualify.scoring.truths import compiled
from qualify.vocabulary import DECISIONS

MOST_WAYS: Final = 12
"""How many ways to fulfil a condition are followed up."""


class Doing(NamedTuple):
    """So many more occurrences of this kind (without their window: they happen now)."""

    occurrences: Occurrences
    times: int


class Being(NamedTuple):
    """The trait, unknown so far, passes (or, with ``wanted`` False, fails) this test."""

    test: Truth
    wanted: bool

    @property
    def field(self) -> Field:
        """The trait as it is read."""
        (found,) = logic.fields_of(self.test)
        return found


class Answering(NamedTuple):
    """There is an answer to the question, and it passes the test (None: any answer)."""

    question: str
    test: Truth | None


class Deciding(NamedTuple):
    """One of us decides so."""

    decision: str


class Scoring(NamedTuple):
    """A score or grade is in a range: no fact of itself, but what other facts have to bring about."""


Fact: TypeAlias = Doing | Being | Answering | Deciding | Scoring
Wish: TypeAlias = frozenset[Fact]

FULFILLED: Final[list[Wish]] = [frozenset()]
HOPELESS: Final[list[Wish]] = []


@singledispatch
def wishes(truth: Truth, view: Any, wanted: bool = True) -> list[Wish]:
    """The ways in which the condition would come out as wanted; an empty wish says that it does already.

    ``view`` is the :class:`~qualify.scoring.single.View` of a lead that was judged, and looked at by the ladder.
    """
    if compiled(truth)(view) is wanted:
        return FULFILLED
    return HOPELESS


@wishes.register(logic.Known)
@wishes.register(logic.TextIn)
@wishes.register(logic.TextHas)
@wishes.register(logic.NumberIs)
def _(truth: Any, view: Any, wanted: bool = True) -> list[Wish]:
    if compiled(truth)(view) is wanted:
        return FULFILLED
    known = view.properties.get(truth.field) is not None
    return HOPELESS if known else [frozenset({Being(truth, wanted)})]


@wishes.register
def _(truth: logic.Both, view: Any, wanted: bool = True) -> list[Wish]:
    return _all(truth.terms, view, True) if wanted else _any(truth.terms, view, False)


@wishes.register
def _(truth: logic.Either, view: Any, wanted: bool = True) -> list[Wish]:
    return _any(truth.terms, view, True) if wanted else _all(truth.terms, view, False)


@wishes.register
def _(truth: logic.Not, view: Any, wanted: bool = True) -> list[Wish]:
    return wishes(truth.term, view, not wanted)


@wishes.register
def _(truth: logic.Surely, view: Any, wanted: bool = True) -> list[Wish]:
    if compiled(truth)(view) is wanted:
        return FULFILLED
    return wishes(truth.term, view, wanted)


@wishes.register
def _(truth: logic.Happened, view: Any, wanted: bool = True) -> list[Wish]:
    if compiled(truth)(view) is wanted:
        return FULFILLED
    count = view.count(truth.occurrences)
    if not wanted or count is None:
        return HOPELESS
    return [frozenset({doing(truth.occurrences, truth.at_least - count)})]


@wishes.register
def _(truth: logic.Quiet, view: Any, wanted: bool = True) -> list[Wish]:
    if compiled(truth)(view) is wanted:
        return FULFILLED
    return HOPELESS if wanted else [frozenset({doing(truth.occurrences, 1)})]


@wishes.register
def _(truth: logic.CameBack, view: Any, wanted: bool = True) -> list[Wish]:
    if compiled(truth)(view) is wanted:
        return FULFILLED
    return [frozenset({doing(truth.occurrences, 1)})] if wanted else HOPELESS


@wishes.register
def _(truth: logic.HasAnswer, view: Any, wanted: bool = True) -> list[Wish]:
    if compiled(truth)(view) is wanted:
        return FULFILLED
    return [frozenset({Answering(truth.question, None)})] if wanted else HOPELESS


@wishes.register
def _(truth: logic.Answered, view: Any, wanted: bool = True) -> list[Wish]:
    if compiled(truth)(view) is wanted:
        return FULFILLED
    return [frozenset({Answering(truth.question, truth.test)})] if wanted else HOPELESS


@wishes.register
def _(truth: logic.DecidedIn, view: Any, wanted: bool = True) -> list[Wish]:
    if compiled(truth)(view) is wanted:
        return FULFILLED
    chosen = [each for each in DECISIONS if (each in truth.decisions) is wanted]
    return [frozenset({Deciding(each)}) for each in chosen] if wanted else HOPELESS


@wishes.register(logic.ScoreIs)
@wishes.register(logic.GradeIn)
def _(truth: Any, view: Any, wanted: bool = True) -> list[Wish]:
    return FULFILLED if compiled(truth)(view) is wanted else [frozenset({Scoring()})]


def doing(occurrences: Occurrences, times: int) -> Doing:
    """So many more of these, now: within whatever window, so the window is left out."""
    return Doing(replace(occurrences, window=None), times)


def _all(terms: Iterable[Truth], view: Any, wanted: bool) -> list[Wish]:
    """Every one of them: a way for each, together."""
    ways = [wishes(term, view, wanted) for term in terms]
    return _fewest(united(wish) for wish in product(*ways)) if ways else FULFILLED


def _any(terms: Iterable[Truth], view: Any, wanted: bool) -> list[Wish]:
    """One of them is enough."""
    return _fewest(wish for term in terms for wish in wishes(term, view, wanted))


def united(parts: Iterable[Wish]) -> Wish:
    """Several wishes as one; of the same doing the greater number of times is enough for both."""
    times: dict[Occurrences, int] = {}
    others: set[Fact] = set()
    for fact in (each for part in parts for each in part):
        if isinstance(fact, Doing):
            times[fact.occurrences] = max(fact.times, times.get(fact.occurrences, 0))
        else:
            others.add(fact)
    return frozenset({*others, *(Doing(what, often) for what, often in times.items())})


def size(wish: Wish) -> int:
    """How many things would have to come true: each time that something is done, each trait, answer, decision."""
    done = sum(fact.times for fact in wish if isinstance(fact, Doing))
    traits = {fact.field.name for fact in wish if isinstance(fact, Being)}
    answers = {fact.question for fact in wish if isinstance(fact, Answering)}
    return done + len(traits) + len(answers) + sum(isinstance(fact, Deciding) for fact in wish)


def _fewest(ways: Iterable[Wish]) -> list[Wish]:
    found: list[Wish] = []
    for place, wish in enumerate(ways):
        if not wish:
            return FULFILLED
        if wish not in found:
            found.append(wish)
        if place > MOST_WAYS**2:
            break
    return sorted(found, key=size)[:MOST_WAYS]


class Bare(NamedTuple):
    """A view of nothing but values, as of an event's properties."""

    properties: Values


NOTHING_KNOWN: Final = Bare({})


@lru_cache(maxsize=2_000)
def solved(tests: frozenset[Being]) -> Mapping[Field, str | float] | None:
    """For each field a value that passes all of its tests; None when they contradict each other."""
    by_field: dict[Field, list[Being]] = {}
    for each in sorted(tests, key=repr):
        by_field.setdefault(each.field, []).append(each)
    found: dict[Field, str | float] = {}
    for field, among in by_field.items():
        value = next((value for value in _values(field, among) if _passes(field, value, among)), None)
        if value is None:
            return None
        found[field] = value
    return found


def _passes(field: Field, value: str | float, tests: Sequence[Being]) -> bool:
    view = Bare({field: value})
    return all(compiled(each.test)(view) is each.wanted for each in tests)


def _values(field: Field, tests: Sequence[Being]) -> list[str | float]:
    """Values worth trying: those that the tests name, and what lies beside them."""
    found: list[str | float] = []
    for test in (each.test for each in tests):
        if isinstance(test, logic.TextIn):
            found += sorted(test.values)
        elif isinstance(test, logic.TextHas):
            found.append(test.text)
        elif isinstance(test, logic.NumberIs):
            found += [test.number, test.number + 1, test.number - 1, test.number + 0.5, test.number - 0.5]
    return [*found, *([1.0, 0.0] if field.is_number else ["something else"])]


@lru_cache(maxsize=2_000)
def properties_for(where: Truth) -> Mapping[Field, str | float] | None:
    """Properties with which an event passes these tests, as few as will do; None when nothing would pass."""
    for wish in wishes(where, NOTHING_KNOWN):
        values = solved(frozenset(fact for fact in wish if isinstance(fact, Being)))
        if values is not None and compiled(where)(Bare(values)) is True:
            return values
    return None


def untold(truth: Truth, view: Any) -> tuple[list[str], list[str]]:
    """Why a condition is unknown: the traits that are not known, and the questions without an answer that holds."""
    traits: list[str] = []
    questions: list[str] = []
    for part in logic.parts(truth):
        if isinstance(part, logic.Answered | logic.HasAnswer):
            if view.answer(part) is None and part.question not in questions:
                questions.append(part.question)
            continue
        name = getattr(getattr(part, "field", None), "name", None)
        if name is not None and view.properties.get(part.field) is None and name not in traits:  # type: ignore[union-attr]
            traits.append(name)
    return [name for name in traits if name not in _of_answers(truth)], questions


def _of_answers(truth: Truth) -> set[str]:
    """What tests of answers look at: no trait, though it is a field."""
    answers = [part for part in logic.parts(truth) if isinstance(part, logic.Answered)]
    inside = {field.name for part in answers for field in logic.fields_of(part.test)}
    return inside - {field.name for field in logic.fields_of(truth)}
