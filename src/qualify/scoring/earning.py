"""Tallies → points: what each rule on behaviour gives a lead, after its own decay and cap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import ibis

from qualify.moments import DAY
from qualify.scoring.choosing import chosen, is_one_of
from qualify.scoring.layout import Layout, Scored
from qualify.scoring.tallying import age_in_days, worth_at


def points_of(rules: Sequence[Scored], tallied: Any, as_of: Any) -> Any:
    """What each row of tallies gives to the score that these are the rules of: doubles of whole hundredths."""
    given = {
        tally: _added([_counted(rule, tallied, as_of) for rule in sharing])
        for tally, sharing in _by_tally(rules).items()
    }
    return chosen(tallied.tally, given, "float64")


def _by_tally(rules: Sequence[Scored]) -> dict[int, list[Scored]]:
    found: dict[int, list[Scored]] = {}
    for rule in rules:
        if rule.tally is not None:
            found.setdefault(rule.tally, []).append(rule)
    return found


def _counted(rule: Scored, tallied: Any, as_of: Any) -> Any:
    """The rule's points after its cap; 0 when it does not apply."""
    points = _capped(rule, _decayed(rule, tallied, as_of)).cast("float64")
    applies = _applies(rule, tallied, as_of)
    return points if applies is None else applies.ifelse(points, ibis.literal(0.0, "float64"))


def earned(layout: Layout, tallied: Any, as_of: Any) -> Any:
    """What each rule on behaviour gives: ``lead_id, rule, n, first_at, last_at, raw, decayed, capped``."""
    rules = [rule for rule in layout.rules if rule.tally is not None]
    turns: list[list[Scored]] = []
    for sharing in _by_tally(rules).values():
        for turn, rule in enumerate(sharing):
            if turn == len(turns):
                turns.append([])
            turns[turn].append(rule)
    parts = [_earned(turn, tallied, as_of, len(layout.tallies)) for turn in turns]
    return parts[0] if len(parts) == 1 else ibis.union(*parts)


def _earned(rules: list[Scored], tallied: Any, as_of: Any, tallies: int) -> Any:
    """The points of rules of which no two use the same tally, of so many tallies that there are."""
    tally = tallied.tally
    unmet = [
        (tally == rule.tally) & ~applies
        for rule in rules
        if (applies := _applies(rule, tallied, as_of)) is not None
    ]
    decayed = {rule.tally or 0: _decayed(rule, tallied, as_of) for rule in rules}
    # Where it takes nothing away a filter does harm: DuckDB thinks that it does, and joins the wrong way round.
    theirs = [is_one_of(tally, decayed)] if len(decayed) < tallies else []
    kept = [*theirs, *(~each for each in unmet)]
    found = (tallied.filter(*kept) if kept else tallied).select(
        "lead_id", "tally", "n", "first_at", "last_at",
        rule=chosen(tally, {rule.tally or 0: rule.number for rule in rules}, "int32"),
        raw=chosen(tally, {rule.tally or 0: _raw(rule, tallied) for rule in rules}, "int64"),
        decayed=chosen(tally, decayed, "int64"),
    )  # fmt: skip
    capped = {rule.tally or 0: _capped(rule, found.decayed) for rule in rules}
    return found.mutate(capped=chosen(found.tally, capped, "int64")).drop("tally")


def _raw(rule: Scored, tallied: Any) -> Any:
    return tallied.n * rule.points if rule.counts == "every time" else ibis.literal(rule.points, "int64")


def _applies(rule: Scored, tallied: Any, as_of: Any) -> Any:
    """Whether the rule counts what was tallied; None: always."""
    enough = tallied.n >= rule.at_least if rule.at_least > 1 else None
    if rule.counts != "first time" or rule.window is None:
        return enough
    recent = tallied.first_at > as_of - rule.window * DAY
    return recent if enough is None else enough & recent


def _decayed(rule: Scored, tallied: Any, as_of: Any) -> Any:
    """What the rule gives today, with sign, before its cap."""
    size = _size(rule, tallied, as_of)
    return -size if rule.points < 0 else size


def _size(rule: Scored, tallied: Any, as_of: Any) -> Any:
    points = abs(rule.points)
    if rule.counts == "every time":
        return tallied.worth.cast("int64") if rule.half_life else tallied.n * points
    if rule.half_life is None:
        return ibis.literal(points, "int64")
    moment = tallied.first_at if rule.counts == "first time" else tallied.last_at
    return worth_at(age_in_days(moment, as_of), points, rule.half_life)


def _capped(rule: Scored, points: Any) -> Any:
    if rule.cap is None:
        return points
    if rule.points < 0:
        return ibis.greatest(points, ibis.literal(-rule.cap, "int64"))
    return ibis.least(points, ibis.literal(rule.cap, "int64"))


def _added(terms: list[Any]) -> Any:
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total
