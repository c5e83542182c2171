"""What the best customers have in common against the rest: as ICP profiles in the playbook's language.

A value of a trait is shown when its lift is surely above 1 after a false-discovery rate over all values that were
tried, and again on later leads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from qualify.learning.columns import Column, Columns, Flags, Floats
from qualify.learning.items import LEAST_SHARE, PRIOR, Item, answered, cuts_of
from qualify.learning.shares import Z_90
from qualify.learning.wording import criterion, said
from qualify.speech import Figure, Several, sentence

LEAST_LEADS: Final = 20
FALSE_DISCOVERIES: Final = 0.1
CONFIRMED: Final = 0.05
"""How likely, at most, chance alone may be to bring the lift on later leads."""
MOST_VALUES: Final = 3
PERSON: Final = ("seniority", "department", "job_title", "title", "role", "persona")


@dataclass(frozen=True)
class Trait:
    """A value that the best share: how many leads have it, their rate, and its lift with a lower bound (95 %)."""

    item: Item
    said: str
    leads: int
    rate: float
    lift: float
    low: float
    later_lift: float
    when: Mapping[str, Any]
    persona: bool


@dataclass(frozen=True)
class Profile:
    """An ICP (or persona) profile: what it asks for, the sentence, and how the leads that fit it fared."""

    name: str
    sentence: str
    traits: tuple[Trait, ...]
    leads: int
    rate: float
    overall: float
    persona: bool = False

    def written(self) -> dict[str, Any]:
        """As a playbook writes it."""
        return {
            "name": self.name,
            "description": self.sentence,
            "conditions": [dict(each.when) for each in self.traits],
        }


@dataclass(frozen=True, eq=False)
class Icps:
    """The profiles that were found, and who fits one; ``tried`` is how many values were looked at."""

    profiles: tuple[Profile, ...]
    fits: Flags
    tried: int
    why: str
    undescribed: int = 0
    """How many of the best customers fit no profile."""

    def text(self) -> str:
        """The sections of a playbook: ``icp`` and ``personas``."""
        parts = []
        for section, persona in (("icp", False), ("personas", True)):
            chosen = [each.written() for each in self.profiles if each.persona is persona]
            if chosen:
                parts += [f"{section}:", *(f"  - {json.dumps(each, ensure_ascii=False)}" for each in chosen)]
        return "\n".join(parts) + "\n" if parts else ""


def best(won: Flags, amount: Floats | None = None) -> Floats:
    """What each lead counts as a best customer: 0 for the others, else its amount against the mean (at most 5)."""
    if amount is None or not np.isfinite(amount[won]).any():
        return won.astype(np.float64)
    worth = np.where(np.isfinite(amount), amount, np.nanmedian(amount[won]))
    return np.where(won, np.minimum(worth / max(float(worth[won].mean()), 1e-9), 5.0), 0.0)


def found(columns: Columns, counted: Floats, later: tuple[Columns, Floats]) -> Icps:
    """The profiles of these leads, each value confirmed on the later ones. ``counted`` is :func:`best`'s."""
    options = [item for column in columns.values() if column.origin == "trait" for item in _values(column)]
    if not options or not counted.any() or not later[1].any():
        return Icps(
            (),
            np.zeros(columns.rows, dtype=np.bool_),
            0,
            sentence("there is no value of a trait that enough leads have"),
        )
    answers = answered(options, columns, {}).astype(np.bool_)
    after = answered(options, later[0], {}).astype(np.bool_)
    tests = [_tested(has, counted) for has in answers.T]
    kept = _discovered(np.array([test.chance for test in tests]))
    traits = []
    for place in np.flatnonzero(kept):
        column, then = columns[options[place].column], _tested(after[:, place], later[1])
        when = criterion(options[place], column)
        if tests[place].low > 1 and then.confirms and when is not None:
            traits.append(_trait(options[place], column, tests[place], then.lift, when))
    return _profiled(traits, columns, counted, len(options))


def _trait(item: Item, column: Column, test: _Test, later: float, when: Mapping[str, Any]) -> Trait:
    said_ = said(item, column)
    return Trait(item, said_, test.leads, test.rate, test.lift, test.low, later, when, _personal(column))


def _personal(column: Column) -> bool:
    return any(word in column.name.lower() for word in PERSON)


