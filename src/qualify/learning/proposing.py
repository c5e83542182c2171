"""Learned points as a proposal: rule by rule what history supports, new rules, useless ones, a card that is a playbook.

Nothing here changes a playbook: accepted changes become the text of a draft, which people agree on.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from qualify.learning.card import Card, criterion_of
from qualify.learning.columns import Columns, Flags, Floats
from qualify.learning.figures import wilson
from qualify.learning.ridge import fitted
from qualify.learning.shares import Z_90
from qualify.learning.wording import said
from qualify.playbook.book import Playbook
from qualify.playbook.rewriting import Rewriting
from qualify.points import PER_POINT

SLIGHT: Final = 2.5
"""Points, without sign, that make no difference: half a step."""
PER_LOG_ODDS: Final = 10.0
"""Points for one unit of log-odds where today's rules give no scale of their own."""
LOOSE: Final = 1.0
"""The ridge's ``C`` where effects are estimated rather than chances."""
LEAST_LEADS: Final = 20


@dataclass(frozen=True)
class Support:
    """What history says of one thing: how many leads had it, how they fared, and the points it supports."""

    leads: int
    won: int
    others: int
    others_won: int
    points: float
    low: float
    high: float

    @property
    def rates(self) -> tuple[float, float]:
        """The rate with it and without."""
        return self.won / max(self.leads, 1), self.others_won / max(self.others, 1)


@dataclass(frozen=True)
class Proposal:
    """A change of one rule of the playbook, or a new one (``path`` None), in words and as it would be written.

    ``verdict`` is ``keep``, ``change``, ``drop`` (no use), ``against`` (history says the opposite), ``unsure`` (too
    few leads), or ``new``. ``points`` is what is proposed, in steps.
    """

    rule: str
    verdict: str
    today: float | None
    points: int
    support: Support
    path: tuple[str, int] | None
    when: dict[str, Any] | None = None

    @property
    def sentence(self) -> str:
        """As “Your rule gives +10 for the webinar; history supports +2 (0 … +4), n = 83”."""
        had = self.support
        interval = f"{had.points:+.0f} ({had.low:+.0f} … {had.high:+.0f}), n = {had.leads:,}"
        if self.today is None:
            return f"New: {self.points:+d} when {self.rule}; history supports {interval}"
        return f"Your rule gives {self.today:+g} for {self.rule}; history supports {interval}{_ENDS[self.verdict]}"


_ENDS: Final = {
    "keep": ": keep it",
    "change": "",
    "drop": ": it makes no difference",
    "against": ": the opposite of what it says",
    "unsure": ": history cannot tell",
}


def proposals(book: Playbook, columns: Columns, won: Flags) -> list[Proposal]:
    """Every rule of the playbook with what history supports; all rules are weighed beside each other."""
    rules = [
        (name, place, rule) for name, score in book.scores.items() for place, rule in enumerate(score.rules)
    ]
    watched = [name for name, column in columns.items() if column.origin == "rule"]
    if len(rules) != len(watched):
        raise ValueError(f"{len(watched)} rules were watched, {len(rules)} are in the playbook")
    held = (
        np.column_stack([np.nan_to_num(columns[name].values) for name in watched])
        if watched
        else np.zeros((len(won), 0))
    )
    today = np.array([rule.points / PER_POINT for _, _, rule in rules])
    found = supports(held, won, today)
    return [
        Proposal(rule.label, _verdict(points, had), float(points), _steps(had.points), had, (name, place))
        for (name, place, rule), points, had in zip(rules, today, found, strict=True)
    ]


def supports(held: Floats, won: Flags, today: Floats | None = None) -> list[Support]:
    """For each column of zeros and ones the points that history supports, beside the others (90 % intervals).

    Log-odds become points at the scale of today's rules, as far as history agrees with them.
    """
    if not held.shape[1]:
        return []
    ridge = fitted(held, won, LOOSE)
    errors = np.sqrt(np.diag(ridge.covariance)[1:])
    scale = _scale(ridge.weights, errors, today)
    leads, wins = held.sum(axis=0), held.T @ won
    return [
        Support(
            int(count), int(win), int(len(won) - count), int(won.sum() - win),
            float(weight * scale), float((weight - Z_90 * error) * scale), float((weight + Z_90 * error) * scale),
        )
        for count, win, weight, error in zip(leads, wins, ridge.weights, errors, strict=True)
    ]  # fmt: skip


def _scale(weights: Floats, errors: Floats, today: Floats | None) -> float:
    """Points for one unit of log-odds: the median over the rules that history surely agrees with."""
    if today is None:
        return PER_LOG_ODDS
    agreed = (np.abs(weights) > Z_90 * errors) & (today * weights > 0)
    if not agreed.any():
        return PER_LOG_ODDS
    return float(np.clip(np.median(today[agreed] / weights[agreed]), 1.0, 50.0))


def _steps(points: float) -> int:
    return int(round(points / 5) * 5)


