"""The whole lesson of some training rows: asked, tried by time, judged; and what is offered of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from qualify.learning import gates
from qualify.learning.card import Card, cards
from qualify.learning.challenger import Challenger, challenging
from qualify.learning.columns import Columns, Flags, Floats
from qualify.learning.evidence import Evidence, Unfit, fit_for_learning
from qualify.learning.items import itemised
from qualify.learning.leaks import FALL, Choices, Leak, leaks, not_learnt
from qualify.learning.likelihood import Likelihood, trained
from qualify.learning.proposing import Proposal, new_rules, proposals
from qualify.learning.ridge import ranked_by
from qualify.learning.splitting import Split, by_time, walk_forward
from qualify.learning.trial import Figures, Verdict, measured, promoted, shuffled, tried, verdict
from qualify.playbook.book import Playbook
from qualify.speech import Figure, sentence

CURVE: Final = (1, 2, 3, 4, 6, 8, 12, 16, 20)
"""The sizes of card whose AUC is shown."""

Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Tested:
    """What the test by time showed: figures by name, the chances given there, and what came of those leads."""

    figures: Mapping[str, Figures] = field(default_factory=dict)
    chances: Floats | None = None
    won: Flags | None = None
    today: Floats | None = None
    cut: int | None = None
    curve: tuple[tuple[int, float], ...] = ()
    history: tuple[tuple[int, float, float, float], ...] = ()
    """The AUC on stretches further and further on: (the cut, AUC, low, high)."""


@dataclass(frozen=True, eq=False)
class Lesson:
    """What was learnt, and what not."""

    horizon_days: int
    evidence: Evidence
    unfit: tuple[Unfit, ...]
    leaks: tuple[Leak, ...]
    left_out: tuple[str, ...]
    gate: gates.Gate
    verdict: Verdict
    tested: Tested
    shuffled: Figures | None = None
    likelihood: Likelihood | None = None
    challenger: Challenger | None = None
    champion: str = "rules"
    """``rules`` (nothing learnt is in force), ``likelihood`` or ``challenger``."""
    card: Card | None = None
    proposals: tuple[Proposal, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def won(self) -> int:
        """How many of the leads were won."""
        return int(self.evidence.won.sum())

    @property
    def lost(self) -> int:
        """How many were not."""
        return len(self.evidence) - self.won


def learnt(
    evidence: Evidence,
    horizon_days: int,
    *,
    choices: Choices | None = None,
    book: Playbook | None = None,
    progress: Progress = lambda step: None,
) -> Lesson:
    """Everything that these rows teach; one row of each lead is used. Columns that may leak are set aside first."""
    with one_thread():
        return _learnt(evidence.one_each(), horizon_days, choices or Choices(), book, progress)


def one_thread() -> AbstractContextManager[Any]:
    """Arithmetic on one thread: those that wait for each other cost more than they bring at these sizes."""
    import sklearn.ensemble  # noqa: F401  # before the limit: it holds for what is loaded
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(limits=1)
    return limits


def _learnt(
    rows: Evidence, horizon_days: int, choices: Choices, book: Playbook | None, progress: Progress
) -> Lesson:
    whole = rows.columns
    columns, unfit = fit_for_learning(rows.columns)
    progress("looking for leaks")
    asked = leaks(columns, rows.won, choices, rows.lead)
    left_out = not_learnt(columns, choices, asked)
    rows = Evidence(**{**vars(rows), "columns": columns.without(left_out)})
    won, lost = int(rows.won.sum()), int((~rows.won).sum())
    begun: dict[str, Any] = {
        "horizon_days": horizon_days,
        "evidence": rows,
        "unfit": tuple(unfit),
        "leaks": tuple(asked),
        "left_out": left_out,
        "gate": gates.gate(won, lost),
    }
    rules = Columns((each for each in whole.values() if each.origin == "rule"), whole.rows)
    missing = gates.missing(won, lost)
    if missing:
        return Lesson(**begun, verdict=verdict(None, None, missing), tested=Tested())
    return _taught(rows, begun, book, rules, progress)


def _taught(
    rows: Evidence, begun: dict[str, Any], book: Playbook | None, rules: Columns, progress: Progress
) -> Lesson:
    passed: gates.Gate = begun["gate"]
    progress("testing on later leads")
    split = by_time(rows.at, rows.won, rows.lead, begun["horizon_days"])
    tested = Tested() if split is None else _tested(rows, split, passed, begun["horizon_days"])
    found = verdict(tested.figures.get("likelihood"), tested.figures.get("today"), "")
    progress("learning from all leads")
    cross = shuffled(rows, trained)
    likelihood = trained(rows.columns, rows.won, rows.lead)
    wins = passed.may_become_champion and promoted(
        tested.figures.get("challenger"), tested.figures.get("likelihood")
    )
    card = _card(rows, passed.items)
    return Lesson(
        **begun,
        verdict=found,
        tested=tested,
        shuffled=cross,
        likelihood=likelihood,
        challenger=challenging(rows.columns, rows.won, rows.lead) if wins else None,
        champion="rules" if not found.active else "challenger" if wins else "likelihood",
        card=card,
        proposals=_proposed(rows, card if found.active else None, book, rules),
        warnings=tuple(_warnings(rows, cross, tested.figures.get("likelihood"))),
    )


def _tested(rows: Evidence, split: Split, passed: gates.Gate, horizon_days: int) -> Tested:
    """The default, the card, today's rules, and the challenger where it may try, all on the same later leads."""
    before, after = rows.rows(split.train), rows.rows(split.test)
    figures: dict[str, Figures] = {}
    figures["likelihood"], chances = tried(rows, split, trained)
    if passed.challenger:
        figures["challenger"], _ = tried(rows, split, challenging)
    by_size = _cards(before, CURVE)
    totals = {size: card.totals(after.columns) for size, card in by_size.items()}
    best = by_size[max(size for size in by_size if size <= passed.items)]
    figures["card"] = measured(best.totals(after.columns), after.won, best.chances(after.columns))
    if after.today is not None:
        figures["today"] = measured(after.today, after.won)
    curve = tuple((size, measured_auc(total, after.won)) for size, total in totals.items())
    return Tested(figures, chances, after.won, after.today, split.cut, curve, _history(rows, horizon_days))


