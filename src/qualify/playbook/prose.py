"""A playbook as prose that sales understands: what earns points, and what follows from them."""

from __future__ import annotations

from collections.abc import Iterator

from qualify.criteria.sentences import pointed
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Bounds, Profile, Rule, Score
from qualify.playbook.wording import limits_in_words, rule_limits, stage_in_words
from qualify.speech import say


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
    yield from _profiles(say("Who is worth having"), book.icp)
    yield from _profiles(say("Who is worth talking to"), book.personas)
    for name, score in book.scores.items():
        yield from _score(name, score)
    if len(book.total_of) > 1 or _bounds(book.total):
        what = f"{' + '.join(book.total_of)}{_bounds(book.total)}"
        yield say("**total** is %(what)s.", what=what)
        yield ""
    if book.ladder:
        yield f"## {say('What follows')}"
        yield ""
        for name, stage in book.ladder.items():
            yield f"- **{name}**: {stage_in_words(stage)}."
        yield ""
    yield from _handed_over(book)


def _handed_over(book: Playbook) -> Iterator[str]:
    if book.handoff is not None:
        yield from (f"## {say('Who gets them')}", "", *(f"- {said}" for said in book.handoff.sentences()), "")
    for sequence in book.sequences or []:
        yield from (
            f"## {say('Follow-up: %(name)s', name=sequence.name)}",
            "",
            *(f"- {said}" for said in sequence.sentences()),
            "",
        )


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
    said = [f"{pointed(rule.points, sign=True)} {named}{rule.when.sentence()}"]
    return ", ".join([*said, *rule_limits(rule, half_life)])


def _bounds(bounds: Bounds) -> str:
    said = limits_in_words(bounds)
    return f" ({said})" if said else ""
