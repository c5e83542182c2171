"""What would lift a lead, in words: each thing that would have to happen as half a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from qualify.criteria import logic
from qualify.criteria.comparisons import NO, YES
from qualify.criteria.logic import Field, Occurrences, Truth
from qualify.criteria.sentences import counted, spoken_name
from qualify.errors import one_of
from qualify.reading.countries import GROUPS
from qualify.scoring.layout import Layout
from qualify.stages.wishing import Answering, Being, Deciding, Doing, Wish, doing

Names = Mapping[Occurrences, str]
"""What people call a doing, where a rule of the playbook has a name for it."""

MOST_NAMED: Final = 4

_READ: Final = {
    "seniority": "seniority by {}",
    "department": "department by {}",
    "email_kind": "kind of {} address",
    "email_domain": "domain of {}",
}
_SIGNS: Final = {"==": "", ">=": "at least ", ">": "above ", "<": "below ", "<=": "at most "}
_DECIDED: Final = {
    "accepted": "sales accepts it",
    "rejected": "sales rejects it",
    "confirmed": "sales confirms it",
    "recycled": "it is recycled",
    "disqualified": "it is disqualified",
    "reopened": "it is reopened",
    "won": "it is won",
    "lost": "it is lost",
}


def names_of(layout: Layout) -> Names:
    """What the playbook's rules call what earns points: ``looked at prices``."""
    found: dict[Occurrences, str] = {}
    for (_, _, written), rule in zip(layout.book.rules(), layout.rules, strict=True):
        if rule.points <= 0 or not written.name:
            continue
        if rule.tally is not None:
            found.setdefault(_bare(layout.tallies[rule.tally].occurrences), written.name)
        elif isinstance(rule.truth, logic.Happened) and rule.truth.occurrences.distinct is None:
            found.setdefault(_bare(rule.truth.occurrences), written.name)
    return found


def _bare(what: Occurrences) -> Occurrences:
    return doing(what, 1).occurrences


def words(wish: Wish, names: Names, before: Iterable[Occurrences] = ()) -> list[str]:
    """The wish as half sentences: ``looked at prices, 2 more times``, ``employees: at least 50``.

    ``before`` are the doings that were there already: they happen once *more*.
    """
    doings = sorted((fact for fact in wish if isinstance(fact, Doing)), key=repr)
    known = set(before)
    said = [_done(each, names.get(each.occurrences), each.occurrences in known) for each in doings]
    said += _traits([fact for fact in wish if isinstance(fact, Being)])
    answers = [fact for fact in wish if isinstance(fact, Answering)]
    said += [_answer(each) for each in sorted(answers, key=repr)]
    return said + [_DECIDED[fact.decision] for fact in wish if isinstance(fact, Deciding)]


def _done(doing: Doing, name: str | None, again: bool) -> str:
    what, times = doing
    said = name or described(what)
    if what.distinct == "day":
        return f"{said} on {times} more day{'' if times == 1 else 's'}"
    if what.distinct == "person":
        return f"{said} by {times} more {'person' if times == 1 else 'people'} of the account"
    if isinstance(what.distinct, Field):
        return f"{said} with {counted(times, f'more {spoken_name(what.distinct.name)}')}"
    if times > 1:
        return f"{said}, {times} more times" if again else f"{said}, {times} times"
    return f"{said}, once more" if again else said


def described(what: Occurrences) -> str:
    """Occurrences without a name: ``page viewed where page.path starts with /pricing``."""
    kinds = (
        one_of([kind.replace("_", " ") for kind in sorted(what.kinds)], MOST_NAMED)
        if what.kinds
        else "anything"
    )
    tests = [_test(part) for part in _leaves(what.where)]
    said = f"{kinds} where {' and '.join(tests)}" if tests else kinds
    return said if what.after is None else f"{described(what.after)}, then {said}"


def _leaves(truth: Truth) -> list[Truth]:
    if isinstance(truth, logic.Both):
        return [leaf for term in truth.terms for leaf in _leaves(term)]
    return [truth]


def _test(truth: Truth) -> str:
    """One test with what it looks at."""
    if isinstance(truth, logic.Not):
        return f"not ({_test(truth.term)})"
    if isinstance(truth, logic.Either | logic.Both):
        word = " or " if isinstance(truth, logic.Either) else " and "
        return word.join(_test(term) for term in truth.terms)
    field = getattr(truth, "field", None)
    return f"{field.name} {_passes(truth)}" if field is not None else "it is so"


def _passes(truth: Truth) -> str:
    """The test without what it looks at: ``at least 50``, ``one of DE or FR``."""
    if isinstance(truth, logic.TextIn):
        if truth.values in (YES, NO):
            return "yes" if truth.values == YES else "no"
        return _places(truth.values) if truth.field.reading == "country" else _listed(truth.values)
    if isinstance(truth, logic.TextHas):
        return f"{'starts with' if truth.at_start else 'contains'} {truth.text}"
    if isinstance(truth, logic.NumberIs):
        number = truth.number
        return f"{_SIGNS[truth.comparison]}{int(number) if number == int(number) else number:,}"
    return "known"


def _listed(values: Iterable[str]) -> str:
    return one_of(map(spoken_name, sorted(values)), MOST_NAMED)


def _places(codes: frozenset[str]) -> str:
    """Countries, by the groups that they are, where they are some: ``europe or north america``."""
    left, named = set(codes), list[str]()
    for name, group in sorted(GROUPS.items(), key=lambda each: (-len(each[1]), each[0])):
        if group <= codes and group & left:
            named.append(name)
            left -= group
    return _listed([*named, *left])


def _traits(tests: list[Being]) -> list[str]:
    """One half sentence for each trait as it is read."""
    by_field: dict[Field, list[Being]] = {}
    for each in sorted(tests, key=lambda being: (being.field, _sign(being.test))):
        by_field.setdefault(each.field, []).append(each)
    return [f"{_called(field)}: {' and '.join(map(_is, among))}" for field, among in by_field.items()]


def _sign(test: Truth) -> str:
    """Lower limits are said before upper ones."""
    return test.comparison.replace(">", " ") if isinstance(test, logic.NumberIs) else ""


def _called(field: Field) -> str:
    return _READ.get(field.reading, "{}").format(spoken_name(field.name))


def _is(being: Being) -> str:
    return _passes(being.test) if being.wanted else f"not {_passes(being.test)}"


def _answer(asked: Answering) -> str:
    name = spoken_name(asked.question)
    if asked.test is None:
        return f"{name} is answered"
    tests = ["is satisfied" if _satisfied(each) else f"is {_passes(each)}" for each in _leaves(asked.test)]
    return f"{name} {' and '.join(tests)}"


def _satisfied(test: Truth) -> bool:
    return isinstance(test, logic.TextIn) and test.field.name == "satisfied" and test.values == YES
