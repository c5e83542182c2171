"""What marketing handed over in a period, as it was then, with what sales said and what came of it.

A lead is handed over when it reaches a stage that the playbook names for it (mql and pql where it names none) from one
below. Four statements, whatever the number of leads; what they give is put together here and counted in
:mod:`qualify.reports.alignment`.
"""

from __future__ import annotations

from bisect import insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final, Literal, NamedTuple

import msgspec

from qualify.handoff.reasons import REASONS
from qualify.handoff.speed import Observed
from qualify.reports.alignment import HandedOver, SaidWord
from qualify.vocabulary import LADDER
from qualify.web.database import Row, marks, rows
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
    )  # fmt: skip


_WHICH: Final = "moved_at >= %s AND moved_at < %s AND stage_to IN ({to}) AND stage_from NOT IN ({above})"
_HANDED: Final = (
    "SELECT m.person_id, m.moved_at, m.total, m.grade, m.rules, m.version_id, h.source, h.rep_id, h.state, h.used, "
    "h.within, h.kept FROM (SELECT person_id, moved_at, total, grade, rules, version_id FROM move WHERE {which} "
    "ORDER BY moved_at + 0 DESC, person_id DESC LIMIT {most}) AS m LEFT JOIN handoff h ON h.person_id = m.person_id "
    "AND h.reached_at = m.moved_at"
)
_MOVES: Final = (
    "SELECT person_id, moved_at, stage_to FROM move WHERE moved_at >= %s AND person_id IN "
    "(SELECT person_id FROM move WHERE {which}) AND (stage_from IN ({above})) <> (stage_to IN ({above})) "
    "AND (stage_from IN ({above}) OR moved_at >= %s) ORDER BY person_id, moved_at, place"
)
"""Who went away from sales again; and who was handed over after the period, as those within it are told already."""

_DECIDED: Final = (
    "SELECT owner_id, decided_at, decision, reason, decided_by FROM decision WHERE taken_back_at IS NULL "
    "AND decision IN ('accepted', 'confirmed', 'rejected') AND decided_at >= %s AND owner_id IN "
    "(SELECT person_id FROM move WHERE {which}) ORDER BY owner_id, decided_at, id"
)
_CAME: Final = (
    "SELECT owner_id, closed_at, outcome, amount, currency FROM outcome WHERE taken_back_at IS NULL "
    "AND closed_at >= %s AND owner_id IN (SELECT person_id FROM move WHERE {which}) ORDER BY owner_id, closed_at, id"
)


def handed_over(asked: Asked, terms: Agreed, now: int) -> Found:
    """The hand-offs of the period, with all that is known of them now."""
    which, values, above = _which(asked, terms.stages)
    found = rows(_HANDED.format(which=which, most=MOST + 1), values)
    more, found = len(found) > MOST, found[:MOST][::-1]
    since = [found[0][1] if more else asked.since, *values]
    left = [*since, *above, *above, *above, asked.until]
    moves = _grouped(rows(_MOVES.format(which=which, above=marks(len(above))), left))
    _again(moves, found)
    decided, came = (_grouped(rows(each.format(which=which), since)) for each in (_DECIDED, _CAME))
    told = _Told(moves, decided, came, frozenset(above), terms, now)
    clock: ClockKind = "contact" if any(row[8] is not None for row in found) else "decision"
    return Found([told.of(row, clock) for row in found], more, clock)


def _handed_stages(stages: Sequence[str]) -> frozenset[str]:
    """Stages in which a lead is with sales: those that are named, and those above on the ladder."""
    least = min(LADDER.index(stage) for stage in stages)
    return frozenset(LADDER[least:-1])


def _which(asked: Asked, stages: Sequence[str]) -> tuple[str, list[Any], list[str]]:
    """The hand-offs of the period as a condition on moves, its values, and the stages that are with sales."""
    above = sorted(_handed_stages(stages))
    which = _WHICH.format(to=marks(len(stages)), above=marks(len(above)))
    return which, [asked.since, asked.until, *stages, *above], above


def _grouped(found: Iterable[Row]) -> dict[int, list[Row]]:
    """By person, who stands first in each row, in order."""
    return {who: list(those) for who, those in groupby(found, key=itemgetter(0))}


def _again(moves: dict[int, list[Row]], found: Sequence[Row]) -> None:
    """Add when somebody was handed over a second time within the period, in order."""
    many = Counter([row[0] for row in found])
    for who, at, *_ in found:
        if many[who] > 1 and who in moves:
            insort(moves[who], (who, at, ""), key=itemgetter(1))


