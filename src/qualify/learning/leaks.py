"""Columns that may know the outcome already: asked about in words before anything is learnt, never dropped silently.

A leak is the largest effect in every set of leads that we measured. The checks are about each column by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import numpy as np

from qualify.learning.columns import Column, Columns, Flags, Floats, Ints
from qualify.learning.figures import auc
from qualify.learning.items import FOLDS, PRIOR, cuts_of, fold_of
from qualify.speech import Figure, sentence

TOO_GOOD: Final = 0.9
MANY_LEADS: Final = 30
FILLED_FOR_WON: Final = 0.9
FILLED_FOR_LOST: Final = 0.5
TELLING_GAP: Final = 0.1
"""By how much more than half "unknown" has to rank leads to be asked about."""
FALL: Final = 0.05
NAMED: Final = 0.7
"""With a name that speaks of the end, so good a column is set aside; less good, it is mentioned."""
_NAMES: Final = re.compile(
    r"reason|lost|won\b|closed?\b|tags?\b|quality|amount|deal|convert|outcome|status|stage|churn|signed|invoice",
    re.IGNORECASE,
)
_CHANCE: Final = 1e-4

Check = Literal["alone", "certain", "filled", "unknown", "name"]


@dataclass(frozen=True)
class Leak:
    """A question about a column: which check found it, in words, and whether it is set aside until answered."""

    column: str
    check: Check
    said: str
    set_aside: bool
    auc: float


@dataclass(frozen=True)
class Choices:
    """What people decided of columns: those to leave out, and those to keep although they were asked about."""

    leave_out: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)

    def written(self) -> dict[str, Any]:
        """As plain data, as it is kept beside the playbook: ``leave out:`` and ``keep:``."""
        return {"leave out": list(self.leave_out), "keep": list(self.keep)}

    @classmethod
    def read(cls, written: Mapping[str, Any] | None) -> Choices:
        """Back from plain data; nothing is no choice."""
        told = written or {}
        return cls(tuple(told.get("leave out") or ()), tuple(told.get("keep") or ()))


def leaks(
    columns: Columns, won: Flags, choices: Choices | None = None, groups: Ints | None = None
) -> list[Leak]:
    """Every question about these columns that nobody has answered yet, the most telling first."""
    if won.all() or not won.any():
        return []
    answered = {*(choices.leave_out if choices else ()), *(choices.keep if choices else ())}
    folds = fold_of(np.arange(len(won)) if groups is None else groups)
    found = [
        leak
        for name, column in columns.items()
        if name not in answered and column.origin == "trait"
        for leak in _first(_asked(column, won, folds))
    ]
    return sorted(found, key=lambda leak: (-leak.auc, leak.column))


def set_aside(found: Iterable[Leak]) -> list[str]:
    """The columns that are set aside until somebody answers."""
    return list(dict.fromkeys(leak.column for leak in found if leak.set_aside))


def not_learnt(columns: Columns, choices: Choices, found: Iterable[Leak]) -> tuple[str, ...]:
    """The columns that nothing is learnt from: those that somebody left out, and those that are set aside."""
    return tuple(dict.fromkeys((*(name for name in choices.leave_out if name in columns), *set_aside(found))))


def _first(found: Iterator[Leak]) -> list[Leak]:
    """The gravest of a column's questions: one is enough."""
    every = sorted(found, key=lambda leak: not leak.set_aside)
    return every[:1]


def _asked(column: Column, won: Flags, folds: Ints) -> Iterator[Leak]:
    alone = alone_auc(column, won, folds)
    name = column.name
    if alone > TOO_GOOD:
        said = sentence(
            "`%(column)s` alone tells won from lost with an AUC of %(auc)s: it may be filled in after the outcome. "
            "Leave it out?",
            column=name, auc=Figure(alone, 2),
        )  # fmt: skip
        yield Leak(name, "alone", said, True, alone)
    if (value := _certain(column, won)) is not None:
        yield Leak(name, "certain", _of_certain(name, *value), True, alone)
    yield from _gaps(column, won, alone)
    if _NAMES.search(name):
        said = sentence(
            "`%(column)s` sounds like something that is known only in the end (alone: AUC %(auc)s). Leave it out?",
            column=name, auc=Figure(alone, 2),
        )  # fmt: skip
        yield Leak(name, "name", said, alone > NAMED, alone)


