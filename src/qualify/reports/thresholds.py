"""Thresholds in sentences: what sales can work, what a contact is worth, where to leave again, and whether it moved."""

from __future__ import annotations

from qualify.learning.advising import Advice, Leaving, Money


def sentences(found: Advice, a_week: float | None = None) -> list[str]:
    """What a manager reads of the thresholds that were asked for."""
    said = []
    if found.capacity is not None and a_week is not None:
        told = found.capacity
        said.append(
            f"Sales works {a_week:g} leads a week: from a chance of {told.threshold:.1%} on, expect "
            f"{told.a_week:.0f} leads a week ({told.low:.0f} … {told.high:.0f}), {told.won_a_week:.1f} of them won, "
            f"{told.in_time:.0%} reached within the promise."
        )
    if found.money is not None:
        said.append(_money(found.money))
        if found.capacity is not None:
            said.append(_binds(found.money.expected.threshold, found.capacity.threshold))
    if found.leaving is not None:
        said.append(_leaving(found.leaving))
    if found.moved:
        said.append(f"{found.moved[:1].upper()}{found.moved[1:]}.")
    return said


def _money(money: Money) -> str:
    told = money.expected
    worth = "on average" if money.of_won else "as you say"
    return (
        f"A contact costs {money.cost:,.0f}, a won lead is worth {money.value:,.0f} {worth}: one pays from a chance of "
        f"{told.threshold:.1%} on. Expect {told.a_week:.0f} leads a week ({told.low:.0f} … {told.high:.0f}), "
        f"{told.won_a_week:.1f} of them won."
    )


def _binds(by_money: float, by_capacity: float) -> str:
    """Which of the two thresholds is the higher one, and what follows."""
    if by_money > by_capacity:
        return "Sales could work more than pays: set the threshold by money."
    return "More leads would pay than sales can work: set the threshold by capacity; more capacity would pay."


def _leaving(leaving: Leaving) -> str:
    if leaving.half_life is None:
        return "Chances do not fall from one look to the next, so leaving needs no mark of its own."
    return (
        f"Chances that fall are halved in {leaving.half_life:.0f} days: leave again below {leaving.leave:.1%}, what is "
        f"left of the threshold after {leaving.quiet_days:.0f} quiet days, so that decay does not flip stages."
    )