class _Verdict(NamedTuple):
    """What sales said, and when, why, and who."""

    said: SaidWord
    at: int | None = None
    reason: str = ""
    words: str = ""
    who: str = ""


_NEITHER: Final = (0, None, "", None, "")
_TAKEN, _WAITS, _LEFT = _Verdict("accepted"), _Verdict("waiting"), _Verdict("left")


class _Told(NamedTuple):
    """What is known of the people of a period, by person."""

    moves: Mapping[int, list[Row]]
    decided: Mapping[int, list[Row]]
    came: Mapping[int, list[Row]]
    with_sales: frozenset[str]
    terms: Agreed
    now: int

    def of(self, row: Row, clock: ClockKind) -> HandedOver:
        """A hand-off with what became of it."""
        who, at, total, grade, rules, version, source, rep = row[:8]
        ended_at, next_at = self._ends(who, at)
        came = _within(self.came.get(who), at, next_at)
        verdict = self._verdict(who, at, ended_at, next_at, bool(came))
        _, closed_at, outcome, amount, currency = came[-1] if came else _NEITHER
        said, said_at, reason, words, by = verdict
        rep, source = rep or by, source or ""
        observed = (
            _observed(row, rep, source)
            if clock == "contact"
            else self._waited(at, verdict, ended_at, rep, source)
        )
        return HandedOver._make((
            who, at, total / 100, grade, _rules(version, rules), source, rep, said, said_at, reason, words, outcome,
            closed_at, _decimal(amount), currency, observed,
        ))  # fmt: skip

    def _ends(self, who: int, at: int) -> tuple[int | None, int | None]:
        """When it was with sales no longer, and when it was handed over again; None: neither until now."""
        ended_at = None
        for _, moved_at, stage in self.moves.get(who, ()):
            if moved_at <= at:
                continue
            if stage and stage not in self.with_sales:
                ended_at = moved_at if ended_at is None else ended_at
            elif ended_at is not None and (not stage or stage in self.terms.stages):
                return ended_at, moved_at
        return ended_at, None

    def _verdict(
        self, who: int, at: int, ended_at: int | None, next_at: int | None, closed: bool
    ) -> _Verdict:
        """The last word of sales; who is won or lost was taken on, whether or not somebody said so."""
        said = _within(self.decided.get(who), at, next_at)
        if not said:
            return _TAKEN if closed else _WAITS if ended_at is None else _LEFT
        _, decided_at, decision, reason, by = said[-1]
        if decision == "rejected":
            word, words = _typed(reason)
            return _Verdict("rejected", decided_at, word, words, by)
        first = next(each for each in said if each[2] != "rejected")
        return _Verdict("accepted", first[1], "", "", by)

    def _waited(self, at: int, verdict: _Verdict, ended_at: int | None, rep: str, source: str) -> Observed:
        """How long it waited for a decision, where nothing is known of contacts."""
        within = self.terms.within
        answered = verdict.at is not None
        until = verdict.at if verdict.at is not None else ended_at if ended_at is not None else self.now
        used = max(0, until - at)
        kept = used <= within if answered else False if used > within else None
        return Observed(used, answered, within, kept, rep, source)


def _within(found: Sequence[Row] | None, at: int, until: int | None) -> Sequence[Row]:
    """Those from the hand-off to the next one."""
    if not found or (found[0][1] >= at and until is None):  # nearly always
        return found or ()
    return [each for each in found if each[1] >= at and (until is None or each[1] < until)]


def _observed(row: Row, rep: str, source: str) -> Observed | None:
    """The clock to the first real contact, as it was looked at last."""
    state, used, within, kept = row[8:12]
    if state is None:
        return None
    answered, in_time = state == "answered", None if kept is None else bool(kept)
    # Who answers after the last minute of the promise, outside working hours, used no more time and is late.
    used = max(used, within + 1) if answered and in_time is False else used
    return Observed(used, answered, within, in_time, rep, source)


def _typed(reason: str) -> tuple[str, str]:
    """The word of a kept reason, and what was added; one that is no word of ours is something else."""
    word, _, words = reason.partition(": ")
    return (word, words) if word in REASONS else ("other", reason)


_CENT: Final = Decimal("0.01")


def _decimal(amount: Any) -> Decimal | None:
    return None if amount is None else Decimal(str(amount)).quantize(_CENT)


@lru_cache(maxsize=16_384)
def _rules(version_id: int, numbers: str) -> tuple[str, ...]:
    """The names of rules; most leads have those that others have, too."""
    names = wording(version_id).rules
    return tuple(dict.fromkeys(names[number] for number in msgspec.json.decode(numbers)))
