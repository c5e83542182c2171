"""An account as a lead's page shows it: who else is there, and how they stand."""

from __future__ import annotations

import json
from typing import NamedTuple

from qualify.web.database import rows

MOST = 8
"""Colleagues that are shown; how many more there are is said."""


class Colleague(NamedTuple):
    """Somebody of the same account; what follows from scoring is None while nobody has judged them."""

    id: int
    name: str
    email: str
    title: str
    grade: str | None
    stage: str | None
    total: float | None


class Account(NamedTuple):
    """An account: what it goes by, how many people it has, and those of them that stand highest."""

    id: int
    name: str
    people: int
    colleagues: list[Colleague]


def account_of(account_id: int | None, but: int, most: int = MOST) -> Account | None:
    """The account with its people, the best first, without the one that is looked at; None when there is none."""
    if account_id is None:
        return None
    named = rows("SELECT value FROM identifier WHERE id = %s", [account_id])
    [(people,)] = rows("SELECT count(*) FROM person WHERE account_id = %s", [account_id])
    found = rows(
        "SELECT p.id, p.name, p.email, p.traits, s.grade, s.stage, s.total FROM person p "
        "LEFT JOIN standing s ON s.person_id = p.id WHERE p.account_id = %s AND p.id <> %s "
        "ORDER BY COALESCE(s.total, -1) DESC, p.id LIMIT %s",
        [account_id, but, most],
    )
    return Account(account_id, named[0][0] if named else "", people, [_colleague(row) for row in found])


def _colleague(row: tuple[object, ...]) -> Colleague:
    number, name, email, traits, grade, stage, total = row
    title = json.loads(str(traits)).get("job_title")
    return Colleague(
        int(str(number)), str(name), str(email), title if isinstance(title, str) else "",
        str(grade) if grade else None, str(stage) if stage else None,
        None if total is None else int(str(total)) / 100,
    )  # fmt: skip
