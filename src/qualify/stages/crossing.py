"""Between which moments no threshold can be crossed, though points decay: so that nobody looks every day."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable

from qualify.criteria.logic import GradeIn, ScoreIs, parts
from qualify.scoring.layout import Layout
from qualify.scoring.single import Judgement, within
from qualify.vocabulary import TOTAL

Span = tuple[int, int]
"""The least and the most that something can be."""


class Thresholds:
    """The numbers of points at which the stages' conditions turn.

    While nothing but decay happens, what each rule gives only shrinks towards zero. So what it gives at two
    moments holds everything that it gives in between, and so it is with the scores made of them.
    """

    def __init__(self, layout: Layout) -> None:
        self.book, self.score_of = layout.book, [rule.score for rule in layout.rules]
        cuts: dict[str, set[int]] = {}
        for name, points in _cuts(layout):
            cuts.setdefault(name, set()).add(points)
        self.cuts = {name: sorted(points) for name, points in cuts.items()}

    def first_crossing(
        self,
        judge_at: Callable[[int], Judgement],
        fades: Callable[[Judgement], int],
        span: tuple[Judgement, Judgement],
    ) -> Judgement | None:
        """The judgement at the first moment at which a threshold is crossed; None when none is.

        In between the two of ``span`` nothing may happen but decay; ``fades`` tells when next after one.
        """
        before, after = span
        while not self._apart_never(before, after):
            fading = fades(before)
            if fading >= after.as_of:
                return after
            middle = judge_at(max(fading, (before.as_of + after.as_of) // 2))
            if (found := self.first_crossing(judge_at, fades, (before, middle))) is not None:
                return found
            before = middle
        return None

    def _apart_never(self, before: Judgement, after: Judgement) -> bool:
        """Whether all scores stay on the same side of every threshold from the one to the other."""
        if not self.cuts or before.lines == after.lines:
            return True
        spans = self._spans(before, after)
        return all(
            _side(points, spans[name][0]) == _side(points, spans[name][1])
            for name, points in self.cuts.items()
        )

    def _spans(self, before: Judgement, after: Judgement) -> dict[str, Span]:
        """What each score, and the total, can be from the one moment to the other."""
        one, other = _by_rule(before), _by_rule(after)
        least, most = dict.fromkeys(self.book.scores, 0), dict.fromkeys(self.book.scores, 0)
        for rule in one.keys() | other.keys():
            points = (one.get(rule, 0), other.get(rule, 0))
            least[self.score_of[rule]] += min(points)
            most[self.score_of[rule]] += max(points)
        spans = {
            name: (within(least[name], score.bounds), within(most[name], score.bounds))
            for name, score in self.book.scores.items()
        }
        counted = [spans[name] for name in self.book.total_of]
        low, high = sum(span[0] for span in counted), sum(span[1] for span in counted)
        return {**spans, TOTAL: (within(low, self.book.total), within(high, self.book.total))}


def _cuts(layout: Layout) -> list[tuple[str, int]]:
    """The scores that stages ask for, with the points at which the answer turns."""
    truths = [truth for each in layout.stages for truth in (each.enter, each.leave, each.fast_lane)]
    leaves = [leaf for truth in truths if truth is not None for leaf in parts(truth)]
    found = [(leaf.score, leaf.points) for leaf in leaves if isinstance(leaf, ScoreIs)]
    grades = layout.book.grades
    if grades is not None and any(isinstance(leaf, GradeIn) for leaf in leaves):
        halves = (grades.letters, grades.numbers)
        found += [(half.score, points) for half in halves for _, points in half.steps()]
    return found


def _by_rule(judged: Judgement) -> dict[int, int]:
    """What each rule gives, within its cap."""
    found: dict[int, int] = {}
    for line in judged.lines:
        if line.line in ("rule", "cap"):
            found[line.rule] = found.get(line.rule, 0) + line.points
    return found


def _side(cuts: list[int], points: int) -> tuple[int, int]:
    """Between which of the cuts, or on which of them, the points are."""
    return bisect_left(cuts, points), bisect_right(cuts, points)
