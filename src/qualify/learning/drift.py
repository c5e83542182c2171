"""Has the world changed since the model learnt? Four things are watched, each said in one sentence, else nothing.

Features and scores (PSI, against its own quantile without drift), predicted against what came, how well later leads
are ranked, and what arrives: new and vanished levels, kinds of event that stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from qualify.learning.columns import Column, Columns, Flags, Floats, Ints, same_levels
from qualify.learning.figures import auc_bounds
from qualify.learning.items import cuts_of
from qualify.moments import DAY

LOOK: Final = 0.1
LEAST: Final = 200
"""Leads in the new period below which no PSI is told."""
BINS: Final = 10
ROUNDS: Final = 400
FALSE_ALARMS: Final = 0.05
"""How often, at most, a quiet period may raise any alarm of one kind."""
NEW_LEVEL: Final = 0.05


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

    Both periods are drawn from the shares of the two together; the quantile is Šidák's for ``watched`` things.
    """
    chance = np.random.default_rng(seed)
    shares = np.maximum(before, 0.5) / np.maximum(before, 0.5).sum()
    rounds = max(ROUNDS, int(10 * watched / FALSE_ALARMS))
    ones = chance.multinomial(int(before.sum()), shares, size=rounds)
    others = chance.multinomial(after, shares, size=rounds)
    found = [psi(one, other) for one, other in zip(ones, others, strict=True)]
    return float(np.quantile(found, (1 - FALSE_ALARMS) ** (1 / watched)))


def watched(
    before: Columns,
    after: Columns,
    *,
    scores: tuple[Floats, Floats] | None = None,
    kinds: tuple[Mapping[str, int], Mapping[str, int]] | None = None,
) -> Watch:
    """What changed between two periods: in columns, in the model's scores, and in the kinds of event that arrive."""
    if scores is not None:
        more = [(Column("score", held)) for held in scores]
        before, after = (
            Columns([*held.values(), extra], held.rows)
            for held, extra in zip((before, after), more, strict=True)
        )
    names = [name for name in before if name in after]
    found: dict[str, tuple[float, float]] = {}
    alarms: list[Alarm] = []
    if min(before.rows, after.rows) >= LEAST:
        for name in names:
            one, other = _counts(before[name], after[name])
            limit = max(LOOK, no_drift_limit(one, int(other.sum()), len(names)))
            found[name] = (psi(one, other), limit)
            if found[name][0] > limit:
                alarms.append(_shifted(name, one, other, before[name], *found[name]))
            alarms += _levels(before[name], after[name])
    if kinds is not None:
        alarms += stopped(*kinds, before.rows, after.rows)
    return Watch(tuple(alarms), found, before.rows, after.rows)


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


def _shifted(name: str, one: Ints, other: Ints, column: Column, figure: float, limit: float) -> Alarm:
    unknown = [float(counts[0] / max(counts.sum(), 1)) for counts in (one, other)]
    if abs(unknown[1] - unknown[0]) > 0.1:
        why = f"it was unknown for {unknown[0]:.0%} of the leads, and now is for {unknown[1]:.0%}"
    else:
        shares = other / other.sum() - one / one.sum()
        why = f"one part of its values went up by {100 * shares.max():.0f} points, another down by {-100 * shares.min():.0f}"
    kind = "score" if name == "score" else "feature"
    said = f"{name} is not what it was: {why} (PSI {figure:.2f}, without drift below {limit:.2f})"
    return Alarm(kind, name, figure, limit, said)


def _levels(before: Column, after: Column) -> list[Alarm]:
    """New levels that many leads have, and frequent ones that nobody has any more."""
    if before.is_number or after.is_number or len(before.levels or ()) > 200:
        return []
    codes = same_levels(after, before.levels or ())
    found = []
    known = int((codes != -1).sum())
    for place, text in enumerate(after.levels or ()):
        if text in (before.levels or ()):
            continue
        share = float((after.values == place).sum()) / max(known, 1)
        if share >= NEW_LEVEL:
            found.append(
                Alarm(
                    "new level",
                    after.name,
                    share,
                    NEW_LEVEL,
                    f"{after.name} {text!r} is new: {share:.0%} of the leads have it",
                )
            )
    shares = np.bincount(before.values[before.values >= 0], minlength=len(before.levels or ())) / max(
        len(before.values), 1
    )
    for place, text in enumerate(before.levels or ()):
        # A level of that share is missing from so many leads by chance only once in ten thousand times.
        if shares[place] >= NEW_LEVEL and (1 - shares[place]) ** known < 1e-4 and not (codes == place).any():
            said = f"{after.name} {text!r} has vanished: {shares[place]:.0%} of the leads had it"
            found.append(Alarm("vanished level", after.name, 0.0, float(shares[place]), said))
    return found


def stopped(
    before: Mapping[str, int], after: Mapping[str, int], leads_before: int, leads_after: int
) -> list[Alarm]:
    """Kinds of event of which far fewer arrive for each lead than before: a broken script, most likely.

    Events come in bunches, so a count has to fall below a tenth of what was to be expected, and that be 20 or more.
    """
    found = []
    for kind, count in before.items():
        usual = count * leads_after / max(leads_before, 1)
        came = after.get(kind, 0)
        if usual >= 20 and came < 0.1 * usual:
            said = f"hardly any {kind} arrives any more: {came:,} where {usual:,.0f} were to be expected. Is its tracking broken?"
            found.append(Alarm("stopped", kind, float(came), usual, said))
    return found


def foretold(chances: Floats, won: Flags, level: float = 0.99) -> Alarm | None:
    """Whether as many mature leads were won as was foretold: the count against what the chances allow."""
    if len(won) < 50:
        return None
    expected, spread = float(chances.sum()), float(np.sqrt((chances * (1 - chances)).sum()))
    z = 2.5758293035489004 if level == 0.99 else 1.959963984540054
    came = int(won.sum())
    if abs(came - expected) <= z * spread + 0.5:
        return None
    word = "more" if came > expected else "fewer"
    said = f"{came} of {len(won):,} leads were won, {word} than the {expected:.0f} that were foretold (±{z * spread:.0f})"
    return Alarm("foretold", "chance", float(came), expected, said)


def ranking_fell(scores: Floats, won: Flags, promised: float) -> Alarm | None:
    """Whether mature leads are ranked worse than the AUC that the test by time promised, surely (99 %)."""
    if min(won.sum(), (~won).sum()) < 20:
        return None
    low, high = auc_bounds(scores, won, 0.98)
    if high >= promised:
        return None
    said = f"leads are ranked worse than when this was learnt: AUC at most {high:.2f}, it was {promised:.2f}"
    return Alarm("ranking", "AUC", high, promised, said)


def split_at(at: Ints, days: int) -> tuple[Flags, Flags]:
    """The rows of the last so many days, and those before."""
    recent = at > at.max() - days * DAY
    return ~recent, recent
