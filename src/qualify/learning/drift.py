"""Has the world changed since the model learnt? Four things are watched, each said in one sentence, else nothing.

Features and scores (PSI, against its own quantile without drift), predicted against what came, how well later leads
are ranked, and what arrives: new and vanished levels, kinds of event that stopped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from qualify.learning.columns import Column, Columns, Flags, Floats, Ints, same_levels
from qualify.learning.figures import auc_bounds
from qualify.learning.items import cuts_of
from qualify.learning.shares import Z_95, Z_99
from qualify.learning.wording import word
from qualify.moments import DAY
from qualify.speech import Figure, sentence, sentence_many

LOOK: Final = 0.1
LEAST: Final = 200
"""Leads in the new period below which no PSI is told."""
BINS: Final = 10
ROUNDS: Final = 400
FALSE_ALARMS: Final = 0.05
"""How often, at most, a quiet period may raise any alarm of one kind."""
NEW_LEVEL: Final = 0.05
_MOST_LEVELS: Final = 200


@dataclass(frozen=True)
class Alarm:
    """Something that changed: what is watched, of which column, its figure with the limit, in one sentence."""

    kind: str
    about: str
    figure: float
    limit: float
    said: str


@dataclass(frozen=True)
class Watch:
    """What was looked at and what is alarming; ``psi`` by column (and ``score``), with the limits."""

    alarms: tuple[Alarm, ...]
    psi: Mapping[str, tuple[float, float]]
    before: int
    after: int

    @property
    def quiet(self) -> bool:
        """Whether nothing changed."""
        return not self.alarms


def psi(before: Ints, after: Ints) -> float:
    """The population stability index of two rows of counts; half a lead stands in for none."""
    one, other = np.maximum(before, 0.5), np.maximum(after, 0.5)
    p, q = one / one.sum(), other / other.sum()
    return float(((q - p) * np.log(q / p)).sum())


def no_drift_limit(before: Ints, after: int, watched: int = 1, seed: int = 0) -> float:
    """What PSI stays below without drift, for these counts and so many watched things at once.

    Both periods are drawn from the same shares; the quantile is Šidák's for ``watched`` things.
    """
    chance = np.random.default_rng(seed)
    shares = np.maximum(before, 0.5) / np.maximum(before, 0.5).sum()
    rounds = max(ROUNDS, int(5 * watched / FALSE_ALARMS))
    ones = np.maximum(chance.multinomial(int(before.sum()), shares, size=rounds), 0.5)
    others = np.maximum(chance.multinomial(after, shares, size=rounds), 0.5)
    p, q = (counts / counts.sum(axis=1, keepdims=True) for counts in (ones, others))
    return float(np.quantile(((q - p) * np.log(q / p)).sum(axis=1), (1 - FALSE_ALARMS) ** (1 / watched)))


def watched(
    before: Columns,
    after: Columns,
    *,
    scores: tuple[Floats, Floats] | Mapping[str, tuple[Floats, Floats]] | None = None,
    kinds: tuple[Mapping[str, int], Mapping[str, int]] | None = None,
) -> Watch:
    """What changed between two periods: in columns, in scores (of the model, of the rules; by name where there are
    several), and in the kinds of event that arrive.
    """
    scored = _scored(scores)
    if scored:
        before, after = (
            Columns(
                [*held.values(), *(Column(name, pair[which]) for name, pair in scored.items())], held.rows
            )
            for which, held in enumerate((before, after))
        )
    names = [name for name in before if name in after]
    found: dict[str, tuple[float, float]] = {}
    alarms: list[Alarm] = []
    if min(before.rows, after.rows) >= LEAST:
        for name in names:
            one, other = _counts(before[name], after[name])
            figure = psi(one, other)
            # What chance alone may bring is drawn only where the figure is high enough to be an alarm.
            limit = max(LOOK, no_drift_limit(one, int(other.sum()), len(names))) if figure > LOOK else LOOK
            found[name] = (figure, limit)
            if figure > limit:
                kind = "score" if name in scored else "feature"
                alarms.append(_shifted(kind, name, one, other, *found[name]))
            alarms += _levels(before[name], after[name])
    if kinds is not None:
        alarms += stopped(*kinds, before.rows, after.rows)
    return Watch(tuple(alarms), found, before.rows, after.rows)


def _scored(
    scores: tuple[Floats, Floats] | Mapping[str, tuple[Floats, Floats]] | None,
) -> Mapping[str, tuple[Floats, Floats]]:
    if scores is None:
        return {}
    return scores if isinstance(scores, Mapping) else {"score": scores}


def _counts(before: Column, after: Column) -> tuple[Ints, Ints]:
    """How many of both periods are in each bin: unknown first, then tenths, or levels (rare ones together)."""
    if before.is_number:
        cuts = np.array(cuts_of(before.values)[1::2])
        one, other = (_binned(held.values, cuts) for held in (before, after))
        size = len(cuts) + 2
        return np.bincount(one, minlength=size), np.bincount(other, minlength=size)
    levels = before.levels or ()
    counts = np.bincount(before.values[before.values >= 0], minlength=len(levels))
    common = np.flatnonzero(counts >= 0.02 * max(len(before.values), 1))
    place = np.ones(len(levels) + 2, dtype=np.int64)  # 1: rare or new
    place[common] = np.arange(len(common)) + 2
    place[-1] = 0  # unknown
    codes = same_levels(after, levels)
    other = np.where(codes == -2, 1, place[codes])
    return np.bincount(place[before.values], minlength=len(common) + 2), np.bincount(
        other, minlength=len(common) + 2
    )


def _binned(values: Floats, cuts: Floats) -> Ints:
    return np.where(np.isnan(values), 0, np.searchsorted(cuts, values, side="right") + 1)


def _shifted(kind: str, name: str, one: Ints, other: Ints, figure: float, limit: float) -> Alarm:
    unknown = [float(counts[0] / max(counts.sum(), 1)) for counts in (one, other)]
    if abs(unknown[1] - unknown[0]) > 0.1:
        before, now = (Figure(each, 0, percent=True) for each in unknown)
        why = sentence(
            "it was unknown for %(before)s of the leads, and now is for %(now)s", before=before, now=now
        )
    else:
        shares = other / other.sum() - one / one.sum()
        up, down = 100 * shares.max(), -100 * shares.min()
        why = sentence(
            "one part of its values went up by %(up)s points, another down by %(down)s",
            up=Figure(float(up)), down=Figure(float(down)),
        )  # fmt: skip
    said = sentence(
        "%(name)s is not what it was: %(why)s (PSI %(psi)s, without drift below %(limit)s)",
        name=word(name), why=why, psi=Figure(figure, 2), limit=Figure(limit, 2),
    )  # fmt: skip
    return Alarm(kind, name, figure, limit, said)


def _levels(before: Column, after: Column) -> list[Alarm]:
    """New levels that many leads have, and frequent ones that nobody has any more."""
    if before.is_number or after.is_number or len(before.levels or ()) > _MOST_LEVELS:
        return []
    return [*_new_levels(before, after), *_vanished_levels(before, after)]


def _new_levels(before: Column, after: Column) -> list[Alarm]:
    levels = after.levels or ()
    counts = np.bincount(after.values[after.values >= 0], minlength=len(levels))
    shares = counts / max(int(counts.sum()), 1)
    return [
        Alarm(
            "new level",
            after.name,
            share,
            NEW_LEVEL,
            sentence(
                "%(name)s %(value)s is new: %(share)s of the leads have it",
                name=word(after.name),
                value=repr(text),
                share=Figure(share, 0, percent=True),
            ),
        )
        for text, share in zip(levels, shares.tolist(), strict=True)
        if text not in (before.levels or ()) and share >= NEW_LEVEL
    ]


def _vanished_levels(before: Column, after: Column) -> list[Alarm]:
    levels = before.levels or ()
    codes = same_levels(after, levels)
    known = int((codes != -1).sum())
    shares = np.bincount(before.values[before.values >= 0], minlength=len(levels)) / max(
        len(before.values), 1
    )
    # A level of that share is missing from so many leads by chance only once in ten thousand times.
    missed = (shares >= NEW_LEVEL) & ((1 - shares) ** known < 1e-4)
    return [
        Alarm(
            "vanished level", after.name, 0.0, float(shares[place]),
            sentence(
                "%(name)s %(value)s has vanished: %(share)s of the leads had it",
                name=word(after.name), value=repr(levels[place]),
                share=Figure(float(shares[place]), 0, percent=True),
            ),
        )
        for place in np.flatnonzero(missed)
        if not (codes == place).any()
    ]  # fmt: skip


def stopped(
    before: Mapping[str, int], after: Mapping[str, int], size_before: float, size_after: float
) -> list[Alarm]:
    """Kinds of event of which far fewer arrive than before: a broken script, most likely.

    The sizes of the two periods are in whatever events come by: months, or leads.
    Events come in bunches, so a count has to fall below a tenth of what was to be expected, and that be 20 or more.
    """
    found = []
    for kind, count in before.items():
        usual = count * size_after / max(size_before, 1e-9)
        came = after.get(kind, 0)
        if usual >= 20 and came < 0.1 * usual:
            said = sentence(
                "hardly any %(kind)s arrives any more: %(came)s where %(usual)s were to be expected. "
                "Is its tracking broken?",
                kind=word(kind), came=came, usual=Figure(usual),
            )  # fmt: skip
            found.append(Alarm("stopped", kind, float(came), usual, said))
    return found


SPANS: Final = (1, 3, 7)
"""Days of which it is asked whether anything still arrives: the more a kind of event comes, the sooner it is missed."""
WEEKS_BEFORE: Final = 4
EXPECTED: Final = 20
"""Events that were to be expected, below which their absence may be chance."""


def silent(counts: Mapping[str, Mapping[int, Sequence[int]]]) -> list[Alarm]:
    """Kinds of event that stopped within days: those of which less than a tenth came of what came in each week before.

    ``counts`` says by kind and span of days (:data:`SPANS`) how many came in the last such span, and then in those
    that end 1, 2 … :data:`WEEKS_BEFORE` weeks earlier: the same days of the week, so that a Sunday is held against
    Sundays. The least of those weeks is to be expected: a mailing once a month is not missed on any other day.
    """
    found = []
    for kind, by_span in sorted(counts.items()):
        for days, (came, *before) in sorted(by_span.items()):
            usual = min(before, default=0)
            if usual >= EXPECTED and came < 0.1 * usual:
                found.append(
                    Alarm("stopped", kind, float(came), float(usual), _silence(kind, days, came, usual))
                )
                break
    return found


def _silence(kind: str, days: int, came: int, usual: int) -> str:
    return sentence_many(
        "hardly any %(kind)s arrives any more: %(came)s in the last day, where %(usual)s or more came on that day "
        "of each of the %(weeks)s weeks before. Is its tracking broken?",
        "hardly any %(kind)s arrives any more: %(came)s in the last %(count)s days, where %(usual)s or more came on "
        "those days of each of the %(weeks)s weeks before. Is its tracking broken?",
        days, kind=word(kind), came=came, usual=usual, weeks=WEEKS_BEFORE,
    )  # fmt: skip


def foretold(
    chances: Floats, won: Flags, level: float = 0.99, learnt_from: int | None = None
) -> Alarm | None:
    """Whether as many mature leads were won as was foretold: the count against what the chances allow.

    With ``learnt_from`` (of how many leads the chances were learnt) what chance did to *those* is allowed for, too.
    """
    if len(won) < 50:
        return None
    expected, spread = float(chances.sum()), float(np.sqrt((chances * (1 - chances)).sum()))
    spread *= float(np.sqrt(1 + len(won) / learnt_from)) if learnt_from else 1.0
    z = Z_99 if level == 0.99 else Z_95
    came = int(won.sum())
    if abs(came - expected) <= z * spread + 0.5:
        return None
    told = {"expected": Figure(expected), "spread": Figure(z * spread)}
    if came > expected:
        said = sentence(
            "%(came)s of %(leads)s leads were won, more than the %(expected)s that were foretold (±%(spread)s)",
            came=came, leads=len(won), **told,
        )  # fmt: skip
    else:
        said = sentence(
            "%(came)s of %(leads)s leads were won, fewer than the %(expected)s that were foretold (±%(spread)s)",
            came=came, leads=len(won), **told,
        )  # fmt: skip
    return Alarm("foretold", "chance", float(came), expected, said)


def ranking_fell(scores: Floats, won: Flags, promised: float) -> Alarm | None:
    """Whether mature leads are ranked worse than the AUC that the test by time promised, surely (99 %)."""
    if min(won.sum(), (~won).sum()) < 20:
        return None
    _, high = auc_bounds(scores, won, 0.98)
    if high >= promised:
        return None
    said = sentence(
        "leads are ranked worse than when this was learnt: AUC at most %(high)s, it was %(promised)s",
        high=Figure(high, 2), promised=Figure(promised, 2),
    )  # fmt: skip
    return Alarm("ranking", "AUC", high, promised, said)


def split_at(at: Ints, days: int) -> tuple[Flags, Flags]:
    """The rows of the last so many days, and those before."""
    recent = at > at.max() - days * DAY
    return ~recent, recent
