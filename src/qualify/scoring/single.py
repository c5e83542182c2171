"""One lead at a time, in plain Python: the same playbook, the same numbers to the last digit.

For the live application, where a lead is scored in microseconds after each event. A
:class:`Judge` is made once for a playbook; ``judge(record, as_of)`` gives a :class:`Judgement`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qualify.criteria.logic import Answered, HasAnswer, Occurrences
from qualify.moments import DAY, age_in_days
from qualify.playbook.book import Playbook
from qualify.playbook.sections import Bounds, Cuts
from qualify.points import decayed
from qualify.scoring.counting import Counter, Following
from qualify.scoring.layout import Layout, Scored
from qualify.scoring.occurring import Count
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
        "following",
        "grade",
        "judge",
        "properties",
        "record",
        "scores",
    )

    def __init__(self, judge: Judge, record: Record, as_of: int, following: Following | None) -> None:
        self.judge, self.record, self.as_of, self.following = judge, record, as_of, following
        self.properties: Values = (
            record.known_traits(as_of) if record.learnt or record.account_traits else record.traits
        )
        self.counts: Mapping[int, Count] = {}
        if judge.sees_events:
            self.counts = following.counts(as_of) if following else judge.counter.counts(record, as_of)
        self.scores: dict[str, int] = {}
        self.grade: str | None = None
        self.decision: str | None = None
        self.entered = record.created_at

    def count(self, occurrences: Occurrences) -> int | None:
        """How many occurrences; None when there are no events at all to look at."""
        if not self.judge.sees_events:
            return None
        found = self.counts.get(self.judge.number_of(occurrences))
        return found.n if found else 0

    def newest(self, occurrences: Occurrences) -> int | None:
        """When the newest occurrence was."""
        found = self.counts.get(self.judge.number_of(occurrences))
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
        self.layout = layout = playbook if isinstance(playbook, Layout) else Layout(playbook)
        self.sees_events = sees_events
        self.counter = Counter(layout.tallies)
        self._numbers: dict[int, tuple[int, Occurrences]] = {}
        self.rules = [(rule, *_readied(rule)) for rule in layout.rules]
        book = layout.book
        self.nothing = dict.fromkeys(book.scores, 0)
        self.bounds = [(name, score.bounds, name in book.total_of) for name, score in book.scores.items()]
        grades = book.grades
        self.grades = [] if grades is None else [_marks(grades.letters, "D"), _marks(grades.numbers, "4")]

    def __call__(self, record: Record, as_of: int, following: Following | None = None) -> Judgement:
        """Judge the lead by what was known at ``as_of`` (epoch milliseconds).

        Whoever judges a lead at one moment after the other goes on ``following`` it.
        """
        view = View(self, record, as_of, following)
        sums = self.nothing.copy()
        lines: list[Line] = []
        unknown: list[int] = []
        for rule, test, held in self.rules:
            if rule.tally is not None:
                count = view.counts.get(rule.tally)
                if count is not None:
                    sums[rule.score] += _behaved(rule, count, as_of, lines)
                elif not self.sees_events:
                    unknown.append(rule.number)
            elif judged := test(view):
                sums[rule.score] += rule.capped(rule.points)
                lines += held
            elif judged is None:
                unknown.append(rule.number)
        scores = self._bound(sums, view, lines)
        view.grade = self._grade(view)
        information = float(len(self.rules) - len(unknown)) / float(len(self.rules))
        return Judgement(as_of, scores, view.scores[TOTAL], view.grade, information, lines, unknown, view)

    def number_of(self, occurrences: Occurrences) -> int:
        """The tally that counts them; remembered by identity, since comparing them takes longer than the rest."""
        known = self._numbers.get(id(occurrences))
        if known is None:
            known = self._numbers[id(occurrences)] = (self.layout.tally_of(occurrences), occurrences)
        return known[0]

    def _bound(self, sums: dict[str, int], view: View, lines: list[Line]) -> dict[str, int]:
        """The scores within their bounds; the view has the total too, within its own."""
        total, scores = 0, {}
        for number, (name, bounds, counts) in enumerate(self.bounds):
            points = sums[name]
            scores[name] = bounded = within(points, bounds)
            if bounded != points:
                lines.append(_taken(number, "score bound", bounded - points))
            if counts:
                total += bounded
        bounded = within(total, self.layout.book.total)
        if bounded != total:
            lines.append(_taken(len(self.bounds), "total bound", bounded - total))
        view.scores = {**scores, TOTAL: bounded}
        return scores

    def _grade(self, view: View) -> str | None:
        marks = [
            next((mark for mark, least in steps if view.scores[name] >= least), worst)
            for name, steps, worst in self.grades
        ]
        return "".join(marks) or None


def _readied(rule: Scored) -> tuple[Test, list[Line]]:
    """The rule's condition as a function, and its lines for when it holds (of use for conditions only)."""
    capped = rule.capped(rule.points)
    held = [Line(rule.number, "rule", None, None, None, rule.points, rule.points, capped, rule.points)]
    if capped != rule.points:
        held.append(_taken(rule.number, "cap", capped - rule.points))
    return compiled(rule.truth), held


def _behaved(rule: Scored, count: Count, as_of: int, lines: list[Line]) -> int:
    """The points of a rule on behaviour, within its cap; its lines are added."""
    n, first_at = count.n, count.first_at
    if n < rule.at_least:
        return 0
    if rule.counts == "first time" and rule.window and as_of - first_at >= rule.window * DAY:
        return 0
    worth = _worth(rule, count, as_of)
    raw = rule.points * n if rule.counts == "every time" else rule.points
    capped = rule.capped(worth)
    lines.append(Line(rule.number, "rule", n, first_at, count.last_at, raw, worth, capped, worth))
    if capped != worth:
        lines.append(_taken(rule.number, "cap", capped - worth))
    return capped


def _worth(rule: Scored, count: Count, as_of: int) -> int:
    """What the occurrences give today, with sign, before the cap."""
    if rule.counts == "every time":
        if rule.half_life is None:
            return rule.points * count.n
        return -count.worth if rule.points < 0 else count.worth
    moment = count.first_at if rule.counts == "first time" else count.last_at
    return decayed(rule.points, rule.half_life, age_in_days(moment, as_of))


def _taken(rule: int, line: str, points: int) -> Line:
    """The line of a cap or a bound."""
    return Line(rule, line, None, None, None, None, None, None, points)


def within(points: int, bounds: Bounds) -> int:
    """The points, no lower and no higher than the bounds."""
    least, most = bounds.at_least, bounds.at_most
    if least is not None and points < least:
        points = least
    return most if most is not None and points > most else points


def _marks(cuts: Cuts, worst: str) -> tuple[str, list[tuple[str, int]], str]:
    """The score that a half of the grade is read from, its marks from the best down, and the mark below."""
    return cuts.score, list(cuts.steps()), worst
