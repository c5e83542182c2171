"""How fast leads hear from us: median, 90th and 95th percentile, and the share within the promise.

A clock that still runs is not left out, and not taken for an answer: it says that the answer takes at least so long.
So the percentiles and the share come from the Kaplan–Meier curve (Kaplan and Meier, Nonparametric estimation from
incomplete observations, Journal of the American Statistical Association 53, 1958). A percentile that the curve does
not reach is None: so many have not been answered yet. Beside it stand the plain counts, of those that are due.
A lead taken back before anybody was in touch counts as one that ran until then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from qualify.handoff.clock import Clock


class Observed(NamedTuple):
    """A clock as speed sees it: working time used (milliseconds), whether it ended with an answer, and the promise."""

    used: int
    answered: bool
    within: int
    kept: bool | None
    rep_id: str | None = None
    source: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Speed:
    """How fast some leads heard from us; durations in milliseconds of working time.

    ``leads`` = ``answered`` + ``open`` (or taken back unanswered). ``kept`` and ``missed`` are those whose promise is
    decided. ``within`` is the share, from 0 to 1, that hears from us within the promise by the Kaplan–Meier curve;
    None without leads, or where so many were taken back before the promise was due that nothing can be said.
    """

    leads: int
    answered: int
    kept: int
    missed: int
    median: int | None
    p90: int | None
    p95: int | None
    within: float | None

    @property
    def open(self) -> int:
        """How many had not been answered."""
        return self.leads - self.answered

    @property
    def kept_of_due(self) -> float | None:
        """The plain share kept, of those whose promise is decided; None when none is."""
        due = self.kept + self.missed
        return self.kept / due if due else None


def speed(observed: Iterable[Observed]) -> Speed:
    """How fast these leads heard from us."""
    every = list(observed)
    curve = survival(every)
    return Speed(
        leads=len(every),
        answered=sum(each.answered for each in every),
        kept=sum(each.kept is True for each in every),
        missed=sum(each.kept is False for each in every),
        median=percentile(curve, 0.5),
        p90=percentile(curve, 0.9),
        p95=percentile(curve, 0.95),
        within=_answered_in_time(every, curve),
    )


def speed_by(key: Callable[[Observed], str], observed: Iterable[Observed]) -> dict[str, Speed]:
    """The same for each rep, source or grade: whatever ``key`` says; in the order of the key."""
    groups: dict[str, list[Observed]] = {}
    for each in observed:
        groups.setdefault(key(each), []).append(each)
    return {name: speed(groups[name]) for name in sorted(groups)}


def observed_of(clock: Clock, source: str = "", grade: str = "") -> Observed:
    """A hand-off as its lead saw it, whoever had it: for sources, grades and all together."""
    answered, within = clock.contact is not None, clock.promise.within
    # Who answers after the last minute of the promise, outside working hours, used no more time and is late.
    used = max(clock.used, within + 1) if answered and clock.kept is False else clock.used
    return Observed(used, answered, within, clock.kept, clock.owner, source, grade)


def observed_by_rep(clock: Clock, source: str = "", grade: str = "") -> list[Observed]:
    """The same for each owner it had, each with the working time it was theirs; nobody's time is left out.

    Whoever gave it away, or had it taken from them, did not answer in that time.
    """
    within = clock.promise.within
    return [
        Observed(
            each.used,
            each.answered,
            within,
            _kept(each.used, each.answered, within),
            each.rep_id,
            source,
            grade,
        )
        for each in clock.tenures
        if each.rep_id is not None
    ]


def _kept(used: int, answered: bool, within: int) -> bool | None:
    if answered:
        return used <= within
    return False if used > within else None


class Step(NamedTuple):
    """From ``used`` on, this share has not been answered."""

    used: int
    unanswered: float


def survival(observed: Sequence[Observed]) -> list[Step]:
    """The Kaplan–Meier curve: a step wherever somebody was answered, in order. Answers go before open ones at a tie."""
    steps: list[Step] = []
    left, share = len(observed), 1.0
    for used, answers, gone in _counted(observed):
        if answers:
            share *= 1 - answers / left
            steps.append(Step(used, share))
        left -= gone
    return steps


def percentile(curve: Sequence[Step], share: float) -> int | None:
    """The least working time by which so large a share has been answered; None where the curve does not say."""
    return next((step.used for step in curve if step.unanswered <= 1 - share + _ROUNDING), None)


_WHOLE = 1_000_000_000
"""A promise in full, where working time is written as a part of it."""

_ROUNDING = 1e-12
"""Products of shares come out this near to what they are."""


def _answered_in_time(every: Sequence[Observed], curve: Sequence[Step]) -> float | None:
    """The share answered within the promise, each lead against its own."""
    promises = {each.within for each in every}
    if len(promises) == 1:  # nearly always; the curve is there already
        return _answered_by(curve, promises.pop(), [each.used for each in every])
    # Of a promise of 1, used is a share of it.
    scaled = [each._replace(used=_scaled(each)) for each in every]
    return _answered_by(survival(scaled), _WHOLE, [each.used for each in scaled])


def _scaled(each: Observed) -> int:
    """The working time as a part of the promise; what is just over it does not round down to it."""
    return -(-each.used * _WHOLE // each.within)


def _counted(observed: Sequence[Observed]) -> list[tuple[int, int, int]]:
    """For each duration, in order: how many were answered then, and how many were seen no longer."""
    found: dict[int, list[int]] = {}
    for each in observed:
        counts = found.setdefault(each.used, [0, 0])
        counts[0] += each.answered
        counts[1] += 1
    return [(used, *found[used]) for used in sorted(found)]  # type: ignore[misc]


def _answered_by(curve: Sequence[Step], used: int, every: Sequence[int]) -> float | None:
    """The share answered by then; None where nobody was watched for so long and not all were answered before."""
    unanswered = next((step.unanswered for step in reversed(curve) if step.used <= used), 1.0)
    watched = any(each >= used for each in every)
    return 1 - unanswered if watched or (every and unanswered <= _ROUNDING) else None
