"""The trial that a likelihood has to stand: how it does on leads that came later than those it learnt from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Final, Protocol

import numpy as np

from qualify.learning import figures
from qualify.learning.columns import Columns, Flags, Floats
from qualify.learning.evidence import Evidence
from qualify.learning.splitting import Split
from qualify.speech import Figure, sentence

LEAST_AUC: Final = 0.55
LEAST_WON: Final = 20
WINS_BY: Final = 0.01
TOP: Final = 0.2


class Model(Protocol):
    """What ranks leads and gives them a chance."""

    def ranking(self, columns: Columns) -> Floats:
        """What leads are ranked by."""

    def chances(self, columns: Columns) -> Floats:
        """The chance of each lead."""


@dataclass(frozen=True)
class Figures:
    """How good a model was on leads that it had not seen; ``low`` and ``high`` bound the AUC (90 %, bootstrap)."""

    leads: int
    won: int
    auc: float
    low: float
    high: float
    lift: float
    log_loss: float | None = None
    calibration_error: float | None = None

    def written(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def measured(ranking: Floats, won: Flags, chances: Floats | None = None) -> Figures:
    """The figures of a ranking, and of chances where there are any."""
    low, high = figures.auc_bounds(ranking, won)
    return Figures(
        leads=len(won),
        won=int(won.sum()),
        auc=figures.auc(ranking, won),
        low=low,
        high=high,
        lift=figures.lift(ranking, won, TOP),
        log_loss=None if chances is None else figures.log_loss(chances, won),
        calibration_error=None if chances is None else figures.calibration_error(chances, won),
    )


def tried(
    evidence: Evidence, split: Split, train: Callable[[Columns, Flags, Any], Model]
) -> tuple[Figures, Floats]:
    """A model trained before the cut, measured after it, and its chances there."""
    before, after = evidence.rows(split.train), evidence.rows(split.test)
    model = train(before.columns, before.won, before.lead)
    chances = model.chances(after.columns)
    return measured(model.ranking(after.columns), after.won, chances), chances


def shuffled(evidence: Evidence, train: Callable[[Columns, Flags, Any], Model], folds: int = 5) -> Figures:
    """The figures of cross-validation, without regard to time: they flatter data that drift."""
    from qualify.learning.items import fold_of

    which = fold_of(evidence.lead, folds)
    ranking, chances = np.zeros(len(evidence)), np.zeros(len(evidence))
    for fold in range(folds):
        here = which == fold
        before = evidence.rows(~here)
        if not here.any() or before.won.all() or not before.won.any():
            continue
        model = train(before.columns, before.won, before.lead)
        chances[here] = model.chances(evidence.columns.at(here))
        ranking[here] = chances[here]
    return measured(ranking, evidence.won, chances)


@dataclass(frozen=True)
class Verdict:
    """Whether a likelihood may be used, and why not, in words."""

    active: bool
    nothing_to_learn: bool
    why: str


def verdict(found: Figures | None, today: Figures | None, missing: str) -> Verdict:
    """Whether it may be used: enough won in a test by time, an AUC surely above 0.55, a better lift than the rules."""
    if missing:
        return Verdict(False, False, missing)
    if found is None:
        return Verdict(
            False,
            False,
            sentence(
                "no test by time could be made: it takes %(least)s won and %(least)s lost leads before and after "
                "a cut, with the horizon between them",
                least=LEAST_WON,
            ),
        )
    if found.low <= LEAST_AUC:
        return Verdict(
            False,
            True,
            sentence(
                "nothing to learn here: on the %(leads)s leads that came later the AUC is %(auc)s, "
                "and it may be as low as %(low)s (0.50 is a coin)",
                leads=found.leads,
                auc=Figure(found.auc, 2),
                low=Figure(found.low, 2),
            ),
        )
    if today is not None and found.lift <= today.lift:
        return Verdict(
            False,
            False,
            sentence(
                "today's rules stay: among their best fifth the rate is %(rules)s times the usual one, among the "
                "likelihood's %(learnt)s times",
                rules=Figure(today.lift, 1),
                learnt=Figure(found.lift, 1),
            ),
        )
    return Verdict(True, False, _holds(found, today))


def _holds(found: Figures, today: Figures | None) -> str:
    told = {"auc": Figure(found.auc, 2), "low": Figure(found.low, 2), "lift": Figure(found.lift, 1)}
    if today is None:
        return sentence(
            "it holds on leads that came later: AUC %(auc)s (at least %(low)s), and the best fifth is won "
            "%(lift)s times as often as usual",
            **told,
        )
    return sentence(
        "it holds on leads that came later: AUC %(auc)s (at least %(low)s), and the best fifth is won "
        "%(lift)s times as often as usual (today's rules: %(rules)s times)",
        rules=Figure(today.lift, 1),
        **told,
    )


def promoted(challenger: Figures | None, default: Figures | None) -> bool:
    """Whether the challenger wins by enough, in AUC and in log loss, on the same later leads."""
    if challenger is None or default is None or challenger.log_loss is None or default.log_loss is None:
        return False
    return challenger.auc >= default.auc + WINS_BY and challenger.log_loss < default.log_loss
