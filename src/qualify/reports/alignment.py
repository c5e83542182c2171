"""What marketing handed over, what sales made of it, and whether the score foretold it.

A hand-off counts by the score that the lead had when it was handed over. Won and lost are what came of it; whoever is
neither yet is counted apart, and so is whoever sales rejected: rejected is what somebody said, lost is what happened.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import repeat
from operator import itemgetter
from statistics import median
from typing import Any, Final, Literal, NamedTuple, TypeAlias, cast

from qualify.handoff.speed import Observed
from qualify.learning.shares import Z_95, Z_99, wilson
from qualify.reports.bands import Band, bands

SaidWord: TypeAlias = Literal["accepted", "rejected", "waiting", "left"]
SAID: Final = ("accepted", "rejected", "waiting", "left")
"""What sales said of a lead: took it, refused it, nothing yet; or it went away before anybody said anything."""

BANDS: Final = 5
"""Bands of a score at most."""

LEAST_IN_BAND: Final = 10
"""Fewer decided leads are no band: its interval would hold nearly everything."""

LEAST_DECIDED: Final = 2 * LEAST_IN_BAND
"""With fewer decided leads nothing is said of a score."""


class HandedOver(NamedTuple):
    """A lead was handed over; moments in epoch ms.

    ``points`` and ``grade`` are those that it had then, ``rules`` are those that spoke for it then. ``rep`` is
    whoever had it last, ``reason`` the word for which it was rejected, ``came`` won or lost, or empty: neither yet.
    """

    lead_id: int
    handed_at: int
    points: float
    grade: str = ""
    rules: tuple[str, ...] = ()
    source: str = ""
    rep: str = ""
    said: SaidWord = "waiting"
    said_at: int | None = None
    reason: str = ""
    words: str = ""
    came: str = ""
    closed_at: int | None = None
    amount: Decimal | None = None
    currency: str = ""
    observed: Observed | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of some leads: ``handed`` = ``accepted`` + ``rejected`` + ``waiting`` + ``left``."""

    handed: int = 0
    accepted: int = 0
    rejected: int = 0
    waiting: int = 0
    left: int = 0
    won: int = 0
    lost: int = 0

    @property
    def answered(self) -> int:
        """Those of whom sales said something."""
        return self.accepted + self.rejected

    @property
    def rejected_share(self) -> float | None:
        """The share rejected of those answered; None when none is."""
        return self.rejected / self.answered if self.answered else None

    @property
    def closed(self) -> int:
        """Those who are won or lost."""
        return self.won + self.lost

    @property
    def won_share(self) -> float | None:
        """The share won of those closed; None when none is."""
        return self.won / self.closed if self.closed else None


_PLACES: Final = {"accepted": 1, "rejected": 2, "waiting": 3, "left": 4, "won": 5, "lost": 6, "": 7}
"""Where each word is counted; the first place counts all, the last one those who are neither won nor lost."""


_Combination: TypeAlias = tuple[Hashable, str, str, str]
"""The keys of a lead, what sales said of it, what came of it, the reason: many leads have the same."""

_said, _reason, _came = (itemgetter(HandedOver._fields.index(name)) for name in ("said", "reason", "came"))


def _combined(handed: Sequence[HandedOver], keys: Iterable[Hashable]) -> Counter[_Combination]:
    """How many leads have which combination; there are many leads, and few combinations."""
    return Counter(zip(keys, map(_said, handed), map(_came, handed), map(_reason, handed), strict=True))


def _counted(combined: Mapping[Any, int]) -> dict[Any, Counts]:
    """By key, what became of the leads that have it: the combinations begin with the keys of a lead."""
    found: dict[Any, list[int]] = {}
    for (keys, said, came, _), many in combined.items():
        for key in keys:
            tally = found.get(key)
            if tally is None:
                tally = found[key] = [0] * (len(_PLACES) + 1)
            tally[0] += many
            tally[_PLACES[said]] += many
            tally[_PLACES[came]] += many
    return {key: Counts(*tally[: _PLACES[""]]) for key, tally in found.items()}


