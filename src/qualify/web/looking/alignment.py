"""What marketing handed over in a period, as it was then, with what sales said and what came of it.

A lead is handed over when it reaches a stage that the playbook names for it (mql and pql where it names none) from one
below. At most six statements, whatever the number of leads; what they give is counted in
:mod:`qualify.reports.alignment`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

import msgspec

from qualify.handoff.reasons import parted
from qualify.handoff.speed import Observed
from qualify.reports.alignment import HandedOver
from qualify.web.database import Row, marks, rows, those
from qualify.web.handing.verdicts import (
    CAME,
    DECIDED,
    Facts,
    Verdict,
    again,
    grouped,
    named,
    news,
    with_sales,
)
from qualify.web.looking.inbox import RESPOND_WITHIN, TO_ACCEPT
from qualify.web.looking.judging import worker
from qualify.web.looking.playbook import review_at
from qualify.web.looking.words import wording

MOST: Final = 20_000
"""Hand-offs of a period that are looked at, the newest of it."""

ClockKind = Literal["contact", "decision"]


class Agreed(NamedTuple):
    """What is agreed on now; ``within`` in milliseconds, ``capacity`` new leads a week (None: nobody said).

    ``promised`` is False where the playbook promises nothing and ``within`` is what is usual.
    """

    version_id: int
    stages: tuple[str, ...]
    within: int
    promised: bool
    capacity: int | None
    review_at: int
    currency: str
    begun_at: int
    """When the first playbook came into force: nobody was handed over before."""


class Asked(NamedTuple):
    """Which hand-offs: those from ``since`` on and before ``until``."""

    since: int
    until: int


class Found(NamedTuple):
    """The hand-offs of a period, oldest first; whether there were more than are looked at; what the clocks run to.

    ``clock``: to the first real contact, in working time (``contact``), or, where nothing is known of contacts, to
    what sales decided, by the clock on the wall (``decision``).
    """

    handed: list[HandedOver]
    more: bool
    clock: ClockKind


def agreed() -> Agreed | None:
    """What the playbook in force, and who agreed to it, say of the hand-off; None where no playbook is in force."""
    versions = worker().versions
    if not versions.ordered:
        return None
    newest = versions.ordered[-1]
    version, book = int(newest.version), versions.layouts[int(newest.version)].book
    capacity = rows("SELECT capacity FROM draft WHERE version_id = %s AND capacity IS NOT NULL", [version])
    section = book.handoff
    return Agreed(
        version, TO_ACCEPT if section is None else tuple(section.at),
        RESPOND_WITHIN if section is None else section.respond_within * 60_000, section is not None,
        int(capacity[0][0]) if capacity else None, review_at(book, newest.in_force_from), book.currency,
        versions.ordered[0].in_force_from,
    )  # fmt: skip


_WHICH: Final = "moved_at >= %s AND moved_at < %s AND stage_to IN ({to}) AND stage_from NOT IN ({above})"
_HANDED: Final = (
    "SELECT m.person_id, m.moved_at, m.total, m.grade, m.rules, m.version_id, h.source, h.rep_id, h.state, h.used, "
    "h.within, h.kept FROM (SELECT person_id, moved_at, total, grade, rules, version_id FROM move WHERE {which}) AS m "
    "LEFT JOIN handoff h ON h.person_id = m.person_id AND h.reached_at = m.moved_at ORDER BY m.moved_at, m.person_id"
)
_KEPT: Final = (
    "SELECT m.person_id, m.moved_at, h.total, h.judged_grade, h.rules, h.version_id, h.source, h.rep_id, h.state, "
    "h.used, h.within, h.kept, h.said, h.said_at, h.reason, h.decided_by, h.came, h.closed_at, h.amount, h.currency, "
    "h.told_for FROM (SELECT person_id, moved_at FROM move WHERE {which} ORDER BY moved_at + 0 DESC, person_id DESC "
    "LIMIT {most}) AS m LEFT JOIN handoff h ON h.person_id = m.person_id AND h.reached_at = m.moved_at"
)
_MOVES: Final = (
    "SELECT person_id, moved_at, stage_to FROM move WHERE moved_at >= %s AND person_id IN ({whose}) "
    "AND (stage_from IN ({above})) <> (stage_to IN ({above})) AND (stage_from IN ({above}) OR moved_at >= %s) "
    "ORDER BY person_id, moved_at, place"
)
"""Who went away from sales again; and who was handed over after the period, as those within it are told already."""

FEW: Final = 500
"""Up to so many leads, of whom nothing is kept or there is news, are told one by one from the facts."""


def handed_over(asked: Asked, terms: Agreed, now: int) -> Found:
    """The hand-offs of the period, with all that is known of them now.

    What became of them is kept beside their clocks; of whom there is news since, it is told from the facts.
    """
    which = _which(asked, terms.stages)
    found = rows(_KEPT.format(which=which.said, most=MOST + 1), which.values)
    more, found = len(found) > MOST, found[:MOST][::-1]
    since = found[0][1] if more else asked.since
    clock: ClockKind = "contact" if any(row[8] is not None for row in found) else "decision"
    anew = _anew(found, terms, now)
    told = {} if anew == set() else _told(anew, which, since, asked, terms, now, clock)
    handed = [
        _kept(row) if anew is not None and row[0] not in anew else told[row[0], row[1]] for row in found
    ]
    return Found(handed, more, clock)


def _anew(found: Sequence[Row], terms: Agreed, now: int) -> set[int] | None:
    """Those who are told from the facts; None: all, as there are many."""
    stages = named(terms.stages)
    unkept = {row[0] for row in found if row[20] != stages}
    if len(unkept) > FEW or not found:
        return None if found else set()
    fresh = news(now, FEW)
    if fresh is None:
        return None
    return unkept | (fresh & {row[0] for row in found} if fresh else fresh)


def _kept(row: Row) -> HandedOver:
    """A hand-off with what is kept of it."""
    (
        who, at, total, grade, rules, version, source, rep, state, used, within_, in_time, said, said_at, reason, by,
        came, closed_at, amount, currency, _,
    ) = row  # fmt: skip
    rep = rep or by
    answered, kept = state == "answered", None if in_time is None else in_time == 1
    if answered and kept is False and used <= within_:  # as below
        used = within_ + 1
    return HandedOver(
        who, at, total / 100, grade, _rules(version, rules), source, rep, said, said_at, reason, "", came, closed_at,
        None if amount is None else _decimal(amount), currency, Observed(used, answered, within_, kept, rep, source),
    )  # fmt: skip


def with_words(handed: Sequence[HandedOver]) -> list[HandedOver]:
    """The same, with what sales wrote besides its reasons: it is not kept beside the clocks. One statement."""
    refused = sorted({each.lead_id for each in handed if each.said == "rejected"})
    found = those(
        "SELECT owner_id, decided_at, reason FROM decision WHERE decision = 'rejected' AND taken_back_at IS NULL "
        "AND owner_id IN ({}) ORDER BY id",
        refused,
    )
    words = {(who, at): parted(reason)[1] for who, at, reason in found}
    return [
        each._replace(words=words.get((each.lead_id, each.said_at), "")) if each.said == "rejected" else each
        for each in handed
    ]


class _Which(NamedTuple):
    """The hand-offs of the period as a condition on moves, its values, and the stages that are with sales."""

    said: str
    values: list[Any]
    above: list[str]


def _which(asked: Asked, stages: Sequence[str]) -> _Which:
    above = sorted(with_sales(stages))
    said = _WHICH.format(to=marks(len(stages)), above=marks(len(above)))
    return _Which(said, [asked.since, asked.until, *stages, *above], above)


def _told(
    anew: set[int] | None, which: _Which, since: int, asked: Asked, terms: Agreed, now: int, clock: ClockKind
) -> dict[tuple[int, int], HandedOver]:
    """These, or all, as the facts have them; four statements."""
    only, people = "", list[int]()
    whose, values = f"SELECT person_id FROM move WHERE {which.said}", which.values
    if anew is not None:
        whose, people = marks(len(anew)), sorted(anew)
        values, only = people, f" AND person_id IN ({whose})"
    found = rows(_HANDED.format(which=which.said + only), [since, *which.values[1:], *people])
    above = which.above
    moves = grouped(
        rows(
            _MOVES.format(whose=whose, above=marks(len(above))),
            [since, *values, *above, *above, *above, asked.until],
        )
    )
    again(moves, found)
    decided, came = (grouped(rows(each.format(whose=whose), [since, *values])) for each in (DECIDED, CAME))
    facts = Facts(moves, decided, came, terms.stages, frozenset(above))
    return {(row[0], row[1]): _of(row, facts, terms, now, clock) for row in found}


def _of(row: Row, facts: Facts, terms: Agreed, now: int, clock: ClockKind) -> HandedOver:
    """A hand-off with what became of it."""
    who, at, total, grade, rules, version, source, rep = row[:8]
    told = facts.of(who, at)
    rep, source = rep or told.who, source or ""
    observed = (
        _observed(row, rep, source)
        if clock == "contact"
        else _waited(at, told, terms.within, now, rep, source)
    )
    return HandedOver(
        who, at, total / 100, grade, _rules(version, rules), source, rep, told.said, told.at, told.reason, told.words,
        told.came, told.closed_at, _decimal(told.amount), told.currency, observed,
    )  # fmt: skip


def _waited(at: int, told: Verdict, promised: int, now: int, rep: str, source: str) -> Observed:
    """How long it waited for a decision, where nothing is known of contacts."""
    answered = told.at is not None
    until = told.at if told.at is not None else told.ended_at if told.ended_at is not None else now
    used = max(0, until - at)
    kept = used <= promised if answered else False if used > promised else None
    return Observed(used, answered, promised, kept, rep, source)


def _observed(row: Row, rep: str, source: str) -> Observed | None:
    """The clock to the first real contact, as it was looked at last."""
    state, used, promised, kept = row[8:12]
    if state is None:
        return None
    answered, in_time = state == "answered", None if kept is None else bool(kept)
    # Who answers after the last minute of the promise, outside working hours, used no more time and is late.
    used = max(used, promised + 1) if answered and in_time is False else used
    return Observed(used, answered, promised, in_time, rep, source)


_CENT: Final = Decimal("0.01")


def _decimal(amount: Any) -> Decimal | None:
    return None if amount is None else Decimal(str(amount)).quantize(_CENT)


@lru_cache(maxsize=16_384)
def _rules(version_id: int, numbers: str) -> tuple[str, ...]:
    """The names of rules; most leads have those that others have, too."""
    names = wording(version_id).rules
    return tuple(dict.fromkeys(names[number] for number in msgspec.json.decode(numbers)))
