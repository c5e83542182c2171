"""All that is watched for drift, together: what arrives, what is foretold of it, what came, and how it was ranked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from qualify.learning import gates
from qualify.learning.columns import Floats
from qualify.learning.drift import Alarm, Watch, foretold, ranking_fell, split_at, stopped, watched
from qualify.learning.evidence import Evidence, fit_for_learning
from qualify.learning.leaks import Choices, leaks, not_learnt
from qualify.learning.lesson import one_thread
from qualify.learning.likelihood import trained
from qualify.learning.splitting import by_time
from qualify.learning.storing import restored
from qualify.learning.trial import Model, tried

CHANCE: Final = "the learned chance"
TOTAL: Final = "the total of the rules"


@dataclass(frozen=True, eq=False)
class Held:
    """A model that what came is held against, the AUC that its test by time promised (None: there was none), and of how
    many ``rows`` it was learnt.
    """

    model: Model
    promised: float | None = None
    rows: int | None = None

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Held:
        """From what :func:`qualify.learning.storing.stored` gave; raises ``QualifyError`` for another format."""
        name = "challenger" if stored.get("kind") == "trees" else "likelihood"
        figures = stored.get("figures", {}).get(name)
        return cls(restored(stored), None if figures is None else float(figures["auc"]), stored.get("rows"))


def learnt_before(rows: Evidence, horizon_days: int, choices: Choices | None = None) -> Held | None:
    """A likelihood of these rows (one of each lead), with what its own test by time promises; None for too few.

    Columns that may know the outcome are left out until somebody says that they may be kept.
    """
    won, lost = int(rows.won.sum()), int((~rows.won).sum())
    if gates.missing(won, lost):
        return None
    columns, _ = fit_for_learning(rows.columns)
    left_out = not_learnt(columns, choices or Choices(), leaks(columns, rows.won, choices, rows.lead))
    held = replace(rows, columns=columns.without(left_out))
    split = by_time(held.at, held.won, held.lead, horizon_days)
    with one_thread():
        promised = None if split is None else tried(held, split, trained)[0].auc
        return Held(trained(held.columns, held.won, held.lead), promised, len(held))


def watch(
    arriving: Evidence,
    mature: Evidence | None,
    *,
    days: int,
    horizon_days: int,
    held: Held | None = None,
    choices: Choices | None = None,
    kinds: tuple[Mapping[str, int], Mapping[str, int], float] | None = None,
) -> Watch:
    """What changed in the last ``days`` against the time before.

    ``arriving`` are all leads as they came: their columns, the rules' total and the learned chance are watched there.
    ``mature`` are decided leads, one row each: what was foretold of the last of them is held against what came, and how
    they were ranked against the promise; None: that is told elsewhere. Without a model (``held``) one is learnt of the
    mature leads before. ``kinds`` are how many events of each kind came before, and lately, and how many times longer
    before is.
    """
    later, model = None, held
    if mature is not None and len(mature):
        before, after = split_at(mature.at, days)
        later = mature.rows(after)
        model = held or (learnt_before(mature.rows(before), horizon_days, choices) if before.any() else None)
    seen = _of_arriving(arriving, days, model)
    alarms = [*seen.alarms]
    if model is not None and later is not None and len(later):
        alarms += _of_mature(model, later)
    if kinds is not None:
        alarms += stopped(kinds[0], kinds[1], kinds[2], 1)
    return replace(seen, alarms=tuple(alarms))


def _of_arriving(arriving: Evidence, days: int, model: Held | None) -> Watch:
    if not len(arriving):
        return Watch((), {}, 0, 0)
    columns, _ = fit_for_learning(arriving.columns)
    before, after = split_at(arriving.at, days)
    scores: dict[str, Floats] = {}
    if arriving.today is not None:
        scores[TOTAL] = arriving.today
    if model is not None:
        scores[CHANCE] = model.model.chances(arriving.columns)
    pairs = {name: (held[before], held[after]) for name, held in scores.items()}
    return watched(columns.at(before), columns.at(after), scores=pairs)


def _of_mature(model: Held, rows: Evidence) -> Iterable[Alarm]:
    found = [foretold(model.model.chances(rows.columns), rows.won, learnt_from=model.rows)]
    if model.promised is not None:
        found.append(ranking_fell(model.model.ranking(rows.columns), rows.won, model.promised))
    return [each for each in found if each is not None]