def counts(handed: Iterable[HandedOver]) -> Counts:
    """What became of these."""
    every = list(handed)
    return _whole(_combined(every, repeat((), len(every))))


def _whole(combined: Mapping[_Combination, int]) -> Counts:
    """What became of all that were combined, whatever their keys."""
    whole = Counter[tuple[Any, ...]]()
    for (_, said, came, _), many in combined.items():
        whole[("",), said, came, ""] += many
    return _counted(whole).get("", Counts())


@dataclass(frozen=True, slots=True)
class Part:
    """What became of the leads that have something in common: a rule, a source, a rep.

    ``stands_out``: rejected ``more`` or ``less`` often than all of them, more clearly than chance would do it.
    """

    key: str
    counts: Counts
    reasons: Mapping[str, int]
    stands_out: Literal["more", "less", ""] = ""


def parts(keys: Callable[[HandedOver], tuple[str, ...]], handed: Sequence[HandedOver]) -> list[Part]:
    """By each key that ``keys`` finds in a hand-off; most rejected first, then most handed over."""
    combined = _combined(handed, map(keys, handed))
    why: dict[str, Counter[str]] = {}
    for (those, said, _, reason), many in combined.items():
        if said == "rejected":
            for key in cast("Iterable[str]", those):
                why.setdefault(key, Counter())[reason] += many
    whole = _whole(combined)
    made = [
        Part(key, counted, _ranked(why.get(key, {})), _stands_out(counted, whole))
        for key, counted in _counted(combined).items()
    ]
    return sorted(made, key=lambda part: (-part.counts.rejected, -part.counts.handed, part.key))


def _stands_out(counted: Counts, whole: Counts) -> Literal["more", "less", ""]:
    if whole.rejected_share is None or not counted.answered:
        return ""
    low, high = wilson(counted.rejected, counted.answered, Z_99)
    if low > whole.rejected_share:
        return "more"
    return "less" if high < whole.rejected_share else ""


def reasons(handed: Iterable[HandedOver]) -> dict[str, int]:
    """For how many each reason was given, the most frequent first."""
    return _ranked(Counter(each.reason for each in handed if each.said == "rejected"))


def _ranked(counted: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counted.items(), key=lambda each: (-each[1], each[0])))


def by_rule(each: HandedOver) -> tuple[str, ...]:
    """The rules that spoke for the lead when it was handed over."""
    return each.rules


def by_source(each: HandedOver) -> tuple[str, ...]:
    """Where the lead came from."""
    return (each.source,)


def by_rep(each: HandedOver) -> tuple[str, ...]:
    """Who had it last."""
    return (each.rep,)


def spans(handed: Sequence[HandedOver], starts: Sequence[int]) -> list[Counts]:
    """What became of those handed over in each span of time, from its start (inclusive) to the next; starts in order.

    What is before the first start is left out.
    """
    places = [(bisect_right(starts, each.handed_at) - 1,) for each in handed]
    found = _counted(_combined(handed, places))
    return [found.get(place, Counts()) for place in range(len(starts))]


class Ratio(NamedTuple):
    """How many times as often; ``ratio`` is None where the lower share is nothing, ``low`` and ``high`` are 95 %."""

    ratio: float | None
    low: float
    high: float


def times_as_often(top: Band, bottom: Band, z: float = Z_95) -> Ratio:
    """How many times as often the leads of one band are won as those of another; both hold leads.

    The interval is that of the logarithm of the ratio (Katz, Baptista, Azen and Pike, Obtaining confidence intervals
    for the risk ratio in cohort studies, Biometrics 34, 1978), with half a case more in each count (Walter, The
    distribution of Levin's measure of attributable risk, Biometrika 62, 1975), so that nothing has to be left out.
    """
    ratio = None if not bottom.won else (top.won / top.leads) / (bottom.won / bottom.leads)
    won, of = (top.won + 0.5, bottom.won + 0.5), (top.leads + 0.5, bottom.leads + 0.5)
    middle = math.log(won[0] / of[0]) - math.log(won[1] / of[1])
    spread = z * math.sqrt(sum(1 / each for each in won) - sum(1 / each for each in of))
    return Ratio(ratio, math.exp(middle - spread), math.exp(middle + spread))


