"""How fast leads hear from us: median, 90th and 95th percentile, and the share within the promise.

A clock that still runs is not left out, and not taken for an answer: it says that the answer takes at least so long.
So the percentiles and the share come from the Kaplan–Meier curve (Kaplan and Meier, Nonparametric estimation from
incomplete observations, Journal of the American Statistical Association 53, 1958). A percentile that the curve does
not reach is None: so many have not been answered yet. Beside it stand the plain counts, of those that are due.
A lead taken back before anybody was in touch counts as one that ran until then.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter, neg
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
    ends = _ends(every)
    when, unanswered = _curve(ends)
    verdicts = Counter(map(_kept, every))
    return Speed(
        leads=len(every),
        answered=sum(map(_answered, every)),
        kept=verdicts[True],
        missed=verdicts[False],
        median=_by(when, unanswered, 0.5),
        p90=_by(when, unanswered, 0.9),
        p95=_by(when, unanswered, 0.95),
        within=_answered_in_time(every, ends, when, unanswered),
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
            kept_in_time(each.used, each.answered, within),
            each.rep_id,
            source,
            grade,
        )
        for each in clock.tenures
        if each.rep_id is not None
    ]


def kept_in_time(used: int, answered: bool, within: int) -> bool | None:
    """Whether so much working time was within the promise; None while that is open."""
    if answered:
        return used <= within
    return False if used > within else None


class Step(NamedTuple):
    """From ``used`` on, this share has not been answered."""

    used: int
    unanswered: float


def survival(observed: Sequence[Observed]) -> list[Step]:
    """The Kaplan–Meier curve: a step wherever somebody was answered, in order. Answers go before open ones at a tie."""
    return [Step(*step) for step in zip(*_curve(_ends(observed)), strict=True)]


def percentile(curve: Sequence[Step], share: float) -> int | None:
    """The least working time by which so large a share has been answered; None where the curve does not say."""
    return _by([step.used for step in curve], [step.unanswered for step in curve], share)


_answered, _within, _kept = (
    itemgetter(Observed._fields.index(name)) for name in ("answered", "within", "kept")
)


def _ends(observed: Iterable[Observed]) -> list[int]:
    """When each was seen last, and whether it was answered then, in one whole number: those are sorted fastest."""
    return sorted([each[0] * 2 + each[1] for each in observed])


def _curve(ends: Sequence[int]) -> tuple[list[int], list[float]]:
    """The curve as two lists: when somebody was answered, and the share that was not answered yet from then on."""
    when, unanswered = list[int](), list[float]()
    left, share, before, gone = len(ends), 1.0, -1, 0
    for both, many in Counter(ends).items():  # in order, as they are sorted
        used = both >> 1
        if both & 1:
            # Who was seen no longer at that very moment is still at risk.
            tied = gone if before == used else 0
            share *= 1 - many / (left + tied)
            when.append(used)
            unanswered.append(share)
        left, before, gone = left - many, used, many
    return when, unanswered


def _by(when: Sequence[int], unanswered: Sequence[float], share: float) -> int | None:
    place = bisect_left(unanswered, share - 1 - _ROUNDING, key=neg)
    return when[place] if place < len(when) else None


_WHOLE = 1_000_000_000
"""A promise in full, where working time is written as a part of it."""

_ROUNDING = 1e-12
"""Products of shares come out this near to what they are."""


def _answered_in_time(
    every: Sequence[Observed], ends: Sequence[int], when: Sequence[int], unanswered: Sequence[float]
) -> float | None:
    """The share answered within the promise, each lead against its own."""
    promises = set(map(_within, every))
    if len(promises) == 1:  # nearly always; the curve is there already
        return _answered_by(when, unanswered, promises.pop(), ends[-1] >> 1)
    # Of a promise of 1, used is a share of it.
    scaled = _ends([each._replace(used=_scaled(each)) for each in every])
    return _answered_by(*_curve(scaled), _WHOLE, scaled[-1] >> 1 if scaled else None)


def _scaled(each: Observed) -> int:
    """The working time as a part of the promise; what is just over it does not round down to it."""
    return -(-each.used * _WHOLE // each.within)


def _answered_by(
    when: Sequence[int], unanswered: Sequence[float], used: int, longest: int | None
) -> float | None:
    """The share answered by then; None where nobody was watched for so long and not all were answered before."""
    if longest is None:
        return None
    place = bisect_right(when, used)
    left = unanswered[place - 1] if place else 1.0
    return 1 - left if longest >= used or left <= _ROUNDING else None
