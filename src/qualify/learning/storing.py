"""Models as JSON, with what they were learnt from and how they did; who is champion, and the way back.

Nothing is pickled: a stored model is numbers and words, read by our own code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qualify.errors import QualifyError
from qualify.learning.challenger import Challenger
from qualify.learning.columns import Flags
from qualify.learning.exploring import drawn
from qualify.learning.lesson import Lesson
from qualify.learning.likelihood import Likelihood
from qualify.learning.trial import WINS_BY

FORMAT: Final = 1
MOST_KEPT: Final = 50


def stored(
    lesson: Lesson, *, outcome: str = "won", playbook: str | None = None, as_of: int = 0
) -> dict[str, Any]:
    """The lesson's best model as plain data: what it foretells, its data's fingerprint, its figures, the playbook's.

    Raises ``QualifyError`` when nothing was learnt.
    """
    model = lesson.challenger if lesson.champion == "challenger" else lesson.likelihood
    if model is None:
        raise QualifyError(f"there is no model to keep: {lesson.verdict.why}")
    return {
        "format": FORMAT,
        "kind": "trees" if isinstance(model, Challenger) else "ridge",
        "outcome": outcome,
        "horizon_days": lesson.horizon_days,
        "trained_as_of": as_of,
        "rows": len(lesson.evidence),
        "won": lesson.won,
        "data": lesson.evidence.fingerprint,
        "playbook": playbook,
        "left_out": list(lesson.left_out),
        "active": lesson.verdict.active,
        "why": lesson.verdict.why,
        "figures": {name: each.written() for name, each in lesson.tested.figures.items()},
        "columns": {name: column.origin for name, column in lesson.evidence.columns.items()},
        "model": model.written(),
    }


def restored(written: Mapping[str, Any]) -> Likelihood | Challenger:
    """The model of such data; raises ``QualifyError`` for a format that this version does not know."""
    if written.get("format") != FORMAT:
        raise QualifyError(f"a model of format {written.get('format')!r}; this version reads format {FORMAT}")
    if written["kind"] == "trees":
        return Challenger.read(written["model"])
    return Likelihood.read(written["model"])


@dataclass(frozen=True)
class Champions:
    """The models that were in force, oldest first, each with why; the last one is. Without any, the rules are."""

    history: tuple[Mapping[str, Any], ...] = ()

    @property
    def champion(self) -> Mapping[str, Any] | None:
        """The model in force (as :func:`stored` gives it); None: the written rules."""
        return self.history[-1]["model"] if self.history else None

    def challenged(self, candidate: Mapping[str, Any], champion_auc: float | None, moment: int) -> Champions:
        """The champions after a retraining.

        ``champion_auc`` is the AUC of the model in force on the very leads that the candidate was tested on. The first
        model to be active takes the place of the rules; later ones must win by 0.01.
        """
        if not candidate["active"]:
            return self
        name = "challenger" if candidate["kind"] == "trees" else "likelihood"
        auc = candidate["figures"][name]["auc"]
        if self.champion is not None and champion_auc is not None and auc < champion_auc + WINS_BY:
            return self
        beaten = (
            "the written rules" if self.champion is None else f"the last model (AUC {champion_auc or 0:.3f})"
        )
        return self.crowned(candidate, f"AUC {auc:.3f} on later leads, before {beaten}", moment)

    def crowned(self, model: Mapping[str, Any], why: str, moment: int) -> Champions:
        """The champions with that model in force from the moment on."""
        return Champions((*self.history, {"model": model, "why": why, "since": moment})[-MOST_KEPT:])

    def rolled_back(self) -> Champions:
        """The champions as they were before the last one; at the end of the way back are the written rules."""
        return Champions(self.history[:-1])

    def written(self) -> list[dict[str, Any]]:
        """As plain data."""
        return [dict(each) for each in self.history]

    @classmethod
    def read(cls, written: Sequence[Mapping[str, Any]]) -> Champions:
        """Back from plain data."""
        return cls(tuple(written))


def explored(lead_ids: Sequence[Any], share: float, seed: int = 0) -> Flags:
    """Which leads below the threshold are worked all the same, to learn fairly: drawn by a hash of the id, for good."""
    return np.array([drawn(each, share, seed) for each in lead_ids], dtype=np.bool_)
