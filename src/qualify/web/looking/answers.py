"""What a lead answered, what of it still holds, and what is missing for the next stage of sales."""

from __future__ import annotations

from typing import Final, NamedTuple

from qualify.criteria.logic import Answered, HasAnswer, parts
from qualify.moments import DAY
from qualify.scoring.truths import compiled
from qualify.stages.wishing import Answering, wishes
from qualify.web.database import rows
from qualify.web.looking.questions import BY_NAME, SETS, Question, QuestionSet, worded
from qualify.web.looking.recorded import Recorded

QUALIFIED: Final = "sql"
"""The stage that answers are asked for."""


class Given(NamedTuple):
    """An answer: what was said, whether who asked called it good enough, by whom, from where, when, until when.

    ``expires_at`` is the earlier of what was said with it and of what the playbook lets an answer count for;
    ``confidence`` is from 0 to 1.
    """

    question: str
    value: str
    satisfied: bool | None
    answered_at: int
    expires_at: int | None
    confidence: float | None
    asked_by: str
    source: str


class Asked(NamedTuple):
    """A question with the newest answer to it: whether that still holds, earlier ones, whether it is needed."""

    question: Question
    newest: Given | None
    holds: bool
    earlier: list[Given]
    needed: bool
    """The playbook asks for it."""
    enough: bool
    """What the playbook asks of it holds."""
    missing: bool
    """It is one of those that are the shortest way to the stage."""


class Qualifying(NamedTuple):
    """A set of questions with their answers, further ones that were answered, and the next to ask."""

    chosen: QuestionSet
    asked: list[Asked]
    others: list[Asked]
    missing: list[Question]
    next: Question | None


def qualifying(known: Recorded, moment: int, set_name: str = "") -> Qualifying:
    """The questions of the set (an unknown name: the first set), as of the moment."""
    chosen = BY_NAME.get(set_name, SETS[0])
    given = _given(known.person.person_id, moment)
    needs = _needs(known, moment)
    names = [question.name for question in chosen.questions]
    further = [name for name in (*needs.asked_for, *given) if name not in names]
    asked, others = (
        [_asked(worded(name), given.get(name, []), needs, moment) for name in dict.fromkeys(among)]
        for among in (names, further)
    )
    missing = [each.question for each in (*asked, *others) if each.missing]
    open_ = [each.question for each in asked if not each.holds]
    return Qualifying(chosen, asked, others, missing, next(iter([*missing, *open_]), None))


class _Needs(NamedTuple):
    """What the playbook asks for: by question for how many days an answer counts, what is enough, what is missing."""

    asked_for: dict[str, int | None]
    enough: set[str]
    missing: set[str]


def _needs(known: Recorded, moment: int) -> _Needs:
    judged, version = known.judged(moment), known.version(moment)
    rule = (
        next((each for each in version.judge.layout.stages if each.name == QUALIFIED), None)
        if version
        else None
    )
    if judged is None or rule is None or rule.enter is None:
        return _Needs({}, set(), set())
    leaves = [part for part in parts(rule.enter) if isinstance(part, Answered | HasAnswer)]
    enough = {leaf.question for leaf in leaves if compiled(leaf)(judged.view) is True}
    way = next(iter(wishes(rule.enter, judged.view)), frozenset())
    missing = {fact.question for fact in way if isinstance(fact, Answering)}
    return _Needs({leaf.question: leaf.expires_after for leaf in leaves}, enough, missing)


def _asked(question: Question, given: list[Given], needs: _Needs, moment: int) -> Asked:
    name, newest = question.name, given[0] if given else None
    days = needs.asked_for.get(name)
    if newest is not None and days is not None:
        over = newest.answered_at + days * DAY
        newest = newest._replace(expires_at=min(over, newest.expires_at or over))
    holds = newest is not None and (newest.expires_at is None or newest.expires_at > moment)
    return Asked(
        question,
        newest,
        holds,
        given[1:],
        name in needs.asked_for,
        name in needs.enough,
        name in needs.missing,
    )


def _given(person_id: int, moment: int) -> dict[str, list[Given]]:
    """By question, the answers that were known by then, the newest first."""
    found = rows(
        "SELECT question, value, satisfied, answered_at, expires_at, confidence, asked_by, source FROM answer "
        "WHERE owner_id = %s AND known_at <= %s AND answered_at <= %s ORDER BY answered_at DESC, id DESC LIMIT 200",
        [person_id, moment, moment],
    )
    by_question: dict[str, list[Given]] = {}
    for question, value, satisfied, *more in found:
        told = Given(question, value, None if satisfied is None else bool(satisfied), *more)
        by_question.setdefault(question, []).append(told)
    return by_question
