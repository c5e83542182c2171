"""Whose turn it is: in turn by weight, or whoever is least busy. Ties go by what was last given, then by id.

In turn: with every lead each rep who could have had it earns their weight, and who gets it pays the weights of all
(smooth weighted round robin). As long as the same reps can have them, nobody ever has one lead more than their share.
Who is away earns nothing, so nobody comes back to a pile; this is the car pool problem (Fagin and Williams, A fair
carpool scheduling algorithm, IBM Journal of Research and Development 27, 1983).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from qualify.handoff.facts import Rep
from qualify.handoff.standing import Standing


def next_in_turn(queue: str, reps: Sequence[Rep], standing: Standing) -> Rep:
    """Whose turn it is among these, of whom there is at least one; all have a weight."""
    earned = standing.credits.get(queue, Counter[str]())
    return min(reps, key=lambda rep: (-(earned[rep.rep_id] + rep.weight), *_tie(rep, standing)))


def least_busy(reps: Sequence[Rep], standing: Standing) -> Rep:
    """Who has, with one lead more, the fewest open leads for their weight."""
    return min(
        reps, key=lambda rep: (Fraction(standing.open[rep.rep_id] + 1, rep.weight), *_tie(rep, standing))
    )


def _tie(rep: Rep, standing: Standing) -> tuple[int, str]:
    return standing.last_given(rep.rep_id), rep.rep_id
