"""Who did what: lines of the audit by who, verb, subject and days, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

from qualify.speech import heard, in_english
from qualify.web.database import rows
from qualify.web.looking.capture import AuditSeen
from qualify.web.looking.leads import closed, opened

AT_ONCE = 1_000


class Asked(NamedTuple):
    """Which lines are wanted; empty words and None want all. Moments are epoch ms, ``until`` not included."""

    who: str = ""
    verb: str = ""
    subject: str = ""
    since: int | None = None
    until: int | None = None

    def where(self) -> tuple[str, list[Any]]:
        """As a condition of SQL, and its values."""
        found: list[tuple[str, Any]] = [
            (f"{column} = %s", value)
            for column, value in (("who", self.who), ("verb", self.verb), ("subject", self.subject))
            if value
        ]
        found += [("happened_at >= %s", self.since)] if self.since is not None else []
        found += [("happened_at < %s", self.until)] if self.until is not None else []
        return " AND ".join([each for each, _ in found] or ["1 = 1"]), [value for _, value in found]


def lines(asked: Asked, cursor: str | None = None, limit: int = 50) -> tuple[list[AuditSeen], str | None]:
    """Lines, the newest first, and where older ones begin."""
    before = opened(cursor, "audit", 1)[0] if cursor else 2**62
    found = _before(asked, int(before), limit + 1)
    return found[:limit], closed("audit", [found[limit - 1].id]) if len(found) > limit else None


def every(asked: Asked) -> Iterator[list[AuditSeen]]:
    """All lines, the newest first, some at a time."""
    before = 2**62
    while True:
        with in_english():  # a file is for programs
            part = _before(asked, before, AT_ONCE)
        if not part:
            return
        yield part
        before = part[-1].id


def _before(asked: Asked, before: int, limit: int) -> list[AuditSeen]:
    where, values = asked.where()
    found = rows(
        f"SELECT id, happened_at, who, verb, subject, detail FROM audit WHERE {where} AND id < %s "
        "ORDER BY id DESC LIMIT %s",
        [*values, before, limit],
    )
    return [AuditSeen._make((*row[:5], heard(json.loads(row[5])))) for row in found]
