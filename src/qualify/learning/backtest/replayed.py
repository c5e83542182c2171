"""What a replay says of every lead at every look, and what came of the leads, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qualify.learning.columns import Flags, Floats, Ints
from qualify.moments import DAY
from qualify.vocabulary import GRADE_LETTERS, GRADE_NUMBERS, LADDER, STAGES

Codes: TypeAlias = NDArray[np.int8]

GRADES: Final = tuple(letter + number for letter in GRADE_LETTERS for number in GRADE_NUMBERS)
"""Every grade, best first; grades are kept as places in it (−1: none)."""

UNKNOWN: Final = -1
"""The stage of a lead at a look before it was known."""

NEVER: Final = 1 << 62
"""The moment of what did not come about."""


@dataclass(frozen=True, eq=False)
class Replayed:
    """A playbook's judgement of each lead (rows) at each look (columns).

    ``stage`` are places in ``STAGES`` (:data:`UNKNOWN` before the lead was known), ``total`` is in hundredths,
    ``grade`` places in :data:`GRADES`, ``ready`` says whether a stage of ``handed`` would be entered.
    """

    playbook: str
    fingerprint: str
    handed: tuple[str, ...]
    stage: Codes
    total: Ints
    grade: Codes
    ready: Flags

    @cached_property
    def flagged(self) -> Flags:
        """Whether the lead is with sales by the playbook's own judgement.

        In a stage at which leads are handed over; or above it, because sales was quicker, and it may be handed over.
        """
        handed = [STAGES.index(name) for name in self.handed]
        above = (self.stage > min(handed)) & (self.stage < len(LADDER))
        return np.isin(self.stage, handed) | (above & self.ready)

    @cached_property
    def handovers(self) -> Flags:
        """Whether the lead is handed over at that look: flagged, and not yet at the look before.

        Falling back from a higher stage hands nothing over. At the first look nobody knows since when.
        """
        lowest = min(STAGES.index(name) for name in self.handed)
        before, flagged = self.stage[:, :-1], self.flagged
        from_below = (before < lowest) | (before >= len(LADDER))
        found = np.zeros_like(flagged)
        found[:, 1:] = flagged[:, 1:] & ~flagged[:, :-1] & from_below
        return found


@dataclass(frozen=True, eq=False)
class Leads:
    """The leads of a replay in the order of its rows, and what came of them; moments are epoch milliseconds.

    ``since`` is each lead's first look. ``won_at``, ``ended_at`` (won or not) and ``worked_at`` (when sales first
    took it up) are :data:`NEVER` where nothing of the kind is known by ``until``.
    """

    ids: NDArray[Any]
    moments: Ints
    since: Ints
    created_at: Ints
    won_at: Ints
    ended_at: Ints
    worked_at: Ints
    until: int
    amount: Floats | None = None
    """What each was worth by its outcome (NaN: not known); None when nothing is known of any."""
    currency: NDArray[Any] | None = None
    """In which currency, as text; empty where that is not said."""

    @cached_property
    def currencies(self) -> list[str]:
        """The currencies of the amounts, the one with the most won first."""
        if self.amount is None or self.currency is None:
            return []
        known = np.isfinite(self.amount)
        won = {
            str(each): float(self.amount[known & self.won & (self.currency == each)].sum())
            for each in np.unique(self.currency[known])
        }
        return sorted(won, key=lambda each: (-won[each], each))

    @cached_property
    def won(self) -> Flags:
        """Which were won, sooner or later."""
        return self.won_at < NEVER

    @cached_property
    def closed_at(self) -> Ints:
        """When it was decided: the deal for the won, the end of sales' work for the others."""
        return np.where(self.won, self.won_at, self.ended_at)

    @cached_property
    def begun_at(self) -> Ints:
        """When the lead came; where that is not known, the first look."""
        return np.where(self.created_at > 0, self.created_at, self.moments[0])

    @cached_property
    def last(self) -> Ints:
        """The last look before it was decided; before ``since`` when there is none."""
        return np.searchsorted(self.moments, self.closed_at, side="left").astype(np.int64) - 1

    @cached_property
    def credited(self) -> Ints:
        """The look whose score is held against the outcome: the last before sales took the lead up, else the first."""
        before = np.searchsorted(self.moments, self.worked_at, side="left").astype(np.int64) - 1
        return np.minimum(np.maximum(before, self.since), len(self.moments) - 1)

    def days_to_won(self) -> Floats:
        """How long each won deal took from the lead's beginning, in days."""
        took = (self.won_at - self.begun_at)[self.won & (self.created_at > 0)]
        days: Floats = np.maximum(took, 0) / DAY
        return days


@dataclass(frozen=True, eq=False)
class Fates:
    """What each lead counts as: flags that exclude each other and cover everybody.

    ``won`` and ``lost`` (sales ended its work without a deal) are decided; the others are undecided, and in no rate:
    ``young`` (came less than the horizon ago, whatever has come of it), ``open`` (worked, not ended), ``unworked``
    (nobody took it up), ``before`` (decided before the first look), ``quick`` (came and was decided between two looks).
    """

    won: Flags
    lost: Flags
    young: Flags
    open: Flags
    unworked: Flags
    before: Flags
    quick: Flags

    @property
    def decided(self) -> Flags:
        """The won and the lost."""
        return self.won | self.lost

    def counted(self) -> dict[str, int]:
        """How many of each."""
        return {name: int(flags.sum()) for name, flags in vars(self).items()}


def fates(leads: Leads, horizon: int) -> Fates:
    """What each lead counts as, with a horizon of so many days (0: none is too young)."""
    closed, first = leads.closed_at < NEVER, leads.moments[leads.since]
    past = closed & (leads.closed_at <= first)
    before = past & (leads.closed_at <= leads.moments[0])
    rest = ~past
    young = rest & (leads.begun_at + horizon * DAY > leads.until)
    rest = rest & ~young
    worked = leads.worked_at < NEVER
    return Fates(
        won=rest & leads.won,
        lost=rest & closed & ~leads.won,
        young=young,
        open=rest & ~closed & worked,
        unworked=rest & ~closed & ~worked,
        before=before,
        quick=past & ~before,
    )
