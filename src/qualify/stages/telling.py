"""What would lift a lead, in words: each thing that would have to happen as half a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from qualify.criteria import logic
from qualify.criteria.answers import satisfied
from qualify.criteria.comparisons import NO, YES
from qualify.criteria.logic import Field, Occurrences, Truth
from qualify.criteria.sentences import either, spoken_name
from qualify.reading.countries import GROUPS
from qualify.scoring.layout import Layout
from qualify.speech import amount, marked, say, say_many
from qualify.stages.wishing import Answering, Being, Deciding, Doing, Wish, doing

Names = Mapping[Occurrences, str]
"""What people call a doing, where a rule of the playbook has a name for it."""

MOST_NAMED: Final = 4

_READ: Final = {
    "seniority": marked("seniority by %(trait)s"),
    "department": marked("department by %(trait)s"),
    "email_kind": marked("kind of %(trait)s address"),
    "email_domain": marked("domain of %(trait)s"),
}
_SIGNS: Final = {
    ">=": marked("at least %(number)s"), ">": marked("above %(number)s"), "<": marked("below %(number)s"),
    "<=": marked("at most %(number)s"),
}  # fmt: skip
_DECIDED: Final = {
    "accepted": marked("sales accepts it"),
    "rejected": marked("sales rejects it"),
    "confirmed": marked("sales confirms it"),
    "recycled": marked("it is recycled"),
    "disqualified": marked("it is disqualified"),
    "reopened": marked("it is reopened"),
    "won": marked("it is won"),
    "lost": marked("it is lost"),
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
    return said + [say(_DECIDED[fact.decision]) for fact in wish if isinstance(fact, Deciding)]


def _done(doing: Doing, name: str | None, again: bool) -> str:
    what, times = doing
    said = name or described(what)
    if what.distinct == "day":
        return say_many("%(what)s on %(count)s more day", "%(what)s on %(count)s more days", times, what=said)
    if what.distinct == "person":
        return say_many(
            "%(what)s by %(count)s more person of the account",
            "%(what)s by %(count)s more people of the account",
            times,
            what=said,
        )
    if isinstance(what.distinct, Field):
        return say_many(
            "%(what)s with %(count)s more %(thing)s",
            "%(what)s with %(count)s more %(thing)ss",
            times,
            what=said,
            thing=spoken_name(what.distinct.name),
        )
    if times > 1 and again:
        return say("%(what)s, %(count)s more times", what=said, count=amount(times))
    if times > 1:
        return say("%(what)s, %(count)s times", what=said, count=amount(times))
    return say("%(what)s, once more", what=said) if again else said


def described(what: Occurrences) -> str:
    """Occurrences without a name: ``page viewed where page.path starts with /pricing``."""
    kinds = (
        either([spoken_name(kind) for kind in sorted(what.kinds)], MOST_NAMED)
        if what.kinds
        else say("anything")
    )
    tests = [_test(part) for part in _leaves(what.where)]
    told = f" {say('and')} ".join(tests)
    said = say("%(events)s where %(tests)s", events=kinds, tests=told) if tests else kinds
    if what.after is None:
        return said
    return say("%(first)s, then %(then)s", first=described(what.after), then=said)


def _leaves(truth: Truth) -> list[Truth]:
    if isinstance(truth, logic.Both):
        return [leaf for term in truth.terms for leaf in _leaves(term)]
    return [truth]


def _test(truth: Truth) -> str:
    """One test with what it looks at."""
    if isinstance(truth, logic.Not):
        return say("not (%(what)s)", what=_test(truth.term))
    if isinstance(truth, logic.Either | logic.Both):
        word = say("or") if isinstance(truth, logic.Either) else say("and")
        return f" {word} ".join(_test(term) for term in truth.terms)
    field = getattr(truth, "field", None)
    if field is None:
        return say("it is so")
    return say("%(what)s %(test)s", what=field.name, test=_passes(truth))


def _passes(truth: Truth) -> str:
    """The test without what it looks at: ``at least 50``, ``one of DE or FR``."""
    if isinstance(truth, logic.TextIn):
        if truth.values in (YES, NO):
            return say("yes") if truth.values == YES else say("no")
        return _places(truth.values) if truth.field.reading == "country" else _listed(truth.values)
    if isinstance(truth, logic.TextHas):
        if truth.at_start:
            return say("starts with %(value)s", value=truth.text)
        return say("contains %(value)s", value=truth.text)
    if isinstance(truth, logic.NumberIs):
        number = amount(truth.number)
        return number if truth.comparison == "==" else say(_SIGNS[truth.comparison], number=number)
    return say("known")


def _listed(values: Iterable[str]) -> str:
    return either(map(spoken_name, sorted(values)), MOST_NAMED)


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
    word = f" {say('and')} "
    return [f"{_called(field)}: {word.join(map(_is, among))}" for field, among in by_field.items()]


def _sign(test: Truth) -> str:
    """Lower limits are said before upper ones."""
    return test.comparison.replace(">", " ") if isinstance(test, logic.NumberIs) else ""


def _called(field: Field) -> str:
    name = spoken_name(field.name)
    return say(_READ[field.reading], trait=name) if field.reading in _READ else name


def _is(being: Being) -> str:
    return _passes(being.test) if being.wanted else say("not %(what)s", what=_passes(being.test))


def _answer(asked: Answering) -> str:
    name = spoken_name(asked.question)
    if asked.test is None:
        return say("%(question)s is answered", question=name)
    tests = [
        satisfied(True) if _satisfied(each) else say("is %(value)s", value=_passes(each))
        for each in _leaves(asked.test)
    ]
    return say("%(what)s %(test)s", what=name, test=f" {say('and')} ".join(tests))


def _satisfied(test: Truth) -> bool:
    return isinstance(test, logic.TextIn) and test.field.name == "satisfied" and test.values == YES
