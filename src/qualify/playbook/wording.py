"""A playbook in words, part by part: what prose, pages and differences between versions are made of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from qualify.criteria.sentences import days_of, pointed
from qualify.speech import in_english, say

if TYPE_CHECKING:
    from qualify.playbook.book import Playbook
    from qualify.playbook.document import Path
    from qualify.playbook.sections import Bounds, Profile, Rule, Score, Stage


class Said(NamedTuple):
    """One thing that a playbook says: where it stands, what it is called, what it says, and what limits it.

    ``anchor`` stays the same when the thing is moved (comments hold on to it); ``points`` are hundredths, None
    of what earns none.
    """

    path: Path
    anchor: str
    name: str
    sentence: str
    points: int | None = None
    limits: tuple[str, ...] = ()
    description: str = ""


class Section(NamedTuple):
    """Things of one kind: ``icp``, ``personas``, ``score``, ``stages``, ``handoff`` or ``sequences``; ``name`` is the
    score's.
    """

    kind: str
    name: str
    path: Path
    description: str
    limits: str
    said: tuple[Said, ...]


def sections(book: Playbook) -> list[Section]:
    """The whole playbook, in the order in which people read it; sections without anything are left out."""
    found = [_profiles("icp", book.icp), _profiles("personas", book.personas)]
    found += [_score(name, score) for name, score in book.scores.items()]
    stages = tuple(_stage(book, name, stage) for name, stage in book.ladder.items())
    found.append(Section("stages", "", ("stages",), "", "", stages))
    found += [_handoff(book), _sequences(book)]
    return [section for section in found if section.said]


def anchors(book: Playbook) -> list[str]:
    """What comments can hold on to, in the order in which it is read."""
    return [said.anchor for section in sections(book) for said in section.said]


def _handoff(book: Playbook) -> Section:
    sentences = [] if book.handoff is None else book.handoff.sentences()
    with in_english():
        known = [] if book.handoff is None else book.handoff.sentences()
    said = (
        Said(("handoff",), f"handoff.{by}"[:200], "", each.rstrip("."))
        for by, each in zip(known, sentences, strict=True)
    )
    return Section("handoff", "", ("handoff",), "", "", tuple(said))


def _sequences(book: Playbook) -> Section:
    said = (
        Said(
            ("sequences", place), f"sequences.{each.name}", each.name, " ".join(each.sentences()).rstrip(".")
        )
        for place, each in enumerate(book.sequences or ())
    )
    return Section("sequences", "", ("sequences",), "", "", tuple(said))


def _profiles(kind: str, profiles: list[Profile]) -> Section:
    said = tuple(
        Said(
            (kind, place),
            f"{kind}.{each.name}",
            each.name,
            each.sentence(),
            description=each.description.strip(),
        )
        for place, each in enumerate(profiles)
    )
    return Section(kind, "", (kind,), "", "", said)


def _score(name: str, score: Score) -> Section:
    path: Path = ("scores", name)
    said = tuple(
        Said(
            (*path, "rules", place), anchor, rule.name, rule.when.sentence(), rule.points,
            tuple(rule_limits(rule, score.half_life_of(rule))),
        )
        for place, (rule, anchor) in enumerate(zip(score.rules, rule_anchors(name, score), strict=True))
    )  # fmt: skip
    return Section("score", name, path, score.description.strip(), limits_in_words(score.bounds), said)


def rule_anchors(name: str, score: Score) -> Iterator[str]:
    """What each rule of a score is known by: its score, what people call it, and a count where that is not enough."""
    seen: dict[str, int] = {}
    for rule in score.rules:
        count = seen[rule.label] = seen.get(rule.label, 0) + 1
        yield f"{name}: {rule.label}" + (f" ({count})" if count > 1 else "")


def _stage(book: Playbook, name: str, stage: Stage) -> Said:
    where = "stages" if name in dict(book.stages) else "thresholds"
    return Said((where, name), f"stages.{name}", name, stage_in_words(stage))


def rule_limits(rule: Rule, half_life: int | None) -> list[str]:
    """How often a rule's points are given, how many at most, and how they age."""
    said = []
    if rule.is_behaviour:
        often = {"once": say("once"), "first time": say("the first time only")}
        said.append(often.get(rule.counts or "", say("every time")))
    if rule.cap is not None:
        said.append(say("%(points)s at most", points=pointed(rule.cap)))
    if half_life:
        said.append(say("halves every %(days)s", days=days_of(half_life)))
    return said


def limits_in_words(bounds: Bounds) -> str:
    """As "no lower than 0, no higher than 100"; nothing for what has no bounds."""
    said = []
    if bounds.at_least is not None:
        said.append(say("no lower than %(points)s", points=pointed(bounds.at_least)))
    if bounds.at_most is not None:
        said.append(say("no higher than %(points)s", points=pointed(bounds.at_most)))
    return ", ".join(said)


def stage_in_words(stage: Stage) -> str:
    """As "enters when fit is at least 40; leaves when fit is below 30"."""
    said = []
    if stage.enter is not None:
        said.append(say("enters when %(what)s", what=stage.enter.sentence()))
    if stage.fast_lane is not None:
        said.append(say("enters at once when %(what)s", what=stage.fast_lane.sentence()))
    if stage.leave is not None:
        said.append(say("leaves when %(what)s", what=stage.leave.sentence()))
    if stage.stay_at_least:
        said.append(say("stays at least %(days)s", days=days_of(stage.stay_at_least)))
    return "; ".join(said)
