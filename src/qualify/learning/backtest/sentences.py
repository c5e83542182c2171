"""What a backtest found, in sentences that a manager can read: the command and the page say the same."""

from __future__ import annotations

from collections.abc import Sequence

from qualify.learning.backtest.comparing import Comparison
from qualify.learning.backtest.judging import Outlook
from qualify.learning.backtest.replayed import Fates, Leads
from qualify.moments import closing_day


def percent(share: float | None) -> str:
    """A share as a percentage."""
    return "–" if share is None else f"{100 * share:.0f} %"


def about_looks(leads: Leads, time_zone: str = "UTC") -> str:
    """Over what was looked, and how often."""
    first, last = (closing_day(int(moment), time_zone) for moment in (leads.moments[0], leads.moments[-1]))
    count = len(leads.moments)
    looks = f"{count:,} looks from {first} to {last}" if count > 1 else f"one look, on {first}"
    return f"{len(leads.ids):,} leads, {looks}, each by what was known then"


def sentences(found: Outlook) -> list[str]:
    """How the playbook would have done."""
    said = [_handed(found)]
    if not found.base.of:
        return [
            *said,
            "No lead is decided and old enough, so whether it would have been right cannot be told.",
        ]
    return [*said, _right(found), _found(found), *_earned(found), *_gained(found), *_reached(found)]


def _handed(found: Outlook) -> str:
    at = " or ".join(found.replayed.handed)
    weekly = found.handed_a_week
    if weekly is None:
        return f"Leads are handed over at {at}; with looks of one week only, how many a week cannot be told."
    counts = [week.handed for week in found.weeks if week.handed is not None]
    said = f"It would have handed over {weekly:,.0f} leads a week (at {at}), {max(counts):,} in the fullest week."
    if found.capacity is None:
        return said
    over = sum(1 for count in counts if count > found.capacity)
    return f"{said} Your {found.capacity:,} a week would not have been enough in {over:,} of {len(counts):,} weeks."


def _right(found: Outlook) -> str:
    rate = found.precision
    if not rate.of:
        return "None of the leads that were decided would have been handed over before that."
    low, high = rate.interval
    lift = "" if found.lift is None else f", {found.lift:.1f} times the rate of all decided leads"
    return (
        f"Of the decided leads that it would have handed over, {percent(rate.share)} were won "
        f"({rate.hits:,} of {rate.of:,}; 95 % interval {percent(low)} to {percent(high)}){lift}."
    )


def _found(found: Outlook) -> str:
    rate = found.recall
    if not rate.of:
        return "Nobody was won, so whom it would have missed cannot be told."
    low, high = rate.interval
    return (
        f"Of the won it would have handed over {percent(rate.share)} before the deal ({rate.hits:,} of {rate.of:,}; "
        f"{percent(low)} to {percent(high)}) and missed {len(found.missed):,}."
    )


def money(amount: float, currency: str) -> str:
    """An amount with its currency, in whole units."""
    return f"{amount:,.0f} {currency}".strip()


def _earned(found: Outlook) -> list[str]:
    said = [
        f"What the won that it would have handed over were worth: {money(each.found, each.currency)}"
        f"{f' ({percent(each.share)})' if each.share is not None else ''}; "
        f"missed: {money(each.missed, each.currency)}."
        + (f" Hoped for and lost: {money(each.lost, each.currency)}." if each.lost else "")
        for each in found.revenue
    ]
    if found.revenue and found.revenue[0].unknown:
        said.append(f"{found.revenue[0].unknown:,} of the won have no amount, and are in none of these.")
    return said


def _gained(found: Outlook) -> list[str]:
    if found.gain is None:
        return []
    deal, sales = found.gain.before_deal[1], found.gain.before_sales[1]
    when = f"{sales:.0f} days before" if sales >= 0 else f"{-sales:.0f} days after"
    return [
        f"It would have flagged those a median of {deal:.0f} days before the deal, {when} sales took them up; "
        f"{found.gain.in_time:,} of {found.gain.of:,} before sales did."
    ]


def _reached(found: Outlook) -> list[str]:
    """With a capacity: what sales would have reached."""
    if found.capacity is None or found.weeks[-1].waiting is None:
        return []
    waiting = max(week.waiting or 0 for week in found.weeks)
    taken = sum(week.taken or 0 for week in found.weeks)
    return [
        f"Taking up the {found.capacity:,} best of a week, sales would have reached {taken:,} leads; "
        f"at most {waiting:,} would have waited."
    ]


def about_leads(came: Fates, horizon: int) -> list[str]:
    """Who is counted in the rates, and who is not, and why."""
    count = came.counted()
    said = [
        f"{count['won']:,} leads were won and {count['lost']:,} ended without a deal; only these are in the rates.",
        f"Undecided, and neither won nor lost: {count['open']:,} open, {count['unworked']:,} that nobody worked, "
        f"{count['young']:,} that came less than {horizon:,} days before the newest fact.",
    ]
    if count["before"]:
        said.append(f"{count['before']:,} had been decided before the first look.")
    if count["quick"]:
        said.append(
            f"{count['quick']:,} came and were decided between two looks; looking every day sees more of them."
        )
    return said


NAMES = {
    "precision": "won, of those handed over",
    "recall": "handed over, of the won",
    "lift": "lift",
    "auc": "ranking (AUC of the total)",
    "days ahead": "days ahead of the deal",
}


def difference_name(name: str) -> str:
    """What a figure of the comparison is called."""
    if name.startswith("revenue"):
        return f"worth of the won that were handed over{f', {name[8:]}' if name[8:] else ''}"
    return NAMES[name]


def figure(name: str, value: float, sign: bool = False) -> str:
    """A figure of the comparison as it is written; ``sign`` for a difference."""
    return f"{value:{'+' if sign else ''}{',.0f' if name.startswith('revenue') else '.3f'}}"


def verdict(held: Comparison, names: Sequence[str]) -> list[str]:
    """Which playbook is better, in what, and whether that is more than chance."""
    if not held.differences:
        return ["Too few leads are decided to tell the two apart."]
    said = []
    for words, which in (("better", held.better), ("worse", held.worse)):
        if which:
            said.append(
                f"{names[1]} is {words} by more than chance in: {', '.join(difference_name(each) for each in which)}."
            )
    if not said:
        nothing = all(not each.change and each.low == each.high == 0 for each in held.differences)
        said.append("They do not differ." if nothing else "No difference is more than chance.")
    first, other = (int(which.sum()) for which in (held.only_one, held.only_other))
    said.append(
        f"Of the decided leads both would have handed over {held.both:,}; only {names[0]} {first:,} more "
        f"({held.won_only_one:,} of them won), only {names[1]} {other:,} more ({held.won_only_other:,} won)."
    )
    return said
