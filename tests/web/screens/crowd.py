"""Many leads at once, written as the worker would: enough of them to page through."""

from __future__ import annotations

import random
from typing import Any

from qualify.capture.model import Source
from qualify.clock import now as right_now
from qualify.playbook.starters import text as starter
from qualify.web.database import insert
from qualify.web.handing.giving import NOTHING_DUE
from qualify.web.living.working import Worker
from qualify.web.verbs.publish import publish
from tests.web.cast import MINUTE, OWNER, START, Cast, lead_of, of, send

GRADES = ("A1", "A2", "B1", "C3", "D4")
HANDED = ("mql", "pql", "sal", "sql")
REPS = ("rosa@qualify.example", "ravi@qualify.example")
NAMES = ("Ann", "Björn", "", "Zoë", "ann-marie", "Émile")


def crowd(
    many: int, now: int, seed: int = 3, stages: tuple[str, ...] = ("mql", "pql", "sal", "iql")
) -> list[dict[str, Any]]:
    """So many judged leads, and some that nobody has judged; what is known of each."""
    version = publish(OWNER, starter("b2b-saas"), START).version_id
    chance = random.Random(seed)
    found = [
        {
            "id": number, "name": chance.choice(NAMES), "company": chance.choice(["Acme", "beta GmbH", ""]),
            "email": f"lead{number}@firm{number % 7}.example", "created_at": START + chance.randrange(50),
            "stage": chance.choice(stages) if number % 9 else None, "grade": chance.choice(GRADES),
            "total": chance.randrange(12) * 1_000, "since": now - chance.randrange(8 * 3_600_000),
            "rep_id": None, "due_at": None,
        }
        for number in range(1, many + 1)
    ]  # fmt: skip
    for row in found:
        if row["stage"] in HANDED and chance.random() < 0.7:
            row["rep_id"] = chance.choice([*REPS, None])
            row["due_at"] = chance.choice([now + chance.randrange(-10, 10) * 1_800_000, NOTHING_DUE])
    kinds = [
        (row["id"], "email", row["email"], f"email:{row['email']}", START, row["id"], 0, False)
        for row in found
    ]
    insert("identifier", "id, kind, value, key, first_seen, owner_id, joined_at, contested", kinds)
    columns = ("id", "created_at", "email", "name", "company")
    insert(
        "person", f"{', '.join(columns)}, traits", [(*(row[name] for name in columns), "{}") for row in found]
    )
    insert(
        "standing",
        "person_id, version_id, as_of, total, grade, information, scores, lines, unknown, stage, since, cycle, cycle_since, "
        "rep_id, due_at",
        [
            (row["id"], version, now, row["total"], row["grade"], 1.0, '{"fit": 100}', '[[0,"rule",null,null,null,null,null,null,4000]]',
             "[]", row["stage"], row["since"], 1, -1, row["rep_id"], row["due_at"])
            for row in found if row["stage"]
        ],
    )  # fmt: skip
    _clocks([row for row in found if row["due_at"] is not None], now)
    return found


def _clocks(found: list[dict[str, Any]], now: int) -> None:
    """The hand-offs of those who have a clock."""
    insert(
        "handoff",
        "person_id, cycle, reached_at, closed, rep_id, state, due_at, warn_at, stopped_at, within, used, "
        "as_of, source, grade, tenures",
        [
            (row["id"], 1, row["since"], False, row["rep_id"], "running", None, None, now, 1, 1, now, "", "", "[]")
            if row["due_at"] == NOTHING_DUE
            else (row["id"], 1, row["since"], False, row["rep_id"], "late" if row["due_at"] < now else "running",
                  row["due_at"], row["due_at"] - 3_600_000, None, 1, 1, now, "", "", "[]")
            for row in found
        ],
    )  # fmt: skip


def today(source: Source) -> Cast:
    """Jane and Joe, who came a day ago: what they did has not worn off."""
    began = right_now() - 1_440 * MINUTE
    publish(OWNER, starter("b2b-saas"), began)
    fits = {"email": "jane@acme-corp.io", "title": "VP Marketing", "employees": 120, "country": "DE"}
    send(source, began + MINUTE, *of("jane", {**fits, "industry": "software"}, ["Demo Requested"]))
    send(
        source,
        began + 2 * MINUTE,
        *of("joe", {"email": "joe@gmail.com", "name": "Joe"}, ["Webinar Attended"]),
    )
    at = began + 3 * MINUTE
    Worker().work_off(at)
    return Cast(lead_of("jane@acme-corp.io"), lead_of("joe@gmail.com"), at)
