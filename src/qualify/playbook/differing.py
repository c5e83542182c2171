"""What differs between two playbooks, in words: "came to a webinar: +10 → +5", "mql: enters at 40 → 45"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple, TypeAlias, TypeVar

from qualify.criteria import Criterion
from qualify.criteria.combined import AllOf, AnyOf
from qualify.criteria.sentences import days_of, pointed
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Bounds, Cuts, Profile, Rule, Score, Stage, Threshold
from qualify.playbook.wording import limits_in_words, rule_limits, stage_in_words
from qualify.speech import marked, say, say_many

Kind: TypeAlias = Literal["added", "removed", "changed"]
T = TypeVar("T")


class Difference(NamedTuple):
    """One thing that is not as it was: of which part, what it is called, and what it was and is, in words.

    ``before`` is empty of what was added, ``after`` of what was removed.
    """

    kind: Kind
    part: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        """As "engagement: came to a webinar: +10 → +5"."""
        head = f"{self.part}: {self.what}" if self.what else self.part
        if self.kind == "added":
            return say("%(what)s: new: %(after)s", what=head, after=self.after)
        if self.kind == "removed":
            return say("%(what)s: gone: %(before)s", what=head, before=self.before)
        return f"{head}: {self.before} → {self.after}"


def differences(old: Playbook, new: Playbook) -> list[Difference]:
    """Everything that differs in what two playbooks say; nothing when comments and layout alone do."""
    return [
        *_about(old, new),
        *_profiles("icp", old.icp, new.icp),
        *_profiles("personas", old.personas, new.personas),
        *_scores(old, new),
        *_bounds("total", old.total, new.total),
        *_changed("total", say("adds up"), " + ".join(old.total_of), " + ".join(new.total_of)),
        *_grades(old, new),
        *_stages(old, new),
        *_others(old, new),
    ]


def _changed(part: str, what: str, before: str, after: str) -> Iterator[Difference]:
    if before != after:
        kind: Kind = "added" if not before else "removed" if not after else "changed"
        yield Difference(kind, part, what, before, after)


def _about(old: Playbook, new: Playbook) -> Iterator[Difference]:
    for what, field in (
        (say("name"), "playbook"), (say("description"), "description"), (say("currency"), "currency"),
        (say("time zone"), "time_zone"), (say("to be looked at again by"), "review_by"),
    ):  # fmt: skip
        before, after = (str(getattr(book, field) or "").strip() for book in (old, new))
        yield from _changed("playbook", what, before, after)


def _profiles(part: str, old: Sequence[Profile], new: Sequence[Profile]) -> Iterator[Difference]:
    before, after = ({each.name: each for each in some} for some in (old, new))
    for name in _names(before, after):
        was, now = before.get(name), after.get(name)
        yield from _changed(part, name, was.sentence() if was else "", now.sentence() if now else "")
        if was and now:
            said = was.description.strip(), now.description.strip()
            yield from _changed(part, say("%(name)s (description)", name=name), *said)


def _names(before: Mapping[str, T], after: Mapping[str, T]) -> list[str]:
    """The names of both, as they stand now, with those that are gone at the end."""
    return [*after, *(name for name in before if name not in after)]


def _scores(old: Playbook, new: Playbook) -> Iterator[Difference]:
    for name in _names(old.scores, new.scores):
        was, now = old.scores.get(name), new.scores.get(name)
        if was is None or now is None:
            yield from _changed("scores", name, _summary(was), _summary(now))
        else:
            yield from _score(name, was, now)


def _summary(score: Score | None) -> str:
    if score is None:
        return ""
    return say_many("%(count)s rule", "%(count)s rules", len(score.rules))


def _score(name: str, old: Score, new: Score) -> Iterator[Difference]:
    yield from _changed(name, say("kind"), old.kind or name, new.kind or name)
    yield from _changed(name, say("description"), old.description.strip(), new.description.strip())
    yield from _changed(name, say("half-life"), _half_life(old.half_life), _half_life(new.half_life))
    yield from _bounds(name, old.bounds, new.bounds)
    yield from _rules(name, old, new)


def _half_life(value: Any) -> str:
    return days_of(value) if isinstance(value, int) else say("none")


def _bounds(part: str, old: Bounds, new: Bounds) -> Iterator[Difference]:
    none = say("no bounds")
    yield from _changed(part, say("bounds"), limits_in_words(old) or none, limits_in_words(new) or none)


def _rules(part: str, old: Score, new: Score) -> Iterator[Difference]:
    """Rules are told by their names; one that was renamed by what it asks for."""
    left = list(old.rules)
    named = [_taken(left, "label", rule.label) for rule in new.rules]
    for rule, was in zip(new.rules, named, strict=True):
        before = was or _taken(left, "when", rule.when)
        if before is None:
            yield Difference("added", part, rule.label, "", _rule(rule, new))
        else:
            yield from _rule_changed(part, (before, old), (rule, new))
    for rule in left:
        yield Difference("removed", part, rule.label, _rule(rule, old), "")


def _taken(rules: list[Rule], field: str, wanted: Any) -> Rule | None:
    """The first rule whose field is as wanted, taken out of the list."""
    for place, rule in enumerate(rules):
        if getattr(rule, field) == wanted:
            return rules.pop(place)
    return None


def _rule(rule: Rule, score: Score) -> str:
    return ", ".join([pointed(rule.points, sign=True), rule.when.sentence(), *_limits(rule, score)])


def _limits(rule: Rule, score: Score) -> list[str]:
    return rule_limits(rule, score.half_life_of(rule))


def _rule_changed(part: str, old: tuple[Rule, Score], new: tuple[Rule, Score]) -> Iterator[Difference]:
    (was, before), (now, after) = old, new
    if was.name != now.name:
        yield from _changed(part, say("%(rule)s (name)", rule=now.label), was.label, now.label)
    yield from _changed(part, now.label, pointed(was.points, sign=True), pointed(now.points, sign=True))
    yield from _changed(part, now.label, was.when.sentence(), now.when.sentence())
    # A half-life that the whole score has is said once, of the score.
    own = was.half_life != now.half_life or before.half_life == after.half_life
    limits = (
        (_limits(was, before), _limits(now, after))
        if own
        else (rule_limits(was, None), rule_limits(now, None))
    )
    yield from _changed(part, now.label, *(", ".join(each) or say("no limits") for each in limits))


def _grades(old: Playbook, new: Playbook) -> Iterator[Difference]:
    for what, named in (("letters", say("letters")), ("numbers", say("numbers"))):
        before, after = (None if book.grades is None else getattr(book.grades, what) for book in (old, new))
        if before is None or after is None:
            yield from _changed("grades", named, _cuts(before), _cuts(after))
            continue
        yield from _changed("grades", say("%(what)s are of", what=named), before.score, after.score)
        for (mark, was), (_, now) in zip(before.steps(), after.steps(), strict=True):
            yield from _changed("grades", say("%(mark)s from", mark=mark), pointed(was), pointed(now))


def _cuts(cuts: Cuts | None) -> str:
    if cuts is None:
        return ""
    return f"{cuts.score}: " + ", ".join(
        say("%(mark)s from %(points)s", mark=mark, points=pointed(least)) for mark, least in cuts.steps()
    )


def _stages(old: Playbook, new: Playbook) -> Iterator[Difference]:
    for name in _names(old.ladder, new.ladder):
        was, now = old.ladder.get(name), new.ladder.get(name)
        if was is None or now is None:
            said = (stage_in_words(each) if each else "" for each in (was, now))
            yield from _changed("stages", name, *said)
        elif (short := _thresholds(old, new, name)) is not None:
            yield from _threshold(name, *short)
        else:
            yield from _stage(name, was, now)


def _thresholds(old: Playbook, new: Playbook, name: Any) -> tuple[Threshold, Threshold] | None:
    """The two when both are written as thresholds of one score."""
    before, after = old.thresholds.get(name), new.thresholds.get(name)
    fits = before and after and before.score == after.score
    return (before, after) if before and after and fits else None


def _threshold(name: str, old: Threshold, new: Threshold) -> Iterator[Difference]:
    what = say("threshold of %(stage)s", stage=name)
    yield from _changed("stages", what, pointed(old.enter), pointed(new.enter))
    left = [pointed(each.enter if each.leave is None else each.leave) for each in (old, new)]
    if (old.leave, new.leave) != (None, None):
        yield from _changed("stages", say("%(stage)s leaves below", stage=name), *left)


def _stage(name: str, old: Stage, new: Stage) -> Iterator[Difference]:
    for what, field in (
        (marked("%(stage)s enters when"), "enter"),
        (marked("%(stage)s enters at once when"), "fast_lane"),
        (marked("%(stage)s leaves when"), "leave"),
    ):
        before, after = (getattr(stage, field) for stage in (old, new))
        yield from _changed("stages", say(what, stage=name), *_what_differs(before, after))
    stays = (days_of(stage.stay_at_least) if stage.stay_at_least else "" for stage in (old, new))
    yield from _changed("stages", say("%(stage)s stays at least", stage=name), *stays)


def _what_differs(old: Criterion | None, new: Criterion | None) -> tuple[str, str]:
    """Two criteria in words; of two lists of which all (or any) must hold only what is not in both."""
    if old is None or new is None:
        return ("" if old is None else old.sentence(), "" if new is None else new.sentence())
    before, after = ([each.sentence() for each in _terms(one)] for one in (old, new))
    if type(old) is type(new) and len(before) > 1 and len(after) > 1:
        word = f" {say('or')} " if isinstance(old, AnyOf) else f" {say('and')} "
        only = [each for each in before if each not in after], [each for each in after if each not in before]
        if all(only):
            return word.join(only[0]), word.join(only[1])
    return old.sentence(), new.sentence()


def _terms(criterion: Criterion) -> Sequence[Criterion]:
    if isinstance(criterion, AllOf):
        return criterion.all_of
    return criterion.any_of if isinstance(criterion, AnyOf) else [criterion]


_TOLD = {
    "playbook", "description", "currency", "time_zone", "review_by", "icp", "personas", "scores", "total",
    "grades", "thresholds", "stages",
}  # fmt: skip
"""Sections whose differences have words of their own."""


def _others(old: Playbook, new: Playbook) -> Iterator[Difference]:
    """Sections that are names and values, lists of things with names, or neither."""
    for field in Playbook.model_fields:
        before, after = getattr(old, field), getattr(new, field)
        if field not in _TOLD and before != after:
            was, now = _plain(before), _plain(after)
            for name in _names(was, now):
                yield from _changed(field.replace("_", " "), name, was.get(name, ""), now.get(name, ""))


def _plain(value: Any) -> dict[str, str]:
    """A section as names and what is said of each."""
    told = value.model_dump(by_alias=True, exclude_none=True) if hasattr(value, "model_dump") else value
    if isinstance(told, dict):
        return {
            str(name).replace("_", " "): _said(each)
            for name, each in told.items()
            if each not in ((), [], {})
        }
    items = told if isinstance(told, list | tuple) else []
    return {str(getattr(each, "name", place)): _said(each) for place, each in enumerate(items, 1)}


def _said(value: Any) -> str:
    """A value in words; of what can say itself its own."""
    if hasattr(value, "sentences"):
        return " ".join(value.sentences())
    if hasattr(value, "sentence"):
        return str(value.sentence())
    if hasattr(value, "model_dump"):
        value = value.model_dump(by_alias=True, exclude_none=True)
    if isinstance(value, dict):
        return ", ".join(
            f"{str(name).replace('_', ' ')} {_said(each)}" for name, each in value.items() if each is not None
        )
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(map(_said, value))
    return (say("yes") if value else say("no")) if isinstance(value, bool) else str(value)
