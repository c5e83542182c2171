"""From how many points on a lead is handed over: the marks in a playbook's text, and the text with them moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from qualify.playbook import Playbook
from qualify.playbook.document import Path
from qualify.playbook.rewriting import Rewriting
from qualify.vocabulary import TOTAL

HANDED: Final = ("mql", "pql")
"""The stages at which leads are handed over where the playbook does not say."""
_WORDS: Final = ("at_least", "below")


class Mark(NamedTuple):
    """So many points of a score: to enter a stage (``at_least``) or below which it is left (``below``)."""

    path: Path
    stage: str
    score: str
    word: str
    points: float


def stages_of(book: Playbook) -> tuple[str, ...]:
    """The stages at which the playbook hands leads over, lowest first."""
    wanted = set(book.handoff.at) if book.handoff else set(HANDED)
    return tuple(name for name in book.ladder if name in wanted)


def marks(text: str, stages: Sequence[str]) -> list[Mark]:
    """Every mark in points by which these stages are entered or left, in the order written."""
    tree = Rewriting(text)
    found: list[Mark] = []
    for stage in stages:
        found += _threshold(tree.at(("thresholds", stage)), stage)
        for part in ("enter", "leave"):
            written = tree.at(("stages", stage, part))
            found += _inside(written, ("stages", stage, part), stage)
    return found


def _threshold(written: Any, stage: str) -> Iterator[Mark]:
    if isinstance(written, int | float):
        yield Mark(("thresholds", stage), stage, TOTAL, "at_least", float(written))
    elif isinstance(written, dict):
        score = str(written.get("score", TOTAL))
        for key, word in (("enter", "at_least"), ("leave", "below")):
            if isinstance(written.get(key), int | float):
                yield Mark(("thresholds", stage, key), stage, score, word, float(written[key]))


def _inside(written: Any, path: Path, stage: str) -> Iterator[Mark]:
    if isinstance(written, list):
        for place, each in enumerate(written):
            yield from _inside(each, (*path, place), stage)
    elif isinstance(written, dict):
        if isinstance(score := written.get("score"), str):
            for word in _WORDS:
                if isinstance(written.get(word), int | float):
                    yield Mark((*path, word), stage, score, word, float(written[word]))
        for key, each in written.items():
            if isinstance(each, dict | list):
                yield from _inside(each, (*path, str(key)), stage)


def moved(text: str, stages: Sequence[str], by: float) -> str:
    """The text with every mark of these stages moved by so many points; comments and layout stay."""
    tree = Rewriting(text)
    for mark in marks(text, stages):
        tree.put(mark.path, plain(mark.points + by))
    return tree.text()


def lowered(text: str, leave: dict[Path, float]) -> str:
    """The text with these marks in place of those that stand there."""
    tree = Rewriting(text)
    for path, points in leave.items():
        tree.put(path, plain(points))
    return tree.text()


def plain(points: float) -> int | float:
    """As a playbook writes it: whole where it is whole."""
    return int(points) if float(points).is_integer() else points