def measured_auc(ranking: Floats, won: Flags) -> float:
    """The AUC of a ranking."""
    from qualify.learning.figures import auc

    return auc(ranking, won)


def _history(rows: Evidence, horizon_days: int) -> tuple[tuple[int, float, float, float], ...]:
    found = []
    for split in walk_forward(rows.at, rows.won, rows.lead, horizon_days):
        figures, _ = tried(rows, split, trained)
        found.append((split.cut, figures.auc, figures.low, figures.high))
    return tuple(found)


def _cards(rows: Evidence, sizes: tuple[int, ...]) -> dict[int, Card]:
    items, answers = itemised(rows.columns, rows.won, rows.lead)
    ranking = ranked_by(answers, rows.won, answers)
    return cards(items, answers, ranking, rows.won, rows.columns, sizes, sayable=True)


def _card(rows: Evidence, size: int) -> Card:
    return _cards(rows, (size,))[size]


def _proposed(
    rows: Evidence, card: Card | None, book: Playbook | None, rules: Columns
) -> tuple[Proposal, ...]:
    """What history says of each rule in force, and the items that are none of them of a card that passed its test."""
    own = [] if book is None else proposals(book, rules, rows.won)
    return (*own, *(new_rules(card, rows.columns, rows.won, rules) if card is not None else ()))


def _warnings(rows: Evidence, cross: Figures, later: Figures | None) -> list[str]:
    found = list[str]()
    if later is not None and cross.auc - later.auc > FALL:
        found.append(
            sentence(
                "shuffled, the AUC would be %(shuffled)s; on later leads it is %(later)s. "
                "What leads are like has changed, or a column knows what came later",
                shuffled=Figure(cross.auc, 2),
                later=Figure(later.auc, 2),
            )
        )
    if len(np.unique(rows.at)) == 1:
        found.append(
            sentence("all leads have the same date: nothing can be said about how this holds over time")
        )
    return found


def kept_columns(columns: Columns, lesson: Lesson) -> Columns:
    """Of any rows' columns those that the lesson's models look at."""
    return columns.without(name for name in columns if name not in lesson.evidence.columns)
