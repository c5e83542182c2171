"""Hand-offs written as the worker and people would, so that what became of each is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from qualify.playbook.starters import text as starter
from qualify.web.database import insert
from qualify.web.looking.words import wording
from qualify.web.verbs.publish import publish
from tests.web.cast import OWNER

DAY = 86_400_000
HOUR = 3_600_000


class Handed(NamedTuple):
    """A lead that is handed over: when, with how many points, and what became of it."""

    at: int
    points: float = 60
    said: str = ""
    """accepted, or rejected for a reason, as ``rejected bad_data``."""
    came: str = ""
    """won or lost."""
    amount: int | None = None
    source: str = "email"
    rep: str = "rosa@qualify.example"
    rules: tuple[int, ...] = ()
    used: int | None = None
    """Milliseconds of working time to the first contact; None: nothing is known of contacts."""
    today: float = 10
    """What the lead is worth today, which no number here may depend on."""


def company_with_a_playbook(at: int) -> int:
    """The starter is in force since then; its version."""
    return publish(OWNER, starter("b2b-saas"), at, rescore=lambda *_: 0).version_id


_COLUMNS = {
    "person": "id, created_at, email, name, company, traits",
    "identifier": "id, kind, value, key, first_seen, owner_id, joined_at, contested",
    "standing": "person_id, version_id, as_of, total, grade, information, scores, lines, unknown, stage, since, cycle, "
    "cycle_since",
    "move": "person_id, moved_at, place, version_id, stage_from, stage_to, cycle, total, grade, rules",
    "decision": "subject_id, owner_id, received_at, known_at, source, decision, decided_at, reason, decided_by, detail",
    "outcome": "subject_id, owner_id, received_at, known_at, source, outcome, closed_at, reason, amount, currency",
    "handoff": "person_id, cycle, reached_at, closed, rep_id, given_at, state, within, used, kept, source, grade, as_of",
}


def hand_over(version: int, handed: list[Handed], first: int = 1) -> None:
    """Write them down; the leads are numbered from ``first`` on."""
    written: dict[str, list[tuple[object, ...]]] = {table: [] for table in _COLUMNS}
    for number, each in enumerate(handed, first):
        for table, row in _told(number, each, version):
            written[table].append(row)
    for table, columns in _COLUMNS.items():
        insert(table, columns, written[table])


def _told(number: int, each: Handed, version: int) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The rows of one lead, each with its table."""
    email, total, at = f"lead{number}@firm.example", round(each.points * 100), each.at
    judged = (1, total, "B2", json.dumps(sorted(each.rules)))
    today = (number, version, at, round(each.today * 100), "D4", 1.0, "{}", "[]", "[]", "iql", at, 1, 0)
    yield "person", (number, at, email, f"Lead {number}", "Firm", "{}")
    yield "identifier", (number, "email", email, f"email:{email}", at, number, 0, False)
    yield "standing", today
    yield "move", (number, at, 0, version, "iql", "mql", *judged)
    if each.said:
        decision, _, reason = each.said.partition(" ")
        then = at + HOUR
        yield "decision", (number, number, then, then, "", decision, then, reason, each.rep, "{}")
        after = "sal" if decision == "accepted" else "recycled"
        yield "move", (number, then, 0, version, "mql", after, *judged)
    if each.came:
        then, currency = at + 2 * DAY, "EUR" if each.amount is not None else ""
        yield "outcome", (number, number, then, then, "", each.came, then, "", each.amount, currency)
    if each.used is not None:
        used, within = each.used, 4 * HOUR
        clock = (each.rep, at, "answered", within, used, used <= within, each.source, "B2", at + used)
        yield "handoff", (number, 1, at, False, *clock)


def rule(version: int, number: int) -> str:
    """What people call the rule."""
    return wording(version).rules[number]
