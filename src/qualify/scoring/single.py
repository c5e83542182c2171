"""One lead at a time, in plain Python: the same playbook, the same numbers to the last digit.

For the live application, where a lead is scored in microseconds after each event. A
:class:`Judge` is made once for a playbook; ``judge(record, as_of)`` gives a :class:`Judgement`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from qualify.criteria.logic import Answered, HasAnswer, Occurrences
from qualify.moments import DAY, age_in_days
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Cuts
from qualify.points import decayed
from qualify.scoring.counting import Count, Counter
from qualify.scoring.layout import Layout, Scored
from qualify.scoring.record import Record, Values
from qualify.scoring.truths import Test, compiled
from qualify.vocabulary import TOTAL


class Line(NamedTuple):
    """A line of the ledger; points in hundredths. See :data:`qualify.tables.LEDGER`.

    ``rule`` is the rule's number; for a bound the number of its score (the total: one past the last).
    """

    rule: int
    line: str
    n: int | None
    first_at: int | None
    last_at: int | None
    raw: int | None
    decayed: int | None
    capped: int | None
    points: int


@dataclass(slots=True)
class Judgement:
    """What a playbook says of one lead as of a moment; points in hundredths."""

    as_of: int
    scores: dict[str, int]
    total: int
    grade: str | None
    information: float
    lines: list[Line]
    unknown: list[int]
    view: View


class View:
    """What conditions may look at: the lead as known at the moment."""

    __slots__ = (
        "answers",
        "as_of",
        "counts",
        "decision",
        "entered",
        "grade",
        "judge",
        "properties",
        "record",
        "scores",
    )

    def __init__(self, judge: Judge, record: Record, as_of: int) -> None:
        self.judge, self.record, self.as_of = judge, record, as_of
        self.properties: Values = (
            record.known_traits(as_of) if record.learnt or record.account_traits else record.traits
        )
        self.counts: dict[int, Count] = judge.counter.counts(record, as_of) if judge.sees_events else {}
        self.scores: dict[str, int] = {}
        self.grade: str | None = None
        self.decision: str | None = None
        self.entered = record.created_at

    def count(self, occurrences: Occurrences) -> int | None:
        """How many occurrences; None when there are no events at all to look at."""
        if not self.judge.sees_events:
            return None
        found = self.counts.get(self.judge.numbers[occurrences])
        return found.n if found else 0

    def newest(self, occurrences: Occurrences) -> int | None:
        """When the newest occurrence was."""
        found = self.counts.get(self.judge.numbers[occurrences])
        return found.last_at if found else None

    def answer(self, asked: Answered | HasAnswer) -> _AnswerView | None:
        """The newest answer, if it still holds."""
        given = self.record.newest_answer(asked.question, self.as_of)
        if given is None or (given.expires_at is not None and given.expires_at <= self.as_of):
            return None
        if asked.expires_after is not None and given.answered_at <= self.as_of - asked.expires_after * DAY:
            return None
        return _AnswerView(given.values)

    def score(self, name: str) -> int:
        """A score, or the total."""
        return self.scores[name]


class _AnswerView(NamedTuple):
    properties: Values


class Judge:
    """A playbook made ready to judge one lead at a time.

    ``sees_events`` False says that there are no events to look at: rules on behaviour are unknown then.
    """

    def __init__(self, playbook: Playbook | Layout, *, sees_events: bool = True) -> None:
        self.layout = playbook if isinstance(playbook, Layout) else Layout(playbook)
        self.sees_events = sees_events
        self.counter = Counter(self.layout.tallies)
        self.numbers = {each.occurrences: self.layout.tally_of(each.occurrences) for each in self._asked()}
        self.tests: list[tuple[Scored, Test | None]] = [
            (rule, compiled(rule.truth) if rule.tally is None else None) for rule in self.layout.rules
        ]
        book = self.layout.book
        self.bounds = [
            (name, score.bounds.at_least, score.bounds.at_most) for name, score in book.scores.items()
        ]
        self.total_of = frozenset(book.total_of)

    def _asked(self) -> list[Any]:
        return [self.layout.tallies[number] for number in self.layout.conditional_tallies]

    def __call__(self, record: Record, as_of: int) -> Judgement:
        """Judge the lead by what was known at ``as_of`` (epoch milliseconds)."""
        view = View(self, record, as_of)
        sums = dict.fromkeys(self.layout.book.scores, 0)
        lines: list[Line] = []
        unknown: list[int] = []
        for rule, test in self.tests:
            if test is None:
                sums[rule.score] += self._behaved(rule, view, lines, unknown)
                continue
            judged = test(view)
            if judged is None:
                unknown.append(rule.number)
            elif judged:
                sums[rule.score] += _held(rule, lines)
        self._bound(sums, view, lines)
        view.grade = self._grade(view)
        information = float(len(self.tests) - len(unknown)) / float(len(self.tests))
        scores = {name: view.scores[name] for name in sums}
        return Judgement(as_of, scores, view.scores[TOTAL], view.grade, information, lines, unknown, view)

    def _behaved(self, rule: Scored, view: View, lines: list[Line], unknown: list[int]) -> int:
        """The points of a rule on behaviour, within its cap; its lines are added."""
        if not self.sees_events:
            unknown.append(rule.number)
            return 0
        count = view.counts.get(rule.tally or 0)
        if count is None or count.n < rule.at_least:
            return 0
        if rule.counts == "first time" and rule.window and view.as_of - count.first_at >= rule.window * DAY:
            return 0
        worth = _worth(rule, count, view.as_of)
        raw = rule.points * count.n if rule.counts == "every time" else rule.points
        capped = rule.capped(worth)
        lines.append(
            Line(rule.number, "rule", count.n, count.first_at, count.last_at, raw, worth, capped, worth)
        )
        if capped != worth:
            lines.append(_bound_line(rule.number, "cap", capped - worth))
        return capped

    def _bound(self, sums: dict[str, int], view: View, lines: list[Line]) -> None:
        """Apply the bounds of every score and of the total."""
        total = 0
        for number, (name, least, most) in enumerate(self.bounds):
            view.scores[name] = bounded = _within(sums[name], least, most)
            if bounded != sums[name]:
                lines.append(_bound_line(number, "score bound", bounded - sums[name]))
            if name in self.total_of:
                total += bounded
        bounds = self.layout.book.total
        view.scores[TOTAL] = _within(total, bounds.at_least, bounds.at_most)
        if view.scores[TOTAL] != total:
            lines.append(_bound_line(len(self.bounds), "total bound", view.scores[TOTAL] - total))

    def _grade(self, view: View) -> str | None:
        grades = self.layout.book.grades
        if grades is None:
            return None
        return _mark(grades.letters, view, "D") + _mark(grades.numbers, view, "4")


def _held(rule: Scored, lines: list[Line]) -> int:
    """The points of a rule that holds; its lines are added."""
    capped = rule.capped(rule.points)
    lines.append(Line(rule.number, "rule", None, None, None, rule.points, rule.points, capped, rule.points))
    if capped != rule.points:
        lines.append(_bound_line(rule.number, "cap", capped - rule.points))
    return capped


def _worth(rule: Scored, count: Count, as_of: int) -> int:
    """What the occurrences give today, with sign, before the cap."""
    if rule.counts == "every time":
        if rule.half_life is None:
            return rule.points * count.n
        return -count.worth if rule.points < 0 else count.worth
    moment = count.first_at if rule.counts == "first time" else count.last_at
    return decayed(rule.points, rule.half_life, age_in_days(moment, as_of))


def _bound_line(rule: int, line: str, points: int) -> Line:
    return Line(rule, line, None, None, None, None, None, None, points)


def _within(points: int, least: int | None, most: int | None) -> int:
    if least is not None and points < least:
        points = least
    return most if most is not None and points > most else points


def _mark(cuts: Cuts, view: View, worst: str) -> str:
    points = view.score(cuts.score)
    return next((mark for mark, least in cuts.steps() if points >= least), worst)