def _verdict(today: float, had: Support) -> str:
    if had.leads < LEAST_LEADS:
        return "unsure"
    if had.low <= today <= had.high and abs(_steps(had.points)) > 0:
        return "keep"
    if (today > 0 > had.high) or (today < 0 < had.low):
        return "against"
    if abs(had.points) < SLIGHT and had.low <= 0 <= had.high:
        return "drop" if max(-had.low, had.high) < abs(today) else "unsure"
    return "keep" if had.low <= today <= had.high else "change"


def new_rules(card: Card, columns: Columns, won: Flags, today: Iterable[str] = ()) -> list[Proposal]:
    """The card's items that are none of the playbook's own rules, as proposals of new ones.

    An item may do its work on a card only beside the others: one that history does not surely support by itself, in
    the same direction and of enough leads, is no rule that anybody should agree to.
    """
    rules, answers = set(today), card.items.matrix(columns)
    found = []
    slope = max(card.chance.slope, 1e-6)
    for place, item in enumerate(card.items.items):
        column = columns[item.column]
        if column.origin == "rule" and item.column in rules:
            continue
        had = _alone(answers[:, place], won, slope)
        if not _stands_alone(had, int(card.points[place])):
            continue
        when = criterion_of(item, card.items, columns)
        found.append(Proposal(said(item, column), "new", None, int(card.points[place]), had, None, when))
    return sorted(found, key=lambda each: -abs(each.points))


def _stands_alone(had: Support, points: int) -> bool:
    return had.leads >= LEAST_LEADS and not had.low <= 0 <= had.high and (had.points > 0) == (points > 0)


def _alone(held: Floats, won: Flags, slope: float) -> Support:
    """What history says of an item by itself: its log-odds ratio as points of the card; half a lead is added to each
    count.
    """
    leads, wins = int(held.sum()), int((held * won).sum())
    others, others_won = len(won) - leads, int(won.sum()) - wins
    counts = [count + 0.5 for count in (wins, leads - wins, others_won, others - others_won)]
    points = float(np.log(counts[0] / counts[1]) - np.log(counts[2] / counts[3])) / slope
    half = Z_90 * float(np.sqrt(sum(1 / count for count in counts))) / slope
    return Support(leads, wins, others, others_won, points, points - half, points + half)


_LOOKED_UP: Final = ("columns", "country_groups", "product", "icp", "personas")
"""The sections of a playbook that rules look things up in."""


def card_text(
    card: Card,
    columns: Columns,
    name: str = "Learned from outcomes",
    about: str = "",
    book: Playbook | None = None,
) -> str:
    """The card as a playbook: a text that :func:`qualify.playbook.parse` reads; its total is the card's.

    ``book`` is the playbook whose rules the card may be made of: what they look up is taken along. Raises
    ``ValueError`` when an item has no words in the playbook's language.
    """
    lines = [f"# {line}" for line in about.splitlines()]
    lines.append(f"playbook: {json.dumps(name, ensure_ascii=False)}")
    lines += [f"{section}: {_flow(told)}" for section, told in _looked_up(book).items()]
    lines += ["scores:", "  learned:", "    rules:"]
    for item, points in card.lines:
        when = criterion_of(item, card.items, columns)
        if when is None:
            raise ValueError(f"the playbook's language has no words for {item}")
        lines.append(f"      - {_flow(_rule(said(item, columns[item.column]), points, when))}")
    return "\n".join(lines) + "\n"


def _rule(name: str, points: int, when: dict[str, Any]) -> dict[str, Any]:
    counted = {"counts": "once"} if {"did", "sequence"} & when.keys() else {}
    return {"points": points, "name": str(name), **counted, "when": when}


def _looked_up(book: Playbook | None) -> dict[str, Any]:
    if book is None:
        return {}
    said = book.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    return {"time_zone": book.time_zone} | {
        section: said[section] for section in _LOOKED_UP if section in said
    }


def _flow(value: Any) -> str:
    """One line of YAML: JSON is a part of it."""
    return json.dumps(value, ensure_ascii=False)


def draft(text: str, accepted: Sequence[Proposal], score: str | None = None) -> str:
    """The playbook's text with the accepted proposals in it; comments and layout stay. ``score`` takes new rules."""
    tree = Rewriting(text)
    for each in accepted:
        if each.path is not None and each.verdict not in ("drop", "unsure"):
            tree.put(("scores", each.path[0], "rules", each.path[1], "points"), each.points)
    dropped = [each.path for each in accepted if each.path is not None and each.verdict == "drop"]
    for name, place in sorted(dropped, reverse=True):
        tree.remove(("scores", name, "rules", place))
    for each in accepted:
        if each.path is None and each.when is not None:
            target = score or next(iter(tree.at(("scores",))))
            tree.add(("scores", target, "rules"), _rule(each.rule, each.points, each.when))
    return tree.text()


def rate_sentence(had: Support) -> str:
    """How those with it fared, and those without, with intervals."""
    low, high = wilson(np.array([had.won, had.others_won]), np.array([had.leads, had.others]))
    with_it, without = had.rates
    return (
        f"{with_it:.1%} ({low[0]:.1%} … {high[0]:.1%}) of {had.leads:,} with it were won, "
        f"{without:.1%} ({low[1]:.1%} … {high[1]:.1%}) of {had.others:,} without"
    )
