"""A playbook as prose that sales understands: what earns points, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator

from qualify.criteria.sentences import days_of
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Bounds, Profile, Rule, Score, Stage
from qualify.points import written


def prose(book: Playbook) -> str:
    """The whole playbook in Markdown."""
    return "\n".join(
        [
            f"# {book.playbook}",
            "",
            *([book.description.strip(), ""] if book.description else []),
            *_body(book),
        ]
    )


def _body(book: Playbook) -> Iterator[str]:
    yield from _profiles("Who is worth having", book.icp)
    yield from _profiles("Who is worth talking to", book.personas)
    for name, score in book.scores.items():
        yield from _score(name, score)
    if len(book.total_of) > 1 or _bounds(book.total):
        yield f"**total** is {' + '.join(book.total_of)}{_bounds(book.total)}."
        yield ""
    if book.ladder:
        yield "## What follows"
        yield ""
        for name, stage in book.ladder.items():
            yield f"- **{name}**: {_stage(stage)}."


def _profiles(title: str, profiles: list[Profile]) -> Iterator[str]:
    if profiles:
        yield f"## {title}"
        yield ""
        for profile in profiles:
            yield f"- **{profile.name}**: {profile.sentence()}."
        yield ""


def _score(name: str, score: Score) -> Iterator[str]:
    yield f"## {name}{_bounds(score.bounds)}"
    yield ""
    if score.description:
        yield score.description.strip()
        yield ""
    for rule in score.rules:
        yield f"- {_rule(rule, score.half_life_of(rule))}"
    yield ""


def _rule(rule: Rule, half_life: int | None) -> str:
    named = f"**{rule.name}**: " if rule.name else ""
    said = [f"{written(rule.points, sign=True)} {named}{rule.when.sentence()}"]
    if rule.is_behaviour:
        said.append(
            {"once": "once", "first time": "the first time only"}.get(rule.counts or "", "every time")
        )
    if rule.cap is not None:
        said.append(f"{written(rule.cap)} at most")
    if half_life:
        said.append(f"halves every {days_of(half_life)}")
    return ", ".join(said)


def _bounds(bounds: Bounds) -> str:
    limits = ((bounds.at_least, "no lower than"), (bounds.at_most, "no higher than"))
    said = [f"{word} {written(limit)}" for limit, word in limits if limit is not None]
    return f" ({', '.join(said)})" if said else ""


def _stage(stage: Stage) -> str:
    said = []
    if stage.enter is not None:
        said.append(f"enters when {stage.enter.sentence()}")
    if stage.fast_lane is not None:
        said.append(f"enters at once when {stage.fast_lane.sentence()}")
    if stage.leave is not None:
        said.append(f"leaves when {stage.leave.sentence()}")
    if stage.stay_at_least:
        said.append(f"stays at least {days_of(stage.stay_at_least)}")
    return "; ".join(said)