@dataclass(frozen=True, slots=True)
class ScoreBand:
    """A band of the score: those who are closed (``band``), and apart from them who was rejected and who is open.

    From ``least`` points (None: without beginning), and below ``below`` (None: without end): every score is in one.
    """

    band: Band
    least: float | None
    below: float | None
    rejected: int
    open: int


Verdict: TypeAlias = Literal["too few", "one-sided", "better", "worse", "no difference"]


@dataclass(frozen=True, slots=True)
class Foretold:
    """Whether the score foretold who is won: its bands, best first, and the best against the last.

    ``verdict``: the best band is clearly won more often (``better``) or less often (``worse``) than the last, or
    neither; or nothing can be said: too few are closed, or all of them came to the same end (``one-sided``).
    ``closed`` = ``won`` + lost; apart from them who was ``rejected``, and who is still ``open``.
    """

    bands: Sequence[ScoreBand]
    closed: int
    won: int
    rejected: int
    open: int
    ratio: Ratio | None
    verdict: Verdict


def foretold(handed: Sequence[HandedOver]) -> Foretold:
    """Whether the score that leads had when they were handed over foretold what came of them."""
    closed = [each for each in handed if each.came]
    won = sum(each.came == "won" for each in closed)
    totals = (len(closed), won, *_apart(handed))
    if len(closed) < LEAST_DECIDED:
        return Foretold([], *totals, None, "too few")
    many = min(BANDS, len(closed) // LEAST_IN_BAND)
    found = bands([each.points for each in closed], [each.came == "won" for each in closed], many)
    made = _score_bands(found, handed)
    if won in (0, len(closed)):
        return Foretold(made, *totals, None, "one-sided")
    ratio = times_as_often(found[0], found[-1]) if len(found) > 1 else None
    return Foretold(made, *totals, ratio, _verdict(ratio))


def _verdict(ratio: Ratio | None) -> Verdict:
    if ratio is None:
        return "no difference"
    return "better" if ratio.low > 1 else "worse" if ratio.high < 1 else "no difference"


def _apart(handed: Iterable[HandedOver]) -> tuple[int, int]:
    """Those who were rejected, and those who are open; whoever is closed is neither."""
    left = [each.said == "rejected" for each in handed if not each.came]
    return sum(left), len(left) - sum(left)


def _score_bands(found: Sequence[Band], handed: Sequence[HandedOver]) -> list[ScoreBand]:
    """Everybody in the band in which their score lies; the last reaches down to whatever there is."""
    starts = [band.least for band in reversed(found)][1:]
    apart = [[0, 0] for _ in found]
    left = Counter((each.points, each.said != "rejected") for each in handed if not each.came)
    for (points, is_open), many in left.items():
        apart[bisect_right(starts, points)][is_open] += many
    made = [
        ScoreBand(band, least, below, *some)
        for band, some, least, below in zip(
            reversed(found), apart, [None, *starts], [*starts, None], strict=True
        )
    ]
    return made[::-1]


class Money(NamedTuple):
    """What was won in one currency: how many said what they were worth, and how much that is together."""

    currency: str
    deals: int
    amount: Decimal


def worth(handed: Iterable[HandedOver]) -> list[Money]:
    """What was won, by currency; most deals first. Currencies are never added up."""
    found: dict[str, list[Decimal]] = {}
    for each in handed:
        if each.came == "won" and each.amount is not None:
            found.setdefault(each.currency, []).append(each.amount)
    made = [Money(currency, len(some), sum(some, Decimal())) for currency, some in found.items()]
    return sorted(made, key=lambda money: (-money.deals, money.currency))


def days_to_close(handed: Iterable[HandedOver], came: str = "won") -> float | None:
    """The median of days from the hand-off to the end, of those who came to this end; None without any."""
    found = [
        (each.closed_at - each.handed_at) / 86_400_000
        for each in handed
        if each.came == came and each.closed_at is not None
    ]
    return median(found) if found else None
