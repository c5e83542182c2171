"""From nothing to the total, line by line: what each rule gave, what caps and bounds took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from qualify.vocabulary import TOTAL
from qualify.web.looking.words import Told

WIDTH = 1_000
"""How wide the drawing is, in its own units; the page stretches it."""


class Bar(NamedTuple):
    """A line of the drawing, and of the table it stands in: from ``x``, so wide; ``kind`` says its colour.

    ``line`` is the line of the ledger (None for a sum).
    """

    label: str
    points: float
    kind: str
    x: float
    width: float
    line: Told | None


class Step(NamedTuple):
    """The lines of one score, and what they come to."""

    score: str
    counts: bool
    """Whether it is part of the total."""
    bars: list[Bar]
    sum: Bar


class Waterfall(NamedTuple):
    """All scores, the total, and where zero is in the drawing."""

    steps: list[Step]
    total: list[Bar]
    zero: float


_AFTER = {"rule": 0, "cap": 1, "score bound": 2, "total bound": 3}


def waterfall(lines: Sequence[Told], scores: dict[str, float], total: float, of: Sequence[str]) -> Waterfall:
    """The lines as bars from 0 on: each begins where the one before ended; ``of`` are the scores of the total."""
    by_score = {name: _ordered([line for line in lines if line.score == name]) for name in scores}
    reached = _reached(by_score, lines)
    low, high = min(0.0, *reached, total), max(0.0, *reached, total)
    scale = WIDTH / ((high - low) or 1.0)

    def bar(label: str, start: float, end: float, kind: str, line: Told | None = None) -> Bar:
        left = (min(start, end) - low) * scale
        return Bar(
            label, end - start, kind, round(left, 1), round(max(abs(end - start) * scale, 2.0), 1), line
        )

    steps, base = [], 0.0
    for name, among in by_score.items():
        begin = base if name in of else 0.0
        at, bars = begin, []
        for line in among:
            bars.append(bar(line.rule, at, at + line.points, _kind(line), line))
            at += line.points
        steps.append(Step(name, name in of, bars, bar(name, begin, at, "sum")))
        base = at if name in of else base
    bounds = [line for line in lines if line.score == TOTAL]
    taken = [bar(line.rule, base, base + line.points, "took", line) for line in bounds]
    return Waterfall(steps, [*taken, bar(TOTAL, 0.0, total, "total")], round(-low * scale, 1))


def _ordered(lines: Sequence[Told]) -> list[Told]:
    """What gave most comes first, each cap right after what it caps, bounds at the end."""
    rules = sorted((line for line in lines if line.line == "rule"), key=lambda line: -line.points)
    caps = [line for line in lines if line.line == "cap"]
    found = []
    for rule in rules:
        found += [rule, *(cap for cap in caps if cap.rule.endswith(f": {rule.rule}"))]
    return found + [line for line in lines if _AFTER[line.line] > 1]


def _kind(line: Told) -> str:
    return "took" if line.line != "rule" else "plus" if line.points >= 0 else "minus"


def _reached(by_score: dict[str, list[Told]], lines: Sequence[Told]) -> list[float]:
    """Every height that the drawing passes, whichever score comes first."""
    found, base = [0.0], 0.0
    for among in by_score.values():
        at = base
        for line in among:
            at += line.points
            found.append(at)
        base = max(base, at)
    return found
