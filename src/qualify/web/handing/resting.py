"""Leads that were refused and come back on a day: until when they rest, told from the decision that counts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec

from qualify.criteria.known_words import WORDS
from qualify.handoff.reasons import parted
from qualify.speech import Moment, sentence
from qualify.web.database import run_many, those
from qualify.web.keeping.marking import mark

BACK: Final = "recycling"
"""Who reopens a lead whose time of rest is over."""


class Rest(NamedTuple):
    """A lead rests: by which decision, taken when, and until when."""

    person_id: int
    decision_id: int
    decided_at: int
    back_at: int


_DECISIONS = (
    "SELECT owner_id, id, decision, decided_at, detail FROM decision WHERE owner_id IN ({}) AND taken_back_at IS NULL "
    "ORDER BY decided_at, id"
)
_OUTCOMES = (
    "SELECT owner_id, max(closed_at) FROM outcome WHERE owner_id IN ({}) AND taken_back_at IS NULL "
    "GROUP BY owner_id"
)


def rests(people: Iterable[int]) -> dict[int, Rest]:
    """Those whose newest decision says that they come back on a day."""
    ids = sorted(people)
    found: dict[int, Rest] = {}
    for who, number, _, at, detail in those(_DECISIONS, ids):
        found.pop(who, None)  # what was decided later counts
        back_at = msgspec.json.decode(detail).get("back_at")
        if back_at is not None:
            found[who] = Rest(who, number, at, back_at)
    for who, closed_at in those(_OUTCOMES, ids):
        if who in found and closed_at >= found[who].decided_at:
            del found[who]
    return found


_EXCLUDED: Final = (
    "SELECT p.account_id, p.name, p.email, d.reason, d.decided_at FROM decision d JOIN person p ON p.id = d.owner_id "
    "WHERE d.detail LIKE %s AND p.account_id IN ({}) AND d.taken_back_at IS NULL AND NOT EXISTS "
    "(SELECT 1 FROM decision r WHERE r.owner_id = d.owner_id AND r.decision = 'reopened' AND r.taken_back_at IS NULL "
    "AND r.decided_at > d.decided_at) ORDER BY d.decided_at, d.id DESC"
)


def excluded(account_id: int) -> str | None:
    """Why nobody of the account is handed over; None when they may be."""
    return all_excluded([account_id]).get(account_id)


def _worded(reason: str) -> str:
    """A reason as it is kept, as people say it."""
    word, words = parted(reason)
    named = sentence(WORDS[word])
    return sentence("%(reason)s: %(words)s", reason=named, words=words) if words else named


def all_excluded(accounts: Iterable[int]) -> dict[int, str]:
    """Of these accounts those nobody of whom is handed over, each with the newest reason; so many at a time."""
    return {
        account: sentence(
            "its account was excluded when %(who)s was refused on %(day)s (%(reason)s)",
            who=name or email,
            day=Moment(at, "UTC", True),
            reason=_worded(reason),
        )
        for account, name, email, reason, at in those(
            _EXCLUDED, sorted(set(accounts)), ['%"excludes":"account"%']
        )
    }


_FOLLOWING = (
    "SELECT id, owner_id, known_at, detail, taken_back_at FROM decision "
    f"WHERE owner_id IN ({{}}) AND decided_by = '{BACK}'"
)


def follow_retractions(people: Iterable[int], now: int) -> None:
    """A reopening counts for as long as the refusal that it ends does; whoever is touched is judged anew."""
    found = those(_FOLLOWING, sorted(people))
    follows = {number: msgspec.json.decode(detail).get("follows") for number, _, _, detail, _ in found}
    counts = those(
        "SELECT id FROM decision WHERE id IN ({}) AND taken_back_at IS NULL",
        sorted(each for each in follows.values() if each is not None),
    )
    alive = {number for (number,) in counts}
    changed = [
        (number, who, known_at, follows[number] in alive)
        for number, who, known_at, _, taken_back_at in found
        if (taken_back_at is None) != (follows[number] in alive)
    ]
    run_many(
        "UPDATE decision SET taken_back_at = %s, taken_back_by = %s WHERE id = %s",
        [(None, None, number) if alive else (now, BACK, number) for number, _, _, alive in changed],
    )
    news: dict[int, int] = {}
    for _, who, known_at, _ in changed:
        news[who] = min(known_at, news.get(who, known_at))
    if news:
        mark(news, now)