def _values(column: Column) -> list[Item]:
    if column.is_number:
        return [Item(column.name, "at_least", cut) for cut in cuts_of(column.values)[1::2]]
    levels = column.levels or ()
    counts = np.bincount(column.values[column.values >= 0], minlength=len(levels))
    enough = np.flatnonzero(counts >= max(LEAST_LEADS, LEAST_SHARE * len(column.values)))
    return [Item(column.name, "is", level=levels[place]) for place in enough]


class _Test(NamedTuple):
    """Those who have a value against the rest: leads, rate, shrunk lift with its lower bound, one-sided chance."""

    leads: int
    rate: float = 0.0
    lift: float = 1.0
    low: float = 0.0
    chance: float = 1.0

    @property
    def confirms(self) -> bool:
        """Whether the value holds on these leads."""
        return self.leads >= LEAST_LEADS / 2 and self.lift > 1 and self.chance < CONFIRMED


def _tested(has: Flags, counted: Floats) -> _Test:
    leads, overall = int(has.sum()), float(counted.mean())
    if leads < LEAST_LEADS or leads == len(has) or overall <= 0:
        return _Test(leads)
    own, rest = counted[has], counted[~has]
    shrunk = (float(own.sum()) + PRIOR * overall) / (leads + PRIOR)
    spread, of_rest = float(own.var(ddof=1)), float(rest.var(ddof=1)) if len(rest) > 1 else 0.0
    z = float(own.mean() - rest.mean()) / max(float(np.sqrt(spread / leads + of_rest / len(rest))), 1e-12)
    # Where all are alike the spread seen is none; the usual one stands in for it.
    unsure = float(np.sqrt(max(spread, overall * (1 - min(overall, 1))) / leads))
    return _Test(
        leads,
        float(own.mean()),
        shrunk / overall,
        (shrunk - Z_90 * unsure) / overall,
        _upper_tail(z),
    )


def _upper_tail(z: float) -> float:
    from math import erfc, sqrt

    return 0.5 * erfc(z / sqrt(2))


def _discovered(chances: Floats) -> Flags:
    """Which of the tests pass a false-discovery rate (Benjamini and Hochberg 1995)."""
    order = np.argsort(chances)
    passed = chances[order] <= FALSE_DISCOVERIES * np.arange(1, len(chances) + 1) / len(chances)
    kept = np.zeros(len(chances), dtype=np.bool_)
    if passed.any():
        kept[order[: int(np.flatnonzero(passed).max()) + 1]] = True
    return kept


def _profiled(traits: Sequence[Trait], columns: Columns, counted: Floats, tried: int) -> Icps:
    fits = np.zeros(columns.rows, dtype=np.bool_)
    profiles = []
    for persona, name in ((False, "best customers"), (True, "who buys")):
        chosen = _strongest([each for each in traits if each.persona is persona])
        profile, has = _profile(name, chosen, columns, counted, persona)
        if profile is not None:
            profiles.append(profile)
            fits = fits | has if not persona else fits
    why = (
        ""
        if profiles
        else sentence("none of %(tried)s values sets the best customers apart beyond chance", tried=tried)
    )
    return Icps(tuple(profiles), fits, tried, why, int(((counted > 0) & ~fits).sum()))


def _strongest(traits: Sequence[Trait]) -> list[Trait]:
    """The strongest value of each column, a few columns at most."""
    by_column: dict[str, Trait] = {}
    for each in sorted(traits, key=lambda trait: -trait.low):
        by_column.setdefault(each.item.column, each)
    return list(by_column.values())[:MOST_VALUES]


def _profile(
    name: str, traits: Sequence[Trait], columns: Columns, counted: Floats, persona: bool
) -> tuple[Profile | None, Flags]:
    """The values together, as long as enough leads have them all."""
    has = np.ones(columns.rows, dtype=np.bool_)
    kept: list[Trait] = []
    for each in traits:
        together = has & answered([each.item], columns, {})[:, 0].astype(np.bool_)
        if together.sum() >= LEAST_LEADS and (not kept or counted[together].mean() > counted[has].mean()):
            has, kept = together, [*kept, each]
    if not kept:
        return None, np.zeros(columns.rows, dtype=np.bool_)
    rate, overall = float(counted[has].mean()), float(counted.mean())
    about = sentence(
        "Leads whose %(asked)s are %(times)s times as good as the average one (%(leads)s leads; %(later)s times on "
        "later leads).",
        asked=Several(tuple(each.said for each in kept), sentence(" and ")), times=Figure(rate / overall, 1),
        leads=int(has.sum()), later=Figure(kept[0].later_lift, 1),
    )  # fmt: skip
    return Profile(name, about, tuple(kept), int(has.sum()), rate, overall, persona), has