def _of_certain(column: str, value: str, leads: int, wins: int) -> str:
    if wins:
        return sentence(
            "of %(leads)s leads whose `%(column)s` is %(value)s, all were won: that is more than chance. "
            "Was it written after the outcome? Leave it out?",
            leads=leads, column=column, value=repr(value),
        )  # fmt: skip
    return sentence(
        "of %(leads)s leads whose `%(column)s` is %(value)s, none were won: that is more than chance. "
        "Was it written after the outcome? Leave it out?",
        leads=leads, column=column, value=repr(value),
    )  # fmt: skip


def _gaps(column: Column, won: Flags, alone: float) -> Iterator[Leak]:
    """What the gaps tell: a column that is filled in for the won, or whose gaps predict."""
    known = ~column.unknown
    if known.all() or not known.any():
        return
    of_won, of_lost = float(known[won].mean()), float(known[~won].mean())
    name = column.name
    if of_won >= FILLED_FOR_WON and of_lost <= FILLED_FOR_LOST:
        said = sentence(
            "`%(column)s` is filled in for %(won)s of the won and %(lost)s of the lost: "
            "it may be asked in the call that sells. Leave it out?",
            column=name, won=Figure(of_won, 0, percent=True), lost=Figure(of_lost, 0, percent=True),
        )  # fmt: skip
        yield Leak(name, "filled", said, True, alone)
        return
    telling = abs(auc(known.astype(np.float64), won) - 0.5)
    if telling > TELLING_GAP and min(known.sum(), (~known).sum()) >= MANY_LEADS:
        rates = [Figure(float(won[some].mean()), 0, percent=True) for some in (known, ~known)]
        said = sentence(
            "whether `%(column)s` is known tells a lot by itself (%(known)s of the leads with it were won, %(unknown)s "
            "of those without): was it asked before the outcome? If not, leave it out.",
            column=name, known=rates[0], unknown=rates[1],
        )  # fmt: skip
        yield Leak(name, "unknown", said, False, alone)


def alone_auc(column: Column, won: Flags, folds: Ints | None = None) -> float:
    """How well a column ranks leads all by itself: by the rate of its value, learnt on other leads."""
    folds = fold_of(np.arange(len(won))) if folds is None else folds
    codes = _binned(column) + 1
    rates = np.zeros(len(won))
    size = int(codes.max()) + 1 if len(codes) else 1
    for fold in range(FOLDS):
        here = folds == fold
        leads = np.bincount(codes[~here], minlength=size)
        wins = np.bincount(codes[~here], weights=won[~here], minlength=size)
        overall = won[~here].mean() if (~here).any() else 0.0
        rates[here] = ((wins + PRIOR * overall) / (leads + PRIOR))[codes[here]]
    found = auc(rates, won)
    return 0.5 if np.isnan(found) else max(found, 0.5)


def _binned(column: Column) -> Ints:
    """The levels of a column; of numbers, which of their cuts they have passed. −1: unknown."""
    if not column.is_number:
        return np.asarray(column.values, dtype=np.int64)
    values: Floats = column.values
    found = np.searchsorted(np.array(cuts_of(values)), values, side="right")
    return np.where(column.unknown, -1, found)


def _certain(column: Column, won: Flags) -> tuple[str, int, int] | None:
    """A value with many leads, all won or all lost, although by chance that would hardly happen."""
    codes = _binned(column)
    known = codes >= 0
    if not known.any():
        return None
    leads = np.bincount(codes[known])
    wins = np.bincount(codes[known], weights=won[known])
    overall = float(won.mean())
    by_chance = np.where(wins == 0, (1 - overall) ** leads, overall**leads) * len(leads)
    certain = (leads >= MANY_LEADS) & ((wins == 0) | (wins == leads)) & (by_chance < _CHANCE)
    if not certain.any():
        return None
    place = int(np.argmax(np.where(certain, leads, 0)))
    return _value(column, place), int(leads[place]), int(wins[place])


def _value(column: Column, place: int) -> str:
    if column.levels is not None:
        return column.levels[place]
    bounds: Sequence[float] = [float(np.nanmin(column.values)), *cuts_of(column.values)]
    return f"{bounds[place]:g} or a little more"
